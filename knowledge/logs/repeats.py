r"""Lines that say the same at another time: a daemon that tries again and again writes little else.

    Nov 23 20:27:53 gw pppd[889]: LCP: timeout sending Config-Requests
    Nov 23 20:28:26 gw pppd[889]: LCP: timeout sending Config-Requests       the same but for its time

What was found out about one of them (its record, its matches, how it is redacted) holds for the others.
"""

from __future__ import annotations

import re

__all__ = ["LONGEST", "timeless"]

#: Characters of the longest line about which something is remembered.
LONGEST = 500

#: The beginning of a line up to its time, if it begins with one.
_TIME = re.compile(r"[\w :./,+-]{0,40}?\d:\d\d:\d\d(?:[.,]\d{1,9})?(?![\d:])", re.ASCII)
_DIGITS = str.maketrans("123456789", "000000000")


def timeless(text: str) -> tuple[str, str]:
    """The beginning of a line up to its time (empty where it has none), and the line with every digit of that as 0.

    >>> timeless("Nov 23 20:27:53 gw pppd[889]: LCP: timeout")
    ('Nov 23 20:27:53', 'Nov 00 00:00:00 gw pppd[889]: LCP: timeout')
    """
    found = _TIME.match(text)
    if found is None:
        return "", text
    head = found.group()
    return head, head.translate(_DIGITS) + text[len(head) :]

r"""Redaction: before a text is shown or kept, what must not be seen is replaced.

Secrets become `[secret]` for good (`secrets.py`). Addresses and names become tokens that are the same for the same value in
all files and texts of a case, and keep what a diagnosis needs::

    Nov 23 20:27:53 anna-pc pluto[908]: "corp" #1: initiating to 203.0.113.9
    Nov 23 20:27:53 [host-1] pluto[908]: "corp" #1: initiating to [ip-public-1]

    [ip-private-1] [ip-public-2] [ip-carrier-3] [ip6-1] [host-1] [user-1] [mail-1] [mac-1] [sid-1] [serial-1]

`ip-private` is an address of a private network or a link's own, `ip-carrier` one of a provider's NAT (100.64.0.0/10). Loopback,
0.0.0.0, `::` and netmasks stay, and so do addresses that somebody masked already.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from knowledge.logs.names import (
    BARE_MAC,
    BARE_MAC_WORDS,
    CONTEXTS,
    DASHED,
    HEADER,
    HOST_NAME,
    HOST_WORDS,
    SERIAL,
    SERIAL_WORDS,
    is_common,
)
from knowledge.logs.passes import Passes
from knowledge.logs.secrets import mask_secrets
from knowledge.logs.shapes import COLONS, Shaped
from knowledge.terms import Masked

__all__ = ["TOKEN", "Tokens", "redact"]

#: A token of redaction, or `[secret]`.
TOKEN = re.compile(r"\[(?:secret|(?:ip-private|ip-public|ip-carrier|ip6|host|user|mail|mac|sid|serial)-\d{1,6})\]")

#: Begins with a digit, not with a look behind, so that only digits are looked at.
_IP4 = re.compile(r"\d(?<!\d\d)(?<!\d\.\d)(?<![Vv]ersion \d)(?<!\bv\d)\d{0,2}(?:\.\d{1,3}){3}(?=(?:\.\d{1,5})?(?!\.?\d))(?!\d)")
_IP6 = re.compile(
    r"(?<![\w:])(?<!\w\.)(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4})(?:%[\w.-]{1,16})?(?![\w:])"
)
_MAC = re.compile(
    r"(?<![\w:.-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])|(?<![\w.])[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}(?![\w.])"
)
_SHAPED_IP6 = Shaped(_IP6, COLONS, rb"::|:h{1,4}:h{1,4}:")
_SHAPED_MAC = Shaped(_MAC, COLONS, b"hh:" * 5 + b"hh", rb"hhhh\.hhhh\.hhhh")
_MAIL = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@(?:[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}|(?!NULL\b)[A-Za-z][\w-]{1,62})")
_SID = re.compile(r"\bS-1-5-21(?:-\d{1,10}){3,4}\b")

_WORD = re.compile(r"\w+")
#: So many names are looked for among the words of a text first: each look through the text takes its time.
_MANY = 30

_PRIVATE = tuple(ipaddress.ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"))
_CARRIER = ipaddress.ip_network("100.64.0.0/10")

#: Kinds of `Masked`, by the token's own word.
_KINDS = {"ip-private": "address", "ip-public": "address", "ip-carrier": "address", "ip6": "address"}


class Tokens:
    """The table of one case: what became which token. Not for sharing between threads.

    >>> tokens = Tokens()
    >>> redact("from 10.0.0.1 to 203.0.113.9 to 10.0.0.1", tokens)[0]
    'from [ip-private-1] to [ip-public-2] to [ip-private-1]'
    """

    def __init__(self) -> None:
        self._table: dict[str, dict[str, str]] = {}
        self._counts: Counter[str] = Counter()
        #: Names that are replaced wherever they stand, not only where a context shows what they are.
        self._everywhere: dict[str, str] = {}
        #: What was asked for before, as it was written.
        self._addresses: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._protected: frozenset[str] = frozenset()

    def address(self, text: str) -> str:
        """The token of an IP address; the text itself if it is none, or one that says nothing about anybody."""
        known = self._addresses.get(text)
        if known is None:
            known = self._addresses[text] = self._address(text)
        return known

    def _address(self, text: str) -> str:
        bare, _, _zone = text.partition("%")
        try:
            address = ipaddress.ip_address(bare)
        except ValueError:
            return self._loose(text)
        if address.is_loopback or address.is_unspecified or (address.version == 4 and str(address).startswith("255.")):
            return text
        if isinstance(address, ipaddress.IPv6Address):
            return self._token("ip6", "ip6", address.compressed)
        if any(address in net for net in _PRIVATE):
            return self._token("ip", "ip-private", str(address))
        return self._token("ip", "ip-carrier" if address in _CARRIER else "ip-public", str(address))

    def _loose(self, text: str) -> str:
        """Leading zeros are no address to the library, but one to people."""
        parts = text.split(".")
        if len(parts) == 4 and all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts):
            return self.address(".".join(str(int(part)) for part in parts))
        return text

    def host(self, text: str) -> str:
        """The token of a host's name, which is learned; an address gets its own kind; a common word stays."""
        known = self._hosts.get(text)
        if known is None:
            known = self._hosts[text] = self._host(text)
        return known

    def _host(self, text: str) -> str:
        if TOKEN.search(text):
            return text
        if (token := self.address(text)) != text:
            return token
        return self._name("host", text)

    def user(self, text: str) -> str:
        """The token of a user's name, which is learned; a common word (`root`) stays."""
        return text if TOKEN.search(text) else self._name("user", text)

    def protect(self, words: Iterable[str]) -> None:
        """Words of the daemons' own messages: a name that reads like one is only replaced where it clearly is a name."""
        self._protected |= {word.lower() for word in words}

    def reveal(self, token: str) -> str | None:
        """What a token stands for, if the table knows it."""
        return next((original for table in self._table.values() for original, known in table.items() if known == token), None)

    def export(self) -> dict[str, dict[str, str]]:
        """The table as plain data: kind -> original -> token. Names and addresses only; secrets are in no table."""
        return {kind: dict(table) for kind, table in self._table.items()}

    @classmethod
    def from_export(cls, data: Mapping[str, Mapping[str, str]]) -> Tokens:
        """The table that `export` gave; what does not look like one is left out."""
        tokens = cls()
        for kind, table in data.items():
            for original, token in table.items():
                if not TOKEN.fullmatch(token):
                    continue
                tokens._table.setdefault(kind, {})[original] = token
                tokens._counts[kind] = max(tokens._counts[kind], int(token.rstrip("]").rpartition("-")[2]))
                if kind in {"host", "user"}:
                    tokens._spread(original, token)
        return tokens

    def _token(self, kind: str, word: str, original: str) -> str:
        table = self._table.setdefault(kind, {})
        if original not in table:
            self._counts[kind] += 1
            table[original] = f"[{word}-{self._counts[kind]}]"
        return table[original]

    def _name(self, kind: str, text: str) -> str:
        name = text.strip(" \t\"'").rstrip(".")
        if len(name) < 2 or is_common(name):
            return text
        other = "user" if kind == "host" else "host"
        original = name.lower()
        token = self._table.get(other, {}).get(original) or self._token(kind, kind, original)
        self._spread(original, token)
        return text.replace(name, token)

    def _spread(self, original: str, token: str) -> None:
        if original in self._everywhere or original in self._protected:
            return
        if len(original) < 4 or TOKEN.search(f"[{original}]"):
            return
        self._everywhere[original] = token

    @property
    def names(self) -> int:
        """How many names are replaced wherever they stand."""
        return len(self._everywhere)

    def spread(self, text: str, *, since: int = 0) -> str:
        """The text with every learned name replaced wherever it stands; `since`: without the first so many of them."""
        if len(self._everywhere) <= since:
            return text
        lowered = text.lower()
        words = frozenset(_WORD.findall(lowered)) if len(self._everywhere) - since > _MANY else None
        for original, token in islice(self._everywhere.items(), since, None):
            if words is not None and (first := _WORD.search(original)) and first.group() not in words:
                continue  # a name stands alone, and so does its first word
            if original in lowered:
                text = _standing_alone(original).sub(token, text)
        return text


def _standing_alone(name: str) -> re.Pattern[str]:
    """A name, not as a part of another word. Made when it is met: a table of thousands of names costs nothing until then."""
    boundary = r"(?<![\w\[.-]){}(?![\w\]-]|\.\w)" if "." in name else r"(?<![\w\[-]){}(?![\w\]-])"
    return re.compile(boundary.format(re.escape(name)), re.IGNORECASE)


_NUMBERS = Passes([(_SID, "s-1-5-21"), (_MAIL, "@"), (SERIAL, SERIAL_WORDS), (BARE_MAC, BARE_MAC_WORDS)])
_NAMES = Passes([*((pattern, words) for pattern, words, _ in CONTEXTS), (HOST_NAME, HOST_WORDS), (DASHED, "ip-")])


def redact(text: str, tokens: Tokens) -> tuple[str, tuple[Masked, ...]]:
    """Replace everything in a text that must not be shown or kept. Never raises; the number of lines stays.

    Args:
        text: any text, of any number of lines.
        tokens: the case's table, which learns.

    Returns:
        The text, and how many values of which kind were replaced.
    """
    before = Counter(TOKEN.findall(text))
    out = mask_secrets(text)
    out = _NUMBERS.run(
        out,
        [
            lambda found: _sid(found, tokens),
            lambda found: _mail(found, tokens),
            lambda found: _serial(found, tokens),
            lambda found: _bare_mac(found, tokens),
        ],
    )
    out = _SHAPED_MAC.sub(lambda found: _mac(found, tokens), out)
    out = _SHAPED_IP6.sub(lambda found: _ip6(found, tokens), out)
    out = _IP4.sub(lambda found: tokens.address(found.group()), out)
    out = HEADER.sub(_context("host", tokens), out)
    whole: list[Callable[[re.Match[str]], str]] = [lambda found: tokens.host(found.group())] * 2
    out = _NAMES.run(out, [*(_context(kind, tokens) for _, _, kind in CONTEXTS), *whole])
    out = tokens.spread(out)
    return out, _masked(before, Counter(TOKEN.findall(out)))


def _context(kind: str, tokens: Tokens) -> Callable[[re.Match[str]], str]:
    name = tokens.user if kind == "user" else tokens.host

    def replace(found: re.Match[str]) -> str:
        return _within(found, "name", name(found.group("name")))

    return replace


def _mail(found: re.Match[str], tokens: Tokens) -> str:
    return tokens._token("mail", "mail", found.group().lower())


def _sid(found: re.Match[str], tokens: Tokens) -> str:
    return tokens._token("sid", "sid", found.group())


def _serial(found: re.Match[str], tokens: Tokens) -> str:
    group = "name" if found.group("name") else "maker"
    return _within(found, group, tokens._token("serial", "serial", found.group(group).upper()))


def _bare_mac(found: re.Match[str], tokens: Tokens) -> str:
    return _within(found, "name", tokens._token("mac", "mac", found.group("name").lower()))


def _within(found: re.Match[str], group: str, by: str) -> str:
    start, end = found.span(group)
    whole, shift = found.group(), found.start()
    return whole[: start - shift] + by + whole[end - shift :]


def _mac(found: re.Match[str], tokens: Tokens) -> str:
    return tokens._token("mac", "mac", _bare(found.group()))


def _ip6(found: re.Match[str], tokens: Tokens) -> str:
    """A run of hex and colons may also be a clock: only true addresses go."""
    text = found.group()
    if text.count(":") < 3 and "::" not in text:
        return text
    return tokens.address(text)


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _masked(before: Counter[str], after: Counter[str]) -> tuple[Masked, ...]:
    counts: Counter[str] = Counter()
    for token, count in after.items():
        word = token[1:-1].rpartition("-")[0] or "secret"
        counts[_KINDS.get(word, word)] += max(0, count - before[token])
    return tuple(Masked(kind=kind, count=count) for kind, count in sorted(counts.items()) if count)

"""What the engineers are told about the knowledge base itself: a change that cannot be used, and that it is mended."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages.blocks import Lines, Part, Small, compose
from bot.messages.speaker import phrases
from bot.wording import Message

#: So many faults are shown; the log and `vpn-help knowledge check` have them all.
SHOWN = 3


def knowledge_broken(faults: Sequence[str], revision: str, *, locale: str) -> Message:
    """The files were changed and have faults: the first ones, and what goes on."""
    say = phrases(locale)
    body: list[Part] = [say("knowledge.broken", count=len(faults), revision=revision)]
    body += [Lines(fault.splitlines()) for fault in faults[:SHOWN]]
    body.append(Small(say.plain("knowledge.check")))
    return compose(body)


def knowledge_mended(revision: str, *, locale: str) -> Message:
    """The files are good again and in use."""
    return compose([phrases(locale)("knowledge.mended", revision=revision)])

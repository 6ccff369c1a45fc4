"""What an engineer says to the bot after a mention: one of its words, or anything else, which is a description of the trouble.

>>> asked("why not PSK-mismatch?")
'why-not psk-mismatch'
>>> asked("e se nat=yes"), asked("What if everybody has it?")
('what-if nat=yes', 'what-if everybody has it')
>>> asked("help, it stops with error 809") is None
True
"""

from __future__ import annotations

import re

#: A word, in both languages, to its name; said alone, or with a word or two of politeness.
_WORDS = {
    "triage": "triage",
    "triagem": "triage",
    "explain": "explain",
    "explique": "explain",
    "explica": "explain",
    "timeline": "timeline",
    "linha do tempo": "timeline",
    "redact": "redact",
    "mascarar": "redact",
    "mascare": "redact",
    "help": "help",
    "ajuda": "help",
    "mute": "mute",
    "silêncio": "mute",
    "silencio": "mute",
    "unmute": "unmute",
    "voltar": "unmute",
    "volte": "unmute",
}
_POLITE = re.compile(r"[,\s]+(please|this|now|thanks|isto|isso|agora|obrigad[oa]|por favor)$")
_WHY_NOT = re.compile(r"(?:why not|por ?que n[ãa]o|porque n[ãa]o)\s+([\w-]+)")
_WHAT_IF = re.compile(r"(?:what if|e se)\s+(.+)")


def asked(text: str) -> str | None:
    """The word and what it is about, `why-not psk-mismatch`; None where it is none of the bot's words."""
    said = " ".join(text.casefold().split()).strip(" .!?:,")
    while (less := _POLITE.sub("", said)) != said:
        said = less
    if found := _WHY_NOT.fullmatch(said):
        return f"why-not {found[1]}"
    if found := _WHAT_IF.fullmatch(said):
        return f"what-if {found[1]}"
    return _WORDS.get(said)

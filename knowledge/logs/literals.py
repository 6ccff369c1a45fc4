r"""What every match of a regular expression contains: the texts that a scanner can look for.

    IPsec SA (?P<x>\d+) lost        every match holds `IPsec SA ` and ` lost`
    (?:locked|disabled) out?        every match holds one of `locked`, `disabled`, and ` ou`

Careful: what is not sure is left out. The expression is one that `re` compiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Sure", "sure_literals", "worth"]

#: Alternatives of which a match holds one, at most; more make a scan slower than trying the expression.
_MOST = 24
#: Words that other programs' lines are full of: worth half their length to a scan.
_COMMON = frozenset(
    [
        "invalid",
        "failed",
        "error",
        "from",
        "user",
        "connection",
        "password",
        "authentication",
        "timeout",
        "session",
        "closed",
        "received",
        "port",
        "unknown",
        "certificate",
        "remote",
        "message",
    ]
)
_REPEATS = frozenset("*?+{")


def worth(text: str) -> int:
    """How telling a text is to a scan: its length, or half of it for a word that stands everywhere."""
    return len(text) // 2 if text.strip().lower() in _COMMON else len(text)


@dataclass(frozen=True, slots=True)
class Sure:
    """Texts that every match holds all of, and sets of texts of which it holds one each."""

    every: tuple[str, ...] = ()
    one_of: tuple[frozenset[str], ...] = ()

    @property
    def needles(self) -> frozenset[str]:
        """The texts of which every match holds at least one, the most telling such set; empty where none is sure."""
        sets = [*(frozenset({text}) for text in self.every), *self.one_of]
        return max(sets, key=lambda texts: min(map(worth, texts), default=0), default=frozenset())


@dataclass(slots=True)
class _Branch:
    """One alternative, while it is being read."""

    run: list[str] = field(default_factory=list)
    every: list[str] = field(default_factory=list)
    one_of: list[frozenset[str]] = field(default_factory=list)

    def end_run(self) -> None:
        if self.run:
            self.every.append("".join(self.run))
            self.run.clear()

    def done(self) -> Sure:
        self.end_run()
        return Sure(tuple(self.every), tuple(self.one_of))


def sure_literals(text: str) -> Sure:
    """What is sure of an expression's matches.

    >>> sure_literals("(?:locked|disabled) out").needles == {"locked", "disabled"}
    True
    """
    if "(?i" in text or "(?x" in text:
        return Sure()
    return _Reader(text).alternatives()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def alternatives(self) -> Sure:
        """Read up to the end, or to the bracket that closes a group."""
        branches = [_Branch()]
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == ")":
                break
            if character == "|":
                branches.append(_Branch())
                self._at += 1
                continue
            self._item(branches[-1])
        return _joined([branch.done() for branch in branches])

    def _item(self, branch: _Branch) -> None:
        """One character, class or group, with its repetition."""
        character = self._text[self._at]
        if character == "(":
            inner = self._group()
            least = self._least()
            branch.end_run()
            if least:
                branch.every += inner.every
                branch.one_of += inner.one_of
            return
        literal = self._literal()
        repeated = self._text[self._at : self._at + 1] in _REPEATS and self._at < len(self._text)
        least = self._least()
        if literal is None or not least:
            branch.end_run()
        elif repeated:
            branch.run.append(literal)
            branch.end_run()
        else:
            branch.run.append(literal)

    def _literal(self) -> str | None:
        """The character that stands here, if it is one and no other; passes over it."""
        character = self._text[self._at]
        if character == "\\":
            following = self._text[self._at + 1 : self._at + 2]
            self._at += 2
            return following if following and not following.isalnum() else None
        if character == "[":
            self._at = _class_end(self._text, self._at)
            return None
        self._at += 1
        return None if character in ".^$" else character

    def _group(self) -> Sure:
        """A group, from its opening bracket to its closing one."""
        head = self._text[self._at : self._at + 4]
        around = head.startswith(("(?=", "(?!", "(?<=", "(?<!"))
        if head.startswith("(?P<"):
            self._at = self._text.index(">", self._at) + 1
        elif head.startswith("(?"):
            self._at += 4 if head.startswith(("(?<=", "(?<!")) else 3
        else:
            self._at += 1
        inner = self.alternatives()
        self._at += 1
        return Sure() if around else inner

    def _least(self) -> int:
        """Pass over a repetition; how often what it repeats is there at least."""
        character = self._text[self._at : self._at + 1]
        if character not in _REPEATS or not character:
            return 1
        least = 1 if character == "+" else 0
        self._at += 1
        if character == "{":
            end = self._text.index("}", self._at)
            low = self._text[self._at : end].partition(",")[0]
            least = int(low) if low.isdigit() else 0
            self._at = end + 1
        if self._text[self._at : self._at + 1] in {"?", "+"}:
            self._at += 1
        return least


def _joined(branches: list[Sure]) -> Sure:
    """What is sure whichever of the branches matched."""
    if len(branches) == 1:
        return branches[0]
    needles = [branch.needles for branch in branches]
    if not all(needles) or sum(map(len, needles)) > _MOST:
        return Sure()
    return Sure(one_of=(frozenset(_flat(needles)),))


def _flat(sets: Iterable[frozenset[str]]) -> Iterable[str]:
    for each in sets:
        yield from each


def _class_end(text: str, start: int) -> int:
    position = start + 1
    if text.startswith("^", position):
        position += 1
    if text.startswith("]", position):
        position += 1
    while position < len(text) and text[position] != "]":
        position += 2 if text[position] == "\\" else 1
    return position + 1

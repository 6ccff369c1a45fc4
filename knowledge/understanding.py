"""What a person typed, to what the engine knows: a platform, error numbers, answers; the rest is kept, and never guessed.

    não conecta no hotel, erro 809, windows 11
    -> came-up=never, network=guest, error=e809 (809), windows

Phrases stand in `base/words.yaml`; numbers in the code tables and in the choices of the question `error`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from knowledge.rules import KnowledgeBase, Phrase
from knowledge.terms import ChoiceId, FactId, Platform, QuestionId

#: One mistake is always forgiven in a word that is not short, and one more for each so many letters.
LETTERS_PER_MISTAKE = 8
#: A word shorter than this must be met exactly: `mac` is not `mas`.
SHORT = 5

#: Numbers that people write and that are no error: ports, protocols, versions.
_NOT_CODES = frozenset({"443", "500", "1701", "1723", "4500", "2000", "2003", "2008", "2012", "2016", "2019", "2022", "2025"})
_SAYS_CODE = frozenset({"error", "erro", "code", "codigo", "err", "numero", "number", "message", "mensagem"})
#: Words that turn what follows round.
_TURNS = frozenset({"not", "no", "never", "without", "nao", "sem", "nunca", "nem", "n", "but", "mas", "only", "so"})
_WORD = re.compile(r"0x[0-9a-f]{8}|\d+(?:\.\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*\d*", re.IGNORECASE)
_CODE = re.compile(r"0x[0-9a-f]{8}|\d{3,5}")
#: What is read of one message; more is a pasted log, and that has its own reader.
_LONGEST = 4000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a text was taken to mean, and what was not understood of it."""

    platform: Platform | None = None
    #: Error numbers, with the family of the code table that has them: `("ras", "809")`.
    codes: tuple[tuple[str, str], ...] = ()
    answers: Mapping[QuestionId, ChoiceId] = field(default_factory=lambda: MappingProxyType({}))
    #: What the person quotes of a log, or says of a machine in its terms, each with their words.
    facts: tuple[tuple[FactId, str], ...] = ()
    #: The person's words that meant nothing to us, in their order.
    rest: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where nothing was understood."""
        return self.platform is None and not self.codes and not self.answers and not self.facts


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    plain: str


def understand(base: KnowledgeBase, text: str) -> Understood:
    """What `text` says. Of two answers to one question the longer phrase wins; nothing is guessed."""
    tokens = [_Token(word, plain(word)) for word in _WORD.findall(text[:_LONGEST])]
    used = [False] * len(tokens)
    codes = _codes(base, tokens, used)
    platform: Platform | None = None
    answers: dict[QuestionId, ChoiceId] = {}
    facts: dict[FactId, str] = {}
    for phrase, places in _matches(base, tokens, used):
        for place in places:
            used[place] = True
        if phrase.fact is not None:
            facts.setdefault(phrase.fact, " ".join(tokens[place].text for place in places))
        elif phrase.platform is not None:
            platform = platform or phrase.platform
        elif phrase.question is not None and phrase.choice is not None:
            answers.setdefault(phrase.question, phrase.choice)
    error = QuestionId("error")
    for _, code in codes:
        choice = _choice_of(base, code)
        if choice is not None:
            answers[error] = choice
            break
    rest = tuple(
        token.text
        for token, is_used in zip(tokens, used, strict=True)
        if not is_used and token.plain not in base.ignored_words and len(token.plain) > 1
    )
    return Understood(platform=platform, codes=codes, answers=MappingProxyType(answers), facts=tuple(facts.items()), rest=rest)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Small letters without accents: `Não está` is `nao esta`.

    >>> plain("Conexão")
    'conexao'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text, plain.

    >>> plain_words("Não está conectando (Wi-Fi)")
    ('nao', 'esta', 'conectando', 'wi-fi')
    """
    return tuple(plain(word) for word in _WORD.findall(text))


def _codes(base: KnowledgeBase, tokens: list[_Token], used: list[bool]) -> tuple[tuple[str, str], ...]:
    """Numbers that the base knows; one that is also a year or a port needs the word *error* before it."""
    found: list[tuple[str, str]] = []
    for index, token in enumerate(tokens):
        if not _CODE.fullmatch(token.plain):
            continue
        announced = any(before.plain in _SAYS_CODE for before in tokens[max(0, index - 2) : index])
        if token.plain in _NOT_CODES and not announced:
            continue
        named = _named(base, token.plain)
        if named is not None:
            used[index] = True
            if named not in found:
                found.append(named)
    return tuple(found)


def _named(base: KnowledgeBase, code: str) -> tuple[str, str] | None:
    """A number as its table writes it (`0x8007274C`), with the table's family."""
    for family in ("ras", "win_ipsec"):
        for written in (code, f"0x{code[2:].upper()}"):
            if (family, written) in base.codes:
                return family, written
    if _choice_of(base, code) is not None:
        return ("ras" if code.isdigit() and len(code) == 3 else "win_ipsec"), code
    return None


def _choice_of(base: KnowledgeBase, code: str) -> ChoiceId | None:
    question = base.questions.get(QuestionId("error"))
    for choice in question.choices if question else ():
        if code.lower() in (known.lower() for known in choice.codes):
            return choice.id
    return None


def _matches(base: KnowledgeBase, tokens: list[_Token], used: list[bool]) -> Iterable[tuple[Phrase, tuple[int, ...]]]:
    """Phrases that stand in the text, longest and best first, none over words that another took; and where their words are."""
    words = tuple(token.plain for token in tokens)
    hits: list[tuple[int, int, int, tuple[int, ...], Phrase]] = []
    for phrase in base.phrases:
        for start in range(len(words) - len(phrase.words) + 1):
            found = _found(words, start, phrase.words)
            if found is not None:
                places, wrong = found
                hits.append((-len(places), wrong, start, places, phrase))
    taken = list(used)
    for _, _, _, places, phrase in sorted(hits, key=lambda hit: hit[:3]):
        if not any(taken[place] for place in places):
            for place in places:
                taken[place] = True
            yield phrase, places


def _found(words: tuple[str, ...], start: int, meant: tuple[str, ...]) -> tuple[tuple[int, ...], int] | None:
    """Where the words of a phrase stand from `start` on, and how far from it they are.

    One word between two of them is passed over (*cai toda hora*, *cai quase toda hora*), as long as it turns nothing round.
    """
    places, wrong, place = [], 0, start
    for number, theirs in enumerate(meant):
        mistakes = _mistakes(words[place], theirs) if place < len(words) else None
        if mistakes is None and number and place + 1 < len(words) and words[place] not in _TURNS:
            place += 1
            mistakes = _mistakes(words[place], theirs)
            wrong += 1
        if mistakes is None:
            return None
        places.append(place)
        wrong += mistakes
        place += 1
    return tuple(places), wrong


def _mistakes(mine: str, theirs: str) -> int | None:
    """How many letters of a word are wrong, left out, too many or swapped; None where it is another word.

    Short words carry the sense (`não`, `no`, `4g`) and one letter turns them round: they must be met exactly.
    """
    if mine == theirs:
        return 0
    if min(len(mine), len(theirs)) < SHORT or abs(len(mine) - len(theirs)) > 2:
        return None
    allowed = 1 + len(theirs) // LETTERS_PER_MISTAKE
    wrong = _distance(mine, theirs, allowed)
    return wrong if wrong <= allowed else None


def _distance(mine: str, theirs: str, most: int) -> int:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 # 30 ms that only a mistyped text needs

    return OSA.distance(mine, theirs, score_cutoff=most)

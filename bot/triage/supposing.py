"""*What if*: which question and answer somebody means, in the words that people use in a thread.

With `=` or without: the ids, as the help shows them (`nat=client-nat`); yes and no, for the answers that are called so, or
else the first and the second (`nat=yes`, `nat is no`); words of an answer, in either language (`internet = partly`); or a
sentence that the base understands, or that shares most of its words with one answer (`everybody has it`).
"""

from __future__ import annotations

import re

import knowledge
from bot.messages import LOCALES
from knowledge import UNKNOWN, Choice, ChoiceId, KnowledgeBase, Question, QuestionId

_YES = frozenset({"yes", "y", "true", "sim", "s"})
_NO = frozenset({"no", "n", "false", "não", "nao"})
_IS = re.compile(r"^(?:is|are|was|were|be|é|são|fosse|for|seja)\s+")
_WORD = re.compile(r"\w{3,}")
#: Of a sentence without a question so large a part of its words has to stand in the answer.
_MOST = 0.6


def supposed(base: KnowledgeBase, about: str) -> tuple[str, str]:
    """The ids of question and choice; where one is not known, the words that were used in its place."""
    name, equals, said = (part.strip() for part in about.partition("="))
    if not equals:
        name, _, said = about.partition(" ")
        said = _IS.sub("", said.strip())
    question = base.questions.get(QuestionId(name))
    if question is not None:
        found = _choice(question, said)
        return question.id, found or said
    if equals:
        return name, said
    understood = knowledge.understand(base, about).answers
    if understood:
        return next(iter(understood.items()))
    return _closest(base, about) or (about, "")


def _choice(question: Question, said: str) -> ChoiceId | None:
    choices = [choice for choice in question.choices if choice.id != UNKNOWN]
    if any(choice.id == said for choice in question.choices):
        return ChoiceId(said)
    for words, place in ((_YES, 0), (_NO, 1)):
        if said in words and len(choices) > place:
            called = [choice.id for choice in choices if choice.id in words]
            return called[0] if called else choices[place].id
    wanted = _words(said)
    shared = {choice.id: _shared(wanted, choice) for choice in choices}
    best = [choice for choice, count in shared.items() if count and count == max(shared.values())]
    return best[0] if len(best) == 1 else None


def _closest(base: KnowledgeBase, said: str) -> tuple[QuestionId, ChoiceId] | None:
    """The one answer of all questions that says the most of it."""
    wanted = _words(said)
    if not wanted:
        return None
    shared = {
        (question.id, choice.id): _shared(wanted, choice)
        for question in base.questions.values()
        for choice in question.choices
        if choice.id != UNKNOWN
    }
    most = max(shared.values())
    best = [pair for pair, count in shared.items() if count == most]
    return best[0] if len(best) == 1 and most >= _MOST * len(wanted) else None


def _shared(wanted: frozenset[str], choice: Choice) -> int:
    return max(len(wanted & _words(f"{choice.id} {choice.says(locale)}")) for locale in LOCALES)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold().replace("-", " ")))

"""What every room of the messages shares: the base's sentences, the bot's sentences, and small turns of phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest

from bot.cases import Case
from bot.messages.phrases import Phrase, Phrases
from knowledge import CauseId, ChoiceId, Code, Evidence, Finding, Hypothesis, KnowledgeBase, QuestionId, Stage, Step, StepId

_NUMBER = re.compile(r"\d+")

#: Lines of a log that a reply shows; the rest is behind *Show details*.
LINES_SHOWN = 4


@cache
def phrases(locale: str) -> Phrases:
    """The sentences of one language; made once."""
    return Phrases(locale)


def number(case: Case) -> str:
    """The case's number as people say it: the first eight characters of its id."""
    return case.id[:8].upper()


def percent(probability: float) -> str:
    """A probability as people read it; never 0 and never 100, because nothing here is certain."""
    return str(min(99, max(1, round(probability * 100))))


class Speaker:
    """Words for causes, questions, findings. Bound to one knowledge base."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._rules = {rule.id: rule for rule in base.rules}
        self._steps = {step.id: step for cause in base.causes.values() for step in cause.steps}

    def _cause(self, cause: CauseId, locale: str) -> str:
        known = self._base.causes.get(cause)
        return known.title(locale) if known else cause

    def _cause_says(self, cause: CauseId, locale: str) -> str:
        known = self._base.causes.get(cause)
        return known.says(locale) if known else ""

    def _best(self, case: Case) -> Hypothesis | None:
        return case.diagnosis.best if case.diagnosis else None

    def _step(self, step: str | None) -> Step | None:
        return self._steps.get(StepId(step)) if step else None

    def _ask(self, question: QuestionId, locale: str) -> str:
        known = self._base.questions.get(question)
        return known.ask(locale) if known else question

    def _choice(self, question: QuestionId, choice: ChoiceId, locale: str) -> str:
        known = self._base.questions.get(question)
        for each in known.choices if known else ():
            if each.id == choice:
                return each.says(locale)
        return phrases(locale).plain("question.dont_know") if choice == "unknown" else choice

    def _stage(self, stage: Stage, locale: str) -> str:
        return phrases(locale).plain(f"stage.{stage}")

    def _platform(self, case: Case, locale: str) -> str:
        return phrases(locale).plain(f"platform.{case.platform or 'unknown'}")

    def _state(self, case: Case, locale: str) -> str:
        return phrases(locale).plain(f"state.{case.state}")

    def _answer(self, answer: str, locale: str) -> str:
        question, _, choice = answer.partition("=")
        return self._choice(QuestionId(question), ChoiceId(choice), locale)

    def _reason(self, finding: Finding, locale: str) -> Phrase | None:
        """A finding in words: what the rule says, or the answer that it is."""
        rule = self._rules.get(finding.rule)
        if rule:
            return Phrase.of(rule.says(locale))
        answer = next((proof.answer for proof in finding.evidence if proof.answer), None)
        if answer:
            return phrases(locale)("reply.answer", answer=self._answer(answer, locale))
        code = self._code(finding)
        return Phrase.of(code.meaning(locale)) if code else None

    def _code(self, finding: Finding) -> Code | None:
        family, _, code = finding.rule.removeprefix("code:").partition("=")
        return self._base.codes.get((family, code))

    def _place(self, proof: Evidence, locale: str) -> str:
        say = phrases(locale)
        name = f"{proof.file}/{proof.member}" if proof.member and proof.file else proof.member or proof.file or ""
        return say.plain("reply.place", file=name, line=proof.line) if proof.line else name

    def _proofs(self, findings: Sequence[Finding], most: int) -> list[Evidence]:
        """The lines behind the findings, at most so many, in the file's order.

        Of each finding in turn its last line, which is where it went wrong, then the one before; each wording once, because
        a retry says the same again.
        """
        chosen: dict[tuple[str | None, str | None, str], Evidence] = {}
        ranked = sorted(findings, key=lambda each: -abs(each.factor))
        turns = zip_longest(*(reversed([proof for proof in finding.evidence if proof.text]) for finding in ranked))
        for proof in (proof for turn in turns for proof in turn if proof):
            if len(chosen) < most:
                chosen.setdefault((proof.file, proof.member, _NUMBER.sub("#", proof.text or "")), proof)
        return sorted(chosen.values(), key=lambda each: (each.file or "", each.member or "", each.line or 0))

    def _reasons(self, findings: Sequence[Finding], locale: str) -> list[Phrase]:
        """The findings in words, each sentence once."""
        said: dict[str, Phrase] = {}
        for finding in sorted(findings, key=lambda each: -abs(each.factor)):
            reason = self._reason(finding, locale)
            if reason:
                said.setdefault(reason.plain, reason)
        return list(said.values())

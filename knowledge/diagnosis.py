"""Logs and answers in, a `Diagnosis` out: the one way that the interview, the triage of an upload and the command line go.

logs ──► attempts ──► the one that the question is about ──► weighed ──► verdict ──► next step
                 └──► every other one: its own verdict, listed beside it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.attempts import Attempts, attempts_of
from knowledge.condition import Context
from knowledge.errors import MisuseError
from knowledge.inference import (
    Answered,
    Answers,
    Weighing,
    answered,
    choices_of,
    context_of,
    facts_of_answers,
    hypotheses_of,
    tuned_by,
    verdict_of,
    weigh_attempt,
)
from knowledge.planning import next_step
from knowledge.rules import KnowledgeBase
from knowledge.terms import (
    Attempt,
    AttemptSummary,
    Diagnosis,
    Evidence,
    Fact,
    FactId,
    FormatId,
    Log,
    NextStep,
    Platform,
    QuestionId,
    Side,
    StepKind,
    Verdict,
)
from knowledge.understanding import Understood, understand

#: The platform that an answer to the question `platform` means.
PLATFORM_ANSWERS: Mapping[str, Platform] = {
    "windows": Platform.WINDOWS,
    "windows-xp": Platform.WINDOWS_LEGACY,
    "windows-2000": Platform.WINDOWS_LEGACY,
    "windows-98": Platform.WINDOWS_LEGACY,
    "apple": Platform.MACOS,
    "android-12": Platform.ANDROID,
    "android-11": Platform.ANDROID,
    "linux": Platform.LINUX,
}

#: The format of a picture's text, and the question that an error message answers.
PICTURE, ERROR = FormatId("picture"), QuestionId("error")

#: More attempts than this are listed with the verdict of their like, the latest ones weighed themselves.
MOST_WEIGHED = 60

#: The number of a token of redaction: `[ip-public-12]`.
_TOKEN_NUMBER = re.compile(r"-\d+\]")

_CODE_FAMILIES: Mapping[str, str] = {"ras": "ras.error", "win_ipsec": "win.ipsec_error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every number behind a diagnosis, for who asks why."""

    diagnosis: Diagnosis
    weighing: Weighing
    #: The facts that rules were asked of: those of the chosen attempt, of the host, and of the answers.
    facts: tuple[Fact, ...]
    understood: Understood
    #: What rules were asked of, with the attempts around the chosen one.
    context: Context


def diagnose(
    base: KnowledgeBase,
    logs: Iterable[Log] = (),
    answers: Answers | None = None,
    *,
    text: str | None = None,
    platform: Platform | None = None,
    attempt: int | None = None,
) -> Diagnosis:
    """What the evidence says, all of it together.

    Args:
        base: The knowledge base.
        logs: Any number of files, read; on one clock where they have one.
        answers: Choices by question; several choices where the question allows it.
        text: What the person typed. An answer that was given outright beats one that was understood from it.
        platform: What the requester's machine runs; else the answers, the text or a client's log say it.
        attempt: Which attempt it is about, as an index into `Diagnosis.attempts`; None: the requester's last.

    Raises:
        MisuseError: a question, a choice or an attempt that does not exist.
    """
    return explain(base, logs, answers, text=text, platform=platform, attempt=attempt).diagnosis


def explain(
    base: KnowledgeBase,
    logs: Iterable[Log] = (),
    answers: Answers | None = None,
    *,
    text: str | None = None,
    platform: Platform | None = None,
    attempt: int | None = None,
) -> Explanation:
    """`diagnose`, with every factor kept."""
    logs = tuple(logs)
    understood = understand(base, text) if text else Understood()
    answers = {**_pictured(base, logs), **understood.answers, **(answers or {})}
    given = answered(base, answers)
    platform = platform or _platform(answers, understood, logs)
    typed = (*facts_of_answers(base, given), *_typed_codes(understood, given), *_quoted(understood))
    found = attempts_of(base, logs)
    chosen = _chosen(found, attempt)
    weighings = _Weighings(base, found, given, typed, platform)
    weighing = weighings.of(chosen)
    hypotheses = hypotheses_of(weighing, base)
    tried = found.attempts[chosen] if chosen is not None else None
    diagnosis = Diagnosis(
        verdict=verdict_of(hypotheses, tried, base),
        hypotheses=hypotheses,
        unexplained=weighing.unexplained if hypotheses else 1.0,
        stage=tried.stage if tried else None,
        attempts=tuple(weighings.summaries(chosen)),
        next=NextStep(kind=StepKind.NONE),
        revision=base.revision,
        side=(tried.side if tried else None) or next((log.side for log in logs if log.side), None),
        platform=platform,
        tuned=tuned_by(base, weighing),
        experimental=weighing.experimental,
        differences=tried.differences if tried else (),
    )
    step = next_step(base, diagnosis, answers=answers, logs=logs, platform=platform)
    context = weighings.context(chosen)
    return Explanation(
        diagnosis=replace(diagnosis, next=step),
        weighing=weighing,
        facts=context.facts,
        understood=understood,
        context=context,
    )


class _Weighings:
    """The attempts of one reading, weighed as they are asked for; attempts that say the same are weighed once."""

    def __init__(
        self, base: KnowledgeBase, found: Attempts, given: Sequence[Answered], typed: Sequence[Fact], platform: Platform | None
    ) -> None:
        self._base = base
        self._found = found
        self._given = given
        self._typed = tuple(typed)
        self._platform = platform
        self._answers = choices_of(given)
        self._bare = [self._context(attempt) for attempt in found.attempts[-MOST_WEIGHED:]]
        self._verdicts: dict[object, Verdict] = {}

    def of(self, chosen: int | None) -> Weighing:
        """The chosen attempt with everything that the person said; None: what was said alone, with the facts of the host."""
        attempt = self._found.attempts[chosen] if chosen is not None else None
        return weigh_attempt(self._base, attempt, self.context(chosen), self._given)

    def context(self, chosen: int | None) -> Context:
        """What rules are asked of for the chosen attempt: its facts, what the person said, and the attempts around it."""
        if chosen is None:
            return self._context(None, heard=True)
        place = chosen - len(self._found.attempts) + len(self._bare)
        earlier, later = (tuple(self._bare[:place]), tuple(self._bare[place + 1 :])) if place >= 0 else ((), ())
        return self._context(self._found.attempts[chosen], heard=True, earlier=earlier, later=later)

    def summaries(self, chosen: int | None) -> Iterator[AttemptSummary]:
        """Every attempt with its own verdict, from the log alone; the chosen one's may differ once people are heard."""
        for index, attempt in enumerate(self._found.attempts):
            yield AttemptSummary(
                stage=attempt.stage,
                verdict=self._verdict(attempt),
                chosen=index == chosen,
                start=attempt.start,
                end=attempt.end,
                peer=attempt.peer,
            )

    def _verdict(self, attempt: Attempt) -> Verdict:
        key = (
            attempt.stage,
            attempt.ended,
            attempt.covered,
            attempt.side,
            tuple((fact.id, fact.times, *_faceless(fact.values)) for fact in attempt.facts),
        )
        if key not in self._verdicts:
            weighing = weigh_attempt(self._base, attempt, self._context(attempt))
            hypotheses = hypotheses_of(weighing, self._base, unconfirmed_for=0)
            self._verdicts[key] = verdict_of(hypotheses, attempt, self._base)
        return self._verdicts[key]

    def _context(
        self,
        attempt: Attempt | None,
        *,
        heard: bool = False,
        earlier: tuple[Context, ...] = (),
        later: tuple[Context, ...] = (),
    ) -> Context:
        facts = (*(attempt.facts if attempt else ()), *self._found.host, *(self._typed if heard else ()))
        answers = self._answers if heard else {}
        return context_of(self._base, facts, answers, attempt=attempt, platform=self._platform, earlier=earlier, later=later)


def _faceless(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A fact's values with who it was left out: the same failure of many peers is weighed once."""
    for name, value in sorted(values.items()):
        yield name, _TOKEN_NUMBER.sub("]", value)


def _chosen(found: Attempts, attempt: int | None) -> int | None:
    if attempt is None:
        return found.chosen
    if not 0 <= attempt < len(found.attempts):
        raise MisuseError(f"there is no attempt {attempt}; the logs show {len(found.attempts)}, counted from 0")
    return attempt


def _pictured(base: KnowledgeBase, logs: Iterable[Log]) -> Answers:
    """Which error message a picture shows; its other words are the program's, and no answers of the person."""
    shown = (understand(base, log.text).answers.get(ERROR) for log in logs if PICTURE in log.formats)
    return next(({ERROR: choice} for choice in shown if choice is not None), {})


def _platform(answers: Answers, understood: Understood, logs: Sequence[Log]) -> Platform | None:
    told = answers.get(QuestionId("platform"), ())
    for said in (told,) if isinstance(told, str) else told:
        if said in PLATFORM_ANSWERS:
            return PLATFORM_ANSWERS[said]
    return understood.platform or next((log.platform for log in logs if log.platform and log.side is not Side.SERVER), None)


def _quoted(understood: Understood) -> Iterator[Fact]:
    """What the person quoted of a log that they did not send."""
    for fact, words in understood.facts:
        yield Fact(id=fact, evidence=(Evidence(text=words),), values={})


def _typed_codes(understood: Understood, given: Sequence[Answered]) -> Iterator[Fact]:
    """The numbers that the person typed, with the answer that they mean, where one does."""
    for family, code in understood.codes:
        meant = [answer for answer in given if code in answer.choice.codes]
        if any(len(answer.choice.codes) == 1 for answer in meant):
            continue  # that answer asserts the number already
        proof = meant[0].evidence if meant else Evidence(answer=f"error={code}")
        yield Fact(id=FactId(_CODE_FAMILIES[family]), evidence=(proof,), values={"code": code})

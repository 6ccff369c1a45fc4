"""A diagnosis for the terminal, and as the JSON object of the command line's contract.

Colourless text, so that it can be piped and pasted; every sentence comes from the knowledge base, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill
from typing import Any

from knowledge.rules import KnowledgeBase, Step
from knowledge.terms import (
    AttemptSummary,
    CauseId,
    Clock,
    Diagnosis,
    Difference,
    Evidence,
    Finding,
    Hypothesis,
    Log,
    QuestionId,
    ReadState,
    RuleId,
    StepKind,
    Tuned,
    Verdict,
)

#: Characters of a line of the terminal report.
WIDTH = 100
#: So many lines of proof, other causes and open points are shown; the JSON has them all.
MOST_PROOFS = 6
MOST_OTHERS = 3
MOST_ATTEMPTS = 12
#: Another cause is worth mentioning from this probability on.
WORTH_NAMING = 0.05

Json = dict[str, Any]


def as_json(diagnosis: Diagnosis, logs: Sequence[Log], *, file: str | None) -> Json:
    """The contract's object. `file` is as it was given; None (answers only, or several files) adds `files`.

    `tuned` and `experimental` are there where a local tuning changed the answer, or a rule under trial would have spoken;
    `differences` where two files of one incident do not agree.
    """
    return {
        "file": file,
        **({"files": [log.file for log in logs]} if file is None and logs else {}),
        "read": read_state(logs),
        "formats": list(dict.fromkeys(format_ for log in logs for format_ in log.formats)),
        "stage": diagnosis.stage,
        "attempts": [_attempt_json(attempt) for attempt in diagnosis.attempts],
        "verdict": diagnosis.verdict,
        "unexplained": round(diagnosis.unexplained, 4),
        "causes": [_cause_json(hypothesis) for hypothesis in diagnosis.hypotheses],
        "next": {"kind": diagnosis.next.kind, "id": diagnosis.next.id, "minutes": diagnosis.next.minutes},
        "knowledge": diagnosis.revision,
        **({"tuned": [_tuned_json(tuned) for tuned in diagnosis.tuned]} if diagnosis.tuned else {}),
        **({"differences": [_difference_json(each) for each in diagnosis.differences]} if diagnosis.differences else {}),
        **({"experimental": list(_proofs(diagnosis.experimental))} if diagnosis.experimental else {}),
    }


def read_state(logs: Sequence[Log]) -> ReadState:
    """How much was understood of several files together: whole only if all were. Words alone are always read whole."""
    states = {log.read for log in logs}
    if states <= {ReadState.WHOLE}:
        return ReadState.WHOLE
    if states & {ReadState.WHOLE, ReadState.PARTIAL}:
        return ReadState.PARTIAL
    return ReadState.UNRECOGNISED if ReadState.UNRECOGNISED in states else ReadState.REFUSED


def as_text(base: KnowledgeBase, diagnosis: Diagnosis, logs: Sequence[Log], locale: str = "en") -> str:
    """The report that a person reads."""
    return "\n".join(_Report(base, diagnosis, logs, locale).lines()) + "\n"


def problem_of(base: KnowledgeBase, log: Log, locale: str = "en") -> str:
    """One line about a file that was not understood, and what to do about it."""
    say = _Say(base, locale)
    line = say(f"read-{log.read}", file=log.file or "-", formats="", understood=log.understood, lines=log.lines)
    reasons = [say.reason(reason, log.detail) for reason in log.reasons]
    return " ".join([line, *reasons])


class _Say:
    """The report's sentences in one language."""

    def __init__(self, base: KnowledgeBase, locale: str) -> None:
        self._base = base
        self._locale = locale

    def __call__(self, key: str, **values: object) -> str:
        text = self._base.sentences.get(key)
        sentence = text(self._locale) if text else key
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", str(value))
        return sentence

    def reason(self, reason: str, detail: str | None) -> str:
        """Why a file was not read whole, and what to do instead, which depends on the kind of file."""
        key = f"reason-{reason}-{detail}"
        return self(key if key in self._base.sentences else f"reason-{reason}", detail=detail or "?")


class _Report:
    def __init__(self, base: KnowledgeBase, diagnosis: Diagnosis, logs: Sequence[Log], locale: str) -> None:
        self._base = base
        self._diagnosis = diagnosis
        self._logs = logs
        self._locale = locale
        self._say = _Say(base, locale)
        self._rules = {rule.id: rule for rule in base.rules}

    def lines(self) -> Iterator[str]:
        """All of it, part by part."""
        for log in self._logs:
            yield from self._read(log)
        if self._logs:
            yield ""
        yield from self._verdict()
        yield from self._next()
        yield from self._attempts()

    def _read(self, log: Log) -> Iterator[str]:
        if log.read in (ReadState.UNRECOGNISED, ReadState.REFUSED):
            yield problem_of(self._base, log, self._locale)
            return
        titles = [self._base.formats[ident].title if ident in self._base.formats else ident for ident in log.formats]
        yield self._say(
            f"read-{log.read}", file=log.file or "-", formats=", ".join(titles), understood=log.understood, lines=log.lines
        )
        for reason in log.reasons:
            yield "  " + self._say.reason(reason, log.detail)

    def _verdict(self) -> Iterator[str]:
        diagnosis = self._diagnosis
        best = diagnosis.best
        if best is None:
            yield self._say("nothing")
            return
        if best.probability < diagnosis.unexplained and diagnosis.verdict is Verdict.OPEN:
            yield self._say("none-known")
        cause = self._base.causes.get(best.cause)
        title = cause.title(self._locale) if cause else best.cause
        yield f"{self._say(f'verdict-{diagnosis.verdict}')}: {title} [{best.cause}] ({self._percent(best.probability)})"
        if cause:
            yield fill(cause.says(self._locale), WIDTH, initial_indent="  ", subsequent_indent="  ")
        if diagnosis.stage is not None:
            yield f"{self._say('stage')}: {self._say(f'stage-{diagnosis.stage}')}"
        yield from self._findings("how", best.supporting)
        yield from self._findings("against", best.opposing)
        yield from self._differences()
        yield from self._unconfirmed(best)
        yield from self._others()
        yield from self._tuned()

    def _differences(self) -> Iterator[str]:
        """What the files tell differently, with the line of each."""
        for difference in self._diagnosis.differences:
            yield ""
            said = self._say(difference.sentence, at=difference.time, seconds=round(difference.seconds))
            yield fill(said, WIDTH)
            for proof in difference.evidence:
                yield from self._proof(proof)

    def _findings(self, heading: str, findings: Sequence[Finding]) -> Iterator[str]:
        counted = [finding for finding in findings if finding.factor != 1.0]
        if not counted:
            return
        yield ""
        yield f"{self._say(heading)}:"
        for finding in counted[:MOST_PROOFS]:
            yield fill(f"- {self._says(finding)}", WIDTH, initial_indent="  ", subsequent_indent="    ")
            for proof in finding.evidence[:2]:
                yield from self._proof(proof)

    def _says(self, finding: Finding) -> str:
        rule = self._rules.get(finding.rule)
        if rule is not None:
            return rule.says(self._locale)
        kind, _, name = finding.rule.partition(":")
        if kind == "code":
            family, _, code = name.partition("/")
            row = self._base.codes.get((family, code))
            return f"{code}: {row.meaning(self._locale)}" if row else code
        if kind == "question":
            question, _, choice = name.partition("=")
            asked = self._base.questions.get(QuestionId(question))
            found = next((c for c in asked.choices if c.id == choice), None) if asked else None
            if asked and found:
                return f"{asked.ask(self._locale)} {found.says(self._locale)}"
        if kind == "attempt":
            return self._say(f"stage-{self._diagnosis.stage}")
        return finding.rule

    def _proof(self, proof: Evidence) -> Iterator[str]:
        if proof.answer and not proof.text:
            yield "      " + self._say("answer", answer=proof.answer)
        elif proof.text:
            place = ":".join(str(part) for part in (proof.file or proof.member, proof.line) if part is not None)
            yield f"      {place}  {proof.text}"

    def _unconfirmed(self, best: Hypothesis) -> Iterator[str]:
        if not best.unconfirmed or self._diagnosis.verdict in (Verdict.CONCLUSIVE, Verdict.HEALTHY):
            return
        yield ""
        yield f"{self._say('unconfirmed')}:"
        for proof in best.unconfirmed[:MOST_OTHERS]:
            yield fill(f"- {self._settles(proof)}", WIDTH, initial_indent="  ", subsequent_indent="    ")

    def _settles(self, proof: Evidence) -> str:
        if proof.answer:
            question = self._base.questions.get(QuestionId(proof.answer))
            return self._say("would-settle-answer", question=question.ask(self._locale) if question else proof.answer)
        fact = next((kind for kind in self._base.facts.values() if kind.says() == proof.text), None)
        return self._say("would-settle-fact", fact=fact.says(self._locale) if fact else proof.text or "?")

    def _others(self) -> Iterator[str]:
        diagnosis = self._diagnosis
        others = [hypothesis for hypothesis in diagnosis.hypotheses[1:] if hypothesis.probability >= WORTH_NAMING]
        if not others and diagnosis.unexplained < WORTH_NAMING:
            return
        yield ""
        yield f"{self._say('also')}:"
        for hypothesis in others[:MOST_OTHERS]:
            cause = self._base.causes.get(hypothesis.cause)
            title = cause.title(self._locale) if cause else hypothesis.cause
            yield f"  - {title} [{hypothesis.cause}] ({self._percent(hypothesis.probability)})"
        if diagnosis.unexplained >= WORTH_NAMING:
            yield f"  - {self._say('unexplained', percent=round(100 * diagnosis.unexplained))}"

    def _tuned(self) -> Iterator[str]:
        """What is different here than the base has it, and why."""
        for number, tuned in enumerate(self._diagnosis.tuned):
            if not number:
                yield ""
                yield f"{self._say('tuned')}:"
            rule, cause = self._rules.get(tuned.rule or RuleId("")), self._base.causes.get(tuned.cause or CauseId(""))
            sentence = self._say(
                f"tuned-{tuned.kind}",
                about=rule.says(self._locale) if rule else cause.title(self._locale) if cause else tuned.rule or "?",
                id=tuned.rule or tuned.cause,
                now=self._say(f"word-{tuned.now}") if tuned.now else "",
                before=", ".join(self._say(f"word-{word}") for word in (tuned.before or "").split(", ")),
                reason=tuned.reason,
                until=tuned.until,
            )
            yield fill(f"- {sentence}", WIDTH, initial_indent="  ", subsequent_indent="    ")

    def _next(self) -> Iterator[str]:
        step = self._diagnosis.next
        if self._diagnosis.best is None and step.kind is StepKind.HANDOVER:
            return
        yield ""
        minutes = step.minutes
        time = self._say("minutes", count=round(minutes)) if minutes >= 1.5 else self._say("seconds", count=round(minutes * 60))
        yield self._say("next", minutes=time) + ":" if minutes else self._say("next", minutes=time).partition(" (")[0] + ":"
        match step.kind:
            case StepKind.ASK:
                yield from self._ask(step.id)
            case StepKind.COLLECT:
                yield from self._collect(step.id)
            case StepKind.TRY:
                yield from self._try(step.id)
            case _:
                yield fill(self._say(step.kind), WIDTH, initial_indent="  ", subsequent_indent="  ")

    def _ask(self, ident: str | None) -> Iterator[str]:
        question = self._base.questions.get(QuestionId(ident or ""))
        if question is None:
            return
        yield from self._labelled("ask", question.ask(self._locale))
        yield "  " + self._say("ask-how", question=question.id)
        for choice in question.choices:
            yield f"    {choice.id:<22}{choice.says(self._locale)}"

    def _collect(self, ident: str | None) -> Iterator[str]:
        collect = self._base.collects.get(ident or "")
        if collect is not None:
            yield from self._labelled("collect", collect.title(self._locale))
            yield from _indented(collect.do(self._locale))
            yield from _indented(collect.secrets(self._locale))

    def _try(self, ident: str | None) -> Iterator[str]:
        step = self._step(ident)
        if step is not None:
            yield from self._labelled("try", step.do(self._locale))
            yield from self._labelled("verify", step.verify(self._locale))
            if step.undo():
                yield from self._labelled("undo", step.undo(self._locale))

    def _step(self, ident: str | None) -> Step | None:
        return next((step for cause in self._base.causes.values() for step in cause.steps if step.id == ident), None)

    def _labelled(self, key: str, text: str) -> Iterator[str]:
        if text:
            yield fill(f"{self._say(key)}: {text}", WIDTH, initial_indent="  ", subsequent_indent="    ")

    def _attempts(self) -> Iterator[str]:
        attempts = self._diagnosis.attempts
        if len(attempts) < 2:
            return
        yield ""
        yield f"{self._say('attempts')}:"
        skipped = max(0, len(attempts) - MOST_ATTEMPTS)
        if skipped:
            yield f"  … {skipped}"
        for number, attempt in enumerate(attempts[skipped:], skipped):
            start = _time(attempt.start) or "?"
            mark = f"  <- {self._say('chosen')}" if attempt.chosen else ""
            peer = f" {attempt.peer}" if attempt.peer else ""
            stage, verdict = self._say(f"stage-{attempt.stage}"), self._say(f"attempt-{attempt.verdict}")
            yield f"  {number}. {start}{peer}: {stage} ({verdict}){mark}"

    def _percent(self, probability: float) -> str:
        # Never 100 %: what is not known is never nothing.
        return self._say("probability", percent=min(99, round(100 * probability)))


def _indented(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield fill(line, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _attempt_json(attempt: AttemptSummary) -> Json:
    return {
        "start": _time(attempt.start),
        "end": _time(attempt.end),
        "stage": attempt.stage,
        "peer": attempt.peer,
        "verdict": attempt.verdict,
        "chosen": attempt.chosen,
    }


def _time(clock: Clock | None) -> str | None:
    return clock.at.isoformat() if clock else None


def _difference_json(difference: Difference) -> Json:
    return {
        "kind": difference.kind,
        "side": difference.side,
        "at": _time(difference.clock),
        "seconds": difference.seconds,
        "lines": [_evidence_json(proof) for proof in difference.evidence],
    }


def _tuned_json(tuned: Tuned) -> Json:
    return {
        "kind": tuned.kind,
        "rule": tuned.rule,
        "cause": tuned.cause,
        "now": tuned.now,
        "before": tuned.before,
        "reason": tuned.reason,
        "until": tuned.until,
    }


def _cause_json(hypothesis: Hypothesis) -> Json:
    return {
        "id": hypothesis.cause,
        "probability": round(hypothesis.probability, 4),
        "for": list(_proofs(hypothesis.supporting)),
        "against": list(_proofs(hypothesis.opposing)),
        "unconfirmed": [_evidence_json(proof) for proof in hypothesis.unconfirmed],
    }


def _proofs(findings: Iterable[Finding]) -> Iterator[Json]:
    for finding in findings:
        for proof in finding.evidence or (Evidence(rule=finding.rule),):
            yield _evidence_json(proof)


def _evidence_json(proof: Evidence) -> Json:
    return {
        "rule": proof.rule,
        "file": proof.file,
        "member": proof.member,
        "line": proof.line,
        "text": proof.text,
        "answer": proof.answer,
    }

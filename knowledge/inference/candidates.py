"""What is said about causes, before anything is weighed: rules that hold, answers, numbers of the code tables, the stage.

A `Candidate` is one saying about one cause with what it rests on. `weigh` then lets candidates that rest on the same fact,
line or exchange count once, by the strongest.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from knowledge.errors import MisuseError
from knowledge.inference.odds import HANGS, factor
from knowledge.rules import Choice, Does, Effect, KnowledgeBase, Question
from knowledge.terms import (
    HEALTHY,
    UNKNOWN,
    Attempt,
    CauseId,
    ChoiceId,
    Direction,
    Evidence,
    Fact,
    FactId,
    Finding,
    QuestionId,
    RuleId,
    Stage,
    Strength,
)

#: Answers by question: one choice, or several where the question allows it.
Answers = Mapping[QuestionId, ChoiceId | Collection[ChoiceId]]

#: Facts that carry a number, and the table that says what the number means.
CODE_FACTS: Mapping[str, str] = {
    "ras.error": "ras",
    "ras.ended": "ras",
    "win.ipsec_error": "win_ipsec",
    "nps.reason": "nps_reason",
    "pppd.exit": "pppd_exit",
}

#: Questions whose answer is the stage itself: a log that shows the stage has answered them.
STAGE_QUESTIONS = frozenset({"prompt", "last-event"})

#: Values that change from one telling of the same exchange to the next.
_VOLATILE = frozenset({"count", "during", "in", "line", "out", "part", "peer", "port", "side", "size", "times"})

#: A finding shows at most so many lines: who needs more has the log.
MOST_PROOFS = 12

#: What a fact that merely moves the attempt on does: context, unless a rule rests on nothing else.
_PROGRESS = frozenset({Does.BEGINS, Does.REACHES, Does.PASSES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One saying about one cause."""

    rule: RuleId
    effect: Effect
    evidence: tuple[Evidence, ...]
    #: What it rests on; two candidates for one cause that share a key are one finding.
    keys: frozenset[str]
    group: str | None = None
    #: True where nothing but a person's word is behind it.
    from_person: bool = False

    @property
    def factor(self) -> float:
        """By how much it would multiply the odds if it counted."""
        return factor(self.effect.direction, self.effect.strength, from_person=self.from_person)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, looked up."""

    question: Question
    choice: Choice

    @property
    def said(self) -> str:
        """As the command line writes it: `question=choice`."""
        return f"{self.question.id}={self.choice.id}"

    @property
    def evidence(self) -> Evidence:
        """The answer as a proof."""
        return Evidence(answer=self.said)


def answered(base: KnowledgeBase, answers: Answers) -> tuple[Answered, ...]:
    """The answers that say something; `unknown` is dropped.

    Raises:
        MisuseError: a question or choice that the base does not have.
    """
    found = []
    for ident, given in answers.items():
        question = base.questions.get(ident)
        if question is None:
            raise MisuseError(f"no question is called `{ident}`; there is {', '.join(sorted(base.questions))}")
        for choice_id in [given] if isinstance(given, str) else given:
            if choice_id == UNKNOWN:
                continue
            choice = next((choice for choice in question.choices if choice.id == choice_id), None)
            if choice is None:
                known = ", ".join(choice.id for choice in question.choices)
                raise MisuseError(f"`{choice_id}` is no answer to `{ident}`; there is {known}, {UNKNOWN}")
            found.append(Answered(question, choice))
    return tuple(found)


def facts_of_answers(base: KnowledgeBase, given: Iterable[Answered]) -> tuple[Fact, ...]:
    """The facts that answers assert: an error number that a person read is the number that the log would have held.

    A choice of several numbers asserts the number only where it is known which; a choice that means exactly one does.
    """
    facts = []
    for answer in given:
        if len(answer.choice.codes) == 1:
            code = answer.choice.codes[0]
            facts.append(Fact(id=code_fact(base, code), evidence=(answer.evidence,), values={"code": code}))
    return tuple(facts)


def code_fact(base: KnowledgeBase, code: str) -> FactId:
    """Which fact a bare number asserts: a remote access error, or an error of Windows' IPsec."""
    if ("ras", code) in base.codes or (code.isdigit() and len(code) == 3):
        return FactId("ras.error")
    return FactId("win.ipsec_error")


def of_answers(given: Iterable[Answered], facts: Collection[Fact]) -> Iterator[Candidate]:
    """What the answers say, by the effects of their choices."""
    logged = {fact.values.get("code") for fact in facts if fact.id in CODE_FACTS and fact.format is not None}
    for answer in given:
        if logged.intersection(answer.choice.codes):
            continue  # the log says the same: `of_codes` makes one finding with both proofs
        keys = frozenset({f"answer:{answer.question.id}", *(code_key(code) for code in answer.choice.codes)})
        if answer.question.id in STAGE_QUESTIONS:
            keys |= {"stage"}
        for effect in answer.choice.effects:
            yield Candidate(
                rule=RuleId(f"question:{answer.said}"), effect=effect, evidence=(answer.evidence,), keys=keys, from_person=True
            )


def of_codes(base: KnowledgeBase, facts: Iterable[Fact], given: Collection[Answered]) -> Iterator[Candidate]:
    """What numbers say: as the answer with that number would, else by the table's causes, best first.

    A number that stands in a log and was told by the person too is one finding with both proofs.
    """
    by_code: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        code = fact.values.get("code")
        if code and fact.id in CODE_FACTS:
            by_code.setdefault((CODE_FACTS[fact.id], code), []).append(fact)
    for (family, code), told in by_code.items():
        meant = [answer for answer in given if code in answer.choice.codes]
        logged = any(fact.format is not None for fact in told)
        if meant and not logged:
            continue  # the answer itself says it: `of_answers`
        evidence = tuple(dict.fromkeys((*(proof for fact in told for proof in fact.evidence), *(a.evidence for a in meant))))
        keys = frozenset({code_key(code)}).union(*(line_keys(fact) for fact in told))
        for effect in effects_of_code(base, family, code):
            yield Candidate(
                rule=RuleId(f"code:{family}/{code}"), effect=effect, evidence=evidence, keys=keys, from_person=not logged
            )


def effects_of_code(base: KnowledgeBase, family: str, code: str) -> tuple[Effect, ...]:
    """What a number of a table says about causes."""
    if family in ("ras", "win_ipsec"):
        for question in base.questions.values():
            for choice in question.choices:
                if code in choice.codes:
                    return choice.effects
    row = base.codes.get((family, code))
    strengths = [Strength.MODERATE, *[Strength.WEAK] * 20]
    pairs = zip(row.causes, strengths, strict=False) if row else ()
    return tuple(Effect(cause=cause, direction=Direction.SUPPORTS, strength=strength) for cause, strength in pairs)


def of_outcome(attempt: Attempt, base: KnowledgeBase) -> Iterator[Candidate]:
    """What the outcome of the attempt says about `healthy`: it came up and nothing failed, or it did not."""
    if HEALTHY not in base.causes:
        return
    failed = failures(attempt, base)
    came_up = [fact for fact in attempt.facts if fact.id in _CAME_UP]
    if attempt.stage is Stage.CONNECTED and came_up and not failed:
        direction, strength, rule = Direction.SUPPORTS, Strength.STRONG, "attempt:came-up"
        proofs = came_up
    elif failed or attempt.ended:
        direction, strength, rule = Direction.EXCLUDES, Strength.DECISIVE, "attempt:failed"
        proofs = list(failed) or list(attempt.facts[-1:])
    elif passed := _passed_all_that_shows(attempt, base):
        direction, strength, rule = Direction.SUPPORTS, Strength.MODERATE, "attempt:no-fault-seen"
        proofs = [passed]
    else:
        direction, strength, rule = Direction.OPPOSES, Strength.WEAK, "attempt:end-not-seen"
        proofs = list(attempt.facts[-1:])
    yield Candidate(
        rule=RuleId(rule),
        effect=Effect(cause=HEALTHY, direction=direction, strength=strength),
        evidence=tuple(proof for fact in proofs for proof in fact.evidence[:1]),
        keys=frozenset({"outcome"}),
    )


def certainty_of_stop(attempt: Attempt, base: KnowledgeBase) -> float:
    """How sure it is that the attempt stopped where the reading ends (`stage_likelihood`)."""
    if attempt.ended:
        return 1.0
    return HANGS if _could_show_more(attempt, base) else 0.0


def _could_show_more(attempt: Attempt, base: KnowledgeBase) -> bool:
    """Whether a format that is present also says that this stage, or a later one, is passed.

    An IPsec daemon's log ends where IPsec is up, whatever L2TP did then.
    """
    for ident in {fact.format for fact in attempt.facts if fact.format is not None}:
        known = base.formats.get(ident)
        if known is None:
            return True
        for signature in known.signatures:
            kind = base.facts.get(signature.fact)
            if kind is not None and kind.does is Does.PASSES and kind.stage.rank >= attempt.stage.rank:
                return True
    return False


def _passed_all_that_shows(attempt: Attempt, base: KnowledgeBase) -> Fact | None:
    """The fact that passed the last stage of which this kind of log tells, if it did and that was no small part of the way."""
    if attempt.stage.rank < Stage.L2TP.rank or _could_show_more(attempt, base):
        return None
    passes = (fact for fact in reversed(attempt.facts) if (kind := base.facts.get(fact.id)) and kind.does is Does.PASSES)
    return next(passes, None)


#: What says that a connection has come up; how one ends because somebody wants it to.
_CAME_UP = frozenset({"session.up", "ipcp.up"})
_ENDED_IN_ORDER = frozenset({"session.ended", "lcp.terminated"})


def failures(attempt: Attempt, base: KnowledgeBase) -> tuple[Fact, ...]:
    """The facts that say that an attempt failed; of one that came up, only what was said once it was up."""
    up = attempt.stage is Stage.CONNECTED
    facts = attempt.facts
    if up and (refused := _left_unprotected(facts)):
        return refused
    if up and any(fact.id in _CAME_UP for fact in facts):
        # Once somebody has ended it in an orderly way, what stays without an answer is only its tidying up.
        over = next((place for place, fact in enumerate(facts) if fact.id in _ENDED_IN_ORDER), len(facts))
        facts = facts[: over + 1]
    return tuple(
        fact
        for fact in facts
        if (kind := base.facts.get(fact.id))
        and kind.does is Does.FAILS
        and not (up and fact.values.get("during", Stage.CONNECTED) != Stage.CONNECTED)
    )


#: How the other end refuses phase 2 in so many words.
_REFUSALS_OF_PHASE_2 = frozenset({"INVALID_ID_INFORMATION", "NO_PROPOSAL_CHOSEN", "TS_UNACCEPTABLE"})


def _left_unprotected(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The refusals of a phase 2 that never came up: an L2TP that comes up all the same goes over the Internet in the clear."""
    if any(fact.id == "esp.established" for fact in facts):
        return ()
    return tuple(
        fact
        for fact in facts
        if fact.id == "ike.notify" and fact.values.get("during") == Stage.ESP and fact.values.get("name") in _REFUSALS_OF_PHASE_2
    )


class Resting:
    """What findings rest on: the telling facts behind them, by line and by exchange. Made once for an attempt."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._progress = {kind.id for kind in base.facts.values() if kind.does in _PROGRESS}
        self._keys: dict[int, tuple[Fact, frozenset[str]]] = {}
        #: Exchanges by what was said: a retry says it again and again.
        self._exchanges: dict[tuple[object, ...], str] = {}

    def keys(self, facts: Iterable[Fact]) -> frozenset[str]:
        """The keys of the telling facts."""
        return frozenset[str]().union(*map(self._keys_of, self.telling(facts)))

    def telling(self, facts: Iterable[Fact]) -> tuple[Fact, ...]:
        """The facts that a rule really rests on: all, but those that merely move an attempt on, if there are others."""
        told = tuple(facts)
        return tuple(fact for fact in told if fact.id not in self._progress) or told

    def proofs(self, facts: Iterable[Fact]) -> list[Evidence]:
        """The evidence of facts, the telling ones before the context, no more than anybody reads."""
        ordered = sorted(facts, key=lambda fact: fact.id in self._progress)
        return [proof for fact in ordered[:MOST_PROOFS] for proof in fact.evidence][:MOST_PROOFS]

    def _keys_of(self, fact: Fact) -> frozenset[str]:
        known = self._keys.get(id(fact))
        if known is None:
            said = (fact.id, *fact.values.items())
            exchange = self._exchanges.get(said)
            if exchange is None:
                exchange = self._exchanges[said] = exchange_key(fact)
            known = self._keys[id(fact)] = fact, frozenset((exchange, *_lines_of(fact)))
        return known[1]


def line_keys(fact: Fact) -> frozenset[str]:
    """The lines, or answers, behind a fact."""
    return frozenset(_lines_of(fact))


def _lines_of(fact: Fact) -> list[str]:
    return [
        f"answer:{proof.answer.partition('=')[0]}" if proof.answer else f"line:{proof.file}:{proof.member}:{proof.line}"
        for proof in fact.evidence
        if proof.answer or proof.line is not None
    ]


def exchange_key(fact: Fact) -> str:
    """What was said, whoever wrote it down: the two ends' lines about one message share it."""
    if fact.id in CODE_FACTS and "code" in fact.values:
        return code_key(fact.values["code"])
    values = ",".join(f"{name}={value}" for name, value in sorted(fact.values.items()) if name not in _VOLATILE)
    return f"fact:{fact.id}:{values}"


def code_key(code: str) -> str:
    """A number is the same number wherever it was read."""
    return f"code:{code.lower()}"


@dataclass(slots=True)
class _Taken:
    keys: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)


def weigh(candidates: Iterable[Candidate], already: frozenset[str] = frozenset()) -> dict[CauseId, tuple[Finding, ...]]:
    """Findings by cause, strongest first; one that rests on what a stronger one rests on has the factor 1.

    `already` holds keys that the engine has counted in another way (the stage).
    """
    by_cause: dict[CauseId, list[Candidate]] = {}
    for candidate in candidates:
        by_cause.setdefault(candidate.effect.cause, []).append(candidate)
    return {cause: _counted_once(own, already) for cause, own in by_cause.items()}


def _counted_once(candidates: list[Candidate], already: frozenset[str]) -> tuple[Finding, ...]:
    candidates = sorted(_merged(candidates), key=lambda c: (-abs(math.log(c.factor)), c.from_person, c.rule))
    taken = _Taken(keys=set(already))
    findings = []
    for candidate in candidates:
        counts = taken.keys.isdisjoint(candidate.keys) and candidate.group not in taken.groups
        if counts:
            taken.keys |= candidate.keys
            if candidate.group:
                taken.groups.add(candidate.group)
        findings.append(
            Finding(
                rule=candidate.rule,
                cause=candidate.effect.cause,
                direction=candidate.effect.direction,
                strength=candidate.effect.strength,
                evidence=proofs_of(candidate),
                factor=candidate.factor if counts else 1.0,
            )
        )
    return tuple(findings)


def proofs_of(candidate: Candidate) -> tuple[Evidence, ...]:
    """What a candidate rests on, in its name."""
    rule = candidate.rule
    # Spelled out: `replace` takes four times as long, and there are hundreds.
    return tuple(
        Evidence(rule=rule, file=p.file, member=p.member, line=p.line, text=p.text, answer=p.answer) for p in candidate.evidence
    )


def _merged(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """The same rule said twice about one cause is one candidate with all its proofs."""
    by_rule: dict[tuple[RuleId, Direction], Candidate] = {}
    for candidate in candidates:
        key = candidate.rule, candidate.effect.direction
        known = by_rule.get(key)
        if known is None:
            by_rule[key] = candidate
            continue
        stronger = max(known, candidate, key=lambda c: abs(math.log(c.factor)))
        evidence = tuple(dict.fromkeys((*known.evidence, *candidate.evidence)))
        by_rule[key] = replace(stronger, evidence=evidence, keys=known.keys | candidate.keys)
    yield from by_rule.values()

"""One attempt, weighed: facts and answers to findings, findings to a posterior, with every factor kept for who asks.

`weigh_attempt` does the whole of it for one attempt (or for answers alone) and keeps the numbers (`Weighing`);
`hypotheses_of` makes of it what a diagnosis shows.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from knowledge.condition import Context, NeedKind, Result, Truth, evaluate
from knowledge.inference.answering import unsaid
from knowledge.inference.asking import asking
from knowledge.inference.candidates import (
    Answered,
    Candidate,
    Resting,
    certainty_of_stop,
    of_answers,
    of_codes,
    of_outcome,
    proofs_of,
    weigh,
)
from knowledge.inference.odds import TEMPERATURE, posterior, priors, stage_likelihood
from knowledge.rules import KnowledgeBase, Rule, Status
from knowledge.terms import (
    OTHER,
    Attempt,
    CauseId,
    ChoiceId,
    Direction,
    Evidence,
    Fact,
    FactId,
    Finding,
    Hypothesis,
    Platform,
    QuestionId,
    RuleId,
    Side,
    Stage,
)

#: A hypothesis below this probability is not listed.
LISTED = 0.002
#: Unconfirmed rules are worked out for so many hypotheses, and so many of them listed for each.
UNCONFIRMED_FOR = 5
MOST_UNCONFIRMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one cause got, factor by factor: `probability ∝ prior x stage x unsaid x the factors of its findings`."""

    cause: CauseId
    prior: float
    #: P(the reading stops where it does | cause); 1 where no log shows an attempt.
    stage: float
    findings: tuple[Finding, ...]
    probability: float
    #: What the answers that were not given say (`knowledge.inference.answering`); 1 where nothing was asked.
    unsaid: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """All causes and `other`, best first, for one attempt."""

    attempt: Attempt | None
    shares: tuple[Share, ...]
    #: What rules were asked of.
    context: Context
    #: What experimental rules that hold would have said; it counts for nothing.
    experimental: tuple[Finding, ...] = ()
    #: Rules that hold and are muted here.
    muted: frozenset[RuleId] = frozenset()

    @property
    def unexplained(self) -> float:
        """The share of everything that the base does not know."""
        return next((share.probability for share in self.shares if share.cause == OTHER), 0.0)


def context_of(
    base: KnowledgeBase,
    facts: Iterable[Fact],
    answers: Mapping[QuestionId, frozenset[ChoiceId]],
    *,
    attempt: Attempt | None = None,
    platform: Platform | None = None,
    side: Side | None = None,
    stage: Stage | None = None,
    earlier: tuple[Context, ...] = (),
    later: tuple[Context, ...] = (),
) -> Context:
    """What conditions are asked of: one attempt, its facts and those of the host, and the answers."""
    facts = tuple(facts)
    formats = {fact.format for fact in facts if fact.format is not None}
    always = frozenset[FactId]().union(*(base.formats[ident].always for ident in formats if ident in base.formats))
    return Context(
        facts=facts,
        answers=answers,
        platform=platform,
        side=(attempt.side if attempt else None) or side,
        stage=attempt.stage if attempt else stage,
        covered=attempt.covered if attempt else frozenset(),
        always=always,
        stages={fact.id: fact.stage for fact in base.facts.values()},
        earlier=earlier,
        later=later,
    )


def choices_of(given: Iterable[Answered]) -> Mapping[QuestionId, frozenset[ChoiceId]]:
    """Answers as a condition reads them."""
    together: dict[QuestionId, set[ChoiceId]] = {}
    for answer in given:
        together.setdefault(answer.question.id, set()).add(answer.choice.id)
    return {question: frozenset(choices) for question, choices in together.items()}


def weigh_attempt(base: KnowledgeBase, attempt: Attempt | None, context: Context, given: Collection[Answered] = ()) -> Weighing:
    """Everything that is said about one attempt, and what that makes of the causes.

    Args:
        base: The knowledge base.
        attempt: The attempt that the question is about; None where there are only answers.
        context: What rules are asked of (`context_of`), the facts of answers included.
        given: The answers of the person.
    """
    candidates: list[Candidate] = []
    experimental: list[Finding] = []
    muted: set[RuleId] = set()
    resting = Resting(base)
    order = asking(base)
    for rule in order.worth(context):
        result = evaluate(rule.when, context)
        if not result.holds:
            continue
        if rule.id not in order.silent:
            candidates += _candidates(rule, result, resting)
        elif rule.status is Status.EXPERIMENTAL:
            experimental += [_unweighed(candidate) for candidate in _candidates(rule, result, resting)]
        else:
            muted.add(rule.id)
    candidates += of_answers(given, context.facts)
    candidates += of_codes(base, context.facts, given)
    if attempt is not None:
        candidates += of_outcome(attempt, base)
    already = frozenset({"stage"}) if attempt is not None and attempt.ended else frozenset[str]()
    silence = unsaid(base, given, context.facts, stage_seen=bool(already))
    shares = _shares(base, attempt, weigh(candidates, already), silence)
    return Weighing(attempt=attempt, shares=shares, context=context, experimental=tuple(experimental), muted=frozenset(muted))


def _unweighed(candidate: Candidate) -> Finding:
    """What a rule under trial would say."""
    return Finding(
        rule=candidate.rule,
        cause=candidate.effect.cause,
        direction=candidate.effect.direction,
        strength=candidate.effect.strength,
        evidence=proofs_of(candidate),
    )


def _candidates(rule: Rule, result: Result, resting: Resting) -> Iterator[Candidate]:
    """What a rule that holds says."""
    keys = resting.keys(result.facts) | {f"answer:{answer.partition('=')[0]}" for answer in result.answers}
    proofs = dict.fromkeys((*resting.proofs(result.facts), *(Evidence(answer=answer) for answer in result.answers)))
    for effect in rule.effects:
        yield Candidate(
            rule=rule.id,
            effect=effect,
            evidence=tuple(proofs),
            keys=keys or frozenset({f"rule:{rule.id}"}),
            group=rule.group,
            from_person=bool(result.answers) and not any(fact.format for fact in result.facts),
        )


def hypotheses_of(weighing: Weighing, base: KnowledgeBase, *, unconfirmed_for: int = UNCONFIRMED_FOR) -> tuple[Hypothesis, ...]:
    """The ranking that a diagnosis shows; `other` is never in it. What is unconfirmed is worked out for the first ones."""
    if weighing.attempt is None and not any(share.findings for share in weighing.shares):
        return ()
    ranked = [share for share in weighing.shares if share.cause != OTHER and share.probability >= LISTED]
    return tuple(
        Hypothesis(
            cause=share.cause,
            probability=share.probability,
            supporting=tuple(finding for finding in share.findings if finding.direction is Direction.SUPPORTS),
            opposing=tuple(finding for finding in share.findings if finding.direction is not Direction.SUPPORTS),
            unconfirmed=tuple(_unconfirmed(share.cause, weighing, base)) if rank < unconfirmed_for else (),
        )
        for rank, share in enumerate(ranked)
    )


def _shares(
    base: KnowledgeBase,
    attempt: Attempt | None,
    findings: Mapping[CauseId, tuple[Finding, ...]],
    silence: Mapping[CauseId, float],
) -> tuple[Share, ...]:
    prior = priors(base.causes.values())
    stops = certainty_of_stop(attempt, base) if attempt else 0.0
    stages = {cause: stage_likelihood(base.causes.get(cause), attempt.stage, stops=stops) if attempt else 1.0 for cause in prior}
    weights = {
        cause: math.log(share)
        + math.log(stages[cause])
        + math.log(silence.get(cause, 1.0))
        + sum(math.log(f.factor) for f in findings.get(cause, ()))
        for cause, share in prior.items()
        if share > 0
    }
    after = posterior(weights, TEMPERATURE if attempt is not None else 1.0)
    shares = [
        Share(
            cause=cause,
            prior=prior[cause],
            stage=stages[cause],
            findings=findings.get(cause, ()),
            probability=after[cause],
            unsaid=silence.get(cause, 1.0),
        )
        for cause in weights
    ]
    return tuple(sorted(shares, key=lambda share: (-share.probability, share.cause)))


def _unconfirmed(cause: CauseId, weighing: Weighing, base: KnowledgeBase) -> Iterator[Evidence]:
    """What would settle the rules about `cause` that are unknown: those of which something is seen already come first."""
    results = ((rule, evaluate(rule.when, weighing.context)) for rule in asking(base).about.get(cause, ()))
    own = [(rule, result) for rule, result in results if result.truth is Truth.UNKNOWN]
    own.sort(key=lambda unknown: not (unknown[1].facts or unknown[1].answers))
    settled: dict[tuple[str | None, str | None], Evidence] = {}
    for rule, result in own:
        if len(settled) >= MOST_UNCONFIRMED:
            break
        proof = _settled_by(rule, result, base)
        settled.setdefault((proof.text, proof.answer), proof)
    yield from settled.values()


def _settled_by(rule: Rule, result: Result, base: KnowledgeBase) -> Evidence:
    """The question whose answer would settle it (`answer`, without a choice), or the fact that a log would have to show."""
    needs = result.explained.needs
    for need in needs:
        if need.kind is NeedKind.ANSWER:
            return Evidence(rule=rule.id, answer=need.name)
    for need in needs:
        kind = base.facts.get(FactId(".".join(need.name.split(".")[:2])))
        if kind is not None:
            return Evidence(rule=rule.id, text=kind.says())
    return Evidence(rule=rule.id, text="; ".join(str(need) for need in needs) or None)

"""What would have to be otherwise for a rule to speak, in sentences for its author."""

from __future__ import annotations

from knowledge.authoring.inputs import place_of
from knowledge.condition import Condition, Context, Truth, evaluate
from knowledge.condition.context import fact_value, family_of
from knowledge.condition.evaluation import setting_of
from knowledge.condition.tree import Answer, Facts, Given, InAttempt
from knowledge.rules import KnowledgeBase
from knowledge.terms import Fact, FactId

#: So many lines are shown as examples of what would assert a fact.
_MOST_LINES = 2


def advice(base: KnowledgeBase, leaf: Condition, wanted: Truth, context: Context) -> str:
    """What would make one part of a condition come out as wanted.

    Args:
        base: The base.
        leaf: The part.
        wanted: What it should be, and is not.
        context: What is known.
    """
    match leaf:
        case Facts() if wanted is Truth.TRUE:
            return _present(base, leaf, context)
        case Facts():
            return _gone(base, leaf, context)
        case Answer():
            return _answered(base, leaf, wanted)
        case Given():
            now = f"{leaf.setting} is {setting_of(leaf.setting, context) or 'not known'}"
        case InAttempt():
            now = f"the log shows {len(context.earlier)} earlier and {len(context.later)} later attempts"
        case _:
            now = _events(leaf, context)
    return f"{_said(leaf, wanted)}; {now}" if now else _said(leaf, wanted)


def _said(leaf: Condition, wanted: Truth) -> str:
    return f"`{leaf}` were so" if wanted is Truth.TRUE else f"`{leaf}` were not so"


def _present(base: KnowledgeBase, leaf: Facts, context: Context) -> str:
    near = context.named(leaf.name) if leaf.name != "*" else ()
    if near and leaf.tests:
        carried = "; ".join(f"{place_of(fact)} has {_values(fact, leaf)}" for fact in near[:_MOST_LINES])
        return f"`{leaf.name}` had {', '.join(map(str, leaf.tests))}: {carried}"
    lines = _lines_that_say(base, leaf, context)
    if lines:
        return f"a line said `{leaf}`, such as:" + "".join(f"\n      {line}" for line in lines)
    return f"something said `{leaf}` (no signature does; an answer or a code may)"


def _values(fact: Fact, leaf: Facts) -> str:
    return ", ".join(f"{test.key} = {fact_value(fact, test.key) or 'nothing'}" for test in leaf.tests)


def _gone(base: KnowledgeBase, leaf: Facts, context: Context) -> str:
    result = evaluate(leaf, context)
    if result.truth is Truth.TRUE:
        there = result.facts[0]
        text = there.evidence[0].text if there.evidence else None
        return f"`{leaf}` were not there; it is: {place_of(there)}  {text or ''}".rstrip()
    always = sorted(name for name, source in base.formats.items() if leaf.name in source.always)
    kind = base.facts.get(FactId(leaf.name))
    if leaf.name.endswith("*"):
        return f"a log showed every stage of `{leaf.name}` from start to end, and nothing of it"
    if not always or kind is None:
        never = "no format always says it, so `not` can never know"
        return f"it were known that `{leaf}` did not happen; {never}: ask `not seen {leaf}`"
    return f"a log of {', '.join(always)} showed the stage {kind.stage} from start to end, and no `{leaf}`"


def _lines_that_say(base: KnowledgeBase, leaf: Facts, context: Context) -> list[str]:
    """Sample lines of the fact, those of the formats that are there first."""
    here = {fact.format for fact in context.facts}
    found = [
        (source.id not in here, f"{signature.samples[0]}   ({source.id}, {signature.id})")
        for source in base.formats.values()
        for signature in source.signatures
        if signature.samples and leaf.name in (signature.fact, family_of(signature.fact))
    ]
    return [line for _, line in sorted(found, key=lambda pair: pair[0])[:_MOST_LINES]]


def _answered(base: KnowledgeBase, leaf: Answer, wanted: Truth) -> str:
    known = {question.id: question for question in base.questions.values()}
    question = next((question for ident, question in known.items() if ident == leaf.question), None)
    asked = f" ({question.ask()})" if question else ""
    choices = ", ".join(leaf.comparison.values) if leaf.comparison else "any choice"
    if wanted is Truth.TRUE:
        return f"the question `{leaf.question}`{asked} had the answer: {choices}"
    return f"the question `{leaf.question}`{asked} had another answer than {choices}"


def _events(leaf: Condition, context: Context) -> str:
    """Where each of the facts of a sequence or a count was seen."""
    seen = []
    for part in leaf.walk():
        if isinstance(part, Facts):
            facts = evaluate(part, context).facts
            places = ", ".join(place_of(fact) for fact in facts[:3]) + (", …" if len(facts) > 3 else "")
            seen.append(f"`{part}` is at {places}" if facts else f"`{part}` is nowhere")
    return "; ".join(dict.fromkeys(seen))

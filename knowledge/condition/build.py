"""What the grammar found, made into the frozen tree; and what it allows but nobody can mean, refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from knowledge.condition.faults import Place, nearest, refuse
from knowledge.condition.grammar import Found
from knowledge.condition.tree import (
    All,
    Answer,
    AnyOf,
    Asked,
    Asks,
    AtLeast,
    Condition,
    Count,
    Edge,
    Facts,
    Given,
    InAttempt,
    Joint,
    Link,
    Not,
    Reach,
    Sequence,
    Setting,
    is_event,
)
from knowledge.condition.words import UNITS, Comparison, Duration, Op, Test
from knowledge.terms import STAGES, Platform, Side, Stage

#: Prefixes in a row (`not absent x` has two): more is a slip or an attack.
MAX_PREFIXES = 3

_SETTINGS: dict[Setting, list[str]] = {
    Setting.PLATFORM: [*Platform],
    Setting.SIDE: [*Side],
    Setting.STAGE: [*Stage],
}
_REACHES = {reach.split()[-1]: reach for reach in Reach}
_NUMBER = re.compile(rf"(0x[0-9a-fA-F]+|[+-]?\d+(?:\.\d+)*)\s*({'|'.join(UNITS)})?")


def tree_of(found: Found, place: Place) -> Condition:
    """The tree of what the grammar found in the text of `place`.

    Raises:
        errors.ConditionError: for what is well formed and means nothing (`(a and b) then c`).
    """
    return _BUILDERS[found.kind](found, place)


def _all(found: Found, place: Place) -> Condition:
    return All(of=_parts(found.parts, place), span=place.span(found.start, found.end))


def _any(found: Found, place: Place) -> Condition:
    return AnyOf(of=_parts(found.parts, place), span=place.span(found.start, found.end))


def _parts(found: tuple[Found, ...], place: Place) -> tuple[Condition, ...]:
    return tuple(tree_of(part, place) for part in found if part.kind != "close")


def _group(found: Found, place: Place) -> Condition:
    return tree_of(found.parts[0], place)


def _asked(found: Found, place: Place) -> Condition:
    *prefixes, last = found.parts
    if len(prefixes) > MAX_PREFIXES:
        refuse(place, found.start, prefixes[-1].end, f"more than {MAX_PREFIXES} of `not`, `seen`, `absent`, `unknown` in a row")
    node = tree_of(last, place)
    for prefix in reversed(prefixes):
        span = place.span(prefix.start, found.end)
        node = Not(of=node, span=span) if prefix.text == "not" else Asks(word=Asked(prefix.text), of=node, span=span)
    return node


def _choice(found: Found, place: Place) -> Condition:
    quantifier, *rest = found.parts
    parts = _parts(tuple(rest), place)
    span = place.span(found.start, found.end)
    first, *_ = words = quantifier.text.split()
    if first == "at":
        number = int(words[2]) if len(words[2]) < 4 else 1000
        if not 1 <= number <= len(parts):
            reason = f"there are {len(parts)} conditions to choose from"
            refuse(place, quantifier.start, quantifier.end, f"`{' '.join(words)}` can never be so, or always is", reason=reason)
        return AtLeast(number=number, of=parts, span=span)
    if len(parts) == 1:
        return parts[0]
    return AnyOf(of=parts, span=span) if first == "any" else All(of=parts, span=span)


def _sequence(found: Found, place: Place) -> Condition:
    start, *links = found.parts
    return Sequence(
        start=_event(start, place),
        links=tuple(_link(link, place) for link in links),
        span=place.span(found.start, found.end),
    )


def _link(found: Found, place: Place) -> Link:
    joint, event, *within = found.parts
    return Link(
        joint=Joint(" ".join(joint.text.split())),
        event=_event(event, place),
        within=_duration(within[0]) if within else None,
    )


def _event(found: Found, place: Place) -> Condition:
    node = tree_of(found, place)
    if not is_event(node):
        refuse(
            place,
            found.start,
            found.end,
            "`then` and `without` join facts, and this is not one",
            reason="it has no place in time",
            help="join facts (`a then b`, `(a or b) then c`), and the rest with `and`: `a then b and not c`",
        )
    return node


def _duration(found: Found) -> Duration:
    matched = _NUMBER.fullmatch(found.text)
    if matched is None:
        raise ValueError(found.text)
    return Duration(amount=matched[1], unit=matched[2])


def _edge(found: Found, place: Place) -> Condition:
    word, facts, *_ = found.parts
    return Edge(last=word.text == "last", of=_facts(facts, place), span=place.span(found.start, found.end))


def _count(found: Found, place: Place) -> Condition:
    parts = [part for part in found.parts if part.kind != "close"]
    _, facts, *within, op, number = parts
    if len(number.text) > 6:
        refuse(place, number.start, number.end, "this number is too large to count to")
    return Count(
        of=_facts(facts, place),
        op=Op.IS if op.text == "=" else Op(op.text),
        number=int(number.text),
        within=_duration(within[0]) if within else None,
        span=place.span(found.start, found.end),
    )


def _attempt(found: Found, place: Place) -> Condition:
    word, inner, *_ = found.parts
    reach = _REACHES[word.text.split()[-2]]  # `in an earlier attempt`
    return InAttempt(reach=reach, of=tree_of(inner, place), span=place.span(found.start, found.end))


def _facts(found: Found, place: Place) -> Facts:
    name, *rest = (part for part in found.parts if part.kind != "close")
    span = place.span(found.start, found.end)
    named = place.span(name.start, name.end)
    segments = name.text.split(".")
    if rest and rest[0].kind == "comparison":
        *owner, key = segments
        if key == "*" or len(owner) > 2:
            refuse(place, name.start, name.end, "a comparison needs the name of a value", reason="this is not one")
        of = ".".join(owner) if len(owner) == 2 else f"{owner[0]}.*" if owner else "*"
        test = Test(key=key, comparison=_comparison(rest[0], place, key=key), span=span, key_span=named)
        return Facts(name=of, tests=(test,), by_value=True, span=span, name_span=named)
    if len(segments) != 2:
        if len(segments) == 1:
            advice = f"`{name.text}.*` is any fact of a family; a value needs a comparison, as in `{name.text} >= 50 s`"
        else:
            advice = f"a value needs a comparison, as in `{name.text} is …`"
        refuse(
            place, name.start, name.end, f"`{name.text}` is no fact", reason="a fact has two parts: `ike.timeout`", help=advice
        )
    return Facts(name=name.text, tests=tuple(_test(test, place) for test in rest), span=span, name_span=named)


def _test(found: Found, place: Place) -> Test:
    key, comparison = found.parts
    return Test(
        key=key.text,
        comparison=_comparison(comparison, place, key=key.text),
        span=place.span(found.start, found.end),
        key_span=place.span(key.start, key.end),
    )


def _answer(found: Found, place: Place) -> Condition:
    question, *rest = found.parts
    comparison = _comparison(rest[0], place, key=question.text) if rest else None
    span = place.span(found.start, found.end)
    if comparison is not None:
        if comparison.op not in (Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN):
            refuse(place, rest[0].start, rest[0].end, f"an answer is compared with `is` or `in`, not with `{comparison.op}`")
        if "unknown" in comparison.values:
            asked = f"write `unknown {question.text}`"
            refuse(place, rest[0].start, rest[0].end, "not to know is no answer, and never evidence", help=asked)
    return Answer(
        question=question.text.removeprefix("answer."),
        comparison=comparison,
        span=span,
        name_span=place.span(question.start, question.end),
    )


def _given(found: Found, place: Place) -> Condition:
    name, comparison = found.parts
    setting = Setting(name.text)
    made = _comparison(comparison, place, key=name.text)
    known = _SETTINGS[setting]
    allowed = {Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN}
    if setting is Setting.STAGE:
        allowed |= {Op.AT_LEAST, Op.AT_MOST, Op.MORE, Op.LESS}
    if made.op not in allowed:
        refuse(place, comparison.start, comparison.end, f"`{setting}` cannot be compared with `{made.op}`")
    for value, part in zip(made.values, (part for part in comparison.parts if part.kind in ("value", "quantity")), strict=True):
        if value not in known:
            near = nearest(value, known)
            advice = f"did you mean `{near}`?" if near else f"one of {', '.join(known)}"
            refuse(place, part.start, part.end, f"unknown {setting} `{value}`", help=advice)
    return Given(setting=setting, comparison=made, span=place.span(found.start, found.end))


def _comparison(found: Found, place: Place, *, key: str) -> Comparison:
    operator, *operands = (part for part in found.parts if part.kind != "close")
    span = place.span(found.start, found.end)
    spans = tuple(place.span(part.start, part.end) for part in operands)
    words = " ".join(operator.text.split())
    match operator.kind:
        case "kind":
            private = words.endswith("private") != ("not" in words)
            return Comparison(op=Op.PRIVATE if private else Op.PUBLIC, span=span)
        case "order":
            value, unit = _quantity(operands[0], place, key=key)
            return Comparison(op=Op(words), values=(value,), unit=unit, span=span, value_spans=spans)
        case "equal":
            words = "is" if words == "=" else words
    values = tuple(_unquoted(part.text) for part in operands)
    return Comparison(op=Op(words), values=values, span=span, value_spans=spans)


def _quantity(found: Found, place: Place, *, key: str) -> tuple[str, str | None]:
    number = _NUMBER.fullmatch(found.text)
    if number:
        return number[1], number[2]
    if found.text not in STAGES:
        near = nearest(found.text, STAGES)
        refuse(
            place,
            found.start,
            found.end,
            f"`{key}` is compared with a word that has no order",
            reason="expected a number, a time or a stage",
            help=f"did you mean `{near}`?" if near else None,
        )
    return found.text, None


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


_BUILDERS: dict[str, Callable[[Found, Place], Condition]] = {
    "all": _all,
    "any": _any,
    "asked": _asked,
    "group": _group,
    "choice": _choice,
    "sequence": _sequence,
    "edge": _edge,
    "count": _count,
    "attempt": _attempt,
    "facts": _facts,
    "answer": _answer,
    "given": _given,
}

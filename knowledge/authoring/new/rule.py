"""Draft a rule for a cause from log lines: a condition over what they say, an example that fires, and a near miss."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from knowledge.authoring.examples import context_of_example
from knowledge.authoring.new.draft import Draft, Part, free_id, from_line, slug
from knowledge.authoring.new.insert import scalar
from knowledge.condition import Truth, evaluate, parse
from knowledge.condition.tree import Count, Facts
from knowledge.condition.words import Comparison, Op
from knowledge.errors import ConditionError, MisuseError
from knowledge.loader.faults import nearest
from knowledge.logs import read
from knowledge.rules import Does, Example, KnowledgeBase
from knowledge.terms import CauseId, Fact, FactId, Strength

#: Values that name one connection, and so are in no condition.
_OWN = frozenset(
    [
        "peer",
        "user",
        "connection",
        "sa",
        "tunnel",
        "session",
        "port",
        "server",
        "own",
        "address",
        "local",
        "remote",
        "call",
        "worker",
        "thread",
        "spi",
        "id",
        "size",
        "count",
    ]
)
#: More facts than these are not tried for an example.
_MOST_TRIED = 8
#: Facts that an example begins with, where the lines do not show how the attempt began.
_BEGINNING = ("ike.started", "link.dialled", "ike.request_received")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("cause", metavar="CAUSE", help="the cause that the rule speaks for")
    parser.add_argument(
        "lines", nargs="*", metavar="LINE", help="log lines that show it: in quotes, FILE:LINE, or a whole FILE (a case)"
    )
    parser.add_argument("--when", metavar="CONDITION", help="the condition, where you know it already")
    parser.add_argument("--supports", choices=tuple(Strength), metavar="S", help=f"how strongly: {', '.join(Strength)}")
    parser.add_argument("--says", metavar="SENTENCE", help="what it means, in one sentence for people")
    parser.add_argument("--source", metavar="SOURCE", help="who says so: a link, an RFC, `observed in …`")
    parser.add_argument("--id", metavar="ID", help="the rule's name (default: made of its facts)")


def draft(base: KnowledgeBase, folder: Path, args: argparse.Namespace) -> Draft:
    """What the command drafts."""
    if CauseId(args.cause) not in base.causes:
        advised = nearest(args.cause, base.causes)
        raise MisuseError(f"no cause is called `{args.cause}`; {advised or 'make it with: vpn-help knowledge new cause'}")
    if not args.lines and not args.when:
        raise MisuseError("give me a log line that shows it, a log, or --when CONDITION")
    facts = facts_in(base, args.lines)
    entry, ident = rule_entry(
        base, facts, when=args.when, supports=args.supports, says=args.says, source=args.source, ident=args.id
    )
    file = folder / "causes" / f"{args.cause}.yaml"
    return Draft(what="rule", ident=ident, parts=(Part(file=file, key="rules", entry=entry),))


def facts_in(base: KnowledgeBase, given: Sequence[str]) -> list[Fact]:
    """The facts that lines, or whole logs, say; of a log those of its last attempt that failed or are about a failure.

    Raises:
        MisuseError: none of them says anything.
    """
    facts: list[Fact] = []
    for one in given:
        path = Path(one)
        if path.is_file():
            said = read(path, path.name, base=base).facts
            facts += _telling(base, said)
        else:
            line = from_line(one)
            said = read(line.encode(), "line", base=base).facts
            if not said:
                raise MisuseError(f"no signature finds `{line[:80]}`; first: vpn-help knowledge new signature …")
            facts += said
    if given and not facts:
        raise MisuseError("nothing in that says anything that the base knows; see vpn-help knowledge trace")
    return facts


def _telling(base: KnowledgeBase, facts: Sequence[Fact]) -> list[Fact]:
    """Of the facts of a log, those with which it failed; where none did, the last ones."""
    failed = [fact for fact in facts if (kind := base.facts.get(fact.id)) and kind.does is Does.FAILS]
    return list(failed[-2:] or facts[-2:])


def rule_entry(
    base: KnowledgeBase,
    facts: Sequence[Fact],
    *,
    when: str | None = None,
    supports: str | None = None,
    says: str | None = None,
    source: str | None = None,
    ident: str | None = None,
) -> tuple[str, str]:
    """The entry of a rule, and its id.

    Raises:
        MisuseError: `when` cannot be understood.
    """
    condition = when or " and ".join(dict.fromkeys(_asked(base, fact) for fact in facts))
    example, near_miss = _examples(base, condition, facts)
    names = [fact.id for fact in facts] or condition.split()[:2]
    ident = ident or free_id(slug(" ".join(dict.fromkeys(names))), {rule.id for rule in base.rules})
    lines = [f"- id: {ident}", f"  when: {scalar(condition)}", f"  supports: {supports or ''}", f"  says: {scalar(says or '')}"]
    lines += [f"  source: {scalar(source or '')}", "  example:", f"    facts: {_list(example)}"]
    lines += ["  near_miss:", f"    facts: {_list(near_miss)}"]
    return "\n".join(line.rstrip(" ") for line in lines), ident


def _asked(base: KnowledgeBase, fact: Fact) -> str:
    """A fact as a condition: with the values that say what happened, without those that say to whom."""
    kind = base.facts.get(fact.id)
    tests = [
        f"{key} {Comparison(op=Op.IS, values=(value,))}"
        for key, value in sorted(fact.values.items())
        if key not in _OWN and kind is not None and key in kind.values and "[" not in value and len(value) <= 40
    ]
    return f"{fact.id} ({', '.join(tests)})" if tests else str(fact.id)


def _sketched(base: KnowledgeBase, fact: Fact) -> str:
    kind = base.facts.get(fact.id)
    carried = kind.values | {"side"} if kind else frozenset[str]()
    pairs = [f"{key}={_shown(value)}" for key, value in sorted(fact.values.items()) if key in carried and "[" not in value]
    return " ".join([str(fact.id), *pairs])


def _shown(value: str) -> str:
    if value and not any(character in value for character in ' \t"\\'):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _examples(base: KnowledgeBase, condition: str, facts: Sequence[Fact]) -> tuple[list[str], list[str]]:
    """Facts with which the condition holds, and others that differ in one thing, with which it does not."""
    try:
        parsed = parse(condition)
    except ConditionError as error:
        raise MisuseError(f"the condition cannot be understood:\n{error}") from error
    named = [_sketched(base, fact) for fact in facts]
    if not facts:
        often = {part.of.name: part.number for part in parsed.walk() if isinstance(part, Count) and part.number > 1}
        asked = [part for part in parsed.walk() if isinstance(part, Facts) and FactId(part.name) in base.facts]
        named += [_asked_for(part, often.get(part.name, 1)) for part in asked]
    begins = [name for name in _BEGINNING if FactId(name) in base.facts][:1]
    every = list(dict.fromkeys([*(begins if named[:1] != begins else []), *named]))[:_MOST_TRIED]

    def truth(items: Sequence[str]) -> Truth:
        return evaluate(parsed, context_of_example(base, Example(facts=tuple(items)))).truth

    tried = (list(chosen) for size in range(len(every), 0, -1) for chosen in combinations(every, size))
    full = next((chosen for chosen in tried if truth(chosen) is Truth.TRUE), every)
    others = [[item for item in full if item != left_out] for left_out in reversed(full)]
    others += [[re.sub(r" times=\d+$", "", item) for item in full]]
    others += [[item for item in every if item in full or item == added] for added in every if added not in full]
    near = next((other for other in others if other and other != full and truth(other) is not Truth.TRUE), begins)
    return full, near


def _asked_for(part: Facts, times: int) -> str:
    """A fact as a condition asks for it, and as often."""
    values = [f"{test.key}={_shown(test.comparison.values[0])}" for test in part.tests if test.comparison.op in (Op.IS, Op.IN)]
    return " ".join([part.name, *values, *([f"times={times}"] if times > 1 else [])])


def _list(items: Sequence[str]) -> str:
    return "[" + ", ".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items) + "]"

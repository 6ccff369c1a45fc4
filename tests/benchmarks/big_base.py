"""A base of 1,000 signatures and 500 rules as an author would write it, and readings of it; nothing of it is random."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from knowledge.terms import Evidence, Fact, FactId, FormatId

SIGNATURES, RULES, FACTS, CAUSES, FORMATS = 1000, 500, 400, 50, 20
STAGES = ("link", "ike", "esp", "l2tp", "lcp", "auth", "ipcp")
#: Lines as daemons write them, each a sentence of its own by its number.
SHAPES = (
    "received {{notify:word}} error notify from {{peer:address}} in exchange {n}",
    "{{name:quoted}} #{{number:number}}: phase {n} failed, giving up on {{peer:address}}",
    "retransmit {{count:number}} of request {n} with message ID {{id:hex}}",
    "authentication of {{user:name}} failed with reason {n}: {{why:rest}}",
    "tunnel {{tunnel:number}} closed by peer, result code {n}",
)
#: Conditions as rules have them: alone, together, in order, counted, absent, with answers.
CONDITIONS = (
    "{a}",
    "{a} and {b}",
    "{a} and not {b}",
    "{a} (code is 7) or {b}",
    "{a} then {b} within 30 s",
    "count({a}) >= 3",
    "{a} and answer.error is e{n}",
    "any of ({a}, {b}, {c})",
    "{a} without later {b}",
    "at least 2 of ({a}, {b}, {c})",
)


def fact_name(number: int) -> str:
    return f"{STAGES[number % FACTS % len(STAGES)]}.thing{number % FACTS}"


def write_base(home: Path) -> Path:
    """The base as files."""
    for part in ("causes", "formats"):
        (home / part).mkdir(parents=True)
    facts = "".join(
        f"  {fact_name(n)}: {{stage: {STAGES[n % 7]}, values: [code, peer, notify, name, number, count, id, user, why, tunnel], "
        f'says: "thing {n} happened"}}\n'
        for n in range(FACTS)
    )
    (home / "facts.yaml").write_text(f"schema: 1\nfacts:\n{facts}")
    for number in range(FORMATS):
        (home / "formats" / f"daemon{number}.yaml").write_text(_format(number))
        (home / "formats" / f"daemon{number}.log").write_text(_samples(number))
    for number in range(CAUSES):
        (home / "causes" / f"cause-{number}.yaml").write_text(_cause(number))
    choices = "".join(f'      - {{id: e{n}, says: "{n}", effect: {{cause-{n % CAUSES}: "++"}}}}\n' for n in range(20))
    (home / "questions.yaml").write_text(
        f"schema: 1\nquestions:\n  - id: error\n    ask: Which number?\n    why: It tells.\n    seconds: 10\n    unknown: 0.2\n"
        f"    choices:\n{choices}"
    )
    return home


def signatures_of(number: int) -> range:
    each = SIGNATURES // FORMATS
    return range(number * each, (number + 1) * each)


def line_of(number: int) -> str:
    """A line that signature `number` takes."""
    shape = SHAPES[number % len(SHAPES)].format(n=number)
    for hole, value in (
        ("{notify:word}", "NO_PROPOSAL_CHOSEN"),
        ("{peer:address}", "192.0.2.7"),
        ("{name:quoted}", '"office"'),
        ("{number:number}", "12"),
        ("{count:number}", "3"),
        ("{id:hex}", "0x5f2a"),
        ("{user:name}", "anna"),
        ("{why:rest}", "wrong password"),
        ("{tunnel:number}", "4711"),
    ):
        shape = shape.replace(hole, value)
    return f"daemon{number // (SIGNATURES // FORMATS)}[{100 + number % 3}]: {shape}"


def facts_seen(count: int, kinds: int) -> tuple[Fact, ...]:
    """`count` facts of `kinds` kinds, as a reading of so many telling lines gives them."""
    return tuple(
        Fact(
            id=FactId(fact_name(number % kinds)),
            evidence=(Evidence(file="a.log", line=number + 1, text=f"line {number}"),),
            values={"code": str(number % 11), "peer": f"[ip-public-{number % 5}]"},
            order=number,
            format=FormatId(f"daemon{number % 3}"),
        )
        for number in range(count)
    )


def _format(number: int) -> str:
    entries = "".join(
        f"  - id: d{number}-s{n}\n    line: '{SHAPES[n % len(SHAPES)].format(n=n)}'\n    fact: {fact_name(n)}\n"
        f"    with: {{code: '{n % 11}'}}\n"
        for n in signatures_of(number)
    )
    always = ", ".join(islice((fact_name(n) for n in signatures_of(number)), 5))
    return (
        f"schema: 1\nformat: daemon{number}\ntitle: Daemon {number}\nplatform: linux\nprograms: [daemon{number}]\n"
        f"lines: ['daemon{number}[{{process:number}}]: {{message:rest}}']\nalways: [{always}]\nsignatures:\n{entries}"
    )


def _samples(number: int) -> str:
    return "".join(f"== d{number}-s{n} ==\n{line_of(n)}\n\n" for n in signatures_of(number))


def _cause(number: int) -> str:
    rules = "".join(_rule(n, number) for n in range(number * RULES // CAUSES, (number + 1) * RULES // CAUSES))
    return (
        f"schema: 1\ncause: cause-{number}\ntitle: Cause {number}\nsays: It is cause {number}.\n"
        f"about: What cause {number} is, told in a sentence or two so that people know what they deal with.\n"
        f"stage: {STAGES[number % 7]}\nshows_at: [{STAGES[number % 7]}]\nfixer: user\nprior: usual\nrules:\n{rules}steps:\n"
        f"  - {{id: step-{number}, fixer: user, minutes: 4, risk: low, mends: 0.5, do: Do it., verify: Look., "
        f"source: https://docs.example.com}}\n"
    )


def _rule(number: int, cause: int) -> str:
    a, b, c = (fact_name(number * step % FACTS) for step in (1, 7, 13))
    when = CONDITIONS[number % len(CONDITIONS)].format(a=a, b=b, c=c, n=number % 20)
    strength = ("moderate", "weak", "strong", "weak")[number % 4]
    word = "opposes" if number % 9 == 5 else "supports"
    return (
        f"  - id: rule-{number}\n    when: {when}\n    {word}: {strength}\n    says: Because thing {number} is so.\n"
        f"    source: https://docs.example.com/{cause}\n    example: {{facts: ['{a}', '{b}', '{c}']}}\n"
        f"    near_miss: {{facts: ['{fact_name(number + 1)}']}}\n"
    )

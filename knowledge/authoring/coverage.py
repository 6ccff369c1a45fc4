"""Show what carries each claim of Microsoft KB 325034, and which test shows each system that it names.

The list is `article.yaml` of the base. Exit status 1 where a claim has no carrier, or names one that the base does not have.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.authoring.inputs import growing_base
from knowledge.errors import MisuseError
from knowledge.loader import BASE, read_yaml
from knowledge.rules import KnowledgeBase
from knowledge.terms import STAGES

ARTICLE = "article.yaml"
#: The claims of the article, by number.
CLAIMS = tuple(f"K{number}" for number in range(1, 52))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim of the article."""

    id: str
    says: str
    #: What carries it: `rule:…`, `answer:question=choice`, `question:…`, `step:…`, `collect:…`, `cause:…`, `stage:…`, …
    by: tuple[str, ...]
    #: Those of `by` that the base does not have.
    missing: tuple[str, ...]

    @property
    def is_carried(self) -> bool:
        """Whether something carries it, and all of that exists."""
        return bool(self.by) and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system that the article names, and the test that shows it."""

    id: str
    says: str
    test: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--base", type=Path, metavar="BASE", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the claims and systems."""
    claims, systems = coverage_of(growing_base(args.base), (args.base or BASE) / ARTICLE)
    open_claims = [claim for claim in claims if not claim.is_carried]
    if args.json:
        print(json.dumps(_as_data(claims, systems), ensure_ascii=False))  # noqa: T201
        return 1 if open_claims else 0
    for claim in claims:
        print(f"{claim.id:<4} {claim.says}")  # noqa: T201
        print("     " + (", ".join(claim.by) or "nothing carries it"))  # noqa: T201
        if claim.missing:
            print(f"     not in the base: {', '.join(claim.missing)}")  # noqa: T201
    print()  # noqa: T201
    for system in systems:
        print(f"{system.says}\n     {system.test}")  # noqa: T201
    carried = len(claims) - len(open_claims)
    print(f"\n{carried} of {len(claims)} claims carried; {len(systems)} systems shown")  # noqa: T201
    return 1 if open_claims else 0


def coverage_of(base: KnowledgeBase, file: Path) -> tuple[list[Claim], list[System]]:
    """What carries each claim, looked up in the base.

    Raises:
        MisuseError: the base has no `article.yaml`.
    """
    if not file.is_file():
        raise MisuseError(f"{file.name} is not in this knowledge base")
    read = read_yaml(file)
    listed: Mapping[str, Any] = read.get("claims") or {}
    there = _places(base)
    claims = []
    for ident in dict.fromkeys((*CLAIMS, *listed)):
        entry = listed.get(ident) or {}
        by = tuple(str(each) for each in entry.get("by") or ())
        missing = tuple(each for each in by if not _exists(each, there))
        claims.append(Claim(id=ident, says=str(entry.get("says", "")), by=by, missing=missing))
    systems = [
        System(id=ident, says=str(entry["says"]), test=str(entry["test"])) for ident, entry in (read.get("systems") or {}).items()
    ]
    return claims, systems


def _exists(carrier: str, there: Mapping[str, Callable[[str], bool]]) -> bool:
    kind, _, name = carrier.partition(":")
    return kind in there and there[kind](name)


def _places(base: KnowledgeBase) -> Mapping[str, Callable[[str], bool]]:
    """By kind of carrier, whether the base has one of that name."""
    rules = {str(rule.id) for rule in base.rules}
    answers = {f"{question.id}={choice.id}" for question in base.questions.values() for choice in question.choices}
    steps = {str(step.id) for cause in base.causes.values() for step in cause.steps}
    codes = {f"{family}/{code}" for family, code in base.codes}
    collects = set(base.collects)
    causes, formats = {str(each) for each in base.causes}, {str(each) for each in base.formats}
    questions, stages = {str(each) for each in base.questions}, {str(stage) for stage in STAGES}
    return {
        "rule": rules.__contains__,
        "answer": answers.__contains__,
        "question": questions.__contains__,
        "step": steps.__contains__,
        "code": codes.__contains__,
        "collect": collects.__contains__,
        "cause": causes.__contains__,
        "format": formats.__contains__,
        "stage": stages.__contains__,
    }


def _as_data(claims: list[Claim], systems: list[System]) -> dict[str, Any]:
    return {
        "claims": [
            {"id": claim.id, "says": claim.says, "by": list(claim.by), "missing": list(claim.missing)} for claim in claims
        ],
        "systems": [{"id": system.id, "says": system.says, "test": system.test} for system in systems],
    }

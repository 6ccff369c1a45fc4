"""What the authors' commands that read logs have in common: the files, the answers, and the base as far as it can be read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from knowledge.diagnosis import Explanation, explain
from knowledge.errors import MisuseError
from knowledge.inference import Answers
from knowledge.loader import folders_of, survey
from knowledge.logs import read
from knowledge.rules import KnowledgeBase
from knowledge.terms import ChoiceId, Fact, Log, Platform, QuestionId


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what is known."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="a log, or an archive of logs; - is standard input")
    parser.add_argument(
        "--answer", action="append", default=[], metavar="QUESTION=CHOICE", help="an answer; may be given several times"
    )
    parser.add_argument("--text", metavar="WORDS", help="what a person would type after /vpn-help")
    parser.add_argument("--platform", choices=tuple(Platform), metavar="P", help=f"one of {', '.join(Platform)}")
    parser.add_argument("--attempt", type=int, metavar="N", help="which attempt, counted from 0; default: the requester's last")
    parser.add_argument("--base", type=Path, metavar="DIR", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--knowledge", type=Path, metavar="DIR", help="your company's own folder over the base")
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def growing_base(folder: Path | None, own: Path | None = None) -> KnowledgeBase:
    """The base as far as it can be read, so that its authors can try it while they write; its errors go to stderr."""
    found = survey(folders_of(folder, own), strict=False)
    for fault in found.errors:
        print(f"{fault}\n", file=sys.stderr)  # noqa: T201 # a command of the terminal
    return found.base


def explained(args: argparse.Namespace, base: KnowledgeBase) -> tuple[Explanation, list[Log]]:
    """What the engine makes of the files and answers of the command line, all together.

    Raises:
        MisuseError: nothing was given, a file cannot be opened, or an answer is none.
    """
    if not args.files and not args.answer and not args.text:
        raise MisuseError("give me a log file, --text or --answer")
    logs = [read(_bytes_of(name), name, base=base) for name in args.files]
    answers: dict[QuestionId, tuple[ChoiceId, ...]] = {}
    for pair in args.answer:
        question, equals, choice = pair.partition("=")
        if not equals:
            raise MisuseError(f"`{pair}` is not QUESTION=CHOICE, such as error=e809")
        answers[QuestionId(question)] = (*answers.get(QuestionId(question), ()), ChoiceId(choice))
    given: Answers = answers
    platform = Platform(args.platform) if args.platform else None
    return explain(base, logs, given, text=args.text, platform=platform, attempt=args.attempt), logs


def place_of(fact: Fact) -> str:
    """Where a fact comes from: `client.log:12`, or the answer."""
    proof = fact.evidence[0] if fact.evidence else None
    if proof is None:
        return ""
    if proof.answer:
        return proof.answer
    inside = f"({proof.member})" if proof.member else ""
    return f"{proof.file or '-'}{inside}:{proof.line}"


def _bytes_of(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise MisuseError(f"{name}: {error.strerror}") from error

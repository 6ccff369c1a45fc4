"""The commands of the knowledge house: `diagnose`, `explain`, `sample`, and `knowledge …` for the authors of rules.

`bot.cli` mounts them with `add_commands`; `python -m knowledge` runs them alone. Nothing here imports Slack, jobs or storage.
Exit status: 0; 1 where a file was not understood, or an authors' command found faults; 2 for misuse.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from knowledge.diagnosis import explain
from knowledge.errors import BaseError, MisuseError
from knowledge.inference import Answers
from knowledge.loader import BASE, load_base
from knowledge.loader.cache import cache_folder
from knowledge.logs import read
from knowledge.logs.redact import Tokens
from knowledge.report import as_json, as_text, problem_of, read_state
from knowledge.rules import KnowledgeBase
from knowledge.terms import ChoiceId, Diagnosis, Log, Platform, QuestionId, ReadState

SAMPLES = BASE / "samples"

#: The authors' commands: their name, the module in `knowledge.authoring`, and what they do.
AUTHORING: Sequence[tuple[str, str, str]] = (
    ("check", "check", "find every fault in the knowledge base"),
    ("test", "test", "run the samples, examples and near misses"),
    ("why-not", "whynot", "show why a rule does not fire on a log"),
    ("trace", "trace", "follow a log from line to fact to rule to odds"),
    ("new", "new", "draft a signature, rule, cause or question"),
    ("book", "book", "write the knowledge base as a handbook"),
    ("coverage", "coverage", "show what carries each claim of the article, and each system that it names"),
    ("evaluate", "evaluate", "score the knowledge base on labelled logs"),
    ("calibrate", "calibrate", "fit the numbers behind the strength words to labelled logs"),
    ("simulate", "simulate", "try the interview on simulated people"),
    ("replay", "replay", "work a recorded diagnosis out again"),
    ("schema", "jsonschema", "write JSON Schema for editors"),
)

_DIAGNOSE = """\
Reads VPN logs (text, event files, captures, archives of these) and says what is wrong, how that shows, and what to do next.

  vpn-help diagnose client.log                    one file
  vpn-help sample wrong-key | vpn-help diagnose -  from standard input
  vpn-help diagnose --together a.log b.log        two ends of one connection: one diagnosis
  vpn-help diagnose --text "erro 809, windows 11" what somebody typed
  vpn-help diagnose --answer error=e789           an answer to one of the questions

Names, addresses and keys in the logs are masked before anything is shown. Exit status: 0, or 1 if a file was not understood.
"""


class _Later(argparse.ArgumentParser):
    """A parser that gets its arguments when it is first used, so that a diagnosis does not import the authors' kit."""

    fill: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 # as argparse has it
        if self.fill is not None:
            fill, self.fill = self.fill, None
            fill(self)
        return super().parse_known_args(args, namespace)


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Mount the commands of this house on another parser; each sets `run`, a function of the parsed arguments."""
    diagnose = commands.add_parser(
        "diagnose",
        help="say what a VPN log, or an error number, means and what to do next",
        description=_DIAGNOSE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_inputs(diagnose)
    diagnose.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    diagnose.add_argument("--record", type=Path, metavar="FILE", help="keep what it was made of, for `knowledge replay`")
    diagnose.set_defaults(run=_diagnose)

    reasons = commands.add_parser(
        "explain",
        help="show every number behind a diagnosis",
        description="Shows how likely each cause is and why: its prior, the stage reached, and the factor of each finding.",
    )
    _add_inputs(reasons)
    reasons.add_argument("--cause", metavar="CAUSE", help="only this cause")
    reasons.add_argument("--json", action="store_true", help="as one JSON object")
    reasons.set_defaults(run=_explain)

    sample = commands.add_parser(
        "sample",
        help="print a sample log to try things with",
        description="Without a name, lists the sample logs; with one, prints it: vpn-help sample wrong-key | vpn-help diagnose -",
    )
    sample.add_argument("name", nargs="?", metavar="NAME", help="which sample")
    sample.add_argument("--locale", choices=("en", "pt-BR"), default="en", help="language of the list (default: en)")
    sample.set_defaults(run=_sample)

    _add_authoring(commands)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; see the module."""
    parser = argparse.ArgumentParser(prog="vpn-help", description="What is wrong with my VPN?")
    add_commands(parser.add_subparsers(title="commands", metavar="COMMAND", required=True))
    args = parser.parse_args(arguments)
    return run_command(args.run, args)


def run_command(command: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a command of this house; what it raises on purpose becomes a message on stderr and an exit status."""
    try:
        return command(args)
    except MisuseError as error:
        print(f"vpn-help: {error}", file=sys.stderr)  # noqa: T201
        return 2
    except BaseError as error:
        print(f"The knowledge base has faults:\n\n{error}", file=sys.stderr)  # noqa: T201
        return 1
    except BrokenPipeError:  # `| head`
        sys.stderr.close()
        return 0


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="a log, or an archive of logs; - is standard input")
    parser.add_argument("--together", action="store_true", help="all files are about one connection: one diagnosis for all")
    parser.add_argument("--locale", choices=("en", "pt-BR"), default="en", help="language of the answer (default: en)")
    parser.add_argument(
        "--platform",
        choices=[platform.value for platform in Platform],
        metavar="P",
        help=f"what your device runs: {', '.join(Platform)}",
    )
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="QUESTION=CHOICE",
        help="an answer to a question, as the report asks for it; may be given several times",
    )
    parser.add_argument("--text", metavar="WORDS", help="what a person would type after /vpn-help, in English or Portuguese")
    parser.add_argument("--attempt", type=int, metavar="N", help="which attempt it is about, counted as the report counts them")
    parser.add_argument("--base", type=Path, metavar="DIR", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument(
        "--knowledge", type=Path, metavar="DIR", help="your company's own folder over the base (knowledge/README.md)"
    )


def _loaded(args: argparse.Namespace) -> KnowledgeBase:
    """The base that the arguments name; a tuning that has ended is warned about."""
    for folder in (args.base, args.knowledge):
        if folder is not None and not folder.is_dir():
            raise MisuseError(f"{folder} is not a folder")
    base = load_base(args.base, own=args.knowledge, strict=False, cache=cache_folder())
    for tuning in base.ended:
        what = f"the tuning of {tuning.rule or tuning.cause} ended on {tuning.until} and changes nothing any more"
        print(f"vpn-help: {what}", file=sys.stderr)  # noqa: T201
    return base


def _diagnose(args: argparse.Namespace) -> int:
    base = _loaded(args)
    status = 0
    readings = _readings(args, base)
    if args.record is not None and len(readings) > 1:
        raise MisuseError("--record keeps one diagnosis; give one file, or --together")
    for number, (file, logs) in enumerate(readings):
        found = explain(base, logs, _answers(args.answer), text=args.text, platform=_platform(args), attempt=args.attempt)
        if args.record is not None:
            _keep_record(args, found.diagnosis, logs, file)
        for log in logs:
            if log.read in (ReadState.UNRECOGNISED, ReadState.REFUSED):
                status = 1
                print(problem_of(base, log, args.locale), file=sys.stderr)  # noqa: T201
        if args.json:
            _write(json.dumps(as_json(found.diagnosis, logs, file=file), ensure_ascii=False) + "\n")
        elif not logs or read_state(logs) in (ReadState.WHOLE, ReadState.PARTIAL) or found.diagnosis.hypotheses:
            _write(("\n" if number else "") + as_text(base, found.diagnosis, logs, args.locale))
    return status


def _keep_record(args: argparse.Namespace, diagnosis: Diagnosis, logs: Sequence[Log], file: str | None) -> None:
    from knowledge.replaying import record_of, record_to_json  # noqa: PLC0415 # only this option needs it

    record = record_of(
        diagnosis,
        logs,
        _answers(args.answer),
        text=args.text,
        platform=_platform(args),
        attempt=args.attempt,
        file=file,
    )
    try:
        args.record.write_text(json.dumps(record_to_json(record), ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise MisuseError(f"{args.record}: {error.strerror}") from error


def _explain(args: argparse.Namespace) -> int:
    from knowledge.explaining import explanation_json, explanation_text  # noqa: PLC0415 # only this command needs it

    base = _loaded(args)
    if args.cause and args.cause not in base.causes:
        raise MisuseError(f"no cause is called `{args.cause}`; there is {', '.join(sorted(base.causes))}")
    args.together = True
    for _, logs in _readings(args, base):
        found = explain(base, logs, _answers(args.answer), text=args.text, platform=_platform(args), attempt=args.attempt)
        if args.json:
            _write(json.dumps(explanation_json(found, args.cause), ensure_ascii=False) + "\n")
        else:
            _write(explanation_text(base, found, args.cause, args.locale))
    return 0


def _readings(args: argparse.Namespace, base: KnowledgeBase) -> list[tuple[str | None, list[Log]]]:
    """What to diagnose: each file by itself with its name, or all together without one."""
    if not args.files:
        if not args.answer and not args.text:
            raise MisuseError("give me a log file, --text or --answer; see vpn-help diagnose --help")
        return [(None, [])]
    sources = [(name, _source(name)) for name in args.files]
    tokens = Tokens() if args.together else None  # the same address is called the same in all files of one connection
    logs = [(name, read(source, name, base=base, tokens=tokens)) for name, source in sources]
    return [(None, [log for _, log in logs])] if args.together else [(name, [log]) for name, log in logs]


def _source(name: str) -> Path | bytes:
    """A file that can be opened, or the bytes of standard input."""
    if name == "-":
        return sys.stdin.buffer.read()
    path = Path(name)
    try:
        path.open("rb").close()
    except OSError as error:
        raise MisuseError(f"{name}: {error.strerror}") from error
    return path


def _answers(pairs: Sequence[str]) -> Answers:
    answers: dict[QuestionId, tuple[ChoiceId, ...]] = {}
    for pair in pairs:
        question, equals, choice = pair.partition("=")
        if not equals or not question or not choice:
            raise MisuseError(f"`{pair}` is not QUESTION=CHOICE, such as error=e809")
        ident = QuestionId(question)
        answers[ident] = (*answers.get(ident, ()), ChoiceId(choice))
    return answers


def _platform(args: argparse.Namespace) -> Platform | None:
    return Platform(args.platform) if args.platform else None


def _sample(args: argparse.Namespace) -> int:
    names = sorted(path.stem for path in SAMPLES.glob("*.log"))
    if args.name is None:
        base = load_base(strict=False, cache=cache_folder())
        for name in names:
            says = base.sentences.get(f"sample-{name}")
            _write(f"{name:<16}{says(args.locale) if says else ''}".rstrip() + "\n")
        return 0
    if args.name not in names:
        raise MisuseError(f"no sample is called `{args.name}`; there is {', '.join(names)}")
    _write((SAMPLES / f"{args.name}.log").read_text(encoding="utf-8"))
    return 0


def _add_authoring(commands: argparse._SubParsersAction[Any]) -> None:
    commands._parser_class, own = _Later, commands._parser_class  # argparse offers no other door
    parser = commands.add_parser(
        "knowledge",
        help="commands for the authors of rules: check, test, why-not, …",
        description="Commands for those who write the knowledge base. Where to begin: knowledge/README.md.",
    )
    commands._parser_class = own
    parser.fill = _fill_authoring


def _fill_authoring(parser: argparse.ArgumentParser) -> None:
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Later)
    for name, module, says in AUTHORING:
        if importlib.util.find_spec(f"knowledge.authoring.{module}") is not None:
            command: _Later = group.add_parser(name, help=says, description=says[:1].upper() + says[1:] + ".")
            command.fill = partial(_fill_command, module)


def _fill_command(module: str, parser: argparse.ArgumentParser) -> None:
    """Import one command of the authors' kit, and no other."""
    command = importlib.import_module(f"knowledge.authoring.{module}")
    if command.__doc__:
        parser.description = command.__doc__.split("\n\n")[0]
    command.add_arguments(parser)
    parser.set_defaults(run=command.run)


def _write(text: str) -> None:
    sys.stdout.write(text)


def _exit() -> NoReturn:
    sys.exit(main())


if __name__ == "__main__":
    _exit()

__all__ = ["add_commands", "main", "run_command"]

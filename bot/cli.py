"""`vpn-help`: every command, each importing only what it needs. `vpn-help diagnose` knows nothing of Slack, jobs, storage.

Exit status: 0 done · 1 it failed, or a file was not understood · 2 misuse · 75 it failed now and may work later (Slack did
not answer) · 78 the settings cannot work: nothing helps until somebody changes them.
"""

# ruff: noqa: PLC0415 - each command imports what it needs and no more

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import OutsideError, SettingsError
from knowledge.__main__ import add_commands, run_command

if TYPE_CHECKING:
    from bot.settings import Settings

Value = TypeVar("Value")

FAILED, MISUSE, LATER, SETTINGS = 1, 2, 75, 78

_DESCRIPTION = """\
VPN Help finds out why a VPN does not connect, shows how it knows, and says what to do next.

without Slack:
  vpn-help diagnose client.log                     what is wrong in this log
  vpn-help sample wrong-key | vpn-help diagnose -  try it with a sample
  vpn-help run                                     a Slack of your own on this machine, in the browser

in Slack:
  vpn-help check-config                            are the settings right?
  vpn-help run                                     with SLACK_BOT_TOKEN and SLACK_APP_TOKEN set
"""

_SETTINGS = """\
Settings are environment variables; deploy/README.md lists them all. Those that decide where it runs:

  SLACK_BOT_TOKEN + SLACK_APP_TOKEN        Slack, over Socket Mode: no address of your own needed
  SLACK_BOT_TOKEN + SLACK_SIGNING_SECRET   Slack, over HTTP: Slack posts to https://…/slack/events
  none of them                             the playground: a local Slack with a web page
  VPN_HELP_ADMIN_CHANNEL                   the channel (its id) in which engineers get cases
  VPN_HELP_DATA                            the folder in which everything is kept

Exit status: 0; 1 it failed; 75 it failed now and may work later; 78 the settings cannot work.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; see the module."""
    parser = _parser()
    args = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] | None = getattr(args, "run", None)
    if command is None:
        parser.print_help()
        return MISUSE
    return run_command(_guarded(command), args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vpn-help", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_commands(commands)
    for name, command, short, long in _COMMANDS:
        added = commands.add_parser(
            name, help=short, description=f"{long}\n\n{_SETTINGS}", formatter_class=argparse.RawDescriptionHelpFormatter
        )
        added.set_defaults(run=command)
        if command is _replay:
            added.add_argument("case", metavar="CASE", help="the case's number, as its message and its card show it")
        if command is _export:
            added.add_argument("--form", choices=("csv", "json"), default="csv", help="csv (as it is), or one JSON object a line")
        if command is _audit:
            _add_audit(added)
        if command in (_serve, _playground):  # for `run`, which starts these two and must not leave them behind
            added.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    return parser


def _guarded(command: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """What is raised on purpose becomes a sentence and a status; anything else is a fault of ours and keeps its trace."""

    def guarded(args: argparse.Namespace) -> int:
        try:
            return command(args)
        except SettingsError as error:
            return _said(f"The settings cannot work:\n{error}", SETTINGS)
        except OutsideError as error:
            return _said(f"Something outside failed: {error}", LATER)
        except KeyboardInterrupt:
            return 130

    return guarded


def _said(sentence: str, status: int) -> int:
    print(f"vpn-help: {sentence}", file=sys.stderr)  # noqa: T201 - the command line speaks like this
    return status


def _waited(work: Coroutine[Any, Any, Value]) -> Value:
    """What comes of asynchronous work; only the commands that have some import what it takes."""
    import asyncio

    return asyncio.run(work)


def _load() -> Settings:
    from bot.logger import start_logging
    from bot.settings import load

    settings = load()
    start_logging(settings.log_level)
    return settings


def _run(_: argparse.Namespace) -> int:
    from bot.settings import Mode

    settings = _load()
    if settings.mode is not Mode.PLAYGROUND:
        return _served(settings)
    from bot.together import run_together

    return _waited(run_together(settings))


def _serve(args: argparse.Namespace) -> int:
    return _served(_load(), with_parent=args.with_parent)


def _served(settings: Settings, *, with_parent: bool = False) -> int:
    from bot.app import run

    _waited(run(settings, with_parent=with_parent))
    return 0


def _playground(args: argparse.Namespace) -> int:
    from bot.together import run_playground

    _waited(run_playground(_load(), with_parent=args.with_parent))
    return 0


def _check(_: argparse.Namespace) -> int:
    from bot.check import check, report

    results = _waited(check(_load()))
    lines, status = report(results)
    print("\n".join(lines))  # noqa: T201 - what the command is for
    return status


def _replay(args: argparse.Namespace) -> int:
    from bot.app import SystemClock
    from bot.replaying import replay

    replayed = _waited(replay(_load(), SystemClock(), args.case))
    print(replayed.now)  # noqa: T201 - what the command is for
    if replayed.is_same:
        return 0
    said = f"with the same revision {replayed.revision} this release comes to something else than was said then:"
    print(f"vpn-help: {said}\n{replayed.then}", file=sys.stderr)  # noqa: T201
    return FAILED


def _export(arguments: argparse.Namespace) -> int:
    from bot.app import export

    sys.stdout.write(_waited(export(_load(), form=arguments.form)))
    return 0


def _learned(_: argparse.Namespace) -> int:
    from bot.app import learned
    from knowledge import ENOUGH_CASES

    found, used = _waited(learned(_load()))
    lines = [f"{found.cases} closed cases with a confirmed cause; {ENOUGH_CASES} are enough to use what they teach"]
    lines += [f"in use in {team}: {mark}" for team, mark in used.items()] or [
        "in use nowhere: the knowledge base counts as it is"
    ]
    lines += ["", f"{'cause':<30}{'cases':>7}{'learned':>10}{'written':>10}"]
    lines += [f"{each.cause:<30}{each.cases:>7}{each.share:>10.1%}{each.before:>10.1%}" for each in found.causes]
    lines += ["", f"{'question':<30}{'asked':>7}{'not known':>10}{'given up':>10}{'bits':>7}"]
    lines += [
        f"{each.question:<30}{each.asked:>7}{each.not_known:>10}{each.given_up:>10}{each.gain:>7.2f}" for each in found.questions
    ]
    print("\n".join(lines))  # noqa: T201 - what the command is for
    return 0


def _add_audit(added: argparse.ArgumentParser) -> None:
    added.add_argument("--form", choices=("csv", "json"), default="csv", help="csv (as it is), or one JSON object a line")
    added.add_argument("--case", metavar="NUMBER", help="only this case, by its number")
    added.add_argument("--who", metavar="USER", help="only what this person did, by the id that Slack shows")
    added.add_argument("--deed", metavar="WORD", help="only this: claim, reply, resolve, forget …")
    added.add_argument("--since", metavar="DAY", type=_day, help="from this day on, 2026-11-25, UTC")
    added.add_argument("--until", metavar="DAY", type=_day, help="before this day")
    added.add_argument("--refused", action="store_true", help="only what was refused")


def _day(typed: str) -> datetime:
    return datetime.fromisoformat(typed).replace(tzinfo=UTC)


def _audit(args: argparse.Namespace) -> int:
    from bot.app import audit
    from bot.storage import Filter

    which = Filter(case=args.case, who=args.who, deed=args.deed, since=args.since, until=args.until, refused=args.refused)
    sys.stdout.write(_waited(audit(_load(), which, form=args.form)))
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from bot.app import migrate

    _waited(migrate(_load()))
    print("The database is at this version.")  # noqa: T201 - what the command is for
    return 0


#: Name, what runs, one line for the list, and what it does.
_COMMANDS: tuple[tuple[str, Callable[[argparse.Namespace], int], str, str], ...] = (
    (
        "run",
        _run,
        "start whatever the settings say",
        (
            "With Slack tokens set, serves Slack. With none, starts the playground and the bot beside it, prints\n"
            "the page's address, and stops both on Ctrl-C."
        ),
    ),
    (
        "serve",
        _serve,
        "serve Slack, or a playground that runs already",
        "Runs the bot alone, until Ctrl-C or SIGTERM; then it finishes what it has begun, for at most\nVPN_HELP_STOP_SECONDS.",
    ),
    (
        "playground",
        _playground,
        "a local Slack with a web page",
        "Runs the playground alone, on this machine only. It keeps its own store and outlives the bot.",
    ),
    (
        "check-config",
        _check,
        "try the settings without starting",
        (
            "Tries what the bot will need: the tokens, their scopes, the channels, the folder. Says what is wrong\n"
            "for good and what is only wrong now."
        ),
    ),
    (
        "replay",
        _replay,
        "work a case's diagnosis out again",
        (
            "Works the diagnosis of a case out again, with the revision of the knowledge base that made it, and prints\n"
            "it as JSON. Exit status 0 if it is the same to the byte, 1 if not."
        ),
    ),
    (
        "export",
        _export,
        "the cases as figures, CSV or JSON",
        (
            "Prints one line for each case that is kept: times, states, causes, promises, whether the fix held. Nothing\n"
            "that anybody wrote, and no names."
        ),
    ),
    (
        "learned",
        _learned,
        "what closed cases taught",
        (
            "Prints what the closed cases with a confirmed cause teach about how often each cause is it, and what each\n"
            "question costs and brings, beside what the knowledge base says. An admin uses it, or stops, in the home tab."
        ),
    ),
    (
        "audit",
        _audit,
        "who did what, CSV or JSON",
        (
            "Prints the audit trail: each claim, reply, resolution, hand-over, unmasking, export, change of the set-up and\n"
            "erasure, and each refusal; who, which case, when, from where. Nothing that anybody wrote."
        ),
    ),
    (
        "migrate",
        _migrate,
        "bring the database to this version",
        "The bot does this by itself when it starts; this is for those who want it to happen earlier. Make a\nbackup first.",
    ),
)

"""Work a recorded diagnosis out again, and show that it comes to the same, to the byte; or what has changed since.

`vpn-help diagnose --record FILE` keeps one, with the revision of the base that made it. Without --snapshots the base of today is
asked. Exit status 0 if both are the same, 1 if not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.errors import MisuseError
from knowledge.loader import load_base
from knowledge.loader.cache import cache_folder
from knowledge.loader.snapshots import load_snapshot, snapshot_path
from knowledge.replaying import Record, record_from_json, replay
from knowledge.report import as_json
from knowledge.rules import KnowledgeBase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a record, as `vpn-help diagnose --record FILE` writes it")
    parser.add_argument("--snapshots", type=Path, metavar="DIR", help="where revisions are kept (`knowledge` in the bot's data)")
    parser.add_argument("--base", type=Path, metavar="DIR", help="another knowledge base than the one that comes with vpn-help")
    parser.add_argument("--knowledge", type=Path, metavar="DIR", help="your company's own folder over the base")


def run(args: argparse.Namespace) -> int:
    """Work it out again, print it, and say what differs."""
    try:
        record = record_from_json(json.loads(args.file.read_text(encoding="utf-8")))
    except OSError as error:
        raise MisuseError(f"{args.file}: {error.strerror}") from error
    except ValueError as error:
        raise MisuseError(f"{args.file}: this is no JSON: {error}") from error
    if args.snapshots is not None:
        base = load_snapshot(snapshot_path(args.snapshots, record.revision))
    else:
        base = load_base(args.base, own=args.knowledge, strict=False, cache=cache_folder())
    return show(record, base)


def show(record: Record, base: KnowledgeBase) -> int:
    """Print the diagnosis as it comes out now, on one line; differences go to stderr. 0: there are none."""
    before = as_json(record.diagnosis, record.logs, file=record.file)
    now = as_json(replay(base, record), record.logs, file=record.file)
    sys.stdout.write(line_of(now) + "\n")
    if line_of(now) == line_of(before):
        return 0
    if base.revision != record.revision:
        print(f"made with revision {record.revision}, worked out again with {base.revision}:", file=sys.stderr)  # noqa: T201
    for line in differences(before, now):
        print(line, file=sys.stderr)  # noqa: T201
    return 1


def line_of(data: dict[str, Any]) -> str:
    """The JSON line of the command line."""
    return json.dumps(data, ensure_ascii=False)


def differences(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """What reads differently, a line for each part; causes one by one."""
    for key in [*before, *(key for key in now if key not in before)]:
        if key == "causes":
            yield from _causes(before[key], now[key])
        elif before.get(key) != now.get(key):
            yield f"{key}: {line_of(before.get(key))} -> {line_of(now.get(key))}"  # type: ignore[arg-type] # any JSON


def _causes(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> Iterator[str]:
    old, new = {cause["id"]: cause for cause in before}, {cause["id"]: cause for cause in now}
    for ident in dict.fromkeys((*old, *new)):
        was, is_now = old.get(ident), new.get(ident)
        if was == is_now:
            continue
        shares = [f"{cause['probability']:.4f}" if cause else "not listed" for cause in (was, is_now)]
        yield f"cause {ident}: {shares[0]} -> {shares[1]}" if shares[0] != shares[1] else f"cause {ident}: other reasons"

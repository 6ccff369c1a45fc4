"""Logs cut off anywhere: never raises, and never sure of a cause where the cut hides how the attempt ended.

A sample is part of every test run: the logs that ship, and some of those that VPN_HELP_CORPUS names. All of them, cut at every
line end (of files with many lines, at `LINES` of them) and at 100 random bytes each, with the list of what differs and why:

    VPN_HELP_CORPUS=… VPN_HELP_CUTS=all pytest -q -s tests/knowledge/logs/test_cut.py

VPN_HELP_CUTS=1/2 and VPN_HELP_CUTS=2/2 are halves of it, for two terminals; VPN_HELP_CUTS_SECONDS ends it early.

A cut file may be sure of something else than the whole one, where the last attempt of the cut file is an earlier one. What it
says of that attempt must be what the whole file says of it; that is what is checked.
"""

import os
import random
import time
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from knowledge.attempts import attempts_of
from knowledge.diagnosis import diagnose
from knowledge.loader import load_base
from knowledge.logs import read
from knowledge.terms import Verdict

HOME = os.environ.get("VPN_HELP_CORPUS")
HOW = os.environ.get("VPN_HELP_CUTS", "")
SECONDS = float(os.environ.get("VPN_HELP_CUTS_SECONDS", "inf"))
RECEIVED = datetime(2026, 11, 24, tzinfo=UTC)
#: Line ends per file, and random bytes.
LINES, BYTES = (400, 100) if HOW else (4, 3)
BASE = load_base()


def logs():
    """The logs to be cut, by name."""
    shipped = files("knowledge").joinpath("base", "samples").iterdir()
    found = {path.name: path.read_bytes() for path in shipped if path.name.endswith(".log")}
    labelled = sorted(Path(HOME).glob("*/*/log.txt")) if HOME else []
    found |= {path.parent.name: path.read_bytes() for path in (labelled if HOW else labelled[::12])}
    part, _, parts = HOW.partition("/")
    return dict(list(found.items())[int(part) - 1 :: int(parts)]) if parts else found


def cuts(data, noise):
    """Where a file is cut: some of its line ends, and random places."""
    ends = [index + 1 for index, byte in enumerate(data) if byte == 10][:-1]
    places = set(ends if len(ends) <= LINES else noise.sample(ends, LINES))
    return sorted(places | {noise.randrange(1, len(data)) for _ in range(BYTES if len(data) > 1 else 0)})


def of(data):
    return read(data, None, base=BASE, received_at=RECEIVED)


def answer(found):
    return (found.verdict, found.hypotheses[0].cause if found.hypotheses else None)


def lines_of(attempt):
    return {each.line for fact in attempt.facts for each in fact.evidence}


def same_attempt(attempt, whole):
    """The attempt of the whole file that a cut file's is the beginning of: it shares the most lines."""
    shared = [len(lines_of(attempt) & lines_of(each)) for each in whole.attempts]
    return shared.index(max(shared)) if shared and max(shared) else None


def differs(cut, attempt, whole, log):
    """How a cut file's sure answer differs from the whole one's: (why, whether it may); None: it does not."""
    if answer(cut) == answer(whole):
        return None
    known = attempts_of(BASE, [log])
    index = same_attempt(attempt, known)
    if index is None:
        return "an attempt that the whole file does not know", False
    there = whole if index == known.chosen else diagnose(BASE, [log], attempt=index)
    cause = cut.hypotheses[0].cause
    said = f"{cause} at {attempt.stage}; of it the whole file says {'/'.join(map(str, answer(there)))} at {there.stage}"
    kept = bool(there.hypotheses) and there.hypotheses[0].cause == cause
    return f"{'the same' if index == known.chosen else 'an earlier'} attempt{'' if kept else ', GOES ON'}: {said}", kept


def test_a_cut_log_is_never_sure_of_what_the_cut_hides():
    end, noise = time.monotonic() + SECONDS, random.Random(11)
    count, sure, wrong, listed = 0, 0, [], Counter()
    for name, data in logs().items():
        if time.monotonic() > end:
            say(f"the time is over before {name}")
            break
        log = of(data)
        whole = diagnose(BASE, [log])
        for place in cuts(data, noise):
            part = of(data[:place])
            found = diagnose(BASE, [part])
            count += 1
            if found.verdict is not Verdict.CONCLUSIVE:
                continue
            sure += 1
            parted = attempts_of(BASE, [part])
            attempt = parted.attempts[parted.chosen]
            assert attempt.ended, (name, place)
            if difference := differs(found, attempt, whole, log):
                why, may = difference
                listed[name, why] += 1
                if not may:
                    wrong.append((name, place, why))
    say(f"{count} cuts, {sure} of them conclusive, {sum(listed.values())} otherwise than the whole file, {len(wrong)} wrong")
    for (name, why), times in sorted(listed.items()):
        say(f"{times:5} {name}: {why}")
    assert wrong == []


def say(line):
    if HOW:
        print(line)  # noqa: T201

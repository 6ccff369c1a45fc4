"""Over the base that ships and whole logs: what is no evidence changes no diagnosis."""

import random

import pytest

from knowledge.diagnosis import diagnose
from knowledge.loader import BASE, survey
from knowledge.logs import read

SAMPLES = sorted((BASE / "samples").glob("*.log"), key=lambda path: path.name)
#: Lines of other programs, as they stand among a VPN's in any system log.
OTHERS = (
    "Nov 23 20:28:00 gw CRON[4711]: (root) CMD (run-parts /etc/cron.hourly)",
    "Nov 23 20:28:00 gw postfix/smtpd[88]: connect from unknown[203.0.113.77]",
    "-- a remark of whoever copied this --",
)


@pytest.fixture(scope="module")
def base():
    return survey(BASE, strict=False).base


def said(base, *texts):
    """What a diagnosis comes to: its verdict, and every cause with its probability and its findings."""
    found = diagnose(base, [read(text.encode(), f"{number}.log", base=base) for number, text in enumerate(texts)])
    causes = {
        hypothesis.cause: (
            round(hypothesis.probability, 9),
            tuple(sorted(str(finding.rule) for finding in hypothesis.supporting)),
        )
        for hypothesis in found.hypotheses
    }
    return found.verdict, found.stage, causes


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_lines_of_others_change_nothing(base, path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    roll = random.Random(path.stem)
    for other in OTHERS:
        lines.insert(roll.randrange(1, len(lines) + 1), other)

    assert said(base, "\n".join(lines) + "\n") == said(base, text)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_same_log_twice_changes_nothing(base, path):
    text = path.read_text(encoding="utf-8")

    assert said(base, text, text) == said(base, text)

"""`kill -9` at any point between an upload and its answer, then a restart: everything is said, and said once."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.bot.house import occasion

ROOT = Path(__file__).resolve().parents[2]
POINTS = ["post:1", "posted:1", "download:1", "posted:2", "edit:1", "posted:4"]


def live(folder: Path, dies_at: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "tests.bot.victim", str(folder), dies_at], cwd=ROOT, check=False, timeout=240
    ).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_bot_goes_on_where_it_was_and_says_nothing_twice(tmp_path: Path, point: str) -> None:
    assert live(tmp_path, point) == -signal.SIGKILL

    assert live(tmp_path, "never") == 0

    said = [json.loads(line) for line in (tmp_path / "slack.jsonl").read_text().splitlines()]
    assert Counter(m["key"] for m in said).most_common(1)[0][1] == 1
    assert Counter(occasion(m["text"]) for m in said) == {"case_opened": 1, "receipt": 1, "understood": 1, "answer": 1}
    assert len({m["thread"] for m in said if not m["text"].startswith("case_opened")}) == 1

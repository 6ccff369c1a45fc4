"""`vpn-help run` as people run it: three processes, of which any may be killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from bot.playground import names
from bot.settings import Settings, variables
from bot.together import bot_settings

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Running:
    """`vpn-help run` with its output, which one waits for line by line. It ends when all its processes have."""

    def __init__(self, tmp_path):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "VPN_HELP_"))}
        self.port = free_port()
        ours = {
            "VPN_HELP_DATA": str(tmp_path),
            "VPN_HELP_PLAYGROUND_PORT": str(self.port),
            "VPN_HELP_PORT": str(free_port()),
            "PYTHONUNBUFFERED": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=ROOT, env={**kept, **ours}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said = ""

    def wait_for(self, pattern):
        for line in self.process.stdout:
            self.said += line
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern!r} was not said; this was:\n{self.said}")

    def rest(self):
        """What is said until the last of the processes has closed its output."""
        self.said += self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(), self.said


@pytest.fixture
def running(tmp_path):
    one = Running(tmp_path)
    alarm = signal.signal(signal.SIGALRM, lambda *_: one.process.kill())
    signal.alarm(60)  # the output is waited for; this ends the wait where it does not come
    yield one
    signal.alarm(0)
    signal.signal(signal.SIGALRM, alarm)
    one.process.kill()
    one.process.wait()
    one.process.stdout.close()


def test_bot_beside_the_playground_touches_nothing_of_the_real_slack(tmp_path):
    real = {"admin_channel": "C0123ABCD", "database_url": "postgresql://db/real", "data": tmp_path}
    given = bot_settings(Settings(**real))
    assert given["VPN_HELP_ADMIN_CHANNEL"] == names.VPN_DESK
    assert given["VPN_HELP_DATABASE_URL"] == ""
    assert given["VPN_HELP_DATA"].startswith(str(tmp_path))
    assert set(given) <= set(variables())


def test_address_is_said_bot_that_dies_is_started_again_and_all_stops(running):
    bot = int(running.wait_for(r"vpn-help serve, process (\d+)")[1])
    assert f"http://127.0.0.1:{running.port}/" in running.said
    running.wait_for("ready in the workspace Playground")
    os.kill(bot, signal.SIGKILL)
    running.wait_for("the bot ended")
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/") as page:
        assert page.status == 200
    running.wait_for("ready in the workspace Playground")
    running.process.send_signal(signal.SIGINT)
    status, said = running.rest()
    assert status == 0
    assert "Traceback" not in said


def test_nothing_is_left_behind_when_it_is_killed(running):
    running.wait_for("ready in the workspace Playground")
    running.process.kill()
    running.rest()
    with socket.socket() as one:
        assert one.connect_ex(("127.0.0.1", running.port)) != 0


def test_taken_port_is_said(running, tmp_path):
    running.wait_for("Open it in a browser")
    taken = {"VPN_HELP_PLAYGROUND_PORT": str(running.port), "VPN_HELP_DATA": str(tmp_path / "other")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"], cwd=ROOT, env={**os.environ, **taken}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 78
    assert "VPN_HELP_PLAYGROUND_PORT" in done.stderr

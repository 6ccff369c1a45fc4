import asyncio
import time

import pytest

from bot.playground.clock import Clock
from bot.playground.world import World


async def test_sleepers_wake_when_the_clock_is_moved():
    clock = Clock()
    sleeping = asyncio.create_task(clock.sleep_until(clock.seconds() + 3600))
    await asyncio.sleep(0)
    assert not sleeping.done()
    clock.move(3601)
    await asyncio.wait_for(sleeping, 5)


def test_the_clock_never_goes_back():
    with pytest.raises(ValueError, match="forward"):
        Clock().move(-1)


def test_it_runs_as_the_wall_clock_does():
    assert Clock(60).seconds() - time.time() == pytest.approx(60, abs=1)


def test_each_ts_is_greater_than_the_one_before(tmp_path, monkeypatch):
    world = World(tmp_path)
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.9999985)
    given = [world.next_ts("C1") for _ in range(4)]
    world.close()
    assert given == ["1700000000.999998", "1700000000.999999", "1700000001.000000", "1700000001.000001"]

"""The digest: counted from the export's rows, said once a week whatever happens, and drawn."""

import base64
import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.cases import Resolution
from bot.escalation import figures
from bot.events import Action, CaseId
from bot.messages import LOCALES, Catalogue
from bot.triage.drain import Policy
from bot.weekly import Rhythm, Worth, digest, rhythm
from knowledge import CauseId
from tests.bot.fakes import ANA, BEN, DESK, TEAM
from tests.bot.house import House, base, catalogue, open_house
from tests.builders import NOW, case_with

UNTIL = NOW + timedelta(hours=1)


def ended(number: int, *, hours: float = 2, confirmed: str | None = "psk-mismatch", works: bool = True, **changes):
    case = case_with(id=CaseId(f"{number:016d}"), opened_at=NOW - timedelta(hours=hours), asked=("nat",), **changes)
    if confirmed:
        case = case.confirmed(CauseId(confirmed)).noted(NOW - timedelta(hours=1), "cause-confirmed", BEN, confirmed)
    case = replace(case, handling=replace(case.handling, fix_confirmed=works))
    return case.closed(NOW, Resolution.FIXED)


def rows(*cases):
    return [figures.row(case) for case in cases]


def test_rates_times_and_causes_of_a_week() -> None:
    found = digest(rows(ended(1), ended(2, hours=4), ended(3, confirmed="mtu", works=False), case_with(opened_at=NOW)), UNTIL)
    week = found.week
    assert (week.opened, week.ended, week.fix_confirmed, week.confirmed_rate) == (4, 3, 2, 2 / 3)
    assert (week.minutes_to_cause, week.minutes_to_fix) == (60.0, 180.0)
    assert found.causes == (("psk-mismatch", 3), ("mtu", 1))  # what is only likely counts where nobody confirmed a cause
    assert found.rules == (Worth(name="psk-decrypt-failed", used=4, good=2, of=3),)
    assert found.questions[0] == Worth(name="nat", used=3, good=0, of=3)
    assert [each.opened for each in found.weeks] == [0, 0, 0, 4]


def test_what_came_back_within_a_week_counts_against_what_ended() -> None:
    back = ended(1)
    back = replace(back, handling=back.handling.came_back(NOW, NOW - timedelta(days=2))).reopened()
    assert digest(rows(back, ended(2)), UNTIL).week.reopen_rate == 0.5


def test_the_export_holds_the_same_figures() -> None:
    cases = [ended(1), ended(2, hours=30), case_with(opened_at=NOW), ended(3, works=False)]
    read = list(csv.DictReader(io.StringIO(figures.as_csv(cases))))
    again = [{name: _typed(value) for name, value in row.items()} for row in read]
    assert digest(again, UNTIL) == digest(rows(*cases), UNTIL)


def _typed(value: str) -> object:
    if value in ("", "True", "False"):
        return {"": None, "True": True, "False": False}[value]
    try:
        return float(value)
    except ValueError:
        return value


@pytest.mark.parametrize("locale", LOCALES)
def test_a_quiet_week_is_one_line_without_pictures(locale: str) -> None:
    words = Catalogue(base())
    quiet = digest([], UNTIL)
    assert len(words.digest(quiet, zone="UTC", locale=locale).text.splitlines()) == 1
    assert words.digest_pictures(quiet, zone="UTC", locale=locale) == ()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_plot_says_its_numbers_in_words(locale: str) -> None:
    words = Catalogue(base())
    drawn = words.digest_pictures(digest(rows(ended(1), ended(2)), UNTIL), zone="UTC", locale=locale)
    assert [each.name for each in drawn] == [f"digest-{name}.png" for name in ("causes", "measures", "rules", "questions")]
    assert all(base64.b64decode(each.content).startswith(b"\x89PNG") for each in drawn)
    assert [any(number in each.alt for number in ("2", "100 %")) for each in drawn] == [True] * 4


def test_a_rhythm_is_a_day_and_a_time_in_a_zone() -> None:
    assert rhythm("fri 16:30", "America/Sao_Paulo").after(datetime(2026, 11, 25, tzinfo=UTC)) == datetime(
        2026, 11, 27, 19, 30, tzinfo=UTC
    )
    at = Rhythm(day=0, at=time(9))
    assert at.after(at.after(NOW)) - at.after(NOW) == timedelta(days=7)
    for wrong in ("monday 9", "mon 24:00", "09:00"):
        with pytest.raises(ValueError, match="mon 09:00"):
            rhythm(wrong)


async def a_house(folder: Path):
    return open_house(folder, messages=catalogue(), policy=Policy(digest=Rhythm(day=4, at=time(12))))


def digests(house: House) -> list[str]:
    return [text for text in house.chat.texts(DESK, thread=None) if "week" in text.partition("\n")[0]]


async def test_it_comes_once_a_week_also_after_a_restart_and_a_standstill(tmp_path: Path) -> None:
    async with await a_house(tmp_path) as house:
        await house.drain.plan_digest(TEAM)
        await house.happens(house.intake_event("error 789", user=ANA))
        await house.happens(house.press(Action.WORKS_NOW, (await house.only_case()).id))
        house.clock.move(days=1)
        await house.settle()
        assert digests(house) == []
        house.clock.move(days=1, hours=3)  # Friday, noon
        await house.drain.plan_digest(TEAM)
        await house.settle()
        (said,) = digests(house)
        assert "Cases: 1" in said
        parent = next(said.ts for said in house.chat.said if said.now == digests(house)[0])
        drawn = [name for said in house.chat.said if said.thread == parent for name in said.files]
        assert drawn[:2] == ["digest-causes.png", "digest-measures.png"]
        clock, chat = house.clock, house.chat
    async with open_house(
        tmp_path, chat=chat, clock=clock, messages=catalogue(), policy=Policy(digest=Rhythm(day=4, at=time(12)))
    ) as house:
        await house.drain.plan_digest(TEAM)
        await house.settle()
        assert len(digests(house)) == 1
        house.clock.move(days=20)
        await house.settle()
        assert len(digests(house)) == 2
        assert "quiet" in digests(house)[-1]


async def test_none_is_planned_where_none_is_wanted(tmp_path: Path) -> None:
    async with await a_house(tmp_path) as house:
        await house.drain.plan_digest(TEAM)
        house.drain = replace(house.drain, policy=Policy())
        await house.drain.plan_digest(TEAM)
        house.clock.move(days=30)
        await house.settle()
        assert digests(house) == []

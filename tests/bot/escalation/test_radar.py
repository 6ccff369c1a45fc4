"""The radar on ordinary months and on months with an outage; the figures of its promise are measured here.

Its threshold was chosen on the months 1000 to 1099; what is promised is measured on others. With VPN_HELP_FULL_DAY=1 on 200.
"""

import os
import random
from datetime import UTC, datetime, timedelta

from bot.escalation.radar import Sighting, find, keys_of, usual
from bot.events import CaseId
from tests.builders import case_with

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
#: An ordinary day's causes: a few usual ones, and a long tail.
CAUSES = {
    "bad-credentials": 0.16, "psk-mismatch": 0.12, "udp-blocked": 0.11, "server-unreachable": 0.07, "no-internet": 0.07,
    "windows-update-regression": 0.06, "nat-t-unsupported": 0.05, "profile-misconfigured": 0.05, "cert-invalid": 0.04,
    "dns-failure": 0.03, "idle-disconnect": 0.03, "radius-unreachable": 0.02, "mtu": 0.02, "ip-pool-exhausted": 0.02,
    "client-conflict": 0.02, "peer-timeout": 0.02, "server-capacity": 0.01,
}  # fmt: skip
SERVERS = ["s1", "s2", "s3", "s4"]
SITES = ["America/Sao_Paulo", "America/Recife", "America/Manaus", "Europe/Lisbon"]
PER_DAY = 35
DAYS = 30
#: Months that had no part in choosing the threshold.
FRESH = range(2000, 2200) if os.environ.get("VPN_HELP_FULL_DAY") else range(2000, 2030)
OUTAGES = ["server-unreachable", "radius-unreachable", "ip-pool-exhausted", "server-capacity", "cert-invalid", "dns-failure"]


def stream(seed: int, *, outage_at: int | None = None, share: float = 0.2):
    """A month of sightings, oldest first; from `outage_at` on, `share` of the cases are an outage's, at one server."""
    rng = random.Random(seed)
    cause, server = rng.choice(OUTAGES), rng.choice(SERVERS)
    at = START
    for number in range(PER_DAY * DAYS):
        at += timedelta(minutes=rng.expovariate(1 / (24 * 60 / PER_DAY)))
        hit = outage_at is not None and number >= outage_at and rng.random() < share
        shown = (cause, server) if hit else (pick(rng), rng.choice(SERVERS) if rng.random() < 0.4 else None)
        site = rng.choice(SITES)
        keys = set()
        if shown[0]:
            keys.add(f"cause:{shown[0]}")
            keys.add(f"cause:{shown[0]} site:{site}")
            if shown[1]:
                keys.add(f"cause:{shown[0]} server:{shown[1]}")
        if shown[1]:
            keys.add(f"server:{shown[1]}")
        yield hit, Sighting(case=CaseId(f"c{number}"), at=at, keys=frozenset(keys))


def pick(rng):
    """A cause of an ordinary day; None: the case stays open."""
    left = rng.random()
    for cause, share in CAUSES.items():
        left -= share
        if left < 0:
            return cause
    return None


def watch(seed, *, outage_at=None, until=PER_DAY * DAYS, warm=150):
    """The outages that the radar finds in a month: (number of the case, cases of the outage so far, what was found)."""
    past: list[Sighting] = []
    recent: list[Sighting] = []
    hits = 0
    for number, (hit, sighting) in enumerate(stream(seed, outage_at=outage_at)):
        hits += hit
        recent.append(sighting)
        if len(recent) > 60:
            past.append(recent.pop(0))
        if number < warm:
            continue
        found = find(past, recent)
        if found:
            yield number, hits, found
            past += recent
            recent = []
        if number >= until:
            return


def test_an_ordinary_month_has_at_most_one_false_alarm() -> None:
    months = [len(list(watch(seed))) for seed in FRESH]
    print(f"false alarms a month: {sum(months) / len(months):.2f} in {len(months)} months, at most {max(months)}")  # noqa: T201 - the figures
    assert sum(months) / len(months) <= 0.5  # promised is 1


def test_an_outage_of_a_fifth_of_the_cases_is_found_within_six_of_them_on_average() -> None:
    waits = []
    for seed in FRESH:
        begins = random.Random(-seed).randrange(200, 800)
        found = next(((n, hits) for n, hits, _ in watch(seed, outage_at=begins, until=begins + 200) if n >= begins), None)
        waits.append(found[1] if found else 40)
    mean, most = sum(waits) / len(waits), sorted(waits)[len(waits) * 9 // 10]
    print(f"cases until it is found: {mean:.2f} on average, {most} in nine of ten")  # noqa: T201 - the figures
    assert mean <= 6.0  # as promised


def test_its_cases_are_those_that_show_it() -> None:
    days = [Sighting(case=CaseId(f"p{n}"), at=START + timedelta(hours=n), keys=frozenset({"cause:mtu"})) for n in range(100)]
    shown = frozenset({"cause:dns-failure"})
    now = [Sighting(case=CaseId(f"n{n}"), at=START + timedelta(days=5, minutes=n), keys=shown) for n in range(6)]
    found = find(days, now)
    assert found is not None
    assert (found.key, found.cases) == ("cause:dns-failure", tuple(f"n{n}" for n in range(6)))


def test_an_outage_that_is_known_is_not_found_again() -> None:
    shown = frozenset({"cause:dns-failure", "cause:dns-failure site:x"})
    now = [Sighting(case=CaseId(f"n{n}"), at=START + timedelta(minutes=n), keys=shown) for n in range(9)]
    assert find([], now, known=["cause:dns-failure"]) is None


def test_what_every_case_shows_is_no_outage() -> None:
    shown = frozenset({"server:s1"})
    past = [Sighting(case=CaseId(f"p{n}"), at=START + timedelta(hours=n), keys=shown) for n in range(200)]
    now = [Sighting(case=CaseId(f"n{n}"), at=START + timedelta(days=9, minutes=n), keys=shown) for n in range(40)]
    assert find(past, now) is None


def test_cases_far_apart_do_not_belong_together() -> None:
    shown = frozenset({"cause:dns-failure"})
    now = [Sighting(case=CaseId(f"n{n}"), at=START + timedelta(days=n), keys=shown) for n in range(12)]
    assert find([], now) is None


def test_a_case_shows_its_likely_cause_and_never_its_words() -> None:
    case = case_with(words="the server vpn.example.com is down")
    assert keys_of(case, server="3f", site="America/Recife") == {
        "cause:psk-mismatch",
        "cause:psk-mismatch server:3f",
        "cause:psk-mismatch site:America/Recife",
        "server:3f",
    }


def test_a_key_that_was_never_seen_has_a_small_share() -> None:
    assert usual([]) == {}
    assert 0 < usual([Sighting(case=CaseId("p"), at=START, keys=frozenset({"k"}))])["k"] < 0.1

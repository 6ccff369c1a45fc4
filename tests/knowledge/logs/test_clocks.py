from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.logs.clocks import Clocks, find_stamp

RECEIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)


def clock(text, received=RECEIVED):
    stamp = find_stamp(text)
    return Clocks(received).clock(stamp) if stamp else None


@pytest.mark.parametrize(
    ("text", "at", "year_known", "zone_known"),
    [
        ("2026-11-23T20:28:58+0000 x", "2026-11-23T20:28:58+00:00", True, True),
        ("2026-11-23T20:28:58.250+01:00", "2026-11-23T19:28:58.250+00:00", True, True),
        ("2020-03-23T19:40:08.225301000Z", "2020-03-23T19:40:08.225301+00:00", True, True),
        ("2026-11-23 20:28:58,5 x", "2026-11-23T20:28:58.5+00:00", True, False),
        ("[2026-07-05 11:27:36]: x", "2026-07-05T11:27:36+00:00", True, False),
        ("Nov 23 20:28:52 host", "2026-11-23T20:28:52+00:00", False, False),
        ("Dec 24 20:28:52 host", "2025-12-24T20:28:52+00:00", False, False),
        ("Nov 23 20:28:52.123 host", "2026-11-23T20:28:52.123+00:00", False, False),
        ("Sat Feb  7 22:16:16 2015 : x", "2015-02-07T22:16:16+00:00", True, False),
        ("Dec 04 2014 12:37:51: x", "2014-12-04T12:37:51+00:00", True, False),
        ("*Feb  1 21:44:23.314: x", "2026-02-01T21:44:23.314+00:00", False, False),
        ("3/2/17 10:08:54.561 PM x", "2017-03-02T22:08:54.561+00:00", True, False),
        ("23/11/2026 20:28:52 x", "2026-11-23T20:28:52+00:00", True, False),
        ("02/02/2017-17:36:01.496 [ikeext]", "2017-02-02T17:36:01.496+00:00", True, False),
        ("03-13 13:35:21.626 16712", "2026-03-13T13:35:21.626+00:00", False, False),
        ("11-23: 10:15:22.340 My", "2026-11-23T10:15:22.340+00:00", False, False),
        (" 5-14: 13:21:37:765:5b0 Acquire".strip(), "2026-05-14T13:21:37.765+00:00", False, False),
        ("11-23-2001 10:15:22.34 - x", "2001-11-23T10:15:22.34+00:00", True, False),
        ("jan/02 17:21:08 ipsec", "2026-01-02T17:21:08+00:00", False, False),
        ("jan/02/2020 17:21:08 ipsec", "2020-01-02T17:21:08+00:00", True, False),
        ("21:45:57 ipsec", "2026-11-24T21:45:57+00:00", False, False),
        ("1647478092.029594666 MX", "2022-03-17T00:48:12.029594+00:00", True, True),
        ("date=2020-04-23 time=12:32:47 x", "2020-04-23T12:32:47+00:00", True, False),
        ("12월 10 21:02:59 client", "2025-12-10T21:02:59+00:00", False, False),
        ("Mär 10 21:02:59 client", "2026-03-10T21:02:59+00:00", False, False),
        ("févr. 10 21:02:59 client", "2026-02-10T21:02:59+00:00", False, False),
        ("Dez 10 21:02:59 client", "2025-12-10T21:02:59+00:00", False, False),
        ("23 nov. 20:28:52", "2026-11-23T20:28:52+00:00", False, False),
        ("Feb 29 20:28:52 leap", "2024-02-29T20:28:52+00:00", False, False),
    ],
)
def test_stamps_are_read_and_what_they_leave_out_is_said(text, at, year_known, zone_known):
    found = clock(text)
    assert (found.at, found.year_known, found.zone_known) == (datetime.fromisoformat(at), year_known, zone_known)


@pytest.mark.parametrize(
    "text", ["", "hello", "12[IKE] x", "Foo 23 20:28:52 x", "1.2.3.4", "809", "Nov 99 20:28:52", "2026-13-45T20:28:58Z"]
)
def test_what_is_no_time_is_none(text):
    assert clock(text) is None


@given(st.text(max_size=60), st.integers(0, 5))
def test_no_text_makes_it_raise(text, position):
    stamp = find_stamp(text, position)
    if stamp is not None:
        Clocks(RECEIVED).clock(stamp)


@given(st.datetimes(min_value=datetime(2025, 11, 26), max_value=datetime(2026, 11, 24)))  # noqa: DTZ001 - the strategy wants naive ones
def test_a_year_left_out_is_the_one_before_the_upload(moment):
    found = clock(moment.strftime("%b %d %H:%M:%S") + " host")
    assert found.at == moment.replace(microsecond=0, tzinfo=UTC)

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.attempts import Attempts, attempts_of, choose, group
from knowledge.terms import Clock, Evidence, Fact, FactId, FormatId, Log, ReadState, Side, Stage
from tests.knowledge.logs.bases import BASE, FACTS

START = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def said(*lines, fmt="charon"):
    """Facts from short lines: `10 ike.started peer=A @thread`, where the second may be `-` and the rest may miss."""
    facts = []
    for order, line in enumerate(lines):
        second, name, *rest = line.split()
        values = dict(part.split("=", 1) for part in rest if "=" in part)
        thread = next((part[1:] for part in rest if part.startswith("@")), None)
        facts.append(
            Fact(
                id=FactId(name),
                evidence=(Evidence(file="a.log", line=order + 1),),
                values=values,
                clock=None if second == "-" else Clock(at=START + timedelta(seconds=float(second))),
                order=order,
                format=FormatId(values.pop("in", fmt)),
                thread=thread,
            )
        )
    return facts


def summary(attempts):
    return [(attempt.stage.value, attempt.ended, [fact.id for fact in attempt.facts]) for attempt in attempts]


UP = (
    "ike.established",
    "esp.started",
    "esp.established",
    "l2tp.started",
    "l2tp.established",
    "ppp.started",
    "auth.succeeded",
    "ipcp.up",
)


def test_an_attempt_that_fails_in_ike():
    (attempt,) = group(said("0 ike.started peer=A side=client", "4 ike.retransmit", "60 ike.timeout"), BASE)
    assert (attempt.stage, attempt.ended, attempt.peer, attempt.side) == (Stage.IKE, True, "A", Side.CLIENT)
    assert (attempt.start.at, attempt.end.at) == (START, START + timedelta(seconds=60))
    assert attempt.covered == {Stage.IKE}


def test_an_attempt_that_comes_up():
    (attempt,) = group(said("0 ike.started", *(f"{index} {name}" for index, name in enumerate(UP, 1))), BASE)
    assert (attempt.stage, attempt.ended) == (Stage.CONNECTED, True)
    assert Stage.IKE in attempt.covered


def test_facts_know_the_stage_at_which_they_were_said():
    (attempt,) = group(
        said(
            "0 link.dialled",
            "0 ike.started side=client",
            "1 ike.notify name=X",
            "2 ike.established",
            "3 ike.notify name=Y",
            "4 esp.started",
        ),
        BASE,
    )
    assert [(fact.id, fact.values["during"], fact.values.get("side")) for fact in attempt.facts] == [
        ("link.dialled", "link", "client"),
        ("ike.started", "ike", "client"),
        ("ike.notify", "ike", "client"),
        ("ike.established", "ike", "client"),
        ("ike.notify", "esp", "client"),
        ("esp.started", "esp", "client"),
    ]


def test_a_refusal_that_the_peer_notifies_ends_the_stage_it_came_in():
    for lines, stage in (
        (("0 ike.started", "1 ike.notify name=NO_PROPOSAL_CHOSEN by=peer"), Stage.IKE),
        (("0 ike.started", "1 ike.established", "2 ike.notify name=NO_PROPOSAL_CHOSEN by=peer"), Stage.ESP),
    ):
        (attempt,) = group(said(*lines), BASE)
        assert (attempt.stage, attempt.ended) == (stage, True)
    (attempt,) = group(said("0 ike.started", "1 ike.notify name=INITIAL_CONTACT by=peer"), BASE)
    assert not attempt.ended


def test_a_log_that_just_stops_has_no_end():
    (attempt,) = group(said("0 ike.started", "0 ike.reply"), BASE)
    assert (attempt.stage, attempt.ended, attempt.covered) == (Stage.IKE, False, frozenset())


def test_a_stage_that_stands_still_was_seen_but_has_not_ended():
    (attempt,) = group(said("0 ike.started", "4 ike.retransmit", "11 ike.retransmit", "24 ike.retransmit"), BASE)
    assert (attempt.ended, attempt.covered) == (False, {Stage.IKE})


def test_an_attempt_that_only_repeats_itself_has_ended():
    (attempt,) = group(said("0 ike.started", *(f"{second} ike.retransmit" for second in (4, 11, 24, 47))), BASE)
    assert (attempt.stage, attempt.ended) == (Stage.IKE, True)


def test_later_stages_are_not_covered():
    (attempt,) = group(said("0 ike.started", "60 ike.timeout"), BASE)
    assert Stage.ESP not in attempt.covered
    (attempt,) = group(said("0 ike.established", "1 esp.started"), BASE)
    assert Stage.ESP not in attempt.covered


def test_an_earlier_failure_and_one_that_works_are_two():
    attempts = group(
        said(
            "0 link.dialled",
            "0 ike.started peer=A",
            "60 ike.timeout",
            "90 link.dialled",
            "90 ike.started peer=A",
            *(f"91 {name}" for name in UP),
        ),
        BASE,
    )
    assert [(attempt.stage, attempt.ended) for attempt in attempts] == [(Stage.IKE, True), (Stage.CONNECTED, True)]
    assert choose(attempts) == 1


def test_a_daemon_that_tries_again_is_the_same_trouble():
    attempts = group(
        said("0 ike.started peer=A", "60 ike.timeout", "60 ike.started peer=A", "120 ike.timeout", "121 ike.started peer=A"), BASE
    )
    assert [(attempt.stage, attempt.ended, len(attempt.facts)) for attempt in attempts] == [(Stage.IKE, True, 5)]


def test_a_retry_that_works_is_no_trouble_any_more():
    attempts = group(
        said("0 ike.started peer=A", "60 ike.timeout", "60 ike.started peer=A", *(f"61 {name}" for name in UP)), BASE
    )
    assert [attempt.stage for attempt in attempts] == [Stage.IKE, Stage.CONNECTED]


def test_peers_are_told_apart():
    attempts = group(
        said(
            "0 ike.request_received peer=A side=server",
            "1 ike.request_received peer=B side=server",
            "2 ike.reply peer=A",
            "3 ike.no_config peer=B",
            "4 ike.established peer=A",
        ),
        BASE,
    )
    assert [(attempt.peer, attempt.stage, [fact.id for fact in attempt.facts]) for attempt in attempts] == [
        ("A", Stage.ESP, ["ike.request_received", "ike.reply", "ike.established"]),
        ("B", Stage.IKE, ["ike.request_received", "ike.no_config"]),
    ]
    assert choose(attempts) == 0  # B only knocked


def test_threads_are_told_apart():
    attempts = group(
        said(
            "0 link.dialled @{A1B2C3D4-0000-0000-0000-000000000001}",
            "1 link.dialled @{A1B2C3D4-0000-0000-0000-000000000002}",
            "2 ras.error code=809 @{A1B2C3D4-0000-0000-0000-000000000001}",
            fmt="rasclient",
        ),
        BASE,
    )
    assert summary(attempts) == [("link", True, ["link.dialled", "ras.error"]), ("link", False, ["link.dialled"])]


def test_a_renewal_stays_in_its_connection():
    attempts = group(
        said(
            "0 ike.started peer=A",
            *(f"1 {name}" for name in UP),
            "3000 ike.started peer=A",
            "3001 ike.established peer=A",
            "3002 esp.established",
        ),
        BASE,
    )
    assert [attempt.stage for attempt in attempts] == [Stage.CONNECTED]


def test_a_new_connection_after_one_that_was_up_is_another():
    again = (f"3001 {name}" for name in UP[:4])
    attempts = group(
        said("0 ike.started peer=A", *(f"1 {name}" for name in UP), "3000 ike.started peer=A", *again, "3030 l2tp.timeout"), BASE
    )
    assert [attempt.stage for attempt in attempts] == [Stage.CONNECTED, Stage.L2TP]
    assert choose(attempts) == 1


def test_a_second_client_behind_the_same_address_is_another_attempt():
    attempts = group(
        said(
            "0 ike.request_received peer=A side=server",
            "0 ike.identity_seen id=x",
            *(f"1 {name}" for name in UP),
            "9 ike.request_received peer=A",
            "9 ike.identity_seen id=y",
            "9 ike.established",
            "9 esp.started",
            "9 esp.collision",
        ),
        BASE,
    )
    assert [attempt.stage for attempt in attempts] == [Stage.CONNECTED, Stage.ESP]


def test_tidying_up_is_no_attempt_of_its_own():
    attempts = group(
        said("0 ike.started peer=A", *(f"1 {name}" for name in UP), "60 session.ended", "900 ike.deleted", "900 l2tp.closed"),
        BASE,
    )
    assert choose(attempts) == 0
    attempts = group(
        said("0 link.dialled", "0 ike.started peer=A", "60 ike.timeout", "5000 l2tp.closed peer=B", "5000 ike.deleted peer=B"),
        BASE,
    )
    assert attempts[choose(attempts)].stage is Stage.IKE


def test_what_pppd_says_while_it_ends_begins_nothing():
    lines = (
        "ppp.started",
        "lcp.request_sent",
        "auth.started",
        "auth.succeeded",
        "ipcp.up",
        "session.ended",
        "ppp.started",
        "lcp.terminated",
    )
    (attempt,) = group(said(*(f"- {name}" for name in lines), fmt="pppd"), BASE)
    assert (attempt.stage, attempt.ended) == (Stage.CONNECTED, True)


def test_a_second_try_without_clocks_is_found_by_what_follows():
    lines = ("ppp.started", "lcp.request_sent", "lcp.timeout", "ppp.started", "lcp.request_sent", "auth.started", "auth.failed")
    attempts = group(said(*(f"- {name}" for name in lines), fmt="pppd"), BASE)
    assert [attempt.stage for attempt in attempts] == [Stage.LCP, Stage.AUTH]


@pytest.mark.parametrize(
    ("lines", "stage"),
    [
        (("0 auth.failed",), Stage.AUTH),
        (("0 ike.decrypt_failed",), Stage.IKE),
        (("0 l2tp.started", "1 l2tp.timeout"), Stage.L2TP),
        (("0 ike.started", "1 l2tp.started in=xl2tpd"), Stage.IKE),  # IPsec would have said that it is up
        (("0 auth.started", "1 ipcp.started", "2 auth.failed"), Stage.AUTH),
        (("0 ipcp.started", "1 l2tp.timeout"), Stage.IPCP),
        (("0 ike.started", "1 ike.timeout", "2 l2tp.timeout in=xl2tpd"), Stage.IKE),
        (("0 peer.dead",), Stage.CONNECTED),
    ],
)
def test_where_an_attempt_stopped(lines, stage):
    (attempt,) = group(said(*lines), BASE)
    assert attempt.stage is stage


def test_facts_of_the_host_belong_to_every_attempt():
    attempts = group(
        said("0 host.daemon_started", "1 link.dialled", "1 ike.started", "60 ike.timeout", "90 link.dialled", "91 ike.started"),
        BASE,
    )
    assert [attempt.facts[0].id for attempt in attempts] == ["host.daemon_started", "host.daemon_started"]
    assert "during" not in attempts[0].facts[0].values


def log_of(*facts, side=None):
    return Log(file="a.log", read=ReadState.WHOLE, facts=tuple(facts), side=side)


def test_facts_of_the_host_alone_are_kept():
    found = attempts_of(BASE, [log_of(*said("0 host.component_missing what=l2tp_ppp"))])
    assert (found.attempts, [fact.id for fact in found.host], found.chosen) == ((), ["host.component_missing"], None)


def test_two_views_of_one_attempt_are_one():
    client = log_of(*said("0 ike.started peer=A", "4 ike.retransmit", "60 ike.timeout"), side=Side.CLIENT)
    server = log_of(*said("0 ike.request_received peer=B", "1 ike.decrypt_failed"), side=Side.SERVER)
    found = attempts_of(BASE, [client, server])
    (attempt,) = found.attempts
    assert [(fact.id, fact.values["side"]) for fact in attempt.facts] == [
        ("ike.started", "client"),
        ("ike.request_received", "server"),
        ("ike.decrypt_failed", "server"),
        ("ike.retransmit", "client"),
        ("ike.timeout", "client"),
    ]
    assert (attempt.stage, attempt.ended, found.chosen) == (Stage.IKE, True, 0)
    assert [fact.order for fact in attempt.facts] == sorted({fact.order for fact in attempt.facts})


def test_a_file_without_clocks_joins_the_last_attempt():
    found = attempts_of(
        BASE,
        [log_of(*said("0 ike.started", "1 ike.established")), log_of(*said("- l2tp.started", "- l2tp.timeout", fmt="xl2tpd"))],
    )
    (attempt,) = found.attempts
    assert attempt.stage is Stage.L2TP


def test_files_of_other_days_stay_apart():
    found = attempts_of(
        BASE, [log_of(*said("90000 ike.started", "90060 ike.timeout")), log_of(*said("0 ike.started", "9 ike.established"))]
    )
    assert [attempt.stage for attempt in found.attempts] == [Stage.ESP, Stage.IKE]
    assert found.chosen == 1


def test_nothing_gives_nothing():
    assert group([], BASE) == ()
    assert choose([]) is None
    assert attempts_of(BASE, []) == Attempts()


LINES = st.lists(
    st.tuples(
        st.sampled_from(sorted(FACTS)),
        st.sampled_from(["", " peer=A", " peer=B", " @1", " @2", " by=peer name=NO_PROPOSAL_CHOSEN"]),
    ),
    max_size=14,
)


@given(LINES, st.lists(st.integers(0, 400), min_size=14, max_size=14), st.booleans())
def test_every_fact_is_in_one_attempt_or_the_hosts(lines, gaps, clocked):
    seconds, texts = 0, []
    for (name, rest), gap in zip(lines, gaps, strict=False):
        seconds += gap
        texts.append(f"{seconds if clocked else '-'} {name}{rest}")
    facts = said(*texts)
    attempts = group(facts, BASE)
    own = sorted(fact.order for attempt in attempts for fact in attempt.facts if "during" in fact.values)
    assert own == [fact.order for fact in facts if not FACTS[fact.id][2]]
    for attempt in attempts:
        assert [fact.order for fact in attempt.facts] == sorted(fact.order for fact in attempt.facts)
        assert all(stage.rank <= attempt.stage.rank for stage in attempt.covered)
    assert choose(attempts) is None or 0 <= choose(attempts) < len(attempts)


GATEWAY, OURS, THEIRS, HIDDEN = "[ip-public-1]", "[ip-public-2]", "[ip-public-3]", "[ip-private-4]"


def refused(own):
    return log_of(
        *said(
            f"8 ike.started peer={GATEWAY} own={own}",
            "9 ike.established",
            "9 esp.started",
            "9 esp.established",
            "9 l2tp.started",
            "10 l2tp.no_address by=peer",
        ),
        side=Side.CLIENT,
    )


def up_and_refused(peer, *, own=GATEWAY, again="8.1"):
    """A server's log: one client comes up, another finds no address left."""
    up = [f"0 ike.request_received peer={THEIRS} own={own}", *(f"{1 + number} {name}" for number, name in enumerate(UP))]
    no_address = ("ike.established", "esp.started", "esp.established", "l2tp.request_received", "l2tp.no_address by=local")
    then = [f"{again} ike.request_received peer={peer} own={own}", *(f"9.9 {name}" for name in no_address)]
    return log_of(*said(*up, *then), side=Side.SERVER)


def views(attempt):
    return {(fact.values["side"], fact.values["peer"]) for fact in attempt.facts if fact.values.get("peer")}


@pytest.mark.parametrize(
    ("own", "peer"),
    [
        pytest.param(OURS, OURS, id="the ends name each other"),
        pytest.param(HIDDEN, "[ip-public-5]", id="behind a NAT: the course"),
    ],
)
def test_who_holds_the_address_is_another_try_than_who_found_none(own, peer):
    found = attempts_of(BASE, [refused(own), up_and_refused(peer)])
    held, mine = found.attempts
    assert (held.stage, views(held)) == (Stage.CONNECTED, {("server", THEIRS)})
    assert (mine.stage, views(mine)) == (Stage.L2TP, {("client", GATEWAY), ("server", peer)})
    assert found.chosen == 1


def test_files_in_the_other_order_tell_the_same():
    found = attempts_of(BASE, [up_and_refused(OURS), refused(OURS)])
    assert [attempt.stage for attempt in found.attempts] == [Stage.CONNECTED, Stage.L2TP]
    assert found.chosen == 1


def test_a_server_that_saw_only_another_client_does_not_speak_for_this_one():
    server = log_of(*said(f"8 ike.request_received peer={THEIRS} own={GATEWAY}", *(f"9 {name}" for name in UP)), side=Side.SERVER)
    found = attempts_of(BASE, [refused(OURS), server])
    assert sorted(attempt.stage for attempt in found.attempts) == [Stage.CONNECTED, Stage.L2TP]
    chosen = found.attempts[found.chosen]
    assert (chosen.stage, chosen.side) == (Stage.L2TP, Side.CLIENT)


def test_a_nat_changes_the_address_that_the_server_sees():
    server = log_of(*said(f"0 ike.request_received peer={THEIRS} own={GATEWAY}", "1 ike.decrypt_failed"), side=Side.SERVER)
    behind = (f"0 ike.started peer={GATEWAY} own={OURS}", "1 ike.nat_detected where=local", "60 ike.timeout")
    assert len(attempts_of(BASE, [log_of(*said(*behind), side=Side.CLIENT), server]).attempts) == 1
    plain = [line for line in behind if "nat" not in line]
    assert len(attempts_of(BASE, [log_of(*said(*plain), side=Side.CLIENT), server]).attempts) == 2


def test_files_that_were_masked_apart_are_not_compared_by_their_names():
    client = log_of(*said("0 ike.started peer=[ip-public-1] own=[ip-public-2]", "60 ike.timeout"), side=Side.CLIENT)
    server = log_of(
        *said("0 ike.request_received peer=[ip-public-1] own=[ip-public-2]", "1 ike.decrypt_failed"), side=Side.SERVER
    )
    assert len(attempts_of(BASE, [client, server]).attempts) == 1


def test_a_number_that_both_ends_write_down_beats_the_course():
    client = log_of(*said("0 ike.started", "1 ike.established", "2 esp.started id=77", "30 esp.timeout"), side=Side.CLIENT)
    one = ("0 ike.request_received peer=A", "1 ike.established", "2 esp.started id=76", "30 esp.timeout")
    other = ("3 ike.request_received peer=B", "4 ike.established", "5 esp.started id=77", *(f"6 {name}" for name in UP[2:]))
    found = attempts_of(BASE, [client, log_of(*said(*one, *other), side=Side.SERVER)])
    assert {peer for _, peer in views(found.attempts[found.chosen])} == {"B"}

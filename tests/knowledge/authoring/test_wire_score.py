"""What captures are measured by: every cause has its reviewed row, and what does not show asks for honesty only."""

from knowledge.authoring.wire_score import Shows, WireCase, on_the_wire, shows, wire_lines, wire_totals
from knowledge.loader import load_base


def scored(cause, *, first=False, three=False, verdict="open", has_vpn=True, is_ikev2=False):
    return WireCase(
        cause=cause, is_first=first, is_among_three=three or first, verdict=verdict, has_vpn=has_vpn, is_ikev2=is_ikev2
    )


def test_every_cause_of_the_base_has_a_row_with_its_reason():
    table = on_the_wire()
    assert set(table) == set(load_base().causes)
    assert [cause for cause, row in table.items() if len(row.why) < 15] == []


def test_version_2_hides_what_version_1_shows():
    table = on_the_wire()
    assert shows(scored("psk-mismatch"), table) is Shows.SHOWN
    assert shows(scored("psk-mismatch", is_ikev2=True), table) is Shows.SHARED


def test_a_capture_without_a_packet_of_a_vpn_hides_all_but_names():
    table = on_the_wire()
    assert shows(scored("psk-mismatch", has_vpn=False), table) is Shows.HIDDEN
    assert shows(scored("dns-failure", has_vpn=False), table) is Shows.SHOWN


def test_what_is_hidden_must_only_stay_open():
    total = wire_totals(
        [
            scored("psk-mismatch", first=True, verdict="likely"),
            scored("udp-blocked", verdict="open"),
            scored("esp-proposal-mismatch", three=True, verdict="likely"),
            scored("bad-credentials", verdict="open"),
            scored("bad-credentials", verdict="healthy"),
        ]
    )
    assert total == {
        "shown": 2,
        "shown_top1": 0.5,
        "shared": 1,
        "shared_top3": 1.0,
        "shared_honest": 0.0,
        "hidden": 2,
        "hidden_honest": 0.5,
    }


def test_it_is_said_in_one_line():
    assert list(wire_lines([scored("psk-mismatch", first=True)])) == [
        (
            "on the wire: shown in 1, top-1 1.00; a shared symptom in 0, top-3 0.00, right or open 0.00; "
            "hidden in 0, right or open 0.00"
        )
    ]

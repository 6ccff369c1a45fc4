import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.logs.wrappers import peel, unwrap_json

KNOWN = frozenset({"charon", "pluto", "xl2tpd", "pppd", "racoon", "mtpd"})


@pytest.mark.parametrize(
    ("line", "program", "process", "message"),
    [
        ("Nov 23 20:28:52 laptop charon[937]: 07[IKE] sending", "charon", "937", "07[IKE] sending"),
        ("2026-11-23T20:28:58+0000 laptop pppd[889]: LCP: timeout", "pppd", "889", "LCP: timeout"),
        ("2026-11-23T20:28:58.123456+01:00 laptop pppd[889]: LCP: timeout", "pppd", "889", "LCP: timeout"),
        ("Nov 23 20:28:52 charon: 16[NET] received", "charon", None, "16[NET] received"),
        ("Nov 23 20:28:52 xl2tpd[5]: Maximum", "xl2tpd", "5", "Maximum"),
        ("<34>1 2026-11-23T20:28:58Z host charon 937 - - 07[IKE] x", "charon", "937", "07[IKE] x"),
        ("<30>Nov 23 20:28:52 host charon[937]: 07[IKE] x", "charon", "937", "07[IKE] x"),
        ("Mon Jun  1 13:57:07 2015 daemon.warn xl2tpd[1180]: Maximum", "xl2tpd", "1180", "Maximum"),
        (" daemon.notice xl2tpd[1180]: Maximum", "xl2tpd", "1180", "Maximum"),
        ('vpn-server  | pluto[400]: "l2tp-psk"[1] x', "pluto", "400", '"l2tp-psk"[1] x'),
        ("03-13 13:35:21.626 16712 16712 D mtpd    : Timeout -> Sending", "mtpd", "16712", "Timeout -> Sending"),
        ("E/racoon (10550): couldn't find", "racoon", "10550", "couldn't find"),
        ("> xl2tpd[5598]: xl2tpd[5598]: Connecting to host", "xl2tpd", "5598", "Connecting to host"),
        ("1092:Nov 23 20:28:52 laptop charon[937]: 07[IKE] x", "charon", "937", "07[IKE] x"),
        ("3/2/17 10:08:54.561 AM pppd[42921]: IPSec connection started", "pppd", "42921", "IPSec connection started"),
        ("charon: 09[ENC] invalid", "charon", None, "09[ENC] invalid"),
        ("12[IKE] no program at all", None, None, "12[IKE] no program at all"),
        ("Sat Feb  7 22:16:16 2015 : IPSec phase 1 client started", None, None, "IPSec phase 1 client started"),
        ("Mon Nov 23 20:28:58 2026 : Auth: (0) Login incorrect", None, None, "Auth: (0) Login incorrect"),
        ("2006-08-08 01:42:09: ERROR: couldn't find the pskey", None, None, "ERROR: couldn't find the pskey"),
        ("Dec 04 2014 12:37:51: %ASA-3-713061: Group = G", None, None, "%ASA-3-713061: Group = G"),
        ("*Feb  1 21:44:23.314: ISAKMP (0): x", None, None, "ISAKMP (0): x"),
        ("21:45:57 ipsec,error no suitable proposal", None, None, "ipsec,error no suitable proposal"),
        ("[2026-07-05 11:27:36]: error: radius: x", None, None, "error: radius: x"),
        ("002 loading secrets", None, None, "loading secrets"),
        ("Nov 23 20:28:52 h kernel: [  123.456789] no module", "kernel", None, "no module"),
        ("Nov 23 20:28:52 h pppd[1]: rcvd#011[LCP#012x]", "pppd", "1", "rcvd\t[LCP x]"),
        ("\x1b[31mNov 23 20:28:52 h pppd[1]: red\x1b[0m", "pppd", "1", "red"),
        ("**pppd[1]: bold**", "pppd", "1", "bold"),
        ("[b]pppd[1]: bold[/b]", None, None, "pppd[1]: bold"),
    ],
)  # fmt: skip
def test_wrappers_come_off(line, program, process, message):
    peeled = peel(line, KNOWN)
    assert (peeled.program, peeled.process, peeled.message) == (program, process, message)


def test_who_passed_a_line_on_is_kept():
    peeled = peel("Nov 23 20:28:52 h NetworkManager[557]: xl2tpd[560]: Connecting", KNOWN)
    assert (peeled.carrier, peeled.program) == ("networkmanager", "xl2tpd")


def test_repetitions_are_counted():
    assert peel("Nov 23 20:28:52 h pppd[1]: message repeated 3 times: [ LCP: timeout ]", KNOWN).times == 3
    assert peel("Nov 23 20:28:52 h pppd[1]: message repeated 3 times: [ LCP: timeout ]", KNOWN).message == "LCP: timeout"
    assert peel("Mar  8 12:52:18 --- last message repeated 2 times ---", KNOWN).repeats == 2


def test_json_of_the_journal_becomes_a_plain_line():
    entry = {"__REALTIME_TIMESTAMP": "1700000000000000", "_HOSTNAME": "h", "SYSLOG_IDENTIFIER": "pluto", "_PID": "7",
             "MESSAGE": '"corp"[1] #1: sent\nmore'}  # fmt: skip
    (line,) = unwrap_json((json.dumps(entry) + "\n").encode()).decode().splitlines()
    peeled = peel(line, KNOWN)
    assert (peeled.program, peeled.process, peeled.message) == ("pluto", "7", '"corp"[1] #1: sent more')
    assert peeled.stamp is not None


def test_json_of_the_journal_may_hold_bytes():
    entry = {"MESSAGE": list("plutö".encode()), "SYSLOG_IDENTIFIER": "pluto", "_PID": "7"}
    assert "plutö" in unwrap_json(json.dumps(entry).encode()).decode()


def test_json_of_docker_becomes_a_plain_line():
    chunk = b'{"log":"pluto[400]: \\"l2tp-psk\\"[1] x\\n","stream":"stderr","time":"2026-11-23T20:28:58.123Z"},\nnot json\n'
    first, second, _ = unwrap_json(chunk).decode().split("\n")
    assert peel(first, KNOWN).message == '"l2tp-psk"[1] x'
    assert second == "not json"


@given(st.text(max_size=300))
def test_no_line_makes_it_raise(text):
    peeled = peel(text, KNOWN)
    assert peeled.times >= 1
    unwrap_json(text.encode("utf-8", "replace"))


@given(st.recursive(st.one_of(st.none(), st.text(), st.integers(), st.floats()), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["MESSAGE", "__REALTIME_TIMESTAMP", "log", "time", "_PID"]), inner), max_leaves=5))  # fmt: skip
def test_no_json_makes_it_raise(value):
    unwrap_json(b'{"a": 1}\n' + json.dumps(value).encode())
    if isinstance(value, dict):
        unwrap_json(json.dumps(value, separators=(",", ":")).encode())

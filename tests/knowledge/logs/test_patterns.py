import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import BaseError, Span
from knowledge.logs.patterns import Hole, compile_line, compile_regex


@pytest.mark.parametrize(
    ("pattern", "message", "values"),
    [
        ("received {name:word} error notify", "07[IKE] received NO_PROPOSAL_CHOSEN error notify", {"name": "NO_PROPOSAL_CHOSEN"}),
        (
            "initiating Main Mode IKE_SA {connection:name}[{sa:number}] to {peer:address}",
            "initiating Main Mode IKE_SA my vpn[12] to 198.51.100.10",
            {"connection": "my vpn", "sa": "12", "peer": "198.51.100.10"},
        ),
        (
            "The user {user:name} dialed a connection named {connection:name} which has failed. Error is {code:number}.",
            r"CoId={X}: The user CORP\anna dialed a connection named Work VPN which has failed. Error is 809.",
            {"user": r"CORP\anna", "connection": "Work VPN", "code": "809"},
        ),
        ("SPI {spi:hex}", "with SPI 0xc7e92927 in", {"spi": "0xc7e92927"}),
        ("name = {name:quoted}", 'rcvd [CHAP Challenge id=0x1 <00>, name = "gw one"]', {"name": "gw one"}),
        ("reason: {why:rest}", "reason: it said 'no' (really)", {"why": "it said 'no' (really)"}),
        ("local  IP address {own:address}", "local    IP address 10.0.0.2", {"own": "10.0.0.2"}),
        ("is not valid: {why:word}", "is not valid: EXPIRED.", {"why": "EXPIRED"}),
        ("code {code:number}", "code -2146762495", {"code": "-2146762495"}),
        ("took {seconds:number} s", "took 12.5 s", {"seconds": "12.5"}),
        (
            "{peer:address} is initiating a Main Mode IKE_SA",
            "2001:db8::7 is initiating a Main Mode IKE_SA",
            {"peer": "2001:db8::7"},
        ),
        ("from {peer:address}:{port:number}", "packet from 2001:db8::7:500 to us", {"peer": "2001:db8::7", "port": "500"}),
    ],
)
def test_holes_hold_what_their_type_says(pattern, message, values):
    assert compile_line(pattern).match(message) == values


@pytest.mark.parametrize(
    "written",
    [
        *("203.0.113.9", "x.x.x.x", "92.240.x.x", "174.109.XXX.XX", "1xx.1xx.1xx.1xx", "***", "<my ip>", "[server ip]"),
        *(
            "{VPN_SERVER_IP}",
            "$vpn_server_ip",
            "__clientip__",
            "...",
            "",
            "vpn.example.com",
            "%any",
            "[ip-public-1]",
            "2001:db8::1",
        ),
        *("L2TP_SERVER_IP", "fe80::1%eth0"),
    ],
)
def test_an_address_hole_takes_whatever_people_write_over_an_address(written):
    pattern = compile_line("closed to {peer:address}, port {port:number}")
    assert pattern.match(f"Connection 5 closed to {written}, port 1701 (Timeout)") == {"peer": written, "port": "1701"}


def test_a_pattern_matches_anywhere_unless_it_is_tied_to_the_beginning():
    assert compile_line("no proposal found").match("07[CFG] no proposal found, sorry") == {}
    assert compile_line("^no proposal found").match("  no proposal found") == {}
    assert compile_line("^no proposal found").match("07[CFG] no proposal found") is None


def test_braces_that_hold_no_name_are_text():
    assert compile_line("{ESP=>0x{spi:hex} <0x").match("IPsec SA established {ESP=>0x1a2b <0x3c") == {"spi": "1a2b"}
    assert compile_line("CHILD_SA corp{1} closed").match("CHILD_SA corp{1} closed") == {}


def test_values_that_redaction_replaced_match_again():
    pattern = compile_line("user {user:word} from {peer:address} key {key:hex}")
    assert pattern.match("user [user-1] from [ip-private-2] key [secret]") == {
        "user": "[user-1]", "peer": "[ip-private-2]", "key": "[secret]",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "code", "column"),
    [
        ("received {name:wrod} notify", "unknown-hole-type", 20),
        ("received {name} notify", "hole-without-type", 20),
        ("from {a:address} to {a:address}", "duplicate-hole", 31),
        ("from {a:address}{b:number} here", "touching-holes", 27),
    ],
)
def test_a_faulty_hole_is_pointed_at(pattern, code, column):
    span = Span(file="formats/x.yaml", line=7, column=11, source=f'    line: "{pattern}"')
    with pytest.raises(BaseError) as caught:
        compile_line(pattern, span=span)
    (fault,) = caught.value.faults
    assert (fault.code, fault.span.line, fault.span.column) == (code, 7, column)
    assert fault.help


def test_the_nearest_type_is_named():
    with pytest.raises(BaseError, match="did you mean `address`"):
        compile_line("from {peer:adress} here")


def test_a_signature_needs_words_of_its_own():
    with pytest.raises(BaseError, match="too general"):
        compile_line("{a:word}: {b:rest}", general=False)
    assert compile_line("{a:word}: {b:rest}").match("x: y") == {"a": "x", "b": "y"}


@pytest.mark.parametrize(
    ("regex", "code"),
    [("(unclosed", "bad-regex"), (r"one\ntwo", "crosses-lines"), (r"(?:a+)+b", "backtracks"), (r"(?:abc)?", "too-general")],
)
def test_a_regular_expression_is_linted(regex, code):
    with pytest.raises(BaseError) as caught:
        compile_regex(regex)
    assert code in [fault.code for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("regex", "literals"),
    [
        (r"IPsec SA (?P<x>\d+) lost", {"IPsec SA ", " lost"}),
        (r"abc?d", {"ab", "d"}),
        (r"a\.b\[c\]", {"a.b[c]"}),
        (r"one|two", set()),
        (r"\bcan't open (?P<what>\S+)", {"can't open "}),
        (r"(?:maybe )?certain", {"certain"}),
        (r"x{0,3}yes", {"yes"}),
        (r"[^\]]+end", {"end"}),
    ],
)
def test_only_sure_texts_of_a_regular_expression_are_sought(regex, literals):
    assert set(compile_regex(regex).literals) == literals


@pytest.mark.parametrize(
    ("regex", "needles"),
    [
        (r"one|three", {"one", "three"}),
        (r"x (?:locked|disabled|\d+ expired) y", {"locked", "disabled", " expired"}),
        (r"(?:a|b)?certain", {"certain"}),
        (r"(?:ab|\d)", set()),
        (r"(?i)caseless", set()),
        (r"(?<=before )after+ all", {"after", " all"} and {"after"}),
        (r"(?P<code>809|789)\.", {"809", "789"}),
    ],
)
def test_one_of_several_texts_is_sought_where_only_that_is_sure(regex, needles):
    assert set(compile_regex(regex).needles) == needles


def test_matching_takes_linear_time_on_hostile_lines():
    pattern = compile_line("from {a:name} to {b:name} via {c:rest} by {d:word} at {e:address}, end {f:number}")
    lines = ["from " + "to via by at " * 300, "from a to " * 400, " " * 4000, "from to via by at " * 200 + ", end x", "[" * 4000]
    started = time.perf_counter()
    for line in lines:
        assert pattern.match(line) is None
    assert time.perf_counter() - started < 2.0


@given(st.text(max_size=300))
def test_no_line_makes_a_pattern_raise(text):
    compile_line("a {x:name} b {y:address}:{p:number} {z:quoted} {r:rest}").match(text)


@given(st.sampled_from(list(Hole)), st.text(alphabet="abc 1.:[]{}\"'", max_size=40))
def test_what_holes_take_stands_in_the_line(hole, text):
    found = compile_line(f"<< {{x:{hole}}} >>").match(f"<< {text} >>")
    if found is not None:
        assert found["x"] in text


@given(st.text(min_size=4, max_size=60).filter(lambda text: "{" not in text and "\n" not in text and "\r" not in text))
def test_a_pattern_without_holes_matches_itself(text):
    pattern = compile_line(text)
    assert pattern.regex.search(text.removeprefix("^")) is not None
    assert all(literal in text for literal in pattern.literals)
    re.compile(pattern.text)

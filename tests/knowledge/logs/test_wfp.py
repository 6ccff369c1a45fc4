import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import load_base
from knowledge.errors import ReadError
from knowledge.logs import read
from knowledge.logs.wfp import looks_like_wfp, read_wfp
from knowledge.terms import ReadReason, ReadState, Side

HEADER = """<header><timeStamp>2026-11-23T20:28:52.120Z</timeStamp>
<flags numItems="1"><item>FWPM_NET_EVENT_FLAG_IP_PROTOCOL_SET</item></flags>
<ipVersion>FWP_IP_VERSION_V4</ipVersion><ipProtocol>{protocol}</ipProtocol><localAddrV4>192.0.2.7</localAddrV4>
<remoteAddrV4>198.51.100.10</remoteAddrV4><localPort>{port}</localPort><remotePort>{port}</remotePort>
<userId>S-1-5-21-2788718703-1626973220-3690764900-1000</userId></header>"""
FAILURE = """<type>FWPM_NET_EVENT_TYPE_IKEEXT_{mode}_FAILURE</type><ike{short}Failure><failureErrorCode>{code}</failureErrorCode>
<failurePoint>IPSEC_FAILURE_PEER</failurePoint><flags/><keyingModuleType>IKEEXT_KEY_MODULE_IKE</keyingModuleType>
<mmState>IKEEXT_MM_SA_STATE_{state}</mmState><saRole>IKEEXT_SA_ROLE_INITIATOR</saRole>
<mmAuthMethod>IKEEXT_PRESHARED_KEY</mmAuthMethod><mmId>77</mmId></ike{short}Failure>"""
DROP = "<type>FWPM_NET_EVENT_TYPE_CLASSIFY_DROP</type><classifyDrop><filterId>66241</filterId></classifyDrop>"


@pytest.fixture(scope="module")
def known():
    return load_base()


def event(body, *, protocol=17, port=500):
    return HEADER.format(protocol=protocol, port=port) + body


def failure(code="13801", mode="MM", state="NONE"):
    return event(FAILURE.format(mode=mode, short=mode.capitalize(), code=code, state=state))


def netevents(*bodies, name="netEvents", item="item"):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>\n'
        + "".join(f"<{item}>{body}</{item}>\n" for body in bodies)
        + f"</{name}>\n"
    )


def ids(log):
    return {fact.id for fact in log.facts}


@pytest.mark.parametrize("code", ["13801", "0x35e9", "0x000035E9", "ERROR_IPSEC_IKE_AUTH_FAIL"])
def test_an_error_is_read_however_it_is_written(known, code):
    log = read(netevents(failure(code)).encode(), "netevents.xml", base=known)
    assert (log.read, log.formats, log.side) == (ReadState.WHOLE, ("wfp",), Side.CLIENT)
    (fact,) = [fact for fact in log.facts if fact.id == "win.ipsec_error"]
    assert (fact.values["code"], fact.clock.zone_known, fact.evidence[0].line) == ("13801", True, 1)
    assert "198.51.100.10" not in fact.evidence[0].text


def test_state_and_role_are_facts_too(known):
    log = read(netevents(failure("13805", state="SA_SENT")).encode(), "x", base=known)
    assert {"ike.sent", "ike.started", "ike.failed"} <= ids(log)
    assert next(fact.values["message"] for fact in log.facts if fact.id == "ike.sent") == "main-1"


def test_phase_2(known):
    assert "esp.failed" in ids(read(netevents(failure("13868", mode="QM")).encode(), "x", base=known))


@pytest.mark.parametrize("port", [500, 1701, 4500])
def test_a_firewall_of_the_machine_itself(known, port):
    log = read(netevents(event(DROP, port=port)).encode(), "x", base=known)
    (fact,) = [fact for fact in log.facts if fact.id == "link.firewall_blocked"]
    assert fact.values["port"] == str(port)


def test_events_of_others_say_nothing(known):
    log = read(netevents(event(DROP, port=443), event(DROP, protocol=6, port=500), failure()).encode(), "x", base=known)
    assert log.lines == 2
    assert [fact.evidence[0].line for fact in log.facts if fact.id == "win.ipsec_error"] == [3]
    assert "S-1-5-21" not in log.text


def test_the_layout_of_a_capture(known):
    text = netevents(netevents(failure(), name="events", item="netEvent").partition("\n")[2], name="wfpdiag", item="session")
    assert "win.ipsec_error" in ids(read(text.encode(), "wfpdiag.xml", base=known))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(known, encoding):
    text = netevents(failure()).replace('encoding="UTF-8"', 'encoding="UTF-16"' if encoding == "utf-16" else 'encoding="UTF-8"')
    assert "win.ipsec_error" in ids(read(text.encode(encoding), "x", base=known))


def test_the_text_of_the_service(known):
    text = (
        "[0]0368.03A4::11/23/2026-17:36:01.496 [ikeext] 3038|203.0.113.36|Failure type: IKE/Authip Main Mode Failure\n"
        "[0]0368.03A4::11/23/2026-17:36:01.496 [ikeext] 3038|203.0.113.36|  Failure error code:0x000035e9\n"
        "[0]0368.03A4::11/23/2026-17:36:01.496 [ikeext] 3038|203.0.113.36|    IKE authentication credentials are unacceptable\n"
    )
    log = read(text.encode(), "Scrubbed-wfpdiag.txt", base=known)
    assert log.formats == ("wfp",)
    (fact,) = [fact for fact in log.facts if fact.id == "win.ipsec_error"]
    assert fact.values["code"] == "13801"


def test_other_xml_is_none():
    assert not looks_like_wfp("<html><body>netEvents</body></html>")
    assert not looks_like_wfp("Nov 23 charon: <netEvents>")


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("declared", [BOMB, '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "<!DOCTYPE netEvents>"])
def test_xml_that_declares_anything_is_refused(known, declared):
    text = netevents(failure()).replace("?>\n", f"?>\n{declared}\n", 1)
    log = read(text.encode(), "x", base=known)
    assert ReadReason.BOMB in log.reasons
    assert not log.facts


def test_a_file_that_stops_gives_the_events_before(known):
    text = netevents(failure("13801"), failure("13805")).encode()
    log = read(text[: -len(failure()) // 2], "x", base=known)
    assert (log.read, log.reasons) == (ReadState.PARTIAL, (ReadReason.TRUNCATED,))
    assert [fact.values["code"] for fact in log.facts if fact.id == "win.ipsec_error"] == ["13801"]


def test_deep_and_wide_files_are_bounded():
    deep = b"<netEvents>" + b"<a>" * 100_000
    with pytest.raises(ReadError, match="bomb"):
        list(read_wfp(io.BytesIO(deep)))
    wide = b"<netEvents><item>" + b"<x>1</x>" * 100_000 + b"</item></netEvents>"
    assert len([line for lines in read_wfp(io.BytesIO(wide)) for line in lines]) == 1


def test_a_hundred_thousand_events_stream():
    quiet = "".join(f"<item>{event(DROP, port=443)}</item>" for _ in range(2_000)).encode()

    class Long(io.RawIOBase):
        left = 40

        def read(self, size=-1):
            if self.left == 40:
                self.left -= 1
                return b"<netEvents>"
            self.left -= 1
            return quiet if self.left > 0 else b""

    with pytest.raises(ReadError, match="truncated"):
        list(read_wfp(Long()))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_changed_bytes_never_break_the_reader(known, data):
    raw = bytearray(netevents(failure(), event(DROP)).encode())
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert read(bytes(raw), "x", base=known).read in set(ReadState)

"""The Windows Filtering Platform's own record, `netsh wfp show netevents` or `capture`: XML to one line for each event of IPsec.

    <netEvents><item><header><timeStamp>…</timeStamp><remoteAddrV4>198.51.100.10</remoteAddrV4>…</header>
      <type>FWPM_NET_EVENT_TYPE_IKEEXT_MM_FAILURE</type><ikeMmFailure><failureErrorCode>13801</failureErrorCode>…

    event 3: 192.0.2.7 <-> 198.51.100.10 IKE main mode failed, error 13801, at peer, state SA_SENT, initiator, PRESHARED_KEY

The XML is streamed, so that its size does not matter; one that declares a type or entities of its own is no record of Windows,
and is refused. A file that stops in the middle gives the events before. The same failures as text (`Scrubbed-wfpdiag.txt`,
`IKEErrors.txt`) are lines like those of any log: `base/formats/wfp.yaml` has both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from knowledge.errors import ReadError
from knowledge.logs.encodings import Reads
from knowledge.terms import ReadReason

__all__ = ["looks_like_wfp", "read_wfp"]

#: Bytes given to the parser at once.
_PIECE = 1 << 16
#: Elements inside one another, leaves of one event, characters of one leaf; more is no record of Windows.
_DEEPEST, _MOST_LEAVES, _LONGEST = 64, 256, 512

_ROOTS = re.compile(r"<(?:netEvents?|wfpdiag|wfpstate|ikeextMmFailure|ikeMmFailure)[\s>/]", re.IGNORECASE)
#: Errors from 13800 on, by the names that Windows gives them without `ERROR_IPSEC_IKE_`.
_NAMES = """
    NEG_STATUS_BEGIN AUTH_FAIL ATTRIB_FAIL NEGOTIATION_PENDING GENERAL_PROCESSING_ERROR TIMED_OUT NO_CERT SA_DELETED
    SA_REAPED MM_ACQUIRE_DROP QM_ACQUIRE_DROP QUEUE_DROP_MM QUEUE_DROP_NO_MM DROP_NO_RESPONSE MM_DELAY_DROP QM_DELAY_DROP
    ERROR CRL_FAILED INVALID_KEY_USAGE INVALID_CERT_TYPE NO_PRIVATE_KEY SIMULTANEOUS_REKEY DH_FAIL
    CRITICAL_PAYLOAD_NOT_RECOGNIZED INVALID_HEADER NO_POLICY INVALID_SIGNATURE KERBEROS_ERROR NO_PUBLIC_KEY PROCESS_ERR
    PROCESS_ERR_SA PROCESS_ERR_PROP PROCESS_ERR_TRANS PROCESS_ERR_KE PROCESS_ERR_ID PROCESS_ERR_CERT PROCESS_ERR_CERT_REQ
    PROCESS_ERR_HASH PROCESS_ERR_SIG PROCESS_ERR_NONCE PROCESS_ERR_NOTIFY PROCESS_ERR_DELETE PROCESS_ERR_VENDOR
    INVALID_PAYLOAD LOAD_SOFT_SA SOFT_SA_TORN_DOWN INVALID_COOKIE NO_PEER_CERT PEER_CRL_FAILED POLICY_CHANGE NO_MM_POLICY
    NOTCBPRIV SECLOADFAIL FAILSSPINIT FAILQUERYSSP SRVACQFAIL SRVQUERYCRED GETSPIFAIL INVALID_FILTER OUT_OF_MEMORY
    ADD_UPDATE_KEY_FAILED INVALID_POLICY UNKNOWN_DOI INVALID_SITUATION DH_FAILURE INVALID_GROUP ENCRYPT DECRYPT
    POLICY_MATCH UNSUPPORTED_ID
"""
_CODES = {f"ERROR_IPSEC_IKE_{name}": 13800 + place for place, name in enumerate(_NAMES.split())}
#: Before 1990 a time stamp was never set.
_TIME = re.compile(r"(?:199\d|20\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?")
_WORD = re.compile(r"[\w.:%-]{1,60}")
_MODES = {"IKEEXT_MM_FAILURE": "main", "IKEEXT_QM_FAILURE": "quick", "IKEEXT_EM_FAILURE": "extended"}
_PORTS = frozenset({"500", "1701", "4500"})


def looks_like_wfp(text: str) -> bool:
    """True for the beginning of such a file, decoded."""
    start = text.lstrip("\ufeff \t\r\n")
    return start.startswith(("<?xml", "<!", "<net", "<wfp")) and _ROOTS.search(text) is not None


def read_wfp(stream: Reads) -> Iterator[list[tuple[int, str]]]:
    """The events of IPsec in such a file, with their places, as they stream in. The first line names the file's kind.

    Raises:
        ReadError: `bomb` for one that declares entities, `truncated` or `damaged` after what could be read.
    """
    parser = _Parser()
    yield [(1, "wfp: events of the Windows Filtering Platform")]
    while piece := stream.read(_PIECE):
        parser.feed(piece)
        if lines := parser.take():
            yield lines
        if parser.problem is not None:
            raise ReadError(parser.problem)
    parser.close()
    if lines := parser.take():
        yield lines
    if parser.problem is not None:
        raise ReadError(parser.problem)


class _Parser:
    """Collects the leaves of one event at a time."""

    def __init__(self) -> None:
        self.problem: ReadReason | None = None
        self._lines: list[tuple[int, str]] = []
        self._path: list[str] = []
        #: How deep the event that is being read stands; 0: none is.
        self._within = 0
        self._leaves: dict[str, str] = {}
        self._text = ""
        self._events = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def take(self) -> list[tuple[int, str]]:
        """The lines since the last call."""
        lines, self._lines = self._lines, []
        return lines

    def feed(self, piece: bytes) -> None:
        """Read on."""
        self._parse(piece, last=False)

    def close(self) -> None:
        """The file is over."""
        self._parse(b"", last=True)

    def _parse(self, piece: bytes, *, last: bool) -> None:
        if self.problem is not None:
            return
        try:
            self._parser.Parse(piece, last)
        except _Refused:
            self.problem = ReadReason.BOMB
        except (expat.ExpatError, ValueError, LookupError):
            self.problem = ReadReason.TRUNCATED if last else ReadReason.DAMAGED

    def _refuse(self, *_: object) -> None:
        raise _Refused

    def _start(self, name: str, _: object) -> None:
        if len(self._path) >= _DEEPEST:
            raise _Refused
        above = self._path[-1].lower() if self._path else ""
        self._path.append(name)
        self._text = ""
        if not self._within and (name.lower() == "netevent" or (name == "item" and above.endswith("events"))):
            self._within, self._leaves = len(self._path), {}

    def _end(self, name: str) -> None:
        text, self._text = self._text.strip(), ""
        if self._within and text and len(self._leaves) < _MOST_LEAVES:
            self._leaves.setdefault(name, text)
        if self._within and len(self._path) == self._within:
            self._within = 0
            self._events += 1
            if line := _line(self._events, self._leaves):
                self._lines.append((self._events, line))
        self._path.pop()

    def _characters(self, text: str) -> None:
        if len(self._text) < _LONGEST:
            self._text += text


class _Refused(Exception):
    """The XML is not one that Windows writes."""


def _line(number: int, leaves: dict[str, str]) -> str:
    """What an event says, in one line; empty where it says nothing about a VPN."""
    kind = leaves.get("type", "").removeprefix("FWPM_NET_EVENT_TYPE_")
    mode = _MODES.get(kind)
    if mode is not None:
        said = _failure(mode, leaves)
    elif kind == "CLASSIFY_DROP":
        said = _drop(leaves)
    elif kind == "IPSEC_KERNEL_DROP":
        said = f"IPsec dropped a packet, status {_plain(leaves.get('failureStatus', '?'))}"
    else:
        said = ""
    if not said:
        return ""
    stamp = _TIME.match(leaves.get("timeStamp", ""))
    local = _plain(leaves.get("localAddrV4") or leaves.get("localAddrV6") or "?")
    peer = _plain(leaves.get("remoteAddrV4") or leaves.get("remoteAddrV6") or "?")
    return f"{stamp.group().rstrip('Z') + 'Z ' if stamp else ''}wfp: event {number}: {local} <-> {peer} {said}"


def _failure(mode: str, leaves: dict[str, str]) -> str:
    code = leaves.get("failureErrorCode", "")
    number = _CODES.get(code)
    if number is None:
        try:
            number = int(code, 16 if code.lower().startswith("0x") else 10)
        except ValueError:
            number = 0
    point = {"IPSEC_FAILURE_ME": "here", "IPSEC_FAILURE_PEER": "at peer"}.get(leaves.get("failurePoint", ""), "")
    state = re.sub(r"^IKEEXT_[MQE]M_SA_STATE_", "", leaves.get("mmState") or leaves.get("qmState") or leaves.get("emState") or "")
    role = re.sub(r"^IKEEXT_SA_ROLE_", "", leaves.get("saRole", "")).lower()
    method = re.sub(r"^IKEEXT_", "", leaves.get("mmAuthMethod", ""))
    parts = [f"IKE {mode} mode failed", f"error {number}" if number else "", point, f"state {_plain(state)}" if state else ""]
    return ", ".join(part for part in (*parts, _plain(role), _plain(method)) if part)


def _drop(leaves: dict[str, str]) -> str:
    if leaves.get("ipProtocol") == "50":
        return "firewall dropped IPsec"
    ports = [port for port in (leaves.get("remotePort", ""), leaves.get("localPort", "")) if port in _PORTS]
    return f"firewall dropped UDP port {ports[0]}" if ports and leaves.get("ipProtocol") == "17" else ""


def _plain(text: str) -> str:
    found = _WORD.match(text)
    return found.group() if found else ""

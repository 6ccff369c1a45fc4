"""Windows event files (`.evtx`), read as one line of XML for each event that may speak of a VPN.

A file is a head and chunks of 64 KiB, each complete in itself. They are taken one by one as they stream in, so that a file of
any size needs the memory of one chunk, a damaged chunk costs its own events only, and a head that lies is never asked. A chunk
that names no program of interest is not even unpacked: these files are full of what is nobody's business.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import evtx

from knowledge.errors import ReadError
from knowledge.logs.encodings import Reads
from knowledge.terms import ReadReason

__all__ = ["read_events"]

_HEAD, _CHUNK = 4_096, 65_536
_CHUNK_MAGIC = b"ElfChnk\x00"
#: Events of one chunk that may fail before the rest of it is given up.
_MOST_FAULTS = 64

#: Programs (small letters) and the numbers of their events that are read; None: all of them.
_WANTED: Mapping[str, frozenset[int] | None] = MappingProxyType(
    {
        **dict.fromkeys(("rasclient", "rasman", "remoteaccess", "remote access", "router")),
        **dict.fromkeys(("nps", "ias", "ikeext", "policyagent")),
        "microsoft-windows-security-auditing": frozenset(
            {4646, *range(4650, 4656), *range(4960, 4966), *range(4976, 4985), 5049, *range(5451, 5454), *range(6272, 6281)}
            | {5152, 5155, 5157, 5159}
        ),
        "service control manager": frozenset(range(7000, 7050)),
        "microsoft-windows-dns-client": frozenset({1014}),
        "microsoft-windows-windowsupdateclient": frozenset({19, 20}),
    }
)
#: Of programs that speak of everything: what must stand in an event for it to be of interest.
_ABOUT: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "service control manager": re.compile(
            r"IKEEXT|AuthIP|PolicyAgent|IPsec|RasMan|RasAuto|Remote ?Access|\bBFE\b|Base Filtering|SstpSvc|\bNPS\b|\bIAS\b",
            re.IGNORECASE,
        ),
        "microsoft-windows-windowsupdateclient": re.compile(r"\bKB\d{6,7}\b"),
    }
)
_FIREWALL = frozenset({5152, 5155, 5157, 5159})
_PORTS = re.compile(r"<Data Name=\"(?:Source|Dest)Port\">(?:500|1701|4500)<")
_NEEDLES = tuple(
    name.encode("utf-16-le")
    for name in (
        *("RasClient", "RasMan", "Rasman", "RemoteAccess", "Remote Access", "Router", "NPS", "IAS", "IKEEXT", "PolicyAgent"),
        *("Microsoft-Windows-Security-Auditing", "Service Control Manager", "Microsoft-Windows-DNS-Client"),
        "Microsoft-Windows-WindowsUpdateClient",
    )
)
_SYSTEM = re.compile(
    r"<Provider\b[^>]*?\bName=\"(?P<name>[^\"]*)\"[^>]*?(?:\bEventSourceName=\"(?P<source>[^\"]*)\"[^>]*)?>.*?<EventID\b[^>]*>(?P<id>\d+)<",
    re.DOTALL,
)
_BEGINNING = re.compile(r"^.*?(?=<Event[ >])", re.DOTALL)


def _head() -> bytes:
    """A head for a file of one chunk."""
    head = bytearray(_HEAD)
    struct.pack_into("<8sQQQIHHHH", head, 0, b"ElfFile\x00", 0, 0, 1 << 32, 128, 1, 3, _HEAD, 1)
    struct.pack_into("<I", head, 124, zlib.crc32(bytes(head[:120])))
    return bytes(head)


_ONE_CHUNK = _head()


def read_events(stream: Reads) -> Iterator[list[tuple[int, str]]]:
    """The events of a file that may speak of a VPN, with their own numbers, chunk by chunk.

    Raises:
        ReadError: `truncated` or `damaged`, after all that could be read.
    """
    head = _take(stream, _HEAD)
    if len(head) < _HEAD:
        raise ReadError(ReadReason.DAMAGED)
    #: Windows makes files larger than they need be; what lies in that room means nothing. Only for this is the head asked.
    used = int.from_bytes(head[42:44], "little")
    problem: ReadReason | None = None
    chunks, place, found = 0, 0, False
    while chunk := _take(stream, _CHUNK):
        place += 1
        if not chunk.startswith(_CHUNK_MAGIC):
            if place <= used and any(chunk[:512]):
                problem = problem or ReadReason.DAMAGED
            continue
        chunks += 1
        if len(chunk) < _CHUNK:
            problem = problem or ReadReason.TRUNCATED
            chunk = chunk.ljust(_CHUNK, b"\x00")  # the events before the cut are whole
        if not any(needle in chunk for needle in _NEEDLES) and _is_sound(chunk):
            continue
        lines, whole = _events(chunk)
        if not whole:
            problem = problem or ReadReason.DAMAGED
        if lines:
            found = True
            yield lines
    if chunks and not found:
        yield [(1, f"events of other programs only, in {chunks} blocks")]
    if problem is not None:
        raise ReadError(problem)
    if not chunks:
        raise ReadError(ReadReason.EMPTY)


def _is_sound(chunk: bytes) -> bool:
    """True where the check sum over the chunk's events is right."""
    end, wanted = (int(number) for number in struct.unpack_from("<II", chunk, 48))
    return 512 <= end <= _CHUNK and zlib.crc32(chunk[512:end]) == wanted


def _take(stream: Reads, size: int) -> bytes:
    pieces: list[bytes] = []
    held = 0
    while held < size and (piece := stream.read(size - held)):
        pieces.append(piece)
        held += len(piece)
    return b"".join(pieces)


def _events(chunk: bytes) -> tuple[list[tuple[int, str]], bool]:
    """The lines of a chunk, and whether all of it could be read."""
    lines: list[tuple[int, str]] = []
    faults = 0
    try:
        records = evtx.PyEvtxParser(io.BytesIO(_ONE_CHUNK + chunk), number_of_threads=1, indent=False).records()
        while faults < _MOST_FAULTS:
            try:
                record = next(records)
            except StopIteration:
                break
            except RuntimeError:
                faults += 1
                continue
            if record is not None and (line := _line(str(record["data"]))):
                lines.append((int(record["event_record_id"]), line))
    except Exception:  # noqa: BLE001 # whatever a damaged chunk does to the library
        faults += 1
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the library's own language throws is no `Exception`
            raise
        faults += 1
    return lines, not faults


def _line(xml: str) -> str:
    """An event as one line; empty for one that is of no interest."""
    found = _SYSTEM.search(xml)
    if found is None:
        return ""
    number = int(found.group("id")) & 0xFFFF
    names = [name.lower() for name in (found.group("name"), found.group("source")) if name]
    name = next((name for name in names if name in _WANTED), None)
    if name is None:
        return ""
    numbers, about = _WANTED[name], _ABOUT.get(name)
    if numbers is not None and number not in numbers:
        return ""
    if (about is not None and not about.search(xml)) or (number in _FIREWALL and numbers is not None and not _PORTS.search(xml)):
        return ""
    return _BEGINNING.sub("", xml, count=1).strip().replace("\r", "").replace("\n", "&#10;")

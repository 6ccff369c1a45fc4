r"""Windows events as people export them: rejoined, and said as English Windows says them.

Four layouts: XML (also with the viewer's `- ` before each element), `Key: value` blocks (Event Viewer, `wevtutil`, KB articles),
`Name : value` lists of PowerShell, and lines of CSV. Each event becomes a few lines for the signatures to read:

    CoId={…}: The user SYSTEM dialed a connection named Work which has failed. The error code returned on failure is 809.
    VpnStrategy = L2TP                     one line for each setting in the text
    Reason Code: 66                        one for each named field of the data

    event RasClient 20227                  its source and number, for signatures that go by these

Data fields come first: they are the same in every language. An event's binary data, a little-endian number, is said as
`RAS error 691`, a hexadecimal data field as `Reason Code: 16`. Programs of the format are the source in small letters.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.logs.scan import Scanner
from knowledge.logs.sentences import HEADS, LABELS, english, spelled, translated

__all__ = ["Event", "Events", "may_hold_events"]

#: What makes a text worth looking at for events.
_MARKED = Scanner(
    [
        *("<Event", "Event ID", "EventID", "Event[", "Event: 2", "ReplacementStrings", "CoId"),
        *("RasClient", "RASCLIENT", "RemoteAccess"),
        *("Source: Rem", "Source: Router", "Network Policy Server", "NPS", "Netzwerkrichtlinien"),
        *("Ereignis-ID", "do evento", "de evento", "错误代码", "Fehlercode", "digo de err", "code d'erreur"),
    ]
)
#: Events of the policy server, though the security log's own source writes them.
_OF_NPS = frozenset({"6272", "6273", "6274"})
#: Lines of one event, at most.
_LONGEST = 400

_OPEN = re.compile(r"^\s*(?:- )?<Event[ >]")
_CLOSE = re.compile(r"</Event>")
_ELEMENT = re.compile(
    r"<(?P<name>EventID|Provider|TimeCreated|Computer|Binary|Message)\b(?P<attributes>[^<>]*?)(?:/>|>(?P<text>[^<]*)</(?P=name)>)"
)
_DATA = re.compile(r"<Data(?:\s+Name=[\"'](?P<name>[^\"']{1,60})[\"'])?\s*(?:/>|>(?P<text>.*?)</Data>)", re.DOTALL)
_ATTRIBUTE = re.compile(r"(\w+)=[\"']([^\"'<>]*)[\"']")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HEAD = re.compile(r"^\s{0,8}(?P<key>[^\W\d][\w .'éèêáãçõíóú-]{0,28}?)\s*[:：]\s*(?P<value>.*)$")
_BLOCK = re.compile(r"^\s*Event\[\d+\]:?\s*$")
_SETTING = re.compile(r"^\s*(?P<key>[A-Za-z][\w .()/-]{1,50}?)\s*=\s*(?P<value>.*)$")
_FIELD = re.compile(r"^\s*(?P<key>[^\W\d][^:=<>\t\n]{1,60}?)\s?[:：](?:\t+| {2,}|\s*$|\s)(?P<value>.*)$")
_LISTED = re.compile(r"^(?P<key>[A-Z]\w{1,30})\s+: ?(?P<value>.*)$")
_CSV = re.compile(
    r"^\"?[^\",\t;]{3,14}\"?[,;\t]\"?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[ T]\d{1,2}:\d{2}[^,;\t]{0,12}\"?[,;\t]\"?"
    r"(?P<source>[^,;\t\"]{3,60})\"?(?P<comma>[,;\t])\"?(?P<id>\d{2,5})\b"
)
_POWERSHELL = re.compile(r"^(?P<time>\d{4}-\d\d-\d\dT[\d:.]+\S*);(?P<id>20\d{3});(?P<rest>.*)$")
_COID = re.compile(r"CoId=(\{[0-9A-Fa-f-]{36}\})")
_NPS = re.compile(
    r"Network Policy Server (?:granted|denied|discarded)|\bNPS a (?:accordé|refusé)|Netzwerkrichtlinienserver|directivas de redes"
    r"|Pol[íi]ticas de Rede"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event: where it stands, and the lines that signatures read."""

    first: int
    last: int
    source: str
    #: The time as it was written; empty where there is none.
    time: str
    #: What ties the events of one connection together.
    thread: str | None
    #: (line number, line)
    lines: tuple[tuple[int, str], ...]
    #: The event as it stood, in one line, for the evidence.
    text: str


def may_hold_events(chunk: bytes) -> bool:
    """False for almost all logs, which saves looking for events in them."""
    return next(_MARKED.lines(chunk), None) is not None


@dataclass(slots=True)
class _Block:
    """Lines of an event, while it is being read."""

    first: int
    xml: bool = False
    lines: list[tuple[int, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    described: bool = False
    #: `Name : value`, as PowerShell lists it.
    listed: bool = False


class Events:
    """Puts events together, line by line."""

    def __init__(self) -> None:
        self._block: _Block | None = None

    def feed(self, number: int, line: str) -> Iterator[Event]:
        """Take the next line; gives the events that end with it."""
        block = self._block
        if block is not None and block.xml:
            block.lines.append((number, line))
            if _CLOSE.search(line) or len(block.lines) >= _LONGEST:
                self._block = None
                yield from _xml(block)
            return
        if _OPEN.match(line):
            if block is None or not block.described:
                yield from self.end()
                block = self._block = _Block(first=number)
            block.xml = True  # the XML of a described event holds its data
            block.lines.append((number, line))
            if _CLOSE.search(line):
                self._block = None
                yield from _xml(block)
            return
        if (block is None or _CSV.match(line)) and (single := _single(number, line)) is not None:
            yield from self.end()
            yield single
            return
        yield from self._text(number, line)

    def end(self) -> Iterator[Event]:
        """The text is over."""
        block, self._block = self._block, None
        if block is not None:
            yield from _xml(block) if block.xml else _text(block)

    def _text(self, number: int, line: str) -> Iterator[Event]:
        block = self._block
        head = _head(line)
        starts = _BLOCK.match(line) or _NPS.search(line)
        if block is None:
            listed = head is not None and _LISTED.match(line) is not None
            if starts or listed or (head is not None and head[0] in {"log", "id", "source"}):
                self._block = _Block(first=number, described=bool(_NPS.search(line)), listed=listed)
                self._take(number, line, head)
            return
        listed = head is not None and _LISTED.match(line) is not None
        repeated = (
            head is not None
            and not line.startswith("\t")
            and (head[0] in block.seen if listed else head[0] in block.seen & {"log", "id"})
        )
        repeated = repeated or (listed and not block.listed)
        if starts or repeated or len(block.lines) >= _LONGEST or _is_over(block, line):
            self._block = None
            yield from _text(block)
            yield from self._text(number, line)
            return
        self._take(number, line, head)

    def _take(self, number: int, line: str, head: tuple[str, str] | None) -> None:
        block = self._block
        if block is None:
            return
        block.lines.append((number, line))
        if head is not None:
            if head[0] != "ignored":
                block.seen.add(head[0])
            block.described = block.described or head[0] == "text"


def _is_over(block: _Block, line: str) -> bool:
    """A line with a stamp of its own after a description belongs to something else."""
    return block.described and re.match(r"\s*\[[0-9a-f]+\] \d\d[:-]|\s*[A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d ", line) is not None


def _head(line: str) -> tuple[str, str] | None:
    found = _HEAD.match(line)
    if found is None:
        return None
    name = HEADS.get(found.group("key").strip().lower())
    return (name, found.group("value").strip()) if name is not None else None


def _single(number: int, line: str) -> Event | None:
    """An event that stands on one line: CSV, PowerShell's `;`, or a sentence alone in another language."""
    where = [(number, line)]
    found = _CSV.match(line)
    if found is not None:
        cells = next(csv.reader([line], delimiter=found.group("comma")), [])
        text = max(cells, key=len, default="")
        return _event(where, _Parts(source=found.group("source"), number=found.group("id"), time=cells[1], text=text))
    shell = _POWERSHELL.match(line)
    if shell is not None:
        data = shell.group("rest").split(";")
        return _event(where, _Parts(source="RasClient", number=shell.group("id"), time=shell.group("time"), data=data))
    sentence = translated(line)
    if sentence is not None and "NPS" not in line and "Network" not in sentence:
        return _event(where, _Parts(source="RasClient", number="20227", text=line))
    return None


def _xml(block: _Block) -> Iterator[Event]:
    opened = next((place for place, (_, line) in enumerate(block.lines) if _OPEN.match(line)), 0)
    raw = "\n".join(line for _, line in block.lines[opened:])
    elements = {found.group("name"): found for found in _ELEMENT.finditer(raw)}
    number = (elements["EventID"].group("text") or "").strip() if "EventID" in elements else ""
    if not number.isdigit():
        yield from _text(block)
        return
    provider = dict(_ATTRIBUTE.findall(elements["Provider"].group("attributes"))) if "Provider" in elements else {}
    created = dict(_ATTRIBUTE.findall(elements["TimeCreated"].group("attributes"))) if "TimeCreated" in elements else {}
    message = html.unescape(elements["Message"].group("text") or "") if "Message" in elements else ""
    if opened:
        heads, body, _ = _parts(block.lines[:opened])
        message = "\n".join(body) or message
        created.setdefault("SystemTime", heads.get("date", ""))
    data = [(found.group("name"), spelled(html.unescape(found.group("text") or "").strip())) for found in _DATA.finditer(raw)]
    named = [f"{_CAMEL.sub(' ', name)}: {value}" for name, value in data if name]
    if "Binary" in elements:
        named += _binary(elements["Binary"].group("text") or "")
    source = provider.get("Name", "") or provider.get("EventSourceName", "")
    plain = [value for name, value in data if not name]
    named += [f"Reason Code: {int(value, 16)}" for value in plain if re.fullmatch(r"0x[0-9A-Fa-f]{1,4}", value)]
    yield _event(
        block.lines,
        _Parts(source=source, number=number, time=created.get("SystemTime", ""), text=message, data=plain, named=named),
    )


def _binary(text: str) -> list[str]:
    digits = text.strip()
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}){4}", digits):
        return []
    value = int.from_bytes(bytes.fromhex(digits), "little")
    return [f"RAS error {value}"] if 600 <= value < 1000 or 13800 <= value < 14000 else []


def _text(block: _Block) -> Iterator[Event]:
    heads, body, data = _parts(block.lines)
    if not any(line.strip() for line in body) and not data:
        return
    number = heads.get("id") or heads.get("instance") or ""
    digits = re.match(r"\d+", number)
    number = str(int(digits.group()) & 0xFFFF) if digits else ""
    yield _event(
        block.lines,
        _Parts(source=heads.get("source", ""), number=number, time=heads.get("date", ""), text="\n".join(body), data=data),
    )


def _parts(lines: Sequence[tuple[int, str]]) -> tuple[dict[str, str], list[str], list[str]]:
    """The head, the description, and the replacement strings of an event in text."""
    heads: dict[str, str] = {}
    body: list[str] = []
    current = "text" if lines and _head(lines[0][1]) is None and not _BLOCK.match(lines[0][1]) else ""
    for _, line in lines:
        head = _head(line) if not line.startswith("\t") else None
        listed = head is not None and _LISTED.match(line) is not None
        if head is not None and (current != "text" or listed or head[0] in {"log", "id", "source", "data"}):
            current = head[0]
            heads.setdefault(current, head[1])
            if current == "text":
                body.append(head[1])
        elif line.strip().startswith("Event Xml"):
            current = "over"
        elif current == "text":
            body.append(line.rstrip() if "\t" in line else line.strip())
        elif current == "data":
            heads["data"] += " " + line.strip()
    return heads, body, _replacements(heads.get("data", ""))


def _replacements(text: str) -> list[str]:
    """The values of `ReplacementStrings : {{GUID}, user, connection, code}`."""
    if "," not in text:
        return []
    values = [each.strip() for each in text.strip().removeprefix("{").removesuffix("}").removesuffix("...").split(",")]
    return values if "." not in values[-1] else values[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """An event taken apart, whatever its layout."""

    source: str = ""
    number: str = ""
    time: str = ""
    text: str = ""
    #: Data without names, in their order.
    data: Sequence[str] = ()
    #: Data with names, each as a line.
    named: Sequence[str] = ()


def _event(lines: Sequence[tuple[int, str]], parts: _Parts) -> Event:
    text, data, number = parts.text, parts.data, parts.number
    source = parts.source.strip() or ("RasClient" if "CoId=" in text and number.startswith("2022") else "")
    if number in _OF_NPS:
        source = "NPS"
    sentence, settings = _sentence(text)
    for value in data:
        settings += [each.strip() for each in value.splitlines() if _SETTING.match(each)]
    said = english(source, number, sentence, data)
    thread = _COID.search(said) or _COID.search(text)
    at = _place(lines, sentence)
    return Event(
        first=lines[0][0],
        last=lines[-1][0],
        source=source,
        time=parts.time,
        thread=thread.group(1) if thread else None,
        lines=tuple(
            (at if each is said else _place(lines, each.partition(": ")[2] or each, at), each)
            for each in [said, *settings, *parts.named, f"event {source} {number}" if number else ""]
            if each
        ),
        text=sentence
        or " ".join((said or "; ".join(parts.named)).split())
        or next((line.strip() for place, line in lines if place == at), ""),
    )


def _sentence(text: str) -> tuple[str, list[str]]:
    """The running text in one line, and the settings and fields that stand in it each on a line of its own."""
    sentence: list[str] = []
    settings: list[str] = []
    for line in text.splitlines():
        setting = _SETTING.match(line)
        named = _FIELD.match(line) if "\t" in line or not sentence else None
        if setting is not None and "CoId=" not in line and len(setting.group("key").split()) <= 7:
            settings.append(f"{setting.group('key').strip()} = {setting.group('value').strip()}")
        elif named is not None and "\t" in line:
            key = named.group("key").strip()
            settings.append(f"{LABELS.get(key.lower(), key)}: {named.group('value').strip()}")
        elif line.strip():
            sentence.append(line.strip())
    return " ".join(sentence), settings


def _place(lines: Sequence[tuple[int, str]], sentence: str, otherwise: int | None = None) -> int:
    """The line to show: where the sentence begins; else the given one, or the last data field."""
    start = sentence[:24]
    short = re.compile(rf"(?<!\w){re.escape(start)}(?:\s*$|</Data>)") if len(start) < 4 else None
    for number, line in lines:
        if start and start in line and (short is None or short.search(line)):
            return number
    if otherwise is not None:
        return otherwise
    data = [number for number, line in lines if "<Data" in line]
    return data[-1] if data else lines[0][0]

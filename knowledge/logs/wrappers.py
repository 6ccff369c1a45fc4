r"""Takes off what syslog, the journal, docker and people put round a daemon's message.

Nov 23 20:28:52 laptop charon[937]: 07[IKE] initiating …        syslog, journalctl
2026-11-23T20:28:58+0000 laptop pppd[889]: LCP: timeout …       journalctl -o short-iso
Mon Jun  1 13:57:07 2015 daemon.warn xl2tpd[1180]: Maximum …    OpenWrt
vpn-server  | pluto[400]: "l2tp-psk"[1] …                       docker compose
03-13 13:35:21.626 16712 16712 D mtpd    : Timeout -> …         Android
> xl2tpd[5598]: xl2tpd[5598]: Connecting to host …              a tag written twice, quoted in a mail
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge.logs.clocks import Stamp, find_stamp
from knowledge.logs.names import words

__all__ = ["Peeled", "peel", "unwrap_json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peeled:
    """A line without its wrappers."""

    message: str
    stamp: Stamp | None = None
    program: str | None = None
    process: str | None = None
    #: The program that passed on another's output (`NetworkManager[557]: xl2tpd[557]: …`).
    carrier: str | None = None
    #: How often the line says that it happened.
    times: int = 1
    #: The line says only that the one before it happened again, so many times.
    repeats: int = 0


#: Programs that pass on what others print; a line of theirs may be any daemon's.
CARRIERS = words(
    """
    networkmanager nm-l2tp-service nm-l2tp nm-dispatcher nm-strongswan-service ipsec ipsec_starter starter sh bash docker dockerd
    podman containerd run.sh start.sh entrypoint.sh setup.sh logger sudo systemd conmon supervisord s6-log vpn
    """
)
#: Programs whose messages may begin with a code of `whack`.
_WHACKERS = ("pluto", "ipsec", "whack", "networkmanager", "nm-l2tp")
#: Wrappers round a line, at most.
_LAYERS = 8
_LEVELS = words("info error warning warn debug notice notify fatal crit critical alert emerg err trace")

_LEAD = re.compile(r"(?:[ \t\ufeff]|>(?![>=])|\*{2,3}(?=\w)|`{1,3}(?=\S)|•)*")
_NUMBERED = re.compile(r"\d{1,7}[:-](?=\s*(?:[A-Z][a-z]{2}\s+\d|\d{4}-\d\d|\d\d:\d\d:\d\d|[\w.-]+\s+\w+\[\d+\]:))")
_PRIORITY = re.compile(r"<\d{1,3}>(?P<version>1 )?")
_COMPOSE = re.compile(r"[\w.-]{1,60}[ \t]+\|[ \t]")
_FACILITY = re.compile(
    r"(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local[0-7])"
    r"\.(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug)[ \t]+"
)
_PROGRAM = r"(?P<program>\(?[A-Za-z_/][\w./+@:()-]{0,60}?)"
_PROCESS = r"\[(?P<process>\d{1,10})\]"
_TAG = re.compile(rf"{_PROGRAM}(?:{_PROCESS}:?|:)(?:[ \t]+|$)")
_TAG_PROCESS = re.compile(rf"{_PROGRAM}{_PROCESS}:[ \t]*")
_METALOG = re.compile(r"\[(?P<program>[a-z][\w-]{2,20})\][ \t]+(?=\S)")
_HOST_TAG = re.compile(rf"(?P<host>[^\s\[\]:]{{1,128}}|\[\w+-\d+\])[ \t]+{_PROGRAM}(?:{_PROCESS}:?|:)(?:[ \t]+|$)")
_RFC5424 = re.compile(
    r"(?P<host>\S{1,255})[ \t](?P<program>\S{1,48})[ \t](?P<process>\S{1,128})[ \t]\S{1,32}"
    r"[ \t](?:-|(?:\[(?:\\.|[^\]\\])*\])+)[ \t]?(?:\ufeff)?"
)
_LOGCAT = re.compile(r"[ \t]+\d{1,6}[ \t]+(?P<process>\d{1,6})[ \t]+[VDIWEFA][ \t]+(?P<program>[^\s:]{1,60})[ \t]*:[ \t]?")
_LOGCAT_BRIEF = re.compile(r"[VDIWEFA]/(?P<program>[^\s(:]{1,60})[ \t]*\([ \t]*(?P<process>\d{1,6})\)?[ \t]*:[ \t]?")
_WHACK = re.compile(r"[0-2]\d\d (?=[\"#A-Za-z(|])")
_STREAM = re.compile(r"(?:stdout|stderr)(?::[ \t]*|[ \t]+[FP][ \t]+)")
_REPEATED = re.compile(r"message repeated (?P<times>\d{1,7}) times?:[ \t]*\[[ \t]?(?P<message>.*?)[ \t]*\]?[ \t]*$")
_AGAIN = re.compile(r"(?:--- )?[Ll]ast message repeated (?P<times>\d{1,7}) times?\b")
_TRACE = re.compile(r"\[[0-9A-Fa-f]{1,8}\](?:[0-9A-Fa-f]{1,8}\.[0-9A-Fa-f]{1,8}::|[ \t]+)(?=\d{1,2}[-/:]\d)")
_DMESG = re.compile(r"\[[ \t]*\d{1,8}\.\d{3,6}\][ \t]+")
_ESCAPES = re.compile(r"#(0(?:1[0-5]|40))(?!\d)|\x1b\[[0-9;]*[A-Za-z]|\^\[\[[0-9;]*[A-Za-z]")
_ESCAPED = {"011": "\t", "012": " ", "015": "", "040": " "}
_BBCODE = re.compile(r"\[/?(?:b|i|u|code|quote|color(?:=\w+)?|size(?:=\d+)?)\]", re.IGNORECASE)


def peel(line: str, known: frozenset[str] = frozenset()) -> Peeled:
    """Take the wrappers off one line.

    Args:
        line: without its line end.
        known: names of programs (small letters) that are recognised without a process number.

    >>> peel("Nov 23 20:28:52 laptop charon[937]: 07[IKE] sending").message
    '07[IKE] sending'
    """
    text = _ESCAPES.sub(_unescaped, line) if "#0" in line or "\x1b" in line or "^[[" in line else line
    text = text.rstrip(" \t\r\n")
    peeling = _Peeling(text, known)
    while peeling.step():
        pass
    position = peeling.position
    if not peeling.tags or peeling.tags[-1][0].lower().startswith(_WHACKERS):
        whack = _WHACK.match(text, position)
        if whack:
            position = whack.end()
    return _peeled(text[position:].lstrip(" ") if peeling.tags or peeling.stamp else text[position:], peeling.stamp, peeling.tags)


class _Peeling:
    """One line, and how much of it is off."""

    def __init__(self, text: str, known: frozenset[str]) -> None:
        self.text = text
        self.known = known
        self.position = _lead(text)
        self.stamp: Stamp | None = None
        self.tags: list[tuple[str, str | None]] = []
        self._over = False
        self._layers = 0

    def step(self) -> bool:
        """Take one more layer off; false when there is none."""
        start = self.position
        self._layers += 1
        priority = _PRIORITY.match(self.text, self.position)
        if priority:
            self.position = priority.end()
        if self.stamp is None and self._stamped(versioned=bool(priority and priority.group("version"))):
            return not self._over
        for plain in (_FACILITY, _STREAM, _DMESG):
            if peeled := plain.match(self.text, self.position):
                self.position = peeled.end()
        if not self.tags and self.stamp is None and (compose := _COMPOSE.match(self.text, self.position)):
            self.position = compose.end()
            return self._layers < _LAYERS
        tag = _tag(self.text, self.position, self.known, stamped=self.stamp is not None, tagged=bool(self.tags))
        if tag is not None:
            self.tags.append((tag[0], tag[1]))
            self.position = tag[2]
        return self.position != start and self._layers < _LAYERS

    def _stamped(self, *, versioned: bool) -> bool:
        """Take a timestamp off, and what certain loggers put right after theirs."""
        text = self.text
        if trace := _TRACE.match(text, self.position):
            self.position = trace.end()
        found = find_stamp(text, self.position)
        if found is None:
            return False
        self.stamp = found
        self.position = _after_stamp(text, found)
        if found.closed:
            self._over = True
        elif versioned and (rfc := _RFC5424.match(text, self.position)):
            self.tags.append((rfc.group("program"), rfc.group("process")))
            self.position = rfc.end()
        elif logcat := _LOGCAT.match(text, found.end):
            self.tags.append((logcat.group("program"), logcat.group("process")))
            self.position = logcat.end()
            self._over = True
        return True


def _lead(text: str) -> int:
    lead = _LEAD.match(text)
    position = lead.end() if lead else 0
    numbered = _NUMBERED.match(text, position)
    if numbered:
        position = numbered.end()
        lead = _LEAD.match(text, position)
        position = lead.end() if lead else position
    return position


def _after_stamp(text: str, stamp: Stamp) -> int:
    position = stamp.end
    if stamp.closed:
        return position + 1 if text[position : position + 1] == " " else position
    while position < len(text) and text[position] in "]:, \t":
        if text[position] == ":" and text.startswith(":", position + 1):
            break
        position += 1
    return position + 2 if text.startswith("- ", position) else position


def _tag(text: str, position: int, known: frozenset[str], *, stamped: bool, tagged: bool) -> tuple[str, str | None, int] | None:
    """The program's tag at `position`: with a process number anywhere; without one if it is known, or stands after a host."""
    found = _LOGCAT_BRIEF.match(text, position) or _TAG_PROCESS.match(text, position)
    if found is None and (plain := _TAG.match(text, position)) and _base(plain.group("program")) in known:
        found = plain
    if found is None and stamped and not tagged:
        after_host = _HOST_TAG.match(text, position)
        if after_host and after_host.group("program").lower() not in _LEVELS and after_host.group("host").lower() not in _LEVELS:
            found = after_host
    if found is None and not tagged and (metalog := _METALOG.match(text, position)) and metalog.group("program") in known:
        found = metalog
    if found is None:
        return None
    groups = found.groupdict()
    return groups["program"], groups.get("process"), found.end()


def _base(program: str) -> str:
    return program.rstrip(":").rpartition("/")[2].strip("()").lower()


def _peeled(message: str, stamp: Stamp | None, tags: list[tuple[str, str | None]]) -> Peeled:
    program = _base(tags[-1][0]) if tags else None
    process = tags[-1][1] if tags else None
    carrier = _base(tags[0][0]) if len(tags) > 1 and _base(tags[0][0]) != program else None
    times = 1
    repeated = _REPEATED.match(message)
    if repeated:
        message, times = repeated.group("message"), max(1, min(int(repeated.group("times")), 1_000_000))
    again = _AGAIN.match(message)
    if "[" in message and _BBCODE.search(message):
        message = _BBCODE.sub("", message)
    if "**" in message:
        message = message.replace("**", "")
    return Peeled(
        message="" if again else message,
        stamp=stamp,
        program=program,
        process=process,
        carrier=carrier,
        times=times,
        repeats=min(int(again.group("times")), 1_000_000) if again else 0,
    )


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found.group(1) or "", "")


def unwrap_json(chunk: bytes) -> bytes:
    """Lines of `journalctl -o json` and of docker's log files as plain lines; other text as it is. Line numbers stay."""
    if chunk.lstrip()[:2] != b'{"':
        return chunk
    return b"\n".join(_unwrapped(line) for line in chunk.split(b"\n"))


def _unwrapped(line: bytes) -> bytes:
    if not line.startswith(b'{"'):
        return line
    try:
        entry = json.loads(line.rstrip(b", \r"))
    except (ValueError, RecursionError):
        return line
    if not isinstance(entry, dict):
        return line
    plain = " ".join(_fields(entry))
    return plain.replace("\r", "").replace("\n", " ").encode("utf-8", "replace") or line


def _fields(entry: dict[str, object]) -> Iterator[str]:
    """What a plain line would hold: time, host, tag, message."""
    if isinstance(entry.get("log"), str):
        yield str(entry.get("time", ""))
        yield str(entry["log"]).rstrip("\n")
        return
    if "MESSAGE" not in entry:
        return
    micros = entry.get("__REALTIME_TIMESTAMP") or entry.get("_SOURCE_REALTIME_TIMESTAMP")
    if isinstance(micros, str) and micros.isdigit() and len(micros) < 18:
        yield datetime.fromtimestamp(int(micros) / 1e6, UTC).isoformat()
    yield str(entry.get("_HOSTNAME", "host"))
    program = entry.get("SYSLOG_IDENTIFIER") or entry.get("_COMM") or "unknown"
    yield f"{program}[{entry.get('_PID') or entry.get('SYSLOG_PID') or 0}]:"
    message = entry["MESSAGE"]
    if isinstance(message, list):
        message = bytes(byte for byte in message if isinstance(byte, int) and 0 <= byte < 256).decode("utf-8", "replace")
    yield str(message)

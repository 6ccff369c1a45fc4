"""A large log: the daemons' vocabulary without what a signature says, with one line in a hundred that a signature knows."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.loader import BASE
from knowledge.logs.patterns import Pattern

#: Ordinary lines of a Linux gateway: the words are those of VPN logs, the messages are of no interest.
_NOISE = (
    "gw charon[812]: {n:02d}[NET] <l2tp|{n}> waiting for data on sockets, thread {n} of 16, queue {m}",
    "gw charon[812]: {n:02d}[ENC] <l2tp|{n}> verifying payload order and encoding of message {m}",
    'gw pluto[644]: | processing payload: ISAKMP_NEXT_VID (len={m}) of state #{n} "l2tp-psk"',
    "gw sshd[{m}]: Connection from 192.0.2.{n} port {m} on 198.51.100.10 port 22 rdomain",
    "gw kernel: [{m}.{n:06d}] IN=eth0 OUT= SRC=203.0.113.{n} DST=198.51.100.10 LEN=60 TTL=57 PROTO=TCP DPT=443",
    'gw nginx: 192.0.2.{n} - - "GET /assets/app.{m}.js HTTP/1.1" 200 {m} "-" "curl/7.88"',
    'gw dockerd[911]: time="2026-11-23T20:41:03Z" level=info msg="container event" id={m:08x} n={n}',
    "gw systemd[1]: Started session-{m}.scope - Session {m} of user 10{n:02d}.",
)
#: Wrapped lines and hex say little about speed; what begins like syslog and is short does.
_DAEMONS = ("charon", "pluto", "xl2tpd", "pppd", "racoon")
#: What Rust's regular expressions do not know.
_UNKNOWN_TO_RG = re.compile(r"\(\?(?:[!=]|<[!=]|>|P=)|[*+?}]\+|\\Z")
#: All patterns become one there, in which no name may stand twice; to count lines needs none.
_NAMED = re.compile(r"\(\?P<\w+>")


def known_lines() -> list[str]:
    """Samples of the base, one a line."""
    lines: list[str] = []
    for name in _DAEMONS:
        text = (BASE / "formats" / f"{name}.log").read_text(encoding="utf-8")
        lines += [line for line in text.splitlines() if line and not line.startswith("==") and len(line) < 300]
    return lines


def chunks(size: int, *, share: float = 0.01, seed: int = 4) -> Iterator[bytes]:
    """About `size` bytes of log, one mebibyte of fresh lines given again and again with other hits between."""
    rng = random.Random(seed)
    hits = known_lines()
    given = 0
    block = [
        f"Nov 23 20:{rng.randrange(60):02d}:{rng.randrange(60):02d} "
        + rng.choice(_NOISE).format(n=rng.randrange(99), m=rng.randrange(60_000))
        for _ in range(10_000)
    ]
    while given < size:
        lines = [rng.choice(hits) if rng.random() < share else line for line in block]
        text = ("\n".join(lines) + "\n").encode()
        given += len(text)
        yield text


def write(path: Path, size: int, *, share: float = 0.01) -> Path:
    """The same as a file."""
    with path.open("wb") as out:
        for chunk in chunks(size, share=share):
            out.write(chunk)
    return path


def for_rg(patterns: Sequence[Pattern]) -> list[str]:
    """The same patterns as rg understands them; the few that it does not are left out."""
    texts = {_NAMED.sub("(?:", each.text).replace(r"\ ", " ") for each in patterns if each.needles and each.text.isascii()}
    return sorted(text for text in texts if not _UNKNOWN_TO_RG.search(text))

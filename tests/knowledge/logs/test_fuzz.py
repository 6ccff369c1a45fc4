"""Every reader against files that were changed at random: nothing is raised, and nothing takes long.

A moment of it is part of every test run. For longer, from the project's folder:

    VPN_HELP_FUZZ_SECONDS=3600 VPN_HELP_FUZZ_SEED=1 pytest -q -s tests/knowledge/logs/test_fuzz.py

What breaks a reader is written to a file that the failure names, together with the seed.
"""

import bz2
import gzip
import io
import lzma
import os
import random
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from knowledge import load_base
from knowledge.loader import BASE
from knowledge.logs import Limits, read
from knowledge.terms import ReadState
from tests.knowledge.logs import capture_writer as captures
from tests.knowledge.logs import evtx_writer as events
from tests.knowledge.logs.test_cab import cabinet
from tests.knowledge.logs.test_packets import clear
from tests.knowledge.logs.test_wfp import DROP, event, failure, netevents

SECONDS = float(os.environ.get("VPN_HELP_FUZZ_SECONDS", "3"))
SEED = int(os.environ.get("VPN_HELP_FUZZ_SEED", "0"))
#: Seconds that one small file may take, on a busy machine.
PATIENCE = 10.0
#: Small, so that what grows without end is met soon.
LIMITS = Limits(size=8 << 20, ratio_from=1 << 20, ratio=100, members=50, aside=4 << 20)
WORDS = (
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\1",
    b"\1\0\0\0",
    b"\x80\0\0\0",
    b"\n",
    b"<",
    b"]]>",
    b"%%8199",
)


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def seeds():
    """A good file of each kind, by its kind."""
    texts = {path.stem: path.read_bytes() for path in sorted((BASE / "samples").glob("*.log"))}
    samples = {f"lines of {path.stem}": path.read_bytes()[:20_000] for path in sorted((BASE / "formats").glob("*.log"))}
    one = next(iter(texts.values()))
    up = captures.Talk().up().esp_out(1).esp_back(1)
    guid = "{7A2C5B1E-1111-4222-8333-444455556666}"
    written = [
        events.Event(provider="RasClient", number=20227, data=(guid, "bob", "Work", "809")),
        events.Event(
            provider="RemoteAccess", number=20271, data=("NA", "x", "198.51.100.7", "?", "0x10"), binary=b"\xb3\x02\0\0"
        ),
        events.Event(provider="Microsoft-Windows-Security-Auditing", number=4653, named={"State": "%%8202", "Role": "%%8205"}),
    ]
    platform = netevents(failure(), event(DROP)).encode()
    files = [("a.log", one), ("b.xml", platform)]
    return {
        **texts,
        **samples,
        "utf-16": one.decode().encode("utf-16"),
        "pcap": captures.pcap(clear().packets),
        "pcap of ipsec": captures.pcap(up.packets),
        "pcapng": captures.pcapng(clear().packets),
        "pcapng, big-endian": captures.pcapng(up.packets, order=">"),
        "evtx": events.write(written)[: events.HEAD + 8_192],
        "wfp": platform,
        "wfp in utf-16": netevents(failure()).encode("utf-16"),
        "cab": cabinet(files, reserve=4),
        "zip": zipped([*files, ("c.pcap", captures.pcap(up.packets))]),
        "tar": tarred(files),
        "gzip": gzip.compress(one),
        "bzip2": bz2.compress(one),
        "xz": lzma.compress(one),
        "nested": zipped([("in.tar.gz", gzip.compress(tarred(files)))]),
        "png": b"\x89PNG\r\n\x1a\n" + bytes(200),
    }


def changed(data, noise):
    """The file with some of its bytes other, gone, doubled or cut off."""
    out = bytearray(data)
    for _ in range(noise.choice((1, 1, 2, 5, 20, 100))):
        if len(out) < 8:
            break
        at, way = noise.randrange(len(out)), noise.random()
        if way < 0.5:
            out[at] = noise.randrange(256)
        elif way < 0.65:
            word = noise.choice(WORDS)
            out[at : at + len(word)] = word
        elif way < 0.8:
            del out[at : at + noise.randrange(1, 60)]
        elif way < 0.92:
            other = noise.randrange(len(out))
            out[at:at] = out[other : other + noise.randrange(1, 300)]
        else:
            del out[at:]
    return bytes(out)


def test_nothing_breaks_a_reader():
    known, noise = load_base(), random.Random(SEED)
    good = list(seeds().items())
    read(good[0][1], "warm", base=known)
    end = time.monotonic() + SECONDS
    inputs, worst, slowest = 0, 0.0, ""
    while time.monotonic() < end:
        kind, data = noise.choice(good)
        file = changed(data, noise)
        began = time.perf_counter()
        try:
            assert read(file, "x", base=known, limits=LIMITS).read in set(ReadState)
        except Exception as error:  # noqa: BLE001 # whatever it is, the file that does it is wanted
            pytest.fail(f"{kind}, seed {SEED}, input {inputs}: {error!r}; kept as {_kept(file)}")
        took = time.perf_counter() - began
        if took > worst:
            worst, slowest = took, kind
        assert took < PATIENCE, f"{kind}, seed {SEED}, input {inputs} took {took:.1f} s; kept as {_kept(file)}"
        inputs += 1
    print(  # noqa: T201
        f"{inputs} files of {len(good)} kinds in {SECONDS:.0f} s, seed {SEED}; the slowest, {slowest}, took {worst:.2f} s"
    )
    assert inputs


def _kept(file):
    with tempfile.NamedTemporaryFile(prefix="vpn-help-fuzz-", delete=False) as out:
        out.write(file)
    return Path(out.name)

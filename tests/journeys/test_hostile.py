"""Files made to do harm, through the real door: each gets its message in time, memory stays bounded, the next upload is read.

What a file says of itself is not believed, so much of this would be harmless if read by hand; here it is read by the real worker.
An archive that holds itself (a *quine*) is, to whoever opens it, one that is nested without end: as such it stands here.
"""

import gzip
import io
import lzma
import os
import random
import struct
import tarfile
import threading
import time
import zipfile
from pathlib import Path

import pytest

from tests.journeys.conftest import sample

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Seconds from the upload to the message, on a busy machine.
PATIENCE = 10.0
#: What a worker may take of the machine's memory, in MiB: less than half of what would end it.
MEMORY = 250


def zipped(files, level=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(*members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def link(name, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info, b""


def nested(depth):
    data = sample("wrong-key")
    for level in range(depth):
        data = zipped([(f"{level}.zip", data)])
    return data


def lying():
    """A zip whose directory says that its member is a few bytes, and whose member says that it is four gigabytes."""
    data = bytearray(zipped([("a.log", b"x" * 100_000)]))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 12)
    data[22:26] = struct.pack("<I", 0xFFFFFFFF)
    return bytes(data)


def quine():
    """A gzip that holds itself as often as it is opened: here as deep as any limit, and deeper."""
    data = b"charon: 05[IKE] x\n"
    for _ in range(40):
        data = gzip.compress(data)
    return data


ENTITIES = b"<?xml version='1.0'?><!DOCTYPE z [<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + level, (b"&%c;" % (97 + level)) * 10) for level in range(12)
)


def symbolic():
    """A zip whose members are links, as `zip -y` makes them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, target in (("log", "/etc/passwd"), ("up", "../../../../etc/shadow")):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o120777 << 16
            archive.writestr(info, target)
    return out.getvalue()


def gigabyte():
    """A line of one gigabyte, packed just little enough to be no bomb."""
    noise = random.Random(1)
    block = b"".join(bytes(noise.choices(b"abcdef ", k=40)) + b"A" * 6_000 for _ in range(1_700))
    return gzip.compress(block) * 100


HOSTILE = {
    "bomb.zip": zipped([(f"{number}.log", b"\0" * 60_000_000) for number in range(4)]),
    "bomb.gz": gzip.compress(b"charon " * 30_000_000, 1),
    "quine.gz": quine(),
    "nested.zip": nested(12),
    "climbing.zip": zipped([("../../../../etc/passwd", b"root:x:0:0::/root:/bin/sh\n"), ("/etc/shadow", b"root:*:1::::::\n")]),
    "link.tar": tarred(link("log", "/etc/passwd"), link("more", "../../../etc/shadow")),
    "lying.zip": lying(),
    "many.zip": zipped([(f"{number}.log", b"charon: 05[IKE] x") for number in range(5_000)], zipfile.ZIP_STORED),
    "bomb.xz": lzma.compress(b"\0" * 60_000_000, preset=0) * 6,
    "links.zip": symbolic(),
    "gigabyte.log.gz": gigabyte(),
    "deep.xml": b"<Events>" + b"<a>" * 200_000,
    "line.log": b"charon: 05[IKE] " + b"A" * 30_000_000,
    "noughts.log": b"\0" * 5_000_000,
    "broken-utf16.log": b"\xff\xfe" + b"\x00\xd8" * 200_000 + b"\x00",
    "truncated.evtx": b"ElfFile\x00" + bytes(range(256)) * 64,
    "lying.pcap": struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    + struct.pack("<IIII", 1, 0, 0x7FFFFFFF, 0x7FFFFFFF) * 500,
    "lying.pcapng": b"\x0a\x0d\x0d\x0a\xff\xff\xff\x7f\x4d\x3c\x2b\x1a" + b"\xff" * 4_000,
    "entities.xml": ENTITIES + b"]><Events><Event>&m;</Event></Events>",
    "brackets.json": b'{"MESSAGE":' * 200_000,
    "patterns.log": b"\n".join(b"received [LCP ConfReq " + b"<auth " * 600 + b"a=" * 600 for _ in range(200)),
    "colons.log": b"\n".join(b"ab:" * 1_300 + b"1.1.1.1." * 100 for _ in range(300)),
    "names.log": b"".join(
        b"Nov 23 20:28:52 h%05d charon[9]: 07[IKE] user 'u%05d' from 10.%d.%d.1\n" % (n, n, n // 250, n % 250)
        for n in range(6000)
    ),
}


@pytest.fixture(scope="module")
def peak():
    """The most memory that any worker has taken so far, in MiB, where the system tells (`/proc`)."""
    seen, over = [0], threading.Event()

    def watch():
        while not over.wait(0.02):
            seen[0] = max([seen[0], *_resident(os.getpid())])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield seen
    over.set()
    watcher.join()


def _resident(pid, generation=0):
    """The peaks of a process's children's children: the bot starts the workers' server, and that the workers."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            if generation == 0:
                yield from _resident(child, 1)
                continue
            try:
                status = Path(f"/proc/{child}/status").read_text()
            except OSError:
                continue
            yield from (int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


@pytest.mark.parametrize("name", HOSTILE)
async def test_it_gets_its_message_and_the_next_is_read(shared_bot, peak, name):
    bot = shared_bot
    mira = bot.as_person("mira")
    began = time.monotonic()
    await mira.upload(name, HOSTILE[name])
    await bot.wait_for(lambda world: answered(world, name), f"what became of {name}", seconds=PATIENCE + 20)
    took = time.monotonic() - began
    await mira.upload("charon.log", sample("wrong-key"))
    await bot.wait_for_message("@mira", contains="How I know", seconds=30)
    said = str((await bot.world())["messages"])
    assert "root:x:0:0" not in said
    assert took < PATIENCE
    assert peak[0] < MEMORY


def answered(world, name):
    """The receipt of an upload once it says what was read of it."""
    for posts in world["messages"].values():
        for post in posts:
            text = str(post)
            if post["user"] != "U0MIRA0000" and name in text and "hourglass" not in text and "reading" not in text.lower():
                return post
    return None

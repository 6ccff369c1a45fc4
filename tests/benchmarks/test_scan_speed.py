"""How fast a log is scanned, captures included, beside `rg` with the same patterns and the same file, in the same run; and how
fast it is read as an upload beside the bare scan.

CPU time of the fastest of some rounds, so that what others do on the machine hardly shows. `rg` gets the patterns that it
understands, our scanner all of them. On so small a file what `rg` takes to compile counts for more than on a large one; so the
suite only notices what got much slower. Full sizes, on a quiet machine: `VPN_HELP_BENCHMARK_MB=100 pytest tests/benchmarks`.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.loader import load_base
from knowledge.logs import Tokens, read
from knowledge.logs.records import Catalogue, catalogue
from knowledge.logs.scan import Scanner, installed
from tests.benchmarks.noise import for_rg, write

RG = shutil.which("rg")
SIZE = int(os.environ.get("VPN_HELP_BENCHMARK_MB", "6")) << 20

with_rg = pytest.mark.skipif(RG is None, reason="ripgrep, with which the scanner is compared, is not installed here")


def spent() -> float:
    """Seconds of CPU of this process and of those that it waited for."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def fastest(work: Callable[[], object], rounds: int = 3) -> float:
    best = float("inf")
    for _ in range(rounds):
        began = spent()
        work()
        best = min(best, spent() - began)
    return best


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return write(tmp_path_factory.mktemp("speed") / "large.log", SIZE)


@pytest.fixture(scope="module")
def base():
    return load_base()


@pytest.fixture(scope="module")
def beside(base, log, tmp_path_factory):
    """Seconds that `rg` takes."""
    patterns = tmp_path_factory.mktemp("rg") / "patterns.txt"
    known = Catalogue(base.formats.values(), base.facts)
    patterns.write_text("\n".join(for_rg([pattern for _, pattern, _ in known.signatures])) + "\n")
    command = [RG, "--no-unicode", "-a", "-c", "--regex-size-limit", "1G", "--dfa-size-limit", "1G", "-f", patterns, log]

    def search() -> None:
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        assert int(found.stdout) > 0

    return fastest(search, rounds=1)


def scanned(known: Catalogue, log: Path) -> int:
    """How many lines match, with what their holes hold taken out."""
    hits, rest = 0, b""
    with log.open("rb") as lines:
        while chunk := lines.read(1 << 20):
            text, _, rest = (rest + chunk).rpartition(b"\n")
            for start, end, indices in known.lines(text, large=True):
                line = text[start:end].decode("utf-8", "replace")
                matched = [index for index in indices if known.signatures[index][1].match(line) is not None]
                hits += bool(matched)
    return hits


@with_rg
@pytest.mark.parametrize(("engine", "least"), [("hyperscan", 2.5), ("ahocorasick_rs", 0.7)])
def test_a_scan_with_captures_beside_rg(base, log, beside, engine, least):
    if not installed(engine):
        pytest.fail(f"{engine} belongs to the dependencies of this platform")
    known = Catalogue(base.formats.values(), base.facts)
    known._scanner._engine = engine
    assert isinstance(known._scanner, Scanner)
    assert scanned(known, log) > 0  # and what is compiled once is compiled

    assert beside / fastest(lambda: scanned(known, log)) >= least


def test_both_engines_find_the_same(base, log):
    found = set()
    for engine in ("hyperscan", "ahocorasick_rs"):
        known = Catalogue(base.formats.values(), base.facts)
        known._scanner._engine = engine
        found.add(scanned(known, log))
    assert len(found) == 1


def test_what_a_longer_file_adds_beside_the_scan_of_it(base, log, tmp_path):
    """Some tenths of a second go into the hits and the text that are kept of a file of any size; this is about what follows."""
    lines = log.read_bytes()
    paths = []
    for megabytes in (16, 64):
        path = tmp_path / f"{megabytes}.log"
        with path.open("wb") as out:
            while out.tell() < megabytes << 20:
                out.write(lines)
        paths.append(path)
    short, long = paths
    known = catalogue(base)

    def added(work: Callable[[Path], object]) -> float:
        work(short)  # what is compiled once is compiled
        return fastest(lambda: work(long)) - fastest(lambda: work(short))

    read_of = added(lambda path: read(path, path.name, base=base, tokens=Tokens()))
    assert added(lambda path: scanned(known, path)) / read_of >= 0.4

"""The face of the house: what it offers, that it is all there, and that it costs nothing to look at."""

from __future__ import annotations

import json
import subprocess
import sys

import knowledge


def test_all_names_exist_and_nothing_else_is_offered():
    assert sorted(set(knowledge.__all__)) == sorted(knowledge.__all__)
    for name in knowledge.__all__:
        assert getattr(knowledge, name) is not None
    assert dir(knowledge) == sorted(knowledge.__all__)


def test_importing_the_face_imports_no_library():
    script = "import json, sys; import knowledge; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded.isdisjoint({"pydantic", "yaml", "pyparsing", "rapidfuzz", "hyperscan", "dpkt", "evtx"})

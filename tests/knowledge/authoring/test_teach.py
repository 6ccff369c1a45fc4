"""What sets a case apart, and what a lesson makes of the past; the whole of it runs in tests/bot/escalation/test_teach.py."""

from collections import Counter

import pytest

from knowledge import CauseId, load_base
from knowledge.authoring.teach import _sample, _without_names, apart, draft_lesson, shapes

FAILED = "Nov 23 20:27:54 [host-1] charon: 06[IKE] licence for peer [ip-public-3] exhausted"
CALM = "Nov 23 20:27:54 [host-1] charon: 06[CFG] loaded plugin of the third kind"
KNOWN = "Nov 23 20:27:54 [host-1] charon: 06[IKE] giving up after 5 retransmits"


@pytest.fixture(scope="module")
def base():
    return load_base()


def test_lines_that_differ_in_time_numbers_and_tokens_have_one_shape() -> None:
    other = (
        FAILED.replace("20:27:54", "21:00:00").replace("06[", "11[").replace("public-3", "public-9").replace("Nov 23", "Dec  1")
    )
    assert shapes(FAILED).keys() == shapes(other).keys()
    assert shapes(FAILED).keys() != shapes(CALM).keys()
    assert shapes("\n\n12:00:00 ok\n") == {}


def test_only_lines_that_others_do_not_have_and_nobody_knows(base) -> None:
    mine = shapes("\n".join([FAILED, CALM, KNOWN]))
    (failed, calm, _) = mine
    few, many = (0, 3), (0, 40)
    assert list(apart(mine, Counter(), Counter(), cases=few, base=base)) == [FAILED]  # a calm line needs more to compare with
    assert list(apart(mine, Counter(), Counter(), cases=many, base=base)) == [FAILED, CALM]
    assert list(apart(mine, Counter(), Counter({failed: 2}), cases=many, base=base)) == [CALM]
    assert list(apart(mine, Counter(), Counter({failed: 9, calm: 9}), cases=many, base=base)) == []


def test_a_line_of_nobody_or_of_too_few_words_makes_no_lesson(base) -> None:
    lines = ["20:27:54 it failed", "Nov 23 20:27:54 gw charon: 06[IKE] 17 192.0.2.1 99", "\x00\x01 failed failed failed"]
    assert draft_lesson(base, lines, cause=CauseId("server-capacity"), case="5F2A9C01") is None


def test_a_folder_with_faults_of_its_own_takes_no_lesson(base, tmp_path) -> None:
    (tmp_path / "facts.yaml").write_text("schema: 1\nfacts:\n  broken: {stage: nowhere}\n", encoding="utf-8")
    assert draft_lesson(base, [FAILED], cause=CauseId("server-capacity"), case="5F2A9C01", own=tmp_path) is None


def test_a_sample_holds_nothing_of_anybody() -> None:
    assert _sample("[host-1] x[2]: peer [ip-public-3] user [user-2] [secret] [secret-4]").count("[") == 1 + 1
    entry = "- id: x\n  line: 'peer {peer:address} user {user:name} is ''out'''\n  fact: a.b"
    assert _without_names("peer 192.0.2.1 user anna is 'out'", entry) == "peer 192.0.2.1 user user1 is 'out'"

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases import Case, CaseState, Entry, Origin, Upload, Words
from bot.events import ChannelKind, MessagePosted, MessageRef, UploadedFile, Workspace
from bot.ports import Say, Where
from bot.storage.codec import CodecError, from_json, to_json
from bot.wording import Message
from tests.bot.fakes import ANA, START, TEAM

TEXT = st.text(max_size=60)
REF = st.builds(MessageRef, channel=TEXT, ts=TEXT)
TIME = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(
    st.builds(
        MessagePosted,
        id=TEXT,
        workspace=st.builds(Workspace, team=TEXT, enterprise=st.none() | TEXT),
        at=TIME,
        user=st.none() | TEXT,
        ref=REF,
        kind=st.sampled_from(ChannelKind),
        thread_ts=st.none() | TEXT,
        text=TEXT,
        files=st.lists(st.builds(UploadedFile, id=TEXT, name=TEXT, size=st.none() | st.integers(0, 10**12)), max_size=3).map(
            tuple
        ),
        mentions_bot=st.booleans(),
    )
)
def test_an_event_comes_back_as_it_was(event: MessagePosted) -> None:
    assert from_json(MessagePosted, to_json(event)) == event


def test_a_case_comes_back_as_it_was() -> None:
    case = Case(
        id="c1",
        workspace=TEAM,
        requester=ANA,
        origin=Origin.MENTION,
        opened_at=START,
        state=CaseState.CLAIMED,
        channel_thread=MessageRef(channel="C1", ts="1.2"),
        words=(Words(text="não conecta", ref=MessageRef(channel="C1", ts="1.2")),),
        answers={"error": "e789"},
        uploads=(Upload(id="c1-F1", file_id="F1", name="vpn.log"),),
        timeline=(Entry(at=START, what="opened", who=ANA),),
    )

    assert from_json(Case, to_json(case)) == case


def test_blocks_are_kept_to_the_letter() -> None:
    say = Say(key="k", where=Where.DESK, message=Message(text="x", blocks=({"type": "section", "text": {"a": [1, None, True]}},)))

    assert from_json(Say, to_json(say)).message.blocks == say.message.blocks


def test_what_another_release_added_is_passed_over() -> None:
    assert from_json(MessageRef, '{"channel":"C1","ts":"1.2","colour":"red"}') == MessageRef(channel="C1", ts="1.2")


def test_what_another_release_left_out_takes_its_default() -> None:
    assert replace(from_json(UploadedFile, '{"id":"F1","name":"a"}'), size=1) == UploadedFile(id="F1", name="a", size=1)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"channel":1,"ts":"1.2"}', '{"channel":"C1"}', "null"])
def test_what_is_no_such_value_is_an_error_of_its_own(text: str) -> None:
    with pytest.raises(CodecError):
        from_json(MessageRef, text)

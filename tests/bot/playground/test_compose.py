import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.blockkit import check_blocks
from bot.playground.compose import command_text, compose
from bot.playground.names import BOT_USER, GENERAL, VPN_DESK
from bot.playground.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


TYPED = [
    ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
    ("hello @vpn-help!", f"hello <@{BOT_USER}>!"),
    ("ask @nobody", "ask @nobody"),
    ("see #general", f"see <#{GENERAL}|general>"),
    ("see #nowhere", "see #nowhere"),
    ("@channel", "<!channel>"),
    ("https://example.com/a?b=1&c=2.", "<https://example.com/a?b=1&amp;c=2>."),
    ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
    ("run `a < b` now", "run `a &lt; b` now"),
    ("```\nx < y\n```", "```\nx &lt; y\n```"),
]


@pytest.mark.parametrize(("typed", "text"), TYPED)
def test_typed_text_is_escaped_and_marked_up(world, typed, text):
    assert compose(world, typed)[0] == text


def test_typed_text_is_literal_in_its_blocks(world):
    _, (block,) = compose(world, "look <b>\n```\nline *one*\n```")
    assert [element["type"] for element in block["elements"]] == ["rich_text_section", "rich_text_preformatted"]
    assert block["elements"][1]["elements"] == [{"type": "text", "text": "line *one*"}]
    assert check_blocks([block]) == []


def test_a_command_carries_names_and_hides_those_of_private_channels(world):
    assert command_text(world, "@mira in #vpn-desk") == f"<@U0MIRA0000|mira> in <#{VPN_DESK}|>"


@settings(max_examples=150, deadline=None)
@given(typed=st.text(alphabet="ab<>&@#` \n*_~:/.mirahtps", max_size=60))
def test_whatever_is_typed_can_be_said(world, typed):
    text, blocks = compose(world, typed)
    assert check_blocks(list(blocks)) == []
    assert "<script" not in text

"""What Slack's own client would not send, and the state that it would."""

import pytest

from bot.playground.faults import Faults
from bot.playground.forms import faults_of, fill, state_of
from bot.playground.local import LocalSlack
from bot.playground.modals import add_view
from bot.playground.records import StoredFile
from bot.playground.world import World


@pytest.fixture
def slack(tmp_path):
    world = World(tmp_path)
    yield LocalSlack(world=world, base="http://127.0.0.1:1", emit=lambda event, channel: None, faults=Faults())
    world.close()


def plain(text):
    return {"type": "plain_text", "text": text}


def view(slack, element, **block):
    body = {
        "type": "modal",
        "title": plain("x"),
        "submit": plain("Send"),
        "blocks": [
            {"type": "input", "block_id": "b", "label": plain("Label"), "element": {"action_id": "a", **element}, **block}
        ],
    }
    return add_view(slack.world, "U0MIRA0000", body)


OPTIONS = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]

CASES = [
    ({"type": "plain_text_input"}, None, "required"),
    ({"type": "plain_text_input"}, "", "required"),
    ({"type": "plain_text_input", "min_length": 3}, "ab", "too_short"),
    ({"type": "plain_text_input", "max_length": 3}, "abcd", "too_long"),
    ({"type": "plain_text_input"}, "x" * 3001, "too_long"),
    ({"type": "number_input", "is_decimal_allowed": False}, "abc", "not_a_number"),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "not_a_whole_number"),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.5", "too_small"),
    ({"type": "number_input", "is_decimal_allowed": True, "max_value": "2"}, "2.5", "too_large"),
    ({"type": "email_text_input"}, "mira", "not_an_email"),
    ({"type": "url_text_input"}, "example.com", "not_a_url"),
    ({"type": "static_select", "options": OPTIONS}, "3", "not_an_option"),
    ({"type": "checkboxes", "options": OPTIONS}, [], "required"),
    ({"type": "plain_text_input"}, "fine", None),
    ({"type": "number_input", "is_decimal_allowed": False}, "809", None),
    ({"type": "static_select", "options": OPTIONS}, "Two", None),
    ({"type": "radio_buttons", "options": OPTIONS}, "1", None),
]


@pytest.mark.parametrize(("element", "given", "code"), CASES)
def test_the_client_holds_back_what_does_not_fit(slack, element, given, code):
    filled, unknown = fill(view(slack, element), {} if given is None else {"Label": given})
    assert unknown == []
    assert faults_of(slack, filled) == ({"b": code} if code else {})


def test_an_optional_field_may_stay_empty(slack):
    assert faults_of(slack, view(slack, {"type": "plain_text_input"}, optional=True)) == {}


def test_files_are_counted_weighed_and_looked_at(slack):
    element = {"type": "file_input", "max_files": 1, "filetypes": ["log"]}
    for name, size in (("a.log", 1), ("b.log", 11 * 1024 * 1024), ("c.exe", 1)):
        slack.world.put(StoredFile(id=name, name=name, title=name, user="U0MIRA0000", size=size, created=0))

    def judged(*files):
        return faults_of(slack, fill(view(slack, element), {"a": list(files)})[0]).get("b")

    assert [judged("a.log"), judged("a.log", "b.log"), judged("b.log"), judged("c.exe"), judged()] == [
        None,
        "too_many_files",
        "file_too_big",
        "wrong_filetype",
        "required",
    ]


def test_the_state_begins_with_what_the_bot_filled_in(slack):
    opened = view(slack, {"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[0]})
    assert state_of(slack, opened) == {"b": {"a": {"type": "static_select", "selected_option": OPTIONS[0]}}}
    typed, _ = fill(opened, {"a": "2"})
    assert state_of(slack, typed)["b"]["a"]["selected_option"] == OPTIONS[1]


def test_an_unknown_field_is_named(slack):
    assert fill(view(slack, {"type": "plain_text_input"}), {"Lable": "x"})[1] == ["Lable"]

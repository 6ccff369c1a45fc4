"""Evidence in a few words."""

import pytest

from knowledge.authoring.sketch import BEGIN, fact, sketch
from knowledge.errors import MisuseError
from knowledge.terms import FactId, Platform, Side, Stage

STAGES = {FactId("ike.started"): Stage.IKE, FactId("session.up"): Stage.IPCP}


def test_every_form_is_read():
    found = sketch(
        ["ike.started peer=[ip-public-1] at=2.5 times=3", "prompt=before", "platform: windows", "side: client", "stage: ike",
         "whole: ike ipcp", "earlier: session.up", "later: ike.started"],
        STAGES,
    )  # fmt: skip

    assert [(each.id, dict(each.values), each.times, each.order) for each in found.facts] == [
        ("ike.started", {"peer": "[ip-public-1]"}, 3, 0)
    ]
    assert (found.facts[0].clock.at - BEGIN).total_seconds() == 2.5
    assert found.answers == (("prompt", "before"),)
    assert (found.platform, found.side, found.stage) == (Platform.WINDOWS, Side.CLIENT, Stage.IKE)
    assert found.whole == {Stage.IKE, Stage.IPCP}
    assert [each.id for each in (*found.earlier, *found.later)] == ["session.up", "ike.started"]


def test_the_context_knows_what_a_whole_stage_would_have_shown():
    context = sketch(["whole: ike", "earlier: session.up"], STAGES).context()

    assert (context.covers("ike.started"), context.covers("session.up")) == (True, False)
    assert [each.id for each in context.earlier[0].facts] == ["session.up"]


def test_quoted_values_keep_blanks_and_quotes():
    assert fact(r'ike.started why="no \"such\" user" peer=x').values == {"why": 'no "such" user', "peer": "x"}


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("hello", "is neither a fact"),
        ("ike.startet", "is not in the vocabulary"),
        ("ike.started peer", "goes on with `peer`"),
        ("ike.started at=soon", "are numbers"),
        ("ike.started at=1e999", "are numbers"),
        ("platform: dos", "'dos' is not a valid Platform"),
        ("whole: everything", "'everything' is not a valid Stage"),
    ],
)
def test_what_is_none_of_the_forms_is_refused(item, message):
    with pytest.raises(MisuseError, match=message):
        sketch([item], STAGES)

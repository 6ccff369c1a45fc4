from dataclasses import replace
from datetime import timedelta

from bot.handling import Handling
from knowledge import CauseId, Hypothesis
from tests.builders import NOW, case_with

PSK, MTU, NAT = CauseId("psk-mismatch"), CauseId("mtu"), CauseId("nat-blocked")


def diagnosis():
    found = case_with().diagnosis
    shares = ((PSK, 0.6), (MTU, 0.2), (NAT, 0.1))
    hypotheses = tuple(Hypothesis(cause=cause, probability=share) for cause, share in shares)
    return replace(found, hypotheses=hypotheses, unexplained=0.1)


def test_what_is_ruled_out_leaves_its_share_to_the_others() -> None:
    seen = Handling(ruled_out=(PSK,)).over(diagnosis())
    assert [(each.cause, round(each.probability, 2)) for each in seen.hypotheses] == [(MTU, 0.5), (NAT, 0.25)]
    assert round(seen.unexplained, 2) == 0.25


def test_what_an_engineer_is_sure_of_is_first_also_where_the_engine_did_not_think_of_it() -> None:
    assert [each.cause for each in Handling(pinned=NAT).over(diagnosis()).hypotheses] == [NAT, PSK, MTU]
    assert Handling(pinned=CauseId("new")).over(diagnosis()).hypotheses[0].cause == "new"


def test_nothing_decided_changes_nothing() -> None:
    assert Handling().over(diagnosis()) == diagnosis()
    everything = Handling(ruled_out=(PSK, MTU, NAT)).over(replace(diagnosis(), unexplained=0.0))
    assert everything.hypotheses == ()


def test_opened_again_within_a_week_is_counted_apart() -> None:
    soon = Handling().came_back(NOW, NOW - timedelta(days=6))
    late = soon.came_back(NOW, NOW - timedelta(days=8)).came_back(NOW, None)
    assert (late.reopened_soon, len(late.reopened_at)) == (1, 3)

"""Words after *what if*, to a question and one of its answers."""

import pytest

from bot.triage.supposing import supposed
from tests.bot.house import base


@pytest.mark.parametrize(
    ("about", "means"),
    [
        ("nat=client-nat", ("nat", "client-nat")),
        ("nat = client-nat", ("nat", "client-nat")),
        ("nat=yes", ("nat", "client-nat")),
        ("nat=sim", ("nat", "client-nat")),
        ("nat is no", ("nat", "client-public")),
        ("nat yes", ("nat", "client-nat")),
        ("other-device=no", ("other-device", "no")),
        ("internet=sim", ("internet", "yes")),
        ("rights=managed", ("rights", "managed")),
        ("everybody has it", ("others", "everybody")),
        ("ninguém consegue", ("others", "everybody")),
        ("clock is wrong", ("clock", "wrong")),
        ("gremlins=yes", ("gremlins", "yes")),
        ("gremlins", ("gremlins", "")),
        ("nat=gremlins", ("nat", "gremlins")),
        ("", ("", "")),
    ],
)
def test_what_is_meant(about, means):
    assert supposed(base(), about) == means


def test_words_of_an_answer_are_enough():
    assert supposed(base(), "nat=the server has a private address") == ("nat", "server-nat")
    assert supposed(base(), "there is a router on my side") == ("nat", "client-nat")

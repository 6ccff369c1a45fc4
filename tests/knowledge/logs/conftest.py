"""What tests of reading share: a small base, and a way to read a text with it."""

import pytest

from knowledge.logs import read
from tests.knowledge.logs.bases import BASE, RECEIVED


@pytest.fixture(scope="session")
def base():
    return BASE


@pytest.fixture
def read_text(base):
    """Reads a text as a file of that name."""

    def reading(text, name="a.log", tokens=None, base=base):
        data = text.encode() if isinstance(text, str) else text
        return read(data, name, base=base, tokens=tokens, received_at=RECEIVED)

    return reading

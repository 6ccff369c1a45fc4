"""The knowledge base that ships, and the catalogue over it."""

import pytest

from bot.messages import Catalogue
from knowledge import load_base


@pytest.fixture(scope="session")
def base():
    return load_base()


@pytest.fixture(scope="session")
def catalogue(base):
    return Catalogue(base)

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The bot without its doors, whose messages say which occasion they are for."""
    async with open_house(tmp_path) as opened:
        yield opened

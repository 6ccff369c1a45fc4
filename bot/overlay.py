"""`VPN_HELP_KNOWLEDGE` for the commands that need no other setting: to load them all takes longer than a diagnosis.

So that `vpn-help diagnose` says what the bot would say, the command line lays the same folder over the base, unless
`--knowledge` names another.
"""

from __future__ import annotations

import os
from pathlib import Path


def own_knowledge() -> Path | None:
    """The company's own folder, as `Settings.knowledge` has it; None where none is set."""
    named = os.environ.get("VPN_HELP_KNOWLEDGE", "").strip()
    return Path(named).expanduser().absolute() if named else None

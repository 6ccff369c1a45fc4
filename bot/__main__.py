"""`python -m bot` is `vpn-help`."""

import sys

from bot.cli import main

sys.exit(main())

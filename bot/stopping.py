"""Being asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys


def stop_event(*, with_parent: bool = False) -> asyncio.Event:
    """Set by Ctrl-C, by SIGTERM, and by a terminal that closes. A second one of these stops at once.

    Args:
        with_parent: standard input is a pipe whose other end the parent holds; when it closes, the parent is gone, whatever
            way it went, and nobody else would stop us.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)  # the second time the signal does what it does by itself
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked, number)
    if with_parent:
        pipe = sys.stdin.fileno()

        def readable() -> None:
            if not os.read(pipe, 1024):
                loop.remove_reader(pipe)
                stop.set()

        loop.add_reader(pipe, readable)
    return stop

"""The same work on many pieces, on all cores, with results in the order of the pieces."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Room = TypeVar("Room")
Piece = TypeVar("Piece")
Result = TypeVar("Result")


def on_all_cores(
    work: Callable[[Room, Piece], Result], room: Room, pieces: Sequence[Piece], workers: int | None = None
) -> Iterator[tuple[Piece, Result]]:
    """Each piece with its result.

    Args:
        work: A function of a module; it gets the room, which no process shares with another, and a piece.
        room: What all pieces need. It is inherited and not copied by hand, so it may hold anything.
        pieces: Small things that can be pickled.
        workers: So many processes; None: one for each core. Where a system cannot fork there is one.
    """
    count = workers or os.cpu_count() or 1
    if count == 1 or "fork" not in multiprocessing.get_all_start_methods():
        for piece in pieces:
            yield piece, work(room, piece)
        return
    with multiprocessing.get_context("fork").Pool(count, _enter, (work, room)) as pool:
        yield from zip(pieces, pool.imap(_do, pieces), strict=True)


_inside: list[tuple[Callable[[Any, Any], Any], Any]] = []


def _enter(work: Callable[[Any, Any], Any], room: object) -> None:
    _inside[:] = [(work, room)]


def _do(piece: object) -> Any:  # noqa: ANN401 # whatever the work makes of it
    work, room = _inside[0]
    return work(room, piece)

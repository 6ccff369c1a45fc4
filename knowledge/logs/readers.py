"""Binary files that become lines of text: which reader reads which kind, and under which number each line stands.

    capture.pcap -> packet 6 (client, …) … received IKEv1 notify NO_PROPOSAL_CHOSEN          line 6
    System.evtx  -> <Event …><Provider Name="RemoteAccess"/>…                                line 4711, the event's own number

From there on the lines are a log like any other: signatures, redaction, what is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from knowledge.errors import ReadError
from knowledge.logs.encodings import Reads
from knowledge.logs.evtx import read_events
from knowledge.logs.ocr import has_ocr, read_picture
from knowledge.logs.packets import read_packets
from knowledge.logs.wfp import read_wfp
from knowledge.terms import ReadReason

__all__ = ["Numbered", "Reader", "reader_of"]

#: A stream to lines with their numbers, some hundred at once. It may end in a `ReadError`: what came before it counts.
Reader = Callable[[Reads], Iterator[list[tuple[int, str]]]]

#: By the name that `magic.binary` gives.
_READERS: Mapping[str, Reader] = MappingProxyType(
    {"pcap": read_packets, "pcapng": read_packets, "evtx": read_events, "wfp": read_wfp, "image": read_picture}
)


def reader_of(name: str) -> Reader | None:
    """The reader of a kind of file, as `magic` names it, if there is one. Pictures need the optional extra."""
    return None if name == "image" and not has_ocr() else _READERS.get(name)


class Numbered:
    """The lines of a reader as chunks of text; `numbers` says what each is called in the file."""

    def __init__(self, reader: Reader, stream: Reads) -> None:
        self._reader = reader
        self._stream = stream
        #: The number of each line so far, in their order.
        self.numbers: list[int] = []

    def __iter__(self) -> Iterator[bytes]:
        try:
            for lines in self._reader(self._stream):
                self.numbers += [number for number, _ in lines]
                yield "".join(f"{line}\n" for _, line in lines).encode("utf-8", "replace")
        except (ReadError, MemoryError):
            raise
        except Exception as error:
            # A library that stumbles over a hostile file must not take the other members with it.
            raise ReadError(ReadReason.DAMAGED) from error

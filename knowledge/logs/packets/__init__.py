"""Packet captures, read as lines of text that say what the wire shows: pcap and pcapng, from the client's or the server's end.

    packet 6 (client, c325fe80) 203.0.113.45 <- 198.51.100.10 received IKEv1 notify NO_PROPOSAL_CHOSEN

`base/formats/capture.yaml` and `capture-ppp.yaml` say which facts these lines assert, as for any other log. An answer that did
not come is told as well: a capture shows absence, which a daemon's log can only claim.
"""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.errors import ReadError
from knowledge.logs.encodings import Reads
from knowledge.logs.packets.files import frames
from knowledge.logs.packets.layers import knows_link, packet_of
from knowledge.logs.packets.story import Story
from knowledge.logs.packets.telling import stamp
from knowledge.terms import ReadReason

__all__ = ["read_packets"]

#: Lines given out at once.
_LINES = 1_000


def read_packets(stream: Reads) -> Iterator[list[tuple[int, str]]]:
    """The lines of a capture, each with the number of its packet, some hundred at once. The first line sums up.

    Raises:
        ReadError: the capture stops in the middle, makes no sense from some place on, or is of a link that cannot be read;
            what stands before that place was given.
    """
    story = Story()
    total, unknown, first, last = 0, 0, None, None
    problem: ReadError | None = None
    try:
        for frame in frames(stream):
            total += 1
            first = frame.at if first is None else first
            last = frame.at if frame.at is not None else last
            if not knows_link(frame.link):
                unknown += 1
            elif (packet := packet_of(frame)) is not None:
                story.hear(packet)
    except ReadError as error:
        problem = error
    if not total and problem is not None:
        raise problem
    story.end(last)
    seconds = max(0, (last or 0) - (first or 0)) // 1_000_000
    yield [(1, f"{stamp(first)}capture: {total} packets in {seconds} s, {story.packets} of them of a VPN")]
    lines: list[tuple[int, str]] = []
    for line in story.telling.lines():
        lines.append(line)
        if len(lines) >= _LINES:
            yield lines
            lines = []
    if lines:
        yield lines
    if problem is not None:
        raise problem
    if unknown and unknown == total:
        raise ReadError(ReadReason.UNSUPPORTED)
    if story.telling.dropped:
        raise ReadError(ReadReason.TRUNCATED)

"""Files of a case: received, read, deleted. Pure moves on a `Turn`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.cases import Origin, Upload, UploadState
from bot.escalation.turn import Turn
from bot.events import MessageRef, UploadedFile, UploadId
from bot.ports import Reading
from bot.wording import CASE_LINK
from knowledge import ReadReason, ReadState

__all__ = ["CASE_LINK", "deleted", "is_pasted_log", "read", "receive", "receive_pasted"]

#: What a pasted log is called: people know what they pasted, and have given it no name.
PASTED = "pasted.log"
#: A sentence with a time in it is shorter than a line of a log.
LONG_ENOUGH = 50
#: A time of day; not a part of a hardware address.
_TIME = re.compile(r"(?<!\d)(?<![0-9A-Fa-f]:)\d{1,2}:[0-5]\d:[0-6]\d(?!\d|:[0-9A-Fa-f])")


def receive(turn: Turn, uploaded: Sequence[UploadedFile], ref: MessageRef | None) -> list[Upload]:
    """Files that came: each gets its receipt by name, and is read once, however often Slack tells of it; those that are new."""
    new: list[Upload] = []
    for given in uploaded:
        # People name files after themselves and their gateways: the name is kept and shown like any other word of theirs.
        file = replace(given, name=turn.redacted(given.name)[0])
        upload = Upload(id=UploadId(f"{turn.case.id}-{file.id}"), file_id=file.id, name=file.name, ref=ref)
        if turn.case.upload(upload.id) is not None:
            continue
        turn.case = turn.case.with_upload(upload)
        turn.note("uploaded", file.name)
        if turn.case.origin is not Origin.WATCHED:
            turn.say(turn.say_words.receipt(turn.case, upload, locale=turn.locale), slot=slot(upload))
        turn.read(upload.id, file)
        new.append(upload)
    return new


def receive_pasted(turn: Turn, text: str, ref: MessageRef, *, edited: str = "") -> Upload:
    """Lines of a log, pasted into a message: read like a file, and deleted with the message."""
    file = UploadedFile(id=f"text-{ref.ts}" + (f"-{edited[-40:]}" if edited else ""), name=PASTED, size=len(text), mode="pasted")
    upload = Upload(id=UploadId(f"{turn.case.id}-{file.id}"), file_id=file.id, name=file.name, ref=ref)
    if turn.case.upload(upload.id) is None:
        turn.case = turn.case.with_upload(upload)
        turn.note("pasted")
        turn.say(turn.say_words.receipt(turn.case, upload, locale=turn.locale), slot=slot(upload))
        turn.read(upload.id, file, text)
    return upload


def is_pasted_log(text: str) -> bool:
    """Whether words are lines of a log: most of them carry a time of day to the second.

    >>> is_pasted_log("Nov 25 09:00:01 host charon: 06[IKE] received NO_PROPOSAL_CHOSEN error notify")
    True
    >>> is_pasted_log("it broke at 09:00:01 again")
    False
    >>> is_pasted_log("my adapter's hardware address is 00:1b:63:44:45:e6, does that matter?")
    False
    """
    lines = [line for line in text.splitlines() if line.strip()]
    timed = sum(bool(_TIME.search(line)) for line in lines)
    return len(text) >= LONG_ENOUGH and bool(lines) and timed * 2 > len(lines)


def read(turn: Turn, upload: Upload, reading: Reading) -> bool:
    """A file was read, or could not be; whether something was understood in it."""
    if upload.state is UploadState.DELETED:
        return False
    words = turn.say_words
    if reading.log is not None:
        turn.case = turn.case.with_upload(upload.now(UploadState.READ))
        understood = reading.log.read in (ReadState.WHOLE, ReadState.PARTIAL)
        render = words.upload_read if understood else words.unrecognised
        message = render(turn.case, turn.case.upload(upload.id) or upload, reading.log, locale=turn.locale)
        turn.note("read" if understood else "not-understood", upload.name)
    elif reading.same_as is not None:
        understood = False
        earlier = turn.case.upload(reading.same_as) or upload
        turn.case = turn.case.with_upload(upload.now(UploadState.READ))
        message = words.already_read(turn.case, upload, earlier, locale=turn.locale)
    else:
        understood = False
        failed = upload.now(UploadState.FAILED, reading.problem or "unreachable")
        turn.case = turn.case.with_upload(failed)
        turn.note("not-read", f"{upload.name}: {failed.problem}")
        message = words.reading_failed(turn.case, failed, locale=turn.locale)
    if turn.case.origin is not Origin.WATCHED:
        turn.say(message, slot=slot(upload))
    return understood


def deleted(turn: Turn, uploads: Sequence[Upload]) -> None:
    """Files were deleted in Slack: so they are here, with what was read in them."""
    for upload in uploads:
        if upload.state is UploadState.DELETED:
            continue
        gone = upload.now(UploadState.DELETED)
        turn.case = turn.case.with_upload(gone)
        turn.note("file-deleted", upload.name)
        turn.forget(upload.id)
        if turn.case.origin is not Origin.WATCHED:
            turn.say(turn.say_words.forgot_upload(turn.case, gone, locale=turn.locale), slot=slot(upload))


def slot(upload: Upload) -> str:
    """The message in which a file's fate is told."""
    return f"upload:{upload.id}"


def is_other_vpn(reading: Reading) -> bool:
    """Whether the file is the log of a product that is out of reach."""
    return reading.log is not None and ReadReason.OTHER_VPN in reading.log.reasons

"""What engineers upload in the desk's thread: read like any log, and weighed with the requester's evidence, for the desk alone.

It stands in `Case.desk_uploads` and `desk_diagnosis`, apart from what the requester's messages are made of: so no name, no line
and no conclusion of it can cross the wall. Files that hold no VPN log are passed over. Pure moves on a `Turn`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.cases import Case, Upload, UploadState
from bot.escalation.turn import Turn
from bot.events import MessagePosted, UploadId
from bot.ports import Reading, World
from knowledge import Diagnosis, ReadState

#: Who uploads such a file means it as a log, and hears of it where it is none; other files are the engineers' own affair.
LOGS = (".log", ".evtx", ".pcap", ".pcapng", ".cap", ".etl", ".cab", ".zip", ".gz", ".xml")

#: Works out what the evidence of a case says (`triage.interview.conclude`, which stands above this room).
Conclude = Callable[[Case, World], Diagnosis]


def receive(turn: Turn, event: MessagePosted) -> None:
    """Files of an engineer: each is read once."""
    if not turn.world.is_responder or turn.case.is_over:
        return
    known = {upload.file_id for upload in turn.case.desk_uploads}
    for given in event.files:
        if given.id in known:
            continue
        file = replace(given, name=turn.redacted(given.name)[0])
        upload = Upload(
            id=UploadId(f"{turn.case.id}-desk-{file.id}"), file_id=file.id, name=file.name, ref=event.ref, by=event.user
        )
        turn.case = turn.case.with_desk_upload(upload)
        turn.note("desk-uploaded", file.name)
        turn.read(upload.id, file)


def read(turn: Turn, upload: Upload, reading: Reading, conclude: Conclude) -> None:
    """A file of an engineer's was read, or could not be."""
    if upload.state is UploadState.DELETED:
        return
    log = reading.log
    understood = log is not None and log.read in (ReadState.WHOLE, ReadState.PARTIAL)
    now = upload.now(UploadState.READ) if understood else upload.now(UploadState.FAILED, reading.problem)
    turn.case = turn.case.with_desk_upload(now)
    turn.note("desk-read" if understood else "desk-not-read", upload.name)
    weigh(turn, conclude)
    if understood or (reading.same_as is None and upload.name.lower().endswith(LOGS)):
        words = turn.say_words.desk_evidence(turn.case, now, log if understood else None, locale=turn.world.desk_locale)
        turn.tell_desk(words)


def deleted(turn: Turn, uploads: Sequence[Upload]) -> None:
    """An engineer took a file back."""
    for upload in uploads:
        if upload.state is not UploadState.DELETED:
            turn.case = turn.case.with_desk_upload(upload.now(UploadState.DELETED))
            turn.note("desk-file-deleted", upload.name)
            turn.forget(upload.id)


def weigh(turn: Turn, conclude: Conclude) -> None:
    """What everything says together, anew where some of it has changed."""
    case, before = turn.case, turn.before
    if not case.desk_uploads:
        return
    if before is not None and (before.desk_uploads, before.diagnosis) == (case.desk_uploads, case.diagnosis):
        return
    read_ones = [upload for upload in case.desk_uploads if upload.state is UploadState.READ and upload.id in turn.world.logs]
    # Which attempt the requester chose means nothing among those of more logs.
    found = conclude(replace(case.at_desk(), attempt=None), turn.world) if read_ones else None
    turn.case = replace(case, desk_diagnosis=found)

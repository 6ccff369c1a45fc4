"""Files by their names: what Slack claims about one before anybody has looked inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from bot.playground.records import StoredFile

_TYPES = {
    ".csv": ("csv", "text/csv"),
    ".evtx": ("binary", "application/octet-stream"),
    ".etl": ("binary", "application/octet-stream"),
    ".gif": ("gif", "image/gif"),
    ".gz": ("gzip", "application/gzip"),
    ".jpeg": ("jpg", "image/jpeg"),
    ".jpg": ("jpg", "image/jpeg"),
    ".json": ("javascript", "application/json"),
    ".log": ("text", "text/plain"),
    ".md": ("markdown", "text/markdown"),
    ".pcap": ("binary", "application/octet-stream"),
    ".pdf": ("pdf", "application/pdf"),
    ".png": ("png", "image/png"),
    ".tar": ("tar", "application/x-tar"),
    ".txt": ("text", "text/plain"),
    ".xml": ("xml", "text/xml"),
    ".zip": ("zip", "application/zip"),
}

#: How much of a text file Slack puts beside its name.
_PREVIEW = 600


def describe(file: StoredFile, beginning: bytes = b"") -> StoredFile:
    """A file with the type that its name promises, and the preview that its first bytes give."""
    filetype, mimetype = _TYPES.get(PurePosixPath(file.name).suffix.lower(), ("binary", "application/octet-stream"))
    preview = beginning[:_PREVIEW].decode("utf-8", "replace") if filetype in ("text", "csv", "xml") else ""
    return replace(file, filetype=filetype, mimetype=mimetype, preview=preview)

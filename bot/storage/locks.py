"""What is locked under a case's key: which name or address a token stands for.

The key lies in the same database, in a table of its own. It does not protect against who can read the whole database
now; it makes deletion real: when the key's row is gone, no backup, no write-ahead log and no copy of a table tells any more.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def new_key() -> bytes:
    """A key of 256 bits."""
    return AESGCM.generate_key(bit_length=256)


def lock(key: bytes, text: str, *, case: str) -> bytes:
    """Text, so that only the key opens it; and only as belonging to this case."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), case.encode())


def unlock(key: bytes, locked: bytes, *, case: str) -> str | None:
    """What was locked; None with another key, for another case, or when it was damaged."""
    try:
        return AESGCM(key).decrypt(locked[:_NONCE], locked[_NONCE:], case.encode()).decode()
    except InvalidTag:
        return None


def content_mark(key: bytes, path: Path) -> str:
    """A mark that two files of one case share when their bytes are the same, and that says nothing to anybody else."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return hmac.new(key, digest.digest(), hashlib.sha256).hexdigest()

"""Pictures of an error message, where the optional extra `vpn-help[ocr]` is installed: their text, line by line.

    Error 809: The network connection between your computer and …       one line for each line of the picture
    all: error 809: the network connection between your computer and …   and all of it, small and without accents

The recogniser carries its models and needs no network. It was made for another script and often loses the blanks between words
and takes `0` for `o`; so digits are mended behind the word *error*, and `base/formats/picture.yaml` looks for sentences whose
blanks may be missing. It needs about 1 GB of address space (half of it is never touched): where a process may have less, and
for whatever cannot be read, the person is asked to type the number, as without the extra.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import math
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from knowledge.errors import ReadError
from knowledge.logs.encodings import Reads
from knowledge.terms import ReadReason

__all__ = ["NEEDED", "has_ocr", "read_picture"]

_ENGINE = "rapidocr_onnxruntime"
#: Largest file, in bytes, and largest picture, in pixels: ten screens of the largest kind.
_LONGEST, _LARGEST = 32 << 20, 80_000_000
#: The longer side at which letters of a dialog are read best, and at which they are found, in pixels.
_SIDE, _FINDING_SIDE = 1_600, 960
#: How much a small picture is enlarged at most.
_ENLARGED = 3.0
#: Address space without which the recogniser is not even started: it does not always survive having too little. Bytes.
NEEDED = 1_250 << 20
#: Lines that are taken of one picture.
_MOST_LINES = 200

_NUMBER = re.compile(
    r"(?P<word>\b(?:err(?:or|o)?r?|code|c[oó]digo|fehler|erreur)\W{0,4})(?P<digits>[0-9OoQlIiSsB]{3,5})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_MENDED = str.maketrans("OoQlIiSsB", "000111558")
#: A number that may be one of Windows's.
_TOLD = re.compile(r"\b(?:[67]\d\d|8\d\d|13[89]\d\d)\b|0x[0-9a-f]{8}", re.IGNORECASE)
_WIDE = {0xFF08: "(", 0xFF09: ")", 0xFF0C: ",", 0xFF1A: ":", 0x3002: ".", 0xFF1F: "?", 0xFF01: "!", 0x2019: "'"}


def has_ocr() -> bool:
    """True where the extra is installed and this process may have the address space that it needs."""
    return importlib.util.find_spec(_ENGINE) is not None and _address_space() >= NEEDED


def _address_space() -> float:
    """What the system lets this process have, in bytes."""
    try:
        resource = importlib.import_module("resource")
    except ImportError:  # Windows has no such limit
        return math.inf
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return math.inf if limit == resource.RLIM_INFINITY else float(limit)


def read_picture(stream: Reads) -> Iterator[list[tuple[int, str]]]:
    """The text of a picture, with the numbers of its lines from the top.

    Raises:
        ReadError: `too-large`; or `needs-ocr` where nothing could be read, or no number and few words (after what was read).
    """
    data = _all(stream)
    try:
        texts = _texts(data)
    except ReadError:
        raise
    except Exception as error:  # whatever a hostile picture, or too little memory, does to the recogniser
        raise ReadError(ReadReason.NEEDS_OCR) from error
    lines = [mended(text) for text in texts if text.strip()][:_MOST_LINES]
    if not lines:
        raise ReadError(ReadReason.NEEDS_OCR)
    whole = " ".join(lines)
    yield [(place, f"picture: {line}") for place, line in enumerate(lines, 1)] + [(1, f"picture: all: {plain(whole)}")]
    if not _TOLD.search(whole) and len(plain(whole)) < 40:
        raise ReadError(ReadReason.NEEDS_OCR)


def mended(line: str) -> str:
    """A line of a picture with what is surely a digit as a digit.

    >>> mended("Error138o1:IKEauthentication")
    'Error13801:IKEauthentication'
    """

    def mend(found: re.Match[str]) -> str:
        digits = found.group("digits")
        if sum(character.isdigit() for character in digits) * 2 < len(digits):
            return found.group()
        return found.group("word") + digits.translate(_MENDED)

    return _NUMBER.sub(mend, " ".join(line.translate(_WIDE).split()))


def plain(text: str) -> str:
    """Small letters without accents.

    >>> plain("A CONEXÃO de rede não pôde")
    'a conexao de rede nao pode'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _all(stream: Reads) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := stream.read(1 << 20):
        size += len(piece)
        if size > _LONGEST:
            raise ReadError(ReadReason.TOO_LARGE)
        pieces.append(piece)
    return b"".join(pieces)


def _texts(data: bytes) -> list[str]:
    """What the recogniser makes of a picture, from the top."""
    pillow = importlib.import_module("PIL.Image")
    numbers = importlib.import_module("numpy")
    picture: Any = pillow.open(io.BytesIO(data))
    width, height = picture.size
    if width * height > _LARGEST:
        raise ReadError(ReadReason.TOO_LARGE)
    if min(width, height) < 8:
        return []
    picture.draft("RGB", (_SIDE, _SIDE))
    picture = picture.convert("RGB")
    scale = min(_ENLARGED, _SIDE / max(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    picture = picture.resize(size, resample=pillow.Resampling.LANCZOS)
    found, _ = _engine()(numbers.ascontiguousarray(numbers.asarray(picture)[:, :, ::-1]))
    return [str(text) for _, text, _ in found or []]


@lru_cache(maxsize=1)
def _engine() -> Any:  # noqa: ANN401 # a class of a library that may be missing
    importlib.import_module("cv2").setNumThreads(1)  # threads cost address space, which is what a worker has least of
    engine = importlib.import_module(_ENGINE).RapidOCR
    return engine(
        intra_op_num_threads=1,
        inter_op_num_threads=1,
        use_cls=False,
        max_side_len=_SIDE,
        rec_batch_num=1,
        det_limit_type="max",
        det_limit_side_len=_FINDING_SIDE,
    )

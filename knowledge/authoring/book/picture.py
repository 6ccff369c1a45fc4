"""The picture of all causes: a ladder of stages, the causes that strike on each rung, and how much evidence each has."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from knowledge.authoring.book.causes import page_of
from knowledge.authoring.book.evidence import Proofs, proofs_of
from knowledge.authoring.book.frame import Reader
from knowledge.rules import Cause
from knowledge.terms import STAGES, Stage

#: Measures, in the units of the drawing.
_WIDTH, _LABEL, _BOX, _HIGH, _GAP, _ROW = 1080, 176, 212, 76, 12, 4
_BAR = 40
#: Letters of a line in a box.
_LINE = 26
_KINDS = ("rules", "lines", "answers", "codes")


@dataclass(frozen=True, slots=True)
class _Weights:
    """How much evidence a cause has of each kind, and how much the richest cause has."""

    counts: Mapping[str, int]
    most: Mapping[str, int]

    def share(self, kind: str) -> float:
        """0 to 1; the root, so that little is seen beside much."""
        return math.sqrt(self.counts[kind] / self.most[kind])


def picture(reader: Reader) -> str:
    """The drawing, its key and its caption."""
    counts = {cause.id: counts_of(proofs_of(reader.base, cause)) for cause in reader.base.causes.values()}
    most = {kind: max((found[kind] for found in counts.values()), default=0) or 1 for kind in _KINDS}
    rungs = []
    top = 8
    for stage in STAGES:
        causes = sorted((cause for cause in reader.base.causes.values() if cause.stage is stage), key=lambda cause: -cause.prior)
        if not causes:
            continue
        drawn, high = _rung(reader, stage, [(cause, _Weights(counts[cause.id], most)) for cause in causes], top)
        rungs.append(drawn)
        top += high
    key = "".join(f'<li><span class="swatch {kind}"></span>{reader.say(f"book-kind-{kind}")}</li>' for kind in _KINDS)
    return (
        f'<figure><div class="wide" tabindex="0" role="region" aria-label="{reader.say("book-picture")}">'
        f'<svg viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" role="group" aria-labelledby="picture-title picture-about">'
        f'<title id="picture-title">{reader.say("book-picture")}</title>'
        f'<desc id="picture-about">{reader.say("book-picture-about")}</desc>\n{"".join(rungs)}</svg></div>\n'
        f'<ul class="key">{key}</ul><figcaption>{reader.say("book-picture-about")}</figcaption></figure>'
    )


def _rung(reader: Reader, stage: Stage, causes: Sequence[tuple[Cause, _Weights]], top: int) -> tuple[str, int]:
    rows = -(-len(causes) // _ROW)
    high = rows * (_HIGH + _GAP) + _GAP
    name = reader.say(f"stage-{stage}")
    lines = textwrap.wrap(name[:1].upper() + name[1:], 20)[:3]
    label = "".join(f'<tspan x="14" dy="{0 if not at else 17}">{line}</tspan>' for at, line in enumerate(lines))
    head = (
        f'<g><rect class="rung" x="0" y="{top}" width="{_WIDTH}" height="{high - 6}" rx="8"/>'
        f'<text class="stage" x="14" y="{top + 26}"><tspan class="step">{stage.rank + 1}</tspan></text>'
        f'<text class="stage" x="14" y="{top + 46}">{label}</text>\n'
    )
    out = [head]
    for at, (cause, weights) in enumerate(causes):
        left = _LABEL + _GAP + (at % _ROW) * (_BOX + _GAP)
        out.append(_box(reader, cause, weights, left, top + _GAP // 2 + 3 + (at // _ROW) * (_HIGH + _GAP)))
    return "".join(out) + "</g>\n", high


def _box(reader: Reader, cause: Cause, weights: _Weights, left: int, top: int) -> str:
    title = cause.title(reader.locale)
    words = textwrap.wrap(title, _LINE)
    lines = words[:2] if len(words) <= 2 else [words[0], textwrap.shorten(" ".join(words[1:]), _LINE, placeholder="…")]
    text = "".join(f'<tspan x="{left + 10}" dy="{0 if not at else 17}">{escape(line)}</tspan>' for at, line in enumerate(lines))
    about = ", ".join(f"{reader.say(f'book-kind-{kind}')}: {weights.counts[kind]}" for kind in _KINDS)
    bars = []
    for at, kind in enumerate(_KINDS):
        wide = round(_BAR * weights.share(kind))
        x = left + 10 + at * (_BAR + 8)
        bars.append(f'<rect class="track" x="{x}" y="{top + 56}" width="{_BAR}" height="7" rx="3"/>')
        if weights.counts[kind]:
            bars.append(f'<rect class="{kind}" x="{x}" y="{top + 56}" width="{max(3, wide)}" height="7" rx="3"/>')
    return (
        f'<a href="{page_of(cause)}" aria-label="{escape(title)}. {about}"><title>{escape(title)}. {about}</title>'
        f'<rect class="cause" x="{left}" y="{top}" width="{_BOX}" height="{_HIGH - 4}" rx="6"/>'
        f'<text x="{left + 10}" y="{top + 22}">{text}</text>{"".join(bars)}</a>\n'
    )


def counts_of(proofs: Proofs) -> dict[str, int]:
    """How much there is of each kind of evidence."""
    return {
        "rules": len(proofs.supporting),
        "lines": sum(len(signatures) for _, signatures in proofs.lines),
        "answers": len(proofs.answers),
        "codes": len(proofs.codes),
    }

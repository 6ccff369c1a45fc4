"""The numbers behind a diagnosis, as a table for the terminal and as data: `vpn-help explain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from knowledge.diagnosis import Explanation
from knowledge.inference import Share
from knowledge.inference.odds import TEMPERATURE
from knowledge.rules import KnowledgeBase
from knowledge.terms import Evidence, Finding

#: So many causes are shown; `--cause` shows any, and the JSON all.
MOST_CAUSES = 6


def explanation_json(found: Explanation, cause: str | None = None) -> dict[str, Any]:
    """Every cause with its prior, its stage likelihood and the factor of each finding."""
    diagnosis = found.diagnosis
    return {
        "verdict": diagnosis.verdict,
        "stage": diagnosis.stage,
        "knowledge": diagnosis.revision,
        "temperature": _temperature(found),
        "causes": [_share_json(share) for share in found.weighing.shares if cause in (None, share.cause)],
        "understood": {
            "platform": found.understood.platform,
            "codes": [list(code) for code in found.understood.codes],
            "answers": dict(found.understood.answers),
            "rest": list(found.understood.rest),
        },
        "tuned": [{"kind": t.kind, "about": t.rule or t.cause, "reason": t.reason, "until": t.until} for t in diagnosis.tuned],
        "experimental": [_finding_json(finding) for finding in diagnosis.experimental],
        "facts": [{"id": fact.id, "values": dict(fact.values)} for fact in found.facts],
    }


def _temperature(found: Explanation) -> float:
    """By which the logarithms of the products were divided: what logs say is weighed a little more than what people say."""
    return TEMPERATURE if found.weighing.attempt is not None else 1.0


def explanation_text(base: KnowledgeBase, found: Explanation, cause: str | None = None, locale: str = "en") -> str:
    """The same for people: one block for each of the likeliest causes, one line for each factor."""
    return "\n".join(_lines(base, found, cause, locale)) + "\n"


def _lines(base: KnowledgeBase, found: Explanation, cause: str | None, locale: str) -> Iterator[str]:
    diagnosis = found.diagnosis
    yield f"verdict {diagnosis.verdict}, stage {diagnosis.stage or '-'}, knowledge {diagnosis.revision}"
    if _temperature(found) != 1.0:
        yield f"each product below to the power of {1 / _temperature(found):.3f}, then divided by their sum"
    shares = [share for share in found.weighing.shares if cause in (None, share.cause)]
    for share in shares if cause else shares[:MOST_CAUSES]:
        yield ""
        known = base.causes.get(share.cause)
        yield f"{share.cause}  {share.probability:.4f}  {known.title(locale) if known else ''}".rstrip()
        yield f"  {share.prior:>10.4f}  prior"
        yield f"  x {share.stage:>8.4f}  P(the reading stops at that stage | cause)"
        if share.unsaid != 1.0:
            yield f"  x {share.unsaid:>8.4g}  answers that were not given"
        for finding in share.findings:
            yield f"  x {finding.factor:>8.4g}  {finding.rule} ({finding.direction} {finding.strength}){_note(finding)}"
            for proof in finding.evidence[:2]:
                yield f"              {_proof(proof)}"
    beside = list(_beside(found))
    if beside:
        yield ""
        yield from beside


def _beside(found: Explanation) -> Iterator[str]:
    """What has no number: changes made here, and what rules under trial would have said."""
    for tuned in found.diagnosis.tuned:
        change = "muted" if tuned.now is None else f"{tuned.before} -> {tuned.now}"
        yield f"tuned here until {tuned.until}: {tuned.rule or tuned.cause} {change}, because {tuned.reason}"
    for finding in found.diagnosis.experimental:
        yield f"under trial, counts for nothing: {finding.rule} ({finding.direction} {finding.cause}, {finding.strength})"
        for proof in finding.evidence[:2]:
            yield f"              {_proof(proof)}"


def _note(finding: Finding) -> str:
    return "  counted with a stronger finding on the same evidence" if finding.factor == 1.0 else ""


def _proof(proof: Evidence) -> str:
    if proof.answer:
        return proof.answer
    return f"{proof.file or ''}:{proof.line or ''}  {proof.text or ''}"


def _share_json(share: Share) -> dict[str, Any]:
    return {
        "id": share.cause,
        "probability": share.probability,
        "prior": share.prior,
        "stage": share.stage,
        "unsaid": share.unsaid,
        "findings": [_finding_json(finding) for finding in share.findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "cause": finding.cause,
        "direction": finding.direction,
        "strength": finding.strength,
        "factor": finding.factor,
        "evidence": [
            {"file": p.file, "member": p.member, "line": p.line, "text": p.text, "answer": p.answer} for p in finding.evidence
        ],
    }

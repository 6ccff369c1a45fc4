"""Builders of ordinary values: a case, a diagnosis; a test names only what it is about."""

from datetime import UTC, datetime
from types import MappingProxyType

from bot.cases import Case, CaseState, Origin, Upload, Words
from bot.events import CaseId, UploadId, UserId, Workspace
from knowledge import (
    CauseId,
    ChoiceId,
    Diagnosis,
    Direction,
    Evidence,
    Finding,
    Hypothesis,
    NextStep,
    Platform,
    QuestionId,
    RuleId,
    Stage,
    StepId,
    StepKind,
    Strength,
    Verdict,
)

NOW = datetime(2026, 11, 23, 20, 5, tzinfo=UTC)


def diagnosis_with(text="09[ENC] invalid HASH_V1 payload length, decryption failed?", *, file="charon.log", next_step=None):
    """A likely wrong key, resting on one line."""
    proof = Evidence(rule=RuleId("psk-decrypt-failed"), file=file, line=12, text=text)
    finding = Finding(
        rule=RuleId("psk-decrypt-failed"),
        cause=CauseId("psk-mismatch"),
        direction=Direction.SUPPORTS,
        strength=Strength.STRONG,
        evidence=(proof,),
        factor=15.0,
    )
    return Diagnosis(
        verdict=Verdict.LIKELY,
        hypotheses=(Hypothesis(cause=CauseId("psk-mismatch"), probability=0.81, supporting=(finding,)),),
        unexplained=0.05,
        stage=Stage.IKE,
        attempts=(),
        next=next_step or NextStep(kind=StepKind.TRY, id="psk-retype-windows", minutes=4),
        revision="0123456789ab",
    )


def case_with(*, words="error 789 at home", name="charon.log", diagnosis=None, **changes):
    fields = {
        "id": CaseId("5f2a9c01d3e84b7a"),
        "workspace": Workspace(team="T1"),
        "requester": UserId("U1"),
        "origin": Origin.REQUEST,
        "opened_at": NOW,
        "state": CaseState.WAITING,
        "platform": Platform.WINDOWS,
        "words": (Words(text=words),),
        "answers": MappingProxyType({QuestionId("came-up"): ChoiceId("never")}),
        "asked": (QuestionId("came-up"),),
        "tried": (StepId("psk-retype-windows"),),
        "uploads": (Upload(id=UploadId("u1"), file_id="F1", name=name),),
        "diagnosis": diagnosis or diagnosis_with(),
    }
    return Case(**{**fields, **changes})

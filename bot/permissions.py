"""Who may do what: one function, asked at every action, whatever carried it.

A button proves nothing: it can be forwarded, and its value can be read and sent by anybody who saw it. So rights follow
from who acts and whose case it is, never from where the press came from.

    stranger (another company's)     nothing
    requester                        everything of their own case; nothing of the desk
    responder                        the desk's actions on cases that are on the desk; not the requester's answers
    admin                            the set-up, and the audit trail
    anybody else                     in a channel's thread, where the files lie open: a mention, a file, the details

What stands in none of the sets below may be done by nobody: a new button that is forgotten here does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.cases import Case, Origin
from bot.events import Action, UserId


class Deed(StrEnum):
    """What is done without a button."""

    OPEN_CASE = "open-case"
    WRITE = "write"
    REPLY = "reply"
    SET_UP = "set-up"
    READ_AUDIT = "read-audit"
    #: Of the operator, on the command line: it needs the machine, and no right in Slack.
    EXPORT = "export"


#: Only a responder, and only on a case that was handed to the desk.
DESK_ACTIONS = frozenset(
    {
        Action.CLAIM,
        Action.UNCLAIM,
        Action.OPEN_REPLY,
        Action.CONFIRM_CAUSE,
        Action.RESOLVE,
        Action.REOPEN_CASE,
        Action.SNOOZE,
        Action.PRIORITISE,
        Action.PIN_CAUSE,
        Action.RULE_OUT,
        Action.ASK_LOG,
        Action.HAND_ON,
        Action.MERGE,
        Action.WHAT_IF,
        Action.OPEN_DESK_FORM,
        Action.TEACH,
        Action.UNMASK,
        Deed.REPLY,
    }
)
#: Only a responder; they belong to no case.
OUTAGE_ACTIONS = frozenset({Action.OUTAGE_OVER, Action.OUTAGE_FALSE})
#: What belongs to no case.
OWN_ACTIONS = frozenset({Action.OPEN_INTAKE, Action.FORGET, Action.CHOOSE_CASE, Action.CHOOSE_LANGUAGE, Deed.OPEN_CASE})
#: Only who runs the workspace, or is in the admin channel; they belong to no case.
ADMIN_ACTIONS = frozenset(
    {
        Action.OPEN_SETUP,
        Action.OPEN_WATCH,
        Action.TRY_SETUP,
        Action.USE_LEARNED,
        Action.STOP_LEARNED,
        Deed.SET_UP,
        Deed.READ_AUDIT,
    }
)
#: Only whose case it is.
REQUESTER_ACTIONS = frozenset(
    {
        Action.ANSWER,
        Action.ANSWER_UNKNOWN,
        Action.WORKS_NOW,
        Action.STILL_BROKEN,
        Action.ASK_PERSON,
        Action.SHOW_DETAILS,
        Action.STEP_DONE,
        Action.SKIP,
        Action.BACK,
        Action.CORRECT,
        Action.CANCEL,
        Action.REOPEN,
        Action.SHARE_ORIGINAL,
        Action.CHOOSE_ATTEMPT,
        Action.SPLIT_CASE,
        Action.CHECK_BACK,
        Action.MUTE,
        Deed.WRITE,
    }
)
#: What stands in the audit trail, done or refused; of everything else only the refusals do.
AUDITED = (DESK_ACTIONS | OUTAGE_ACTIONS | ADMIN_ACTIONS | {Action.FORGET, Deed.EXPORT}) - {
    # These only open a form; what is sent with it is an action of its own.
    Action.OPEN_REPLY,
    Action.OPEN_DESK_FORM,
    Action.OPEN_SETUP,
    Action.OPEN_WATCH,
    Action.TRY_SETUP,
}
#: In a channel's thread everybody sees the files anyway.
OPEN_IN_CHANNELS = frozenset({Deed.WRITE, Action.SHOW_DETAILS, Action.MUTE})


@dataclass(frozen=True, slots=True)
class Permission:
    """Yes, or no and why: `reason` is a key of `Messages.user_error`."""

    reason: str | None = None

    def __bool__(self) -> bool:
        return self.reason is None


YES = Permission()


def may(  # noqa: PLR0911 - one line for each rule, read from above
    actor: UserId | None,
    deed: Action | Deed,
    case: Case | None = None,
    *,
    is_responder: bool = False,
    is_admin: bool = False,
    is_stranger: bool = False,
) -> Permission:
    """Whether somebody may do something.

    Args:
        actor: who; None (nobody known) may nothing.
        deed: what.
        case: to which case; None where it belongs to none.
        is_responder: a member of the admin channel, or of the group that the settings name.
        is_admin: runs the workspace, or is in the admin channel.
        is_stranger: from another company, in a shared channel.

    >>> bool(may(UserId("U1"), Deed.OPEN_CASE)), bool(may(UserId("U1"), Deed.OPEN_CASE, is_stranger=True))
    (True, False)
    """
    if actor is None or is_stranger:
        return Permission("guests-may-not")
    if deed in OWN_ACTIONS:
        return YES
    if deed in OUTAGE_ACTIONS:
        return YES if is_responder else Permission("responders-only")
    if deed in ADMIN_ACTIONS:
        return YES if is_admin else Permission("admins-only")
    if case is None:
        return Permission("case-is-gone")
    if deed in DESK_ACTIONS:
        return YES if is_responder and case.on_desk else Permission("responders-only")
    if deed not in REQUESTER_ACTIONS:
        return Permission("not-yours")
    if actor == case.requester:
        return YES
    if case.origin is not Origin.REQUEST and deed in OPEN_IN_CHANNELS:
        return YES
    return Permission("not-yours")

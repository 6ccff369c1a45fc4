"""What the engineers read while the bot learns from a case, and after."""

from __future__ import annotations

from bot.cases import Case
from bot.messages.blocks import Bullets, Lines, Part, Small, compose
from bot.messages.speaker import Speaker, phrases
from bot.wording import Message, Taught


class TeachMessages(Speaker):
    """*Teach the bot*."""

    def teaching(self, case: Case, *, done: int, of: int, locale: str) -> Message:
        """How far it is."""
        del case
        return compose([phrases(locale)("teach.progress" if of else "teach.begun", done=done, of=of)])

    def taught(self, case: Case, taught: Taught, *, locale: str) -> Message:
        """The result first, then what it rests on, then what to do with the file."""
        say = phrases(locale)
        cause = self._cause(case.confirmed_cause, locale) if case.confirmed_cause else ""
        facts = [
            say("teach.seen", same=taught.same[0], same_of=taught.same[1], others=taught.others[0], others_of=taught.others[1]),
            say(
                "teach.drafted",
                signature=taught.signature,
                fact=taught.fact,
                rule=taught.rule,
                strength=say.plain(f"tuned.{taught.strength}"),
            ),
        ]
        facts += [say("teach.fault", text=fault) for fault in taught.faults[:3]]
        numbers = {"right": taught.right, "changed": taught.changed, "broken": taught.broken}
        parts: list[Part | None] = [
            say("teach.result", cause=cause, tried=taught.tried, **numbers),
            say("teach.line"),
            Lines([taught.line]),
            Bullets(facts),
            say("teach.broken") if taught.broken else None if taught.right else say("teach.weak"),
            say("teach.how", file=taught.file),
            Small(say.plain("teach.untried", count=taught.untried)) if taught.untried else None,
        ]
        return compose(parts)

    def taught_nothing(self, case: Case, why: str, *, locale: str) -> Message:
        """Why nothing could be drafted, and what to do instead."""
        del case
        return compose([phrases(locale)(f"teach.{why}")])

"""What is said about an uploaded file: that it came, what was understood of it, or why nothing was."""

from __future__ import annotations

from bot.cases import Case, Upload
from bot.events import Action
from bot.messages import blocks
from bot.messages.blocks import Bullets, Controls, Part, Small, compose
from bot.messages.phrases import Phrase, Phrases
from bot.messages.speaker import Speaker, phrases
from bot.wording import Message
from knowledge import KnowledgeBase, Log, Platform, ReadReason, ReadState, Side


def formats(base: KnowledgeBase, log: Log, say: Phrases) -> str:
    """The formats of a file in words."""
    titles = [base.formats[each].title if each in base.formats else each for each in log.formats]
    return say.together(titles) if titles else "?"


#: Reasons with a limit's number.
_NUMBERED = frozenset(
    {
        ReadReason.TOO_LARGE,
        ReadReason.BOMB,
        ReadReason.TOO_MANY_MEMBERS,
        ReadReason.TOO_DEEP,
        ReadReason.LONG_LINES,
    }
)


class FileMessages(Speaker):
    """Slot `upload:<id>`: one message per file, edited as its state changes."""

    def receipt(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """It arrived and is being read."""
        del case
        return compose([phrases(locale)("file.receipt", name=upload.name)])

    def upload_read(self, case: Case, upload: Upload, log: Log, *, locale: str) -> Message:
        """Read, whole or partly: what it is and what was masked."""
        say = phrases(locale)
        known = formats(self._base, log, say)
        if log.read is ReadState.PARTIAL:
            head = say(
                "file.partial",
                name=upload.name,
                formats=known,
                understood=log.understood,
                lines=log.lines,
                reason=self._why(log, locale),
            )
        else:
            head = say("file.read", name=upload.name, formats=known, lines=log.lines)
        parts: list[Part | None] = [head, self._masked(log, locale)]
        if case.on_desk and not upload.shared_with_desk:
            parts.append(Controls([blocks.button(say.plain("button.share"), Action.SHARE_ORIGINAL, case.id, upload.id)]))
        return compose(parts)

    def unrecognised(self, case: Case, upload: Upload, log: Log, *, locale: str) -> Message:
        """Nothing of it was of use: why, and how to get the right log."""
        say = phrases(locale)
        key = "file.refused" if log.read is ReadState.REFUSED else "file.unrecognised"
        parts: list[Part | None] = [say(key, name=upload.name, reason=self._why(log, locale))]
        parts += self._how_to_collect(case.platform, locale)
        return compose(parts)

    def already_read(self, case: Case, upload: Upload, earlier: Upload, *, locale: str) -> Message:
        """The same content came before."""
        del case
        return compose([phrases(locale)("file.same", name=upload.name, earlier=earlier.name)])

    def reading_failed(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """It could not be fetched or read: why, and what to do instead."""
        say = phrases(locale)
        reason = self._reason_words(upload.problem or "other", "", locale)
        return compose([say("file.failed", name=upload.name, reason=reason), *self._how_to_collect(case.platform, locale)])

    def shared(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """The original was passed on."""
        del case
        return compose([phrases(locale)("file.shared", name=upload.name)])

    def forgot_upload(self, case: Case, upload: Upload, *, locale: str) -> Message:
        """Deleted in Slack, and here."""
        del case
        return compose([phrases(locale)("file.forgotten", name=upload.name)])

    def _why(self, log: Log, locale: str) -> str:
        numbered = log.detail is not None and log.detail.isdecimal()  # the number belongs to the first reason that has one
        first = next((reason for reason in log.reasons if reason in _NUMBERED), None)
        words = [
            self._reason_words(reason, (log.detail or "") if (reason is first) == numbered else "", locale)
            for reason in log.reasons
        ]
        return " ".join(dict.fromkeys(words))

    def _reason_words(self, reason: str, detail: str, locale: str) -> str:
        say = phrases(locale)
        keys = (f"reason.{reason}-{detail}", f"reason.{reason}")  # what to send instead depends on the kind of file
        key = next((each for each in keys if say.has(each)), "reason.other")
        return say.plain(key, detail=detail)

    def _masked(self, log: Log, locale: str) -> Small | None:
        say = phrases(locale)
        kinds = [self._kind(masked.kind, locale) for masked in log.masked if masked.count]
        return Small(say.plain("file.masked", kinds=say.together(list(dict.fromkeys(kinds))))) if kinds else None

    def _kind(self, kind: str, locale: str) -> str:
        say = phrases(locale)
        for key in (f"kind.{kind}", f"kind.{kind.partition('-')[0]}"):
            if say.has(key):
                return say.plain(key)
        return kind

    def _how_to_collect(self, platform: Platform | None, locale: str) -> list[Part | None]:
        """The cheapest client log of the person's platform, if it is known."""
        say = phrases(locale)
        fitting = [c for c in self._base.collects.values() if platform in c.platforms and c.side is Side.CLIENT]
        if not fitting:
            return []
        collect = min(fitting, key=lambda each: each.minutes)
        return [say("file.collect", title=collect.title(locale)), Bullets([Phrase.authored(collect.do(locale))])]

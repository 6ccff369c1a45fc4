"""What an engineer's home tab shows of the desk: how much there is, and each case as one line with the way to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.events import CaseId
from bot.messages import blocks
from bot.messages.phrases import Link, Person, Phrase, Phrases
from bot.messages.speaker import number, phrases
from bot.messages.watching import WatchMessages
from bot.wording import Block, DeskLine, DeskTab

#: Lines of one list: who has more of them needs the channel.
LINES = 15
#: A guess that is less likely than this is no news.
LIKELY = 0.5


class DeskTabViews(WatchMessages):
    """A part of the home tab."""

    def desk_tab(self, tab: DeskTab, *, locale: str, links: Mapping[CaseId, str] | None = None) -> list[Block]:
        """Counts, then what runs out, what is mine, what waits, and the outages; what is empty says so in a line."""
        say, known = phrases(locale), links or {}
        counts = say.plain(
            "desktab.counts",
            queue=len(tab.queue),
            claimed=tab.claimed,
            mine=len(tab.mine),
            breaching=len(tab.breaching),
            outages=len(tab.outages),
        )
        rows: list[Block] = [blocks.header(say.plain("desktab.title")), blocks.context(counts)]
        for name, lines in (("breaching", tab.breaching), ("mine", tab.mine), ("queue", tab.queue)):
            rows += self._list(name, [self._desk_line(name, line, known, say) for line in lines], say)
        outages = [
            say(
                "desktab.outage",
                about=Link(each.link, self._about(each.about, locale)) if each.link else self._about(each.about, locale),
                count=each.cases,
                since=each.since,
            )
            for each in tab.outages
        ]
        return rows + self._list("outages", outages, say)

    def _list(self, name: str, lines: Sequence[Phrase], say: Phrases) -> list[Block]:
        title = blocks.paragraph(say(f"desktab.{name}"))
        if not lines:
            return [title, blocks.context(say.plain(f"desktab.no_{name}"))]
        rows: list[Block] = [title, blocks.bullets(lines[:LINES])]
        if len(lines) > LINES:
            rows.append(blocks.context(say.plain("desktab.more", count=len(lines) - LINES)))
        return rows

    def _desk_line(self, name: str, line: DeskLine, links: Mapping[CaseId, str], say: Phrases) -> Phrase:
        case = line.case.as_judged()
        best, link = self._best(case), links.get(case.id)
        told = best is not None and (best.probability >= LIKELY or best.cause == case.handling.pinned)
        values: dict[str, object] = {
            "number": Link(link, number(case)) if link else number(case),
            "who": Person(case.requester),
            "state": self._state(case, say.locale),
            "severity": say.plain(f"severity.{case.handling.severity}"),
            "cause": self._cause(best.cause, say.locale) if best and told else "",
            "since": case.handling.since or case.opened_at,
            "until": case.handling.snoozed_until or "",
        }
        if name != "breaching":
            return say("desktab.line", **values)
        promise = say.plain(f"promise.{line.promise}")
        key = "desktab.broken" if line.broken else "desktab.due"
        return say(key, **values, promise=promise, at=line.due or "")

"""The weekly digest in the admin channel: the week in words, and four plots that show the same and more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from babel.dates import format_date
from babel.numbers import format_decimal

from bot.messages.blocks import Bullets, Heading, Part, Small, compose
from bot.messages.phrases import Phrase, Phrases
from bot.messages.plots import Bar, Panel, bars, panels
from bot.messages.speaker import Speaker, phrases
from bot.places import zone_of
from bot.weekly import Digest, Week, Worth
from bot.wording import Message, Picture
from knowledge import CauseId, QuestionId, RuleId

#: Bars of one plot, and how many of them are said in words.
BARS, SAID = 10, 3
#: Rules and questions that were of use less often than this are worth a look, once they can be judged by so many cases.
DOUBTFUL, JUDGED = 0.5, 3


class DigestMessages(Speaker):
    """One message and its pictures, once a week."""

    def digest(self, digest: Digest, *, zone: str, locale: str) -> Message:
        """The week in words; a quiet one in one line."""
        say = phrases(locale)
        week, before = digest.week, digest.weeks[-2] if len(digest.weeks) > 1 else None
        span = self._span(week, zone, say)
        if week.is_quiet:
            return compose([say("digest.quiet", span=span)])
        lines = [
            say("digest.cases", opened=week.opened, before=before.opened if before else 0, escalated=week.escalated),
            say("digest.fixes", confirmed=week.fix_confirmed, ended=week.ended, rate=_rate(week.confirmed_rate, say)),
            say("digest.reopened", count=week.reopened, rate=_rate(week.reopen_rate, say)),
            say("digest.questions", number=_number(week.questions, say)),
            say("digest.times", cause=_time(week.minutes_to_cause, say), fix=_time(week.minutes_to_fix, say)),
        ]
        if week.promises_broken or week.outages:
            lines.append(say("digest.broken", promises=week.promises_broken, outages=week.outages))
        parts: list[Part | None] = [Heading(say.plain("digest.title", span=span)), Bullets(lines)]
        parts += self._said("digest.top_causes", [(self._title(name, say), str(count)) for name, count in digest.causes], say)
        doubtful = [each for each in digest.rules if each.of >= JUDGED and (each.share or 0) < DOUBTFUL]
        parts += self._said("digest.doubtful_rules", [(each.name, _worth(each, say)) for each in doubtful], say)
        vain = [each for each in digest.questions if each.of >= JUDGED and (each.share or 0) < DOUBTFUL]
        asked = [(self._ask(QuestionId(each.name), locale), _worth(each, say)) for each in vain]
        parts += self._said("digest.vain_questions", asked, say)
        return compose([*parts, Small(say.plain("digest.export"))])

    def digest_pictures(self, digest: Digest, *, zone: str, locale: str) -> tuple[Picture, ...]:
        """Causes, the measures week by week, rules, questions; of a quiet week none."""
        say = phrases(locale)
        if digest.week.is_quiet:
            return ()
        causes = [Bar(label=self._title(name, say), value=count, text=str(count)) for name, count in digest.causes[:BARS]]
        rules = [self._worth_bar(each, self._rule_says(each.name, locale), say) for each in digest.rules[:BARS]]
        questions = [self._worth_bar(each, self._ask(QuestionId(each.name), locale), say) for each in digest.questions[:BARS]]
        drawn = [self._bars("causes", causes, say), self._measures(digest, zone, say)]
        drawn += [self._bars("rules", rules, say), self._bars("questions", questions, say)]
        return tuple(each for each in drawn if each is not None)

    def _bars(self, name: str, rows: Sequence[Bar], say: Phrases) -> Picture | None:
        if not rows:
            return None
        title = say.plain(f"digest.plot_{name}")
        told = "; ".join(f"{row.label}: {row.text}" for row in rows)
        alt = say.plain("digest.alt", title=title, told=told)
        return Picture(content=bars(title, rows), name=f"digest-{name}.png", title=title, alt=alt[:1000])

    def _measures(self, digest: Digest, zone: str, say: Phrases) -> Picture:
        named: tuple[tuple[str, Callable[[Week], float | None], Callable[[float | None, Phrases], str]], ...] = (
            ("opened", lambda week: week.opened, _number),
            ("confirmed", lambda week: week.confirmed_rate, _rate),
            ("reopened", lambda week: week.reopen_rate, _rate),
            ("questions", lambda week: week.questions, _number),
            ("to_cause", lambda week: week.minutes_to_cause, _time),
            ("to_fix", lambda week: week.minutes_to_fix, _time),
        )
        weeks = [
            format_date(_day(week.since, zone), "d MMM" if say.locale == "en" else "d/M", say.locale.replace("-", "_"))
            for week in digest.weeks
        ]
        rows = []
        for name, value, written in named:
            values = [value(week) for week in digest.weeks]
            label = say.plain(f"digest.panel_{name}")
            rows.append(Panel(label=label, values=values, texts=[written(each, say) for each in values]))
        title = say.plain("digest.plot_measures")
        told = "; ".join(f"{row.label}: {' / '.join(row.texts)}" for row in rows)
        alt = say.plain("digest.alt_weeks", weeks=", ".join(weeks), told=told)
        return Picture(content=panels(title, rows, weeks), name="digest-measures.png", title=title, alt=alt[:1000])

    def _worth_bar(self, worth: Worth, label: str, say: Phrases) -> Bar:
        return Bar(label=label, value=worth.used, text=_worth(worth, say), dark=worth.share or 0.0)

    def _said(self, key: str, rows: Sequence[tuple[str, str]], say: Phrases) -> list[Part]:
        if not rows:
            return []
        return [say(key), Bullets([say("digest.row", name=name, text=text) for name, text in rows[:SAID]])]

    def _title(self, cause: str, say: Phrases) -> str:
        return self._cause(CauseId(cause), say.locale) if cause else say.plain("digest.no_cause")

    def _rule_says(self, rule: str, locale: str) -> str:
        known = self._rules.get(RuleId(rule))
        return known.says(locale).rstrip(".") or rule if known else rule

    def _span(self, week: Week, zone: str, say: Phrases) -> Phrase | str:
        locale = say.locale.replace("-", "_")
        days = [_day(week.since, zone), _day(week.until, zone)]
        return say.plain(
            "digest.span", since=format_date(days[0], "d MMM", locale), until=format_date(days[1], "d MMM y", locale)
        )


def _day(at: datetime, zone: str) -> datetime:
    return at.astimezone(zone_of(zone))


def _rate(rate: float | None, say: Phrases) -> str:
    del say
    return "–" if rate is None else f"{round(100 * rate)} %"


def _number(number: float | None, say: Phrases) -> str:
    return "–" if number is None else format_decimal(number, locale=say.locale.replace("-", "_"), format="0.#")


def _time(minutes: float | None, say: Phrases) -> str:
    """A time in the unit in which it is a small number."""
    if minutes is None:
        return "–"
    for unit, size in (("d", 2880.0), ("h", 90.0)):
        if minutes >= size:
            return f"{_number(minutes / (1440 if unit == 'd' else 60), say)} {unit}"
    return f"{round(minutes)} min"


def _worth(worth: Worth, say: Phrases) -> str:
    return say.plain("digest.worth", count=worth.used, rate=_rate(worth.share, say))

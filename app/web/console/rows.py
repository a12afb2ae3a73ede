"""Awards and acts as a person reads them in a table: names instead of numbers, days instead of timestamps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from markupsafe import Markup

from app.ports import ActRecord, Message, Person, RegisteredAward
from app.web import cldr
from app.web.outside import outside
from app.web.verdict import time_element
from app.web.words import Words

_PERSON, _TERMINAL = "person:", "cli:"
_BY_THEMSELVES: Mapping[str, str] = {"testamur": "console.actor.service", "learner": "console.actor.learner"}


@dataclass(frozen=True, slots=True)
class AwardLine:
    """One award in the table; one that was erased has no page any more."""

    path: str | None
    learner: Markup
    title: Markup
    day: Markup
    state: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act: what, by whom, when, why."""

    act: str
    actor: Markup
    moment: Markup
    reason: Markup | None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One letter to the learner: what it tells, how far it came, since when; `detail` is in English."""

    kind: str
    state: str
    moment: Markup
    detail: Markup | None


def award_line(award: RegisteredAward, *, words: Words) -> AwardLine:
    day = _day(award.awarded_date, words.language)
    return AwardLine(
        path=award_path(award.id) if award.learner_name else None,
        learner=outside(award.learner_name.open()) if award.learner_name else words("console.forgotten"),
        title=outside(award.title),
        day=Markup('<time datetime="{}">{}</time>').format(award.awarded_date, day),
        state=award.state,
    )


def award_path(award_id: str) -> str:
    return f"/console/awards/{quote(award_id, safe='')}"


def act_line(record: ActRecord, *, names: Mapping[str, str], words: Words) -> ActLine:
    return ActLine(
        act=record.act,
        actor=_actor(record.actor, names=names, words=words),
        moment=time_element(record.at, cldr.moment(record.at, language=words.language)),
        reason=outside(record.reason.open()) if record.reason else None,
    )


def message_line(message: Message, *, words: Words) -> MessageLine:
    return MessageLine(
        kind=message.kind,
        state=message.state,
        moment=time_element(message.changed, cldr.moment(message.changed, language=words.language)),
        detail=outside(message.detail, lang="en") if message.detail else None,
    )


def names_by_id(people: Sequence[Person]) -> Mapping[str, str]:
    return {person.id: person.name.open() for person in people}


def _actor(actor: str, *, names: Mapping[str, str], words: Words) -> Markup:
    """Who did it, as the register keeps it: a person, an account at the machine, the service, or a client program."""
    if actor in _BY_THEMSELVES:
        return words(_BY_THEMSELVES[actor])
    if actor.startswith(_PERSON):
        name = names.get(actor.removeprefix(_PERSON))
        return outside(name) if name else words("console.actor.unknown")
    if actor.startswith(_TERMINAL):
        return words("console.actor.terminal", account=actor.removeprefix(_TERMINAL))
    return words("console.actor.program", client=actor)


def _day(written: str, language: str) -> str:
    return cldr.day(date.fromisoformat(written), language=language)

"""The verdict as a person reads it first: a colour, a shape, a headline, and what follows from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from markupsafe import Markup

from app.core import containers
from app.core.problems import KEY_REVOKED, NOT_ASKED, STATUS_RETRIEVAL_ERROR
from app.verifier.report import (
    Check,
    Failed,
    Headline,
    NotApplicable,
    Outcome,
    Passed,
    Standing,
    Undetermined,
    VerificationReport,
)
from app.web import cldr
from app.web.outline import Outline, date_time
from app.web.words import Words


@dataclass(frozen=True, slots=True)
class Band:
    """`tone`: valid, doubt or invalid. `icon`: tick, question or cross, so that colour is never alone."""

    tone: str
    icon: str
    headline: Markup
    sentences: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table of verdicts: its headlines (for an issuer that we know, for any other) and what follows."""

    appearance: tuple[str, str]
    headline: str
    headline_unknown: str
    then: "_Then"


_Then: TypeAlias = Callable[[VerificationReport, Outline, Words], Markup]


def band(report: VerificationReport, outline: Outline, *, words: Words) -> Band:
    row = _ROWS[report.headline]
    tone, icon = row.appearance
    sentence = row.headline if report.known_issuer else row.headline_unknown
    if report.headline is Headline.VALID_UNKNOWN and report.standing is Standing.NOT_LOOKED_UP:
        sentence = "verdict.valid_not_looked_up"
    dates = {
        "ended": day_element(outline.valid_until, language=words.language),
        "begins": day_element(outline.valid_from, language=words.language),
    }
    then = row.then(report, outline, words)
    return Band(tone, icon, words(sentence, **dates), _sentences(report, then, outline, words))


def seen(outcome: Outcome, fact: str) -> str | None:
    """A fact that a check which passed has seen."""
    return dict(outcome.seen).get(fact) if isinstance(outcome, Passed) else None


def time_element(moment: datetime, shown: str) -> Markup:
    """A moment that the page may rewrite into the reader's zone."""
    return Markup('<time datetime="{}" data-moment>{}</time>').format(moment.isoformat(), shown)


def day_element(moment: datetime | None, *, language: str) -> Markup:
    """A calendar day, the same for every reader; a dash where there is none."""
    if moment is None:
        return Markup("–")
    return Markup('<time datetime="{}">{}</time>').format(
        moment.date().isoformat(), cldr.day(moment.date(), language=language)
    )


def published(outcome: Outcome, *, language: str) -> Markup | None:
    """When the list that a passed status check read was published."""
    moment = date_time(seen(outcome, "published"))
    if moment is None:
        return None
    return time_element(moment, cldr.moment(moment, language=language))


def _sentences(report: VerificationReport, then: Markup, outline: Outline, words: Words) -> tuple[Markup, ...]:
    known = report.known_issuer
    sentences = [then]
    if known is None and _is_signed_and_unchanged(report):
        looked_up = report.standing is not Standing.NOT_LOOKED_UP
        sentences.append(_unknown_issuer(outline, words) if looked_up else words("verdict.not_looked_up"))
    if report.received.container is not None:
        sentences.append(words("verdict.inside", kind=containers.kind(report.received.container)))
    if report.received.presented:
        sentences.append(words("verdict.presented"))
    if known is not None and known.demo:
        sentences.append(words("verdict.demo", issuer=known.name))
    return tuple(sentence for sentence in sentences if sentence)


def _always(sentence: str) -> _Then:
    return lambda _report, _outline, words: words(sentence)


def _nothing(_report: VerificationReport, _outline: Outline, _words: Words) -> Markup:
    return Markup("")


def _awarded(report: VerificationReport, outline: Outline, words: Words) -> Markup:
    issuer = report.known_issuer.name if report.known_issuer else outline.issuer_id
    date = day_element(outline.awarded, language=words.language)
    status = report.outcome(Check.STATUS)
    if isinstance(status, NotApplicable):
        return words("verdict.valid_known.no_list", issuer=issuer, date=date)
    moment = published(status, language=words.language)
    if moment is None:
        return words("verdict.valid_known.undated_list", issuer=issuer, date=date)
    return words("verdict.valid_known.list", issuer=issuer, date=date, moment=moment)


def _not_told(report: VerificationReport, _outline: Outline, words: Words) -> Markup:
    signer = report.known_issuer.name if report.known_issuer else words("verdict.indeterminate_status.signer")
    if report.lacks(NOT_ASKED, Check.STATUS):
        return words("verdict.indeterminate_status.not_asked", issuer=signer)
    match report.outcome(Check.STATUS):
        case Undetermined(problems) if any(problem.type == STATUS_RETRIEVAL_ERROR for problem in problems):
            return words("verdict.indeterminate_status.silent", issuer=signer)
        case Undetermined() | Failed():
            return words("verdict.indeterminate_status.unusable", issuer=signer)
        case _:
            return words("verdict.indeterminate_status.other", issuer=signer)


def _is_signed_and_unchanged(report: VerificationReport) -> bool:
    return all(isinstance(report.outcome(check), Passed) for check in (Check.PROOF, Check.CONTROLLER))


def _unknown_issuer(outline: Outline, words: Words) -> Markup:
    match outline.issuer_name, outline.host:
        case str(name), str(host):
            return words("verdict.unknown_issuer", name=name, host=host)
        case str(name), None:
            return words("verdict.unknown_issuer.bare_key", name=name)
        case None, str(host):
            return words("verdict.unknown_issuer.nameless", host=host)
        case _:
            return words("verdict.unknown_issuer.nameless_bare_key")


def _no_key(report: VerificationReport, outline: Outline, words: Words) -> Markup:
    if outline.host and report.lacks(NOT_ASKED, Check.CONTROLLER):
        return words("verdict.indeterminate_key.not_asked", host=outline.host)
    if outline.host:
        return words("verdict.indeterminate_key.then", host=outline.host)
    return words("verdict.indeterminate_key.no_host")


def _other_bytes_or_key(report: VerificationReport, _outline: Outline, words: Words) -> Markup:
    match report.outcome(Check.CONTROLLER):
        case Failed(problems) if any(problem.type == KEY_REVOKED for problem in problems):
            return words("verdict.invalid_proof.revoked_key")
        case Failed():
            return words("verdict.invalid_proof.other_key")
    return words("verdict.invalid_proof.then")


_VALID = ("valid", "tick")
_DOUBT = ("doubt", "question")
_INVALID = ("invalid", "cross")

# Where we do not know the issuer, "Genuine" reads "Signed and unchanged".
_ROWS: Mapping[Headline, _Row] = MappingProxyType(
    {
        Headline.VALID_KNOWN: _Row(_VALID, "verdict.valid_known", "verdict.valid_unknown", _awarded),
        Headline.VALID_UNKNOWN: _Row(_DOUBT, "verdict.valid_unknown", "verdict.valid_unknown", _nothing),
        Headline.REVOKED: _Row(_INVALID, "verdict.revoked", "verdict.revoked.unknown", _always("verdict.revoked.then")),
        Headline.SUSPENDED: _Row(
            _DOUBT, "verdict.suspended", "verdict.suspended.unknown", _always("verdict.suspended.then")
        ),
        Headline.EXPIRED: _Row(_DOUBT, "verdict.expired", "verdict.expired.unknown", _always("verdict.expired.then")),
        Headline.NOT_YET_VALID: _Row(_DOUBT, "verdict.not_yet_valid", "verdict.not_yet_valid.unknown", _nothing),
        Headline.INDETERMINATE_STATUS: _Row(
            _DOUBT, "verdict.indeterminate_status", "verdict.indeterminate_status", _not_told
        ),
        Headline.INDETERMINATE_KEY: _Row(_DOUBT, "verdict.indeterminate_key", "verdict.indeterminate_key", _no_key),
        Headline.INDETERMINATE_MECHANISM: _Row(
            _DOUBT,
            "verdict.indeterminate_mechanism",
            "verdict.indeterminate_mechanism",
            _always("verdict.indeterminate_mechanism.then"),
        ),
        Headline.INVALID_PROOF: _Row(_INVALID, "verdict.invalid_proof", "verdict.invalid_proof", _other_bytes_or_key),
        Headline.INVALID_NO_PROOF: _Row(
            _INVALID, "verdict.invalid_no_proof", "verdict.invalid_no_proof", _always("verdict.invalid_no_proof.then")
        ),
        Headline.INVALID_SHAPE: _Row(
            _INVALID, "verdict.invalid_shape", "verdict.invalid_shape", _always("verdict.invalid_shape.then")
        ),
    }
)

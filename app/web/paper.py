"""A micro-credential as paper: who achieved what, from whom, when; then each European element under its heading."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from app.core.credential.micro_credential import (
    ECTS,
    Achievement,
    Concept,
    Grade,
    Identifier,
    LanguageMap,
    LearningOutcome,
    MicroCredential,
    Organisation,
    QualityAssurance,
    Skill,
)
from app.web import cldr
from app.web.drawing import Drawing, Line, Row
from app.web.headings import Heading
from app.web.outline import Outline
from app.web.outside import link, outside
from app.web.verdict import day_element
from app.web.words import Words

_EQF = "http://data.europa.eu/snb/eqf/"
_EU = "http://data.europa.eu/"
_LEVEL_NOTES = (
    "level.eqf.1",
    "level.eqf.2",
    "level.eqf.3",
    "level.eqf.4",
    "level.eqf.5",
    "level.eqf.6",
    "level.eqf.7",
    "level.eqf.8",
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What is drawn. Paper is made of a proven credential, or of the institution's own register; of nothing else."""

    kind: Markup
    title: Markup
    learner: Markup | None
    by: Markup
    on: Markup
    rows: tuple[Row, ...]
    cut: bool = False


def micro_credential_paper(credential: MicroCredential, drawing: Drawing) -> Paper:
    words, achievement = drawing.words, credential.achievement
    issuer = credential.issuer
    return Paper(
        kind=words("paper.micro_credential"),
        title=drawing.text(achievement.title),
        learner=outside(credential.learner.full_name.open()),
        by=_by(issuer.name, issuer.country, words),
        on=words("paper.on", date=day_element(credential.awarded_date, language=words.language)),
        rows=tuple(row for row in _rows(credential, drawing) if row.lines),
    )


def outline_paper(outline: Outline, drawing: Drawing) -> Paper:
    """Any other credential, soberly: title, subject, issuer, date, and its plain values."""
    words = drawing.words
    on = words("paper.on", date=day_element(outline.awarded, language=words.language))
    return Paper(
        kind=words("paper.credential"),
        title=outside(outline.title) if outline.title else words("paper.untitled"),
        learner=outside(outline.learner) if outline.learner else None,
        by=_by(outline.issuer_name or outline.issuer_id, outline.country, words),
        on=on if outline.awarded else Markup(""),
        rows=plain_rows(outline),
        cut=outline.cut,
    )


def claimed_rows(outline: Outline, drawing: Drawing) -> tuple[Row, ...]:
    """What an unproven file says in the main: its title, whom it names, and when."""
    until, reader = outline.valid_until, drawing.language.reader
    rows = (
        (drawing.heading("title"), outside(outline.title) if outline.title else None),
        (drawing.own_heading("element.learner"), outside(outline.learner) if outline.learner else None),
        (drawing.heading("issuer"), outside(outline.issuer_name or outline.issuer_id)),
        (drawing.heading("awardingDate"), day_element(outline.awarded, language=reader) if outline.awarded else None),
        (drawing.heading("expiryDate"), day_element(until, language=reader) if until else None),
    )
    return tuple(Row(heading, (Line(text),)) for heading, text in rows if text)


def plain_rows(outline: Outline) -> tuple[Row, ...]:
    """The values as they stand, one row for neighbours under one name. The names are the file's own: of no language."""
    rows: list[tuple[str, list[Line]]] = []
    for name, value in outline.rows:
        if not rows or rows[-1][0] != name:
            rows.append((name, []))
        rows[-1][1].append(Line(link(value)))
    return tuple(Row(Heading(name, "zxx"), tuple(lines)) for name, lines in rows)


def _by(issuer: str, country: str | None, words: Words) -> Markup:
    name = Markup("<strong>{}</strong>").format(outside(issuer))
    if country is None:
        return words("paper.by.no_country", issuer=name)
    return words("paper.by", issuer=name, country=cldr.country(country, language=words.language))


def _rows(credential: MicroCredential, drawing: Drawing) -> Iterator[Row]:
    achievement = credential.achievement
    yield Row(
        drawing.heading("learningOutcomes"),
        tuple(_learning_outcome(outcome, drawing) for outcome in achievement.learning_outcome),
        6,
    )
    yield from _workload(achievement, drawing)
    yield from _level(achievement, drawing)
    yield Row(drawing.heading("assessmentType"), drawing.concepts(achievement.assessment_type), 9)
    yield from _grade(credential.grade, drawing)
    supervision = achievement.supervision_verification
    yield Row(drawing.heading("supervisionIdVerification"), drawing.concepts((supervision,) if supervision else ()), 13)
    yield Row(drawing.heading("modeOfLearning"), drawing.concepts(achievement.mode), 10)
    yield Row(
        drawing.heading("accreditation"),
        tuple(_quality(quality, drawing) for quality in achievement.quality_assurance),
        11,
    )
    yield Row(drawing.heading("entryRequirements"), _texts(achievement.entry_requirement, drawing), 12)
    yield Row(drawing.own_heading("element.stackability"), _stackability(achievement, drawing), 15)
    yield from _about(achievement, drawing)
    yield Row(drawing.heading("otherInformation"), _texts(achievement.further_information, drawing), 16)
    yield from _issuing(credential, drawing)
    yield from _learner(credential, drawing)


def _learning_outcome(outcome: LearningOutcome, drawing: Drawing) -> Line:
    skills = [_skill(skill, drawing) for skill in (*outcome.related_esco_skill, *outcome.related_skill)]
    return Line(drawing.text(outcome.title), _joined(skills))


def _skill(skill: Skill, drawing: Drawing) -> Markup:
    """The Union's identifiers begin with http:, its pages with https:. One without a name shows the end of its own."""
    is_eu = skill.uri.startswith(_EU)
    url = "https:" + skill.uri.removeprefix("http:") if is_eu else skill.uri
    if skill.pref_label is not None:
        return link(url, text=skill.pref_label.best(drawing.language.reader)[1])
    return link(url, text=f"ESCO {skill.uri.rpartition('/')[2][:8]}" if is_eu else None)


def _workload(achievement: Achievement, drawing: Drawing) -> Iterator[Row]:
    """ECTS and hours apart, and hours only where the credential gives them."""
    reader = drawing.language.reader
    for credit in achievement.credit_point:
        key = "ectsCreditPoints" if credit.framework.uri == ECTS else "creditPoints"
        number = cldr.number(credit.point, language=reader)
        name = Markup("ECTS") if credit.framework.uri == ECTS else drawing.text(credit.framework.pref_label)
        yield Row(drawing.heading(key), (Line(Markup("{} {}").format(number, name)),), 7)
    if achievement.volume_of_learning is not None:
        hours = cldr.hours(achievement.volume_of_learning, language=reader)
        yield Row(drawing.heading("volumeOfLearning"), (Line(outside(hours)),), 7)


def _level(achievement: Achievement, drawing: Drawing) -> Iterator[Row]:
    if achievement.eqf_level is not None:
        yield Row(drawing.heading("eqfLevel"), (_eqf_level(achievement.eqf_level, drawing),), 8)
    yield Row(drawing.heading("nqfLevel"), drawing.concepts(achievement.nqf_level), 8)
    cycle = achievement.qf_ehea_cycle
    yield Row(drawing.own_heading("element.cycle"), drawing.concepts((cycle,) if cycle else ()), 8)
    if achievement.level_not_applicable is not None:
        line = Line(drawing.words("element.level_not_applicable.value"), drawing.text(achievement.level_not_applicable))
        yield Row(drawing.own_heading("element.level_not_applicable"), (line,), 8)


def _eqf_level(level: Concept, drawing: Drawing) -> Line:
    place = level.uri.removeprefix(_EQF)
    note = drawing.words(_LEVEL_NOTES[int(place) - 1]) if place in tuple("12345678") else None
    return Line(drawing.text(level.pref_label), note)


def _grade(grade: Grade | None, drawing: Drawing) -> Iterator[Row]:
    if grade is None:
        return
    note = drawing.words("element.required", value=grade.required) if grade.required else None
    yield Row(drawing.heading("grade"), (Line(outside(grade.value.open()), note),), 14)
    bounds = [bound for bound in (grade.minimum, grade.maximum) if bound is not None]
    scale = Markup(", ").join(outside(step) for step in grade.scale) or Markup(" – ").join(map(outside, bounds))
    yield Row(drawing.heading("gradingScheme"), (Line(scale),) if scale else (), 14)


def _quality(quality: QualityAssurance, drawing: Drawing) -> Line:
    agent, report = quality.accrediting_agent, quality.report
    notes = [
        drawing.text(quality.title) if quality.title else None,
        drawing.text(quality.description) if quality.description else None,
        _organisation(agent, drawing) if agent else None,
        outside(quality.reference) if quality.reference else None,
        link(report, text=drawing.words.plain("element.report")) if report else None,
    ]
    return Line(drawing.text(quality.accreditation_type.pref_label), _joined(notes))


def _stackability(achievement: Achievement, drawing: Drawing) -> tuple[Line, ...]:
    targets = _joined(link(uri) for uri in achievement.stacks_into)
    note = Markup("{}: {}").format(drawing.words("element.stacks_into"), targets) if targets else None
    if achievement.stackability is not None:
        return (Line(drawing.text(achievement.stackability.pref_label), note),)
    return (Line(note),) if note else ()


def _about(achievement: Achievement, drawing: Drawing) -> Iterator[Row]:
    yield Row(drawing.own_heading("element.description"), _texts(achievement.description, drawing))
    yield Row(drawing.own_heading("element.criteria"), _texts(achievement.criteria, drawing))
    yield Row(drawing.heading("thematicArea"), drawing.concepts(achievement.thematic_area))
    kind = achievement.learning_opportunity_type
    yield Row(drawing.own_heading("element.opportunity"), drawing.concepts((kind,) if kind else ()))
    numbers = tuple(Line(_identifier(identifier)) for identifier in achievement.identifiers)
    yield Row(drawing.own_heading("element.numbers"), numbers)


def _issuing(credential: MicroCredential, drawing: Drawing) -> Iterator[Row]:
    partners = tuple(Line(_organisation(body, drawing)) for body in credential.achievement.awarding_body)
    yield Row(drawing.own_heading("element.awarding_body"), partners, 4)
    yield Row(drawing.heading("issuer"), (_issuer(credential.issuer, drawing),), 3)
    if credential.valid_until is not None:
        end = day_element(credential.valid_until, language=drawing.language.reader)
        yield Row(drawing.heading("expiryDate"), (Line(end),))
    if credential.supersedes is not None:
        yield Row(drawing.own_heading("element.supersedes"), (Line(link(credential.supersedes)),))


def _learner(credential: MicroCredential, drawing: Drawing) -> Iterator[Row]:
    learner, reader = credential.learner, drawing.language.reader
    if learner.date_of_birth is not None:
        born = cldr.day(learner.date_of_birth.open(), language=reader)
        yield Row(drawing.heading("dateOfBirth"), (Line(outside(born)),), 1)
    if learner.email is not None:
        yield Row(drawing.heading("email"), (Line(outside(learner.email.open())),), 1)
    identifiers = tuple(
        Line(outside(identifier.value.open()), outside(_scheme(identifier.scheme)))
        for identifier in learner.identifiers
    )
    yield Row(drawing.own_heading("element.identifiers"), identifiers, 1)


def _issuer(issuer: Organisation, drawing: Drawing) -> Line:
    address = (issuer.street_address, issuer.postal_code, issuer.locality, issuer.region)
    number = issuer.legal_identifier
    registered = Markup("{} {}").format(drawing.words("element.issuer_identifier"), outside(number)) if number else None
    notes = [
        *(outside(part) for part in address if part),
        link(issuer.url) if issuer.url else None,
        outside(issuer.email) if issuer.email else None,
        registered,
        *(_identifier(identifier) for identifier in issuer.identifiers),
    ]
    return Line(_organisation(issuer, drawing), _joined(notes))


def _identifier(identifier: Identifier) -> Markup:
    """`identifier` is Open Badges' word for one of no particular register."""
    if identifier.scheme == "identifier":
        return outside(identifier.value)
    return Markup("{} {}").format(outside(_scheme(identifier.scheme)), outside(identifier.value))


def _scheme(scheme: str) -> str:
    return scheme.removeprefix("ext:")


def _organisation(organisation: Organisation, drawing: Drawing) -> Markup:
    name = link(organisation.url, text=organisation.name) if organisation.url else outside(organisation.name)
    if organisation.country is None:
        return name
    return Markup("{}, {}").format(name, cldr.country(organisation.country, language=drawing.language.reader))


def _texts(texts: LanguageMap | None, drawing: Drawing) -> tuple[Line, ...]:
    return () if texts is None else (Line(drawing.text(texts)),)


def _joined(notes: Iterable[Markup | None]) -> Markup | None:
    return Markup(" · ").join(note for note in notes if note is not None) or None

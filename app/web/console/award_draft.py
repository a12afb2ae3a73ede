"""The form as it is drawn: each field with what was typed and what is wrong with it, and the paper with its gaps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.core.json_ld import Contexts
from app.core.problems import MISSING_ELEMENT, Problem
from app.issuer.preview import Preview
from app.web import cldr
from app.web.console.award_fields import FIELDS, NO_LEVEL, Field, Kind, Part, Values, box, concepts, field_at
from app.web.drawing import Drawing, Line, Row
from app.web.languages import LANGUAGES
from app.web.paper import Paper
from app.web.words import Words

# The Commission's heading under which the paper has an element.
_HEADINGS: Mapping[int, str] = {
    6: "learningOutcomes",
    7: "volumeOfLearning",
    8: "eqfLevel",
    9: "assessmentType",
    10: "modeOfLearning",
    11: "accreditation",
}

_ABOUT_ACHIEVEMENT = (Part.ACHIEVEMENT, Part.ACHIEVEMENT_MORE)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: what is sent, what is read, and whether it is chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A field with what was typed into it and what is wrong with that."""

    name: str
    kind: str
    part: str
    value: str
    is_needed: bool
    choices: tuple[Choice, ...]
    problems: tuple[Problem, ...]
    is_missing: bool


def drawn_fields(
    values: Values, problems: Sequence[Problem], *, contexts: Contexts, languages: Sequence[str], words: Words
) -> tuple[DrawnField, ...]:
    by_field: dict[str, list[Problem]] = {}
    for problem in problems:
        if field := _field_of(problem, values):
            by_field.setdefault(field.name, []).append(problem)
    return tuple(
        DrawnField(
            name=field.name,
            kind=field.kind.value,
            part=field.part.value,
            value=values.get(field.name, ""),
            is_needed=field.element is not None,
            choices=_choices(field, values, contexts=contexts, languages=languages, words=words),
            problems=tuple(by_field.get(field.name, ())),
            is_missing=any(problem.type == MISSING_ELEMENT for problem in by_field.get(field.name, ())),
        )
        for field in FIELDS
    )


def elsewhere(problems: Iterable[Problem], values: Values, *, is_carried: bool) -> tuple[Problem, ...]:
    """What is wrong where the form has no field for it: with what was carried along, or with the institution."""
    return tuple(
        problem
        for problem in problems
        if (field := _field_of(problem, values)) is None or (is_carried and field.part in _ABOUT_ACHIEVEMENT)
    )


def draft_paper(preview: Preview, paper: Paper, *, drawing: Drawing) -> Paper:
    """The paper, with a gap wherever something is missing or wrong: no placeholder is drawn as if it were said."""
    lacking = {field.element for problem in preview.problems if (field := field_at(problem.at)) and field.element}
    gap = Markup('<span class="gap">{}</span>').format(drawing.words("console.gap"))
    gaps = tuple(
        Row(drawing.heading(key), (Line(gap),), number) for number, key in _HEADINGS.items() if number in lacking
    )
    kept = tuple(row for row in paper.rows if row.number not in lacking)
    return replace(
        paper,
        title=gap if 2 in lacking else paper.title,
        learner=gap if 1 in lacking else paper.learner,
        on=gap if 5 in lacking else paper.on,
        rows=(*gaps, *kept),
    )


def _field_of(problem: Problem, values: Values) -> Field | None:
    """A level that is said not to apply lacks its reason, not itself."""
    field = field_at(problem.at)
    if field is not None and field.name == "level" and values.get("level") == NO_LEVEL:
        return next(each for each in FIELDS if each.name == "levelReason")
    return field


def _choices(
    field: Field, values: Values, *, contexts: Contexts, languages: Sequence[str], words: Words
) -> tuple[Choice, ...]:
    chosen = values.get(field.name, "")
    if field.name == "language":
        tags = dict.fromkeys((*languages, *([chosen] if chosen else []), *LANGUAGES))
        return tuple(Choice(tag, cldr.language_name(tag, language=words.language), tag == chosen) for tag in tags)
    labelled = [(concept, concept.pref_label.best(words.language)[1]) for concept in concepts(field, contexts)]
    if field.kind is Kind.CHECKS:
        return tuple(
            Choice(name, label, bool(values.get(name)))
            for concept, label in labelled
            for name in (box(field, concept),)
        )
    found = [Choice(concept.uri, label, concept.uri == chosen) for concept, label in labelled]
    if field.name == "level":
        found.append(Choice(NO_LEVEL, words.plain("console.level.none"), chosen == NO_LEVEL))
    return tuple(found)

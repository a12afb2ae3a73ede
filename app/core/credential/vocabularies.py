"""The controlled vocabularies: the EU's lists, and our own two, each concept found by label, notation or URI.

What is pinned is a snapshot; a list that an institution may add to takes a concept of its own as well.
"""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.credential.micro_credential import Concept, LanguageMap
from app.core.json_ld import Contexts
from app.core.problems import JsonObject

BASE = "https://w3id.org/testamur/vocabularies/"

ASSESSMENT_TYPES = "assessment-types"
MODES = "modes-of-learning-and-assessment"
ACCREDITATION_TYPES = "accreditation-types"
CREDIT_SYSTEMS = "credit-systems"
EQF_LEVELS = "eqf-levels"
NQF_LEVELS = "nqf-levels"
QF_EHEA_CYCLES = "qf-ehea-cycles"
SUPERVISION = "supervision-verification"
STACKABILITY = "stackability"
THEMATIC_AREAS = "isced-f"
LEARNING_OPPORTUNITY_TYPES = "learning-opportunity-types"
COUNTRIES = "countries"

NAMES = (
    ASSESSMENT_TYPES,
    MODES,
    ACCREDITATION_TYPES,
    CREDIT_SYSTEMS,
    EQF_LEVELS,
    NQF_LEVELS,
    QF_EHEA_CYCLES,
    SUPERVISION,
    STACKABILITY,
    THEMATIC_AREAS,
    LEARNING_OPPORTUNITY_TYPES,
    COUNTRIES,
)

# Annex I or its law closes these: an own concept there would say something else than the element asks.
CLOSED = frozenset({EQF_LEVELS, QF_EHEA_CYCLES, SUPERVISION, STACKABILITY, COUNTRIES})

FIELD_LABELS = BASE + "europass-field-labels"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One list. `index` leads from a folded label, notation or URI to the concepts that bear it."""

    name: str
    title: str
    concepts: tuple[Concept, ...]
    index: Mapping[str, tuple[Concept, ...]]

    @property
    def closed(self) -> bool:
        return self.name in CLOSED

    def find(self, text: str) -> tuple[Concept, ...]:
        """The concepts that bear this label (in any language), notation or URI: none, one, or several alike."""
        return self.index.get(_fold(text), ())

    def by_uri(self, uri: str) -> Concept | None:
        return next((concept for concept in self.index.get(_fold(uri), ()) if concept.uri == uri), None)

    def nearest(self, text: str, *, most: int) -> tuple[str, ...]:
        """Labels that one may have meant, nearest first."""
        labels = {_fold(label): label for concept in self.concepts for _, label in (concept.pref_label.best("en"),)}
        return tuple(labels[found] for found in difflib.get_close_matches(_fold(text)[:200], labels, most, cutoff=0.0))


def vocabulary(contexts: Contexts, name: str) -> Vocabulary:
    """One of NAMES."""
    return contexts.worked_out(_read_all)[name]


def field_labels(contexts: Contexts) -> Mapping[str, Mapping[str, str]]:
    """The Commission's labels of the Europass viewer: key → language → heading."""
    return contexts.worked_out(_read_field_labels)


def is_country(contexts: Contexts, code: str) -> bool:
    """Whether this is an ISO 3166-1 alpha-2 code, or XK, which the Publications Office's table has beside them."""
    return any(concept.notation == code for concept in vocabulary(contexts, COUNTRIES).find(code))


def _read_all(contexts: Contexts) -> Mapping[str, Vocabulary]:
    return {name: _read(json.loads(contexts.document(BASE + name))) for name in NAMES}


def _read_field_labels(contexts: Contexts) -> Mapping[str, Mapping[str, str]]:
    fields: Mapping[str, Mapping[str, str]] = json.loads(contexts.document(FIELD_LABELS))["fields"]
    return fields


def _read(document: JsonObject) -> Vocabulary:
    concepts = tuple(
        Concept(row["uri"], LanguageMap(tuple(row["prefLabel"].items())), row.get("notation"))
        for row in document["concepts"]
    )
    index: dict[str, tuple[Concept, ...]] = {}
    for concept in concepts:
        names = {concept.uri, concept.notation or concept.uri, *concept.pref_label.as_json().values()}
        for name in {_fold(name) for name in names}:
            index[name] = (*index.get(name, ()), concept)
    return Vocabulary(document["name"], document["title"], concepts, index)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())

"""A term of a controlled vocabulary as an institution gives it: by a label, a notation, a URI, or its own."""

from dataclasses import dataclass, replace

from app.core.credential import vocabularies
from app.core.credential.elements import Element
from app.core.credential.members import PLACEHOLDER_IRI, PLACEHOLDER_MAP, Members
from app.core.credential.micro_credential import Concept, LanguageMap
from app.core.credential.readable_text import show
from app.core.credential.vocabularies import Vocabulary
from app.core.json_ld import Contexts
from app.core.problems import UNKNOWN_VALUE, said

_PLACEHOLDER = Concept(PLACEHOLDER_IRI, PLACEHOLDER_MAP)
_LISTED_WHOLE = 20
_LISTED_NEAREST = 5
# Each suggestion compares with every label of a list; past so many problems nobody reads them.
_MOST_SUGGESTIONS = 30


@dataclass(frozen=True, slots=True)
class GivenConcepts:
    """Reads concepts for one achievement: of an EU label, English and `language` are kept, so that they get signed."""

    contexts: Contexts
    language: str

    def one(self, members: Members, name: str, vocabulary_name: str, about: Element | None) -> Concept | None:
        value = members.value(name)
        return None if value is None else self._read(members, value, vocabulary_name, about, name)

    def several(self, members: Members, name: str, vocabulary_name: str, about: Element | None) -> tuple[Concept, ...]:
        found = tuple(
            self._read(members, value, vocabulary_name, about, name, number) for number, value in members.items(name)
        )
        members.refuse_twice(tuple(concept.uri for concept in found), name)
        return found

    def _read(
        self, members: Members, value: object, vocabulary_name: str, about: Element | None, *parts: str | int
    ) -> Concept:
        vocabulary = vocabularies.vocabulary(self.contexts, vocabulary_name)
        match value:
            case str():
                return self._known(members, value, vocabulary, about, *parts)
            case int() if not isinstance(value, bool) and 0 <= value < 1000:
                return self._known(members, str(value), vocabulary, about, *parts)
            case dict():
                return self._own(members, value, vocabulary, about, *parts)
            case _:
                self._unknown(members, value, vocabulary, about, *parts)
                return _PLACEHOLDER

    def _known(
        self, members: Members, text: str, vocabulary: Vocabulary, about: Element | None, *parts: str | int
    ) -> Concept:
        match vocabulary.find(text):
            case (concept,):
                return self._narrowed(concept)
            case ():
                self._unknown(members, text, vocabulary, about, *parts)
            case several:
                meant = ", ".join(concept.uri for concept in several[:_LISTED_NEAREST])
                detail = f"{_lead(about)}{show(text)} is the label of more than one concept: {meant}"
                members.problem(
                    UNKNOWN_VALUE,
                    detail,
                    *parts,
                    remedy="give the one that is meant by its URI or notation",
                    said=said("term.several", value=text[:80]),
                )
        return _PLACEHOLDER

    def _own(
        self,
        members: Members,
        value: dict[str, object],
        vocabulary: Vocabulary,
        about: Element | None,
        *parts: str | int,
    ) -> Concept:
        inner = Members(value, at=members.at + "".join(f"/{part}" for part in parts), problems=members.problems)
        uri = inner.iri("id") or PLACEHOLDER_IRI
        label = inner.language_map("prefLabel", prose=False)
        notation = inner.name("notation")
        inner.required("id", "the concept's own absolute IRI")
        inner.refuse_unread()
        if known := vocabulary.by_uri(uri):
            return self._agreed(inner, known, label)
        if uri != PLACEHOLDER_IRI and (vocabulary.closed or label is None):
            self._unknown(members, uri, vocabulary, about, *parts)
        return Concept(uri, label or PLACEHOLDER_MAP, notation)

    def _agreed(self, inner: Members, known: Concept, label: LanguageMap | None) -> Concept:
        """A known concept under another label would say two things at once."""
        ours, given = known.pref_label.as_json(), label.as_json() if label else {}
        for language, text in given.items():
            if language in ours and ours[language].casefold() != text.casefold():
                detail = f"{known.uri} is labelled {show(ours[language])}, not {show(text)}"
                inner.problem(UNKNOWN_VALUE, detail, "prefLabel", language)
        narrowed = self._narrowed(known)
        more = {language: text for language, text in given.items() if language not in ours}
        return replace(narrowed, pref_label=LanguageMap((*narrowed.pref_label.entries, *more.items())))

    def _narrowed(self, concept: Concept) -> Concept:
        wanted = (self.language, self.language.partition("-")[0], "en")
        entries = tuple(entry for entry in concept.pref_label.entries if entry[0] in wanted)
        return replace(concept, pref_label=LanguageMap(entries or concept.pref_label.entries[:1]))

    def _unknown(
        self, members: Members, value: object, vocabulary: Vocabulary, about: Element | None, *parts: str | int
    ) -> None:
        detail = f"{_lead(about)}{show(value)} is not in the list “{vocabulary.title}”"
        if len(members.problems) < _MOST_SUGGESTIONS:
            few = len(vocabulary.concepts) <= _LISTED_WHOLE
            near = vocabulary.nearest(str(value)[:200], most=len(vocabulary.concepts) if few else _LISTED_NEAREST)
            detail += (", which has: " if few else "; nearest are: ") + "; ".join(near)
        own = 'a concept of your own is {"id": "https://…", "prefLabel": {"en": "…"}}'
        remedy = "give a label, a notation or a URI of the list" + ("" if vocabulary.closed else "; " + own)
        which = said("term.unknown", value=value[:80] if isinstance(value, str) else show(value))
        members.problem(UNKNOWN_VALUE, detail, *parts, remedy=remedy, said=which)


def _lead(about: Element | None) -> str:
    return f"element {about.number}, {about.name}: " if about else ""

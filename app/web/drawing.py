"""What it takes to draw a credential: the reader's language, our words, the Commission's headings; rows of lines."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from app.core.credential.micro_credential import Concept, LanguageMap
from app.web.headings import Heading, Headings
from app.web.languages import Language
from app.web.outside import outside
from app.web.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    text: Markup
    note: Markup | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One element; `number` is its place among the sixteen of Annex I, None for what stands beside them."""

    heading: Heading
    lines: tuple[Line, ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What it takes to draw: the reader's language, our words and the Commission's headings."""

    language: Language
    words: Words
    headings: Headings

    def heading(self, key: str) -> Heading:
        """The Commission's heading in the reader's language, else in English."""
        return self.headings.find(key, language=self.language.reader) or Heading(self.headings.labels[key]["en"], "en")

    def own_heading(self, sentence: str) -> Heading:
        return Heading(self.words.plain(sentence), self.words.language)

    def text(self, texts: LanguageMap) -> Markup:
        tag, text = texts.best(self.language.reader)
        return outside(text, lang=tag)

    def concept(self, concept: Concept) -> Line:
        return Line(self.text(concept.pref_label))

    def concepts(self, concepts: Iterable[Concept]) -> tuple[Line, ...]:
        return tuple(self.concept(concept) for concept in concepts)

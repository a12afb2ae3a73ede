"""The Commission's own headings for the elements, in the 29 languages that it gives them in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading and the language that it is written in."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Headings:
    """By key of the pinned document of labels, then by language."""

    labels: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, labels: Mapping[str, Mapping[str, str]]) -> "Headings":
        """From the pinned labels (`vocabularies.field_labels`)."""
        return cls({key: _tidied(by_language) for key, by_language in labels.items()})

    def find(self, key: str, *, language: str) -> Heading | None:
        """The heading in the reader's language; None where the Commission gives none."""
        text = self.labels[key].get(language)
        return Heading(text, language) if text else None


def _tidied(labels: Mapping[str, str]) -> dict[str, str]:
    return {language: tidy(text, language=language) for language, text in labels.items()}


def tidy(label: str, *, language: str) -> str:
    """A label as a heading. Some begin small, one ends in a full stop; in English each Word has a capital."""
    first, *rest = label.strip().rstrip(".").split(" ")
    if language == "en":
        rest = [word if word.isupper() else word.lower() for word in rest]
    return " ".join([first[:1].upper() + first[1:], *rest])

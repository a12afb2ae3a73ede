"""An institution's own letters: `{institution}/{language}/{kind}.txt`, and `.html` beside it, in one folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.core.problems import SETTING_ERROR, Problem, Refused
from app.ports import Institution, MessageKind
from app.web.languages import known

_KINDS = {kind.value: kind for kind in MessageKind}
_ENDINGS = (".txt", ".html")


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """The words of one institution in one of its languages for one kind of message; `path` is without an ending."""

    institution: str
    language: str
    kind: MessageKind

    @property
    def path(self) -> str:
        return f"{self.institution}/{self.language}/{self.kind}"


@dataclass(frozen=True, slots=True)
class OwnLetters:
    """All of them, by path; each has a `.txt`."""

    sources: Mapping[str, str] = field(repr=False)
    letters: frozenset[OwnLetter]

    def has_html(self, letter: OwnLetter) -> bool:
        return f"{letter.path}.html" in self.sources


def read_own_letters(folder: Path | None, institutions: Sequence[Institution]) -> OwnLetters:
    """Raises Refused (SETTING_ERROR) with every file that can't be read, or would never be used."""
    if folder is None:
        return OwnLetters({}, frozenset())
    languages = {institution.name: institution.languages for institution in institutions}
    sources: dict[str, str] = {}
    letters: set[OwnLetter] = set()
    problems: list[Problem] = []
    for path in _files(folder):
        where = path.relative_to(folder)
        try:
            letter = _letter(where, languages)
            sources[f"{letter.path}{path.suffix}"] = path.read_text("utf-8-sig")
            letters.add(letter)
        except (ValueError, OSError) as error:
            # UnicodeDecodeError is a ValueError that would quote the whole file.
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
            problems.append(unusable(where.as_posix(), str(why)))
    problems += [
        unusable(f"{letter.path}.html", "it needs a .txt beside it, for those who read no HTML")
        for letter in sorted(letters, key=lambda letter: letter.path)
        if f"{letter.path}.txt" not in sources
    ]
    if problems:
        raise Refused(*problems)
    return OwnLetters(sources, frozenset(letters))


def unusable(name: str, why: str) -> Problem:
    detail = f"MAIL_TEMPLATES_DIR has {name}, which is of no use: {why}."
    return Problem(SETTING_ERROR, at="/MAIL_TEMPLATES_DIR", detail=detail, remedy="docs/mail.md says what is.")


def _files(folder: Path) -> Iterator[Path]:
    """What is hidden (`.git`, `.DS_Store`) is not looked at."""
    if not folder.is_dir():
        detail = f"MAIL_TEMPLATES_DIR names {folder}, which is no folder."
        raise Refused(Problem(SETTING_ERROR, at="/MAIL_TEMPLATES_DIR", detail=detail))
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _letter(where: Path, languages: Mapping[str, tuple[str, ...]]) -> OwnLetter:
    """Raises ValueError, which says why no letter has this name."""
    match where.parts:
        case (institution, language, name):
            kind, ending = Path(name).stem, Path(name).suffix
        case _:
            raise ValueError("its path is not institution/language/kind.txt")
    if institution not in languages:
        raise ValueError(f"there is no institution “{institution}”, but {', '.join(sorted(languages))}")
    if language not in languages[institution]:
        raise ValueError(f"the institution's languages are {', '.join(languages[institution])}")
    if known(language) is None:
        raise ValueError(f"dates are not written in “{language}” here")
    if kind not in _KINDS or ending not in _ENDINGS:
        raise ValueError(f"a letter is one of {', '.join(_KINDS)}, and ends in {' or '.join(_ENDINGS)}")
    return OwnLetter(institution, language, _KINDS[kind])

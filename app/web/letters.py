"""Letters to learners: from whom, what it is, the link and who may have it, in our words or the institution's own."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from app.core.personal import Personal
from app.core.problems import Problem, Refused
from app.ports import DueMessage, Institution, Letter, MessageKind
from app.web import cldr
from app.web.languages import ENGLISH, WHOLE_PAGES, Language, known
from app.web.letter_files import OwnLetter, OwnLetters, read_own_letters, unusable
from app.web.outside import outside, visible
from app.web.words import Library, Value

_TEMPLATES = Path(__file__).parent / "templates" / "letters"
_BUILT_IN = ("letter.txt", "letter.html")
_SUBJECT = "Subject:"
_SAMPLE_EXPIRES = datetime(2027, 3, 31, tzinfo=UTC)
# What a template of an institution's own may do wrong while it is drawn.
_MISTAKES = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a letter says, whatever its words: the variables of every template."""

    institution: str
    title: str
    learner: str
    link: str
    until: str
    contact: str
    verify: str


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that a letter is in: ours in `language`, unless the institution has its `own`."""

    kind: MessageKind
    language: Language
    own: OwnLetter | None = None

    @property
    def path(self) -> str:
        return self.own.path if self.own else "letter"

    @property
    def tag(self) -> str:
        return cldr.html_tag(self.language.reader)


class Letters:
    """The letters of every institution; their templates are read once."""

    def __init__(self, own: OwnLetters, *, public_url: str) -> None:
        self._own = own
        self._public_url = public_url
        self._library = Library.read()
        built_in = {name: (_TEMPLATES / name).read_text("utf-8") for name in _BUILT_IN}
        self._environment = ImmutableSandboxedEnvironment(
            loader=DictLoader({**own.sources, **built_in}),
            autoescape=lambda name: name is None or not name.endswith(".txt"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    @classmethod
    def read(cls, folder: Path | None, institutions: Sequence[Institution], *, public_url: str) -> "Letters":
        """Ours, and those in `folder`, each tried with a sample.

        Raises Refused (SETTING_ERROR) where one of them has no use, or does not say what a letter must.
        """
        own = read_own_letters(folder, institutions)
        letters = cls(own, public_url=public_url)
        by_name = {institution.name: institution for institution in institutions}
        problems = [problem for each in own.letters for problem in letters._mistakes(each, by_name[each.institution])]
        if problems:
            raise Refused(*sorted(problems, key=lambda problem: problem.detail))
        return letters

    def compose(self, due: DueMessage, institution: Institution, *, link: str, now: datetime) -> Letter:
        """The letter to the learner of an award that is not erased."""
        award = due.award
        if award.learner_name is None:
            raise ValueError("an erased award is not written about")
        words = self._words(institution, due.message.kind)
        learner = award.learner_name.open()
        said = self._said(institution, words, award.title, learner, link=link, expires=award.claim_expires)
        return self._letter(due.message.id, due.to, institution, words, said, now=now)

    def sample(self, message_id: str, to: Personal[str], institution: Institution, *, now: datetime) -> Letter:
        """A letter about nobody, to try a mail server with."""
        words = self._words(institution, MessageKind.AWARDED)
        return self._letter(message_id, to, institution, words, self._sample(institution, words), now=now)

    def _words(self, institution: Institution, kind: MessageKind) -> _Words:
        """In the first of the institution's languages that there are words in; else in English."""
        for tag in institution.languages:
            reader = known(tag)
            own = OwnLetter(institution.name, tag, kind)
            if reader and own in self._own.letters:
                return _Words(kind, Language(reader), own)
            if reader in WHOLE_PAGES:
                return _Words(kind, Language(reader))
        return _Words(kind, ENGLISH)

    def _said(
        self, institution: Institution, words: _Words, title: str, learner: str, *, link: str, expires: datetime
    ) -> _Said:
        day = expires.astimezone(ZoneInfo(institution.time_zone)).date()
        return _Said(
            institution=institution.profile.name,
            title=title,
            learner=learner,
            link=link,
            until=cldr.day(day, language=words.language.reader),
            contact=institution.contact,
            verify=f"{self._public_url}/verify",
        )

    def _sample(self, institution: Institution, words: _Words) -> _Said:
        t = self._library.of(words.language)
        title, learner = t.plain("letter.sample.title"), t.plain("letter.sample.learner")
        # No award has this link.
        link = f"{self._public_url}/claim/sample"
        return self._said(institution, words, title, learner, link=link, expires=_SAMPLE_EXPIRES)

    def _letter(
        self, message_id: str, to: Personal[str], institution: Institution, words: _Words, said: _Said, *, now: datetime
    ) -> Letter:
        subject, text = self._text(words, said)
        contact = institution.contact
        return Letter(
            message_id=message_id,
            to=to,
            sender_name=institution.profile.name,
            reply_to=contact if "@" in contact and "/" not in contact else None,
            language=words.tag,
            written=now,
            subject=subject,
            text=text,
            html=self._html(words, said),
        )

    def _text(self, words: _Words, said: _Said) -> tuple[str, str]:
        """Subject and body. Raises ValueError where the template does not begin with its subject."""
        t = self._library.of(words.language)

        def sentence(key: str, /, **values: Value) -> str:
            return str(t(key, **values).striptags())

        plain = {name: str(visible(value).striptags()) for name, value in asdict(said).items()}
        drawn = self._environment.get_template(f"{words.path}.txt").render(plain, t=sentence, kind=words.kind)
        first, _, body = drawn.lstrip().partition("\n")
        subject = first.removeprefix(_SUBJECT).strip()
        if not first.startswith(_SUBJECT) or not subject:
            raise ValueError(f"its first line is not “{_SUBJECT} …”")
        return subject, body.strip() + "\n"

    def _html(self, words: _Words, said: _Said) -> str | None:
        """Where an institution's own words are in plain text alone, so is the letter."""
        if words.own and not self._own.has_html(words.own):
            return None
        values: dict[str, str | Markup] = {
            **asdict(said),
            "institution": outside(said.institution),
            "title": outside(said.title),
            "learner": outside(said.learner),
        }
        template = self._environment.get_template(f"{words.path}.html")
        return template.render(values, t=self._library.of(words.language), kind=words.kind, lang=words.tag)

    def _mistakes(self, own: OwnLetter, institution: Institution) -> list[Problem]:
        words = _Words(own.kind, Language(known(own.language) or ENGLISH.reader), own)
        said = self._sample(institution, words)
        drawn: dict[str, str] = {}
        try:
            drawn[".txt"] = self._text(words, said)[1]
            if html := self._html(words, said):
                drawn[".html"] = html
        except _MISTAKES as mistake:
            line = getattr(mistake, "lineno", None)
            where = f"{own.path}{'.html' if drawn else '.txt'}"
            return [unusable(where, f"in line {line}, {mistake}" if line else f"{mistake}")]
        no_link = "it has no {{ link }} in it, so that the learner could take nothing"
        return [unusable(f"{own.path}{ending}", no_link) for ending, text in drawn.items() if said.link not in text]

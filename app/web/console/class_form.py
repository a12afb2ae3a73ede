"""The form that awards a class as it was filled in: what was learnt, in one of three ways, and the list of learners."""

from dataclasses import dataclass, replace
from enum import StrEnum

from app.core import strict_json
from app.core.credential import achievement_file, csv_encoding
from app.core.json_ld import Contexts
from app.core.problems import MISSING_ELEMENT, JsonObject, Problem, Refused, said
from app.http.forms import Form
from app.issuer.award import Issuer
from app.web.console.award_body import body_of
from app.web.console.award_fields import Values, typed
from app.web.console.doorkeeper import Guest
from app.web.console.earlier import achievement_of
from app.web.console.kept_files import KeptFile, handed_in


class By(StrEnum):
    """Where what was learnt is taken from."""

    EARLIER = "earlier"
    FORM = "form"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class ClassForm:
    """`earlier` is the number of an award; `seen` is the class that was looked over, "" where none was yet."""

    by: By
    values: Values
    earlier: str = ""
    achievement: KeptFile | None = None
    learners: KeptFile | None = None
    encoding: str = ""
    seen: str = ""

    @property
    def list_content(self) -> bytes:
        """Raises Refused where no list was handed in."""
        if self.learners is None:
            detail = "the list of learners is missing"
            raise Refused(Problem(MISSING_ELEMENT, at="/learners", detail=detail, said=said("list.missing")))
        return self.learners.content

    async def shared(self, issuer: Issuer, guest: Guest, contexts: Contexts) -> bytes:
        """What the learners share, as JSON. Raises Refused where it is missing or can't be read."""
        body = body_of(self.values, contexts=contexts, time_zone=guest.institution.time_zone)
        days: JsonObject = {name: body[name] for name in ("awardedDate", "validUntil") if name in body}
        match self.by:
            case By.FORM:
                found: JsonObject = {**days, "achievement": body["achievement"]}
            case By.EARLIER:
                found = {**days, "achievement": await self._earlier_achievement(issuer, guest)}
            case By.FILE:
                found = {**days, **self._file()}
        return strict_json.write(found)

    async def _earlier_achievement(self, issuer: Issuer, guest: Guest) -> JsonObject:
        if not self.earlier:
            detail = "it is not said which award it is taken from"
            raise Refused(Problem(MISSING_ELEMENT, at="/achievement", detail=detail, said=said("earlier.missing")))
        try:
            award = await issuer.find(self.earlier, institution=guest.institution)
        except Refused as refused:
            gone = replace(refused.problems[0], at="/achievement", said=said("earlier.gone"))
            raise Refused(gone) from None
        return achievement_of(award, guest.institution)

    def _file(self) -> JsonObject:
        if self.achievement is None:
            detail = "the file of what was learnt is missing"
            raise Refused(Problem(MISSING_ELEMENT, at="/achievement", detail=detail, said=said("file.missing")))
        return achievement_file.read(self.achievement.content)


def read(form: Form, *, contexts: Contexts, fallback: ClassForm) -> ClassForm:
    """The form as it came, file by file. Raises Refused where what it kept came back damaged."""
    filled = replace(
        fallback,
        by=next((each for each in By if each == form.text("by")), fallback.by),
        values=typed(form, contexts),
        earlier=(form.text("earlier") or "")[:64],
        achievement=handed_in(form, "achievement"),
        learners=handed_in(form, "learners"),
        encoding=_encoding(form),
        seen=(form.text("seen") or "")[:64],
    )
    # Another list may be in another encoding.
    return replace(filled, encoding="") if form.file("learners") else filled


def _encoding(form: Form) -> str:
    """What was answered just now, else what was answered before; `ask` asks again."""
    said_now = form.text("read_as") or form.text("encoding") or ""
    return said_now if said_now in csv_encoding.ENCODINGS else ""

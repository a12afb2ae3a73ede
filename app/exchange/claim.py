"""Handing over: what stands behind a claim link, shown as often as it is asked for, changed by nobody who looks.

The link may be opened by a mail scanner, a wallet and the learner alike: opening it changes nothing, taking the
credential is repeatable until the link expires or is withdrawn.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from app.core import strict_json
from app.core.credential import open_badge
from app.core.credential.micro_credential import MicroCredential
from app.core.problems import GONE, MALFORMED_VALUE_ERROR, NOT_FOUND, JsonObject, Problem, Refused
from app.issuer.claim_link import FIRST_GENERATION, claim_token_digest
from app.issuer.life import Act, State
from app.issuer.mechanisms import mechanism_named
from app.ports import Counts, Directory, Institution, NotCounted, Register, RegisteredAward

_MAX_TOKEN_CHARACTERS = 64
_MOST_BYTES_OF_A_PART = 90


@dataclass(frozen=True, slots=True)
class OfferedForm:
    """The award as one mechanism has it: recorded bytes, and the name of a file of them."""

    mechanism: str
    media_type: str
    filename: str
    credential: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimOffer:
    """What is offered behind a link: the recorded bytes, what they say, from whom, and whether they still stand.

    `corrects`: it takes the place of another award, which the learner may have taken before. `forms`: the same award,
    each as another mechanism has it; the first is `credential`.
    """

    award_id: str
    institution: Institution
    micro_credential: MicroCredential
    state: str
    expires: datetime
    corrects: bool
    forms: tuple[OfferedForm, ...]

    @classmethod
    def of(cls, award: RegisteredAward, institution: Institution) -> "ClaimOffer":
        """What the register keeps of an award, read. Raises Refused (GONE) where it keeps no signed bytes."""
        if award.primary is None:
            raise _not_kept()
        signed = award.primary.open()
        document: JsonObject = strict_json.read_object(signed)
        claimed = open_badge.read(document)
        return cls(
            award_id=award.id,
            institution=institution,
            micro_credential=claimed,
            state=award.state,
            expires=award.claim_expires,
            corrects=award.supersedes is not None,
            forms=tuple(
                _offered(each.mechanism, each.signed.open(), claimed) for each in award.credentials if each.signed
            ),
        )

    @property
    def credential(self) -> bytes:
        return self.forms[0].credential

    @property
    def filename(self) -> str:
        return self.forms[0].filename

    def form(self, *, mechanism: str | None) -> OfferedForm:
        """The one by that name; the first where none is named. Raises Refused (MALFORMED_VALUE_ERROR at /mechanism)."""
        for form in self.forms:
            if mechanism in (None, form.mechanism):
                return form
        offered = ", ".join(form.mechanism for form in self.forms)
        detail = f"{mechanism!r:.60} is not offered; what is: {offered}"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/mechanism", detail=detail))

    def verifiable_presentation(self) -> bytes:
        """An unsigned presentation (VC Data Model 2.0 §4.13) holding the recorded bytes, spliced."""
        head = b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"],'
        return head + b'"verifiableCredential":[' + self.credential + b"]}"


def file_name(micro_credential: MicroCredential, ending: str) -> str:
    """`{title} – {name}` and the ending, without what a file system refuses."""
    title = micro_credential.achievement.title.best(micro_credential.achievement.language)[1]
    learner = micro_credential.learner.full_name.open()
    name = f"{_cut(title)} – {_cut(learner)}"
    return (
        "".join("_" if character in '/\\:*?"<>|' or ord(character) < 32 else character for character in name) + ending
    )


def _offered(mechanism: str, signed: bytes, claimed: MicroCredential) -> OfferedForm:
    known = mechanism_named(mechanism)
    return OfferedForm(mechanism, known.media_type, file_name(claimed, known.ending), signed)


def _cut(text: str) -> str:
    """As much of it as leaves room for the rest: file systems take 255 bytes for a whole name."""
    return text.encode()[:_MOST_BYTES_OF_A_PART].decode("utf-8", "ignore").strip()


class Claims:
    """Looks a link up. Raises Refused: NOT_FOUND for a token that never was, GONE for one expired or withdrawn."""

    def __init__(self, *, register: Register, directory: Directory, counts: Counts | None = None) -> None:
        self._register = register
        self._directory = directory
        self._counts = counts or NotCounted()

    async def open(self, token: str, *, now: datetime) -> ClaimOffer:
        found = await self._register.claim(claim_token_digest(token)) if len(token) <= _MAX_TOKEN_CHARACTERS else None
        if found is None:
            raise Refused(
                Problem(
                    NOT_FOUND,
                    detail="there is no credential behind this link",
                    remedy="copy the whole link out of the message, or ask the institution for a new one",
                )
            )
        link, award = found
        if link.withdrawn or link.expires <= now:
            why = "was withdrawn" if link.withdrawn else f"expired on {link.expires.date().isoformat()}"
            raise _gone(f"this link {why}")
        award = await self._newest(award)
        institution = await self._directory.institution(award.institution)
        if institution is None:
            raise _not_kept()
        return replace(ClaimOffer.of(award, institution), expires=link.expires)

    async def take(self, token: str, *, now: datetime) -> ClaimOffer:
        """Hands it over, as often as it is asked for; the institution sees when it was first. Raises as `open`."""
        return await self._learners(Act.CLAIM, token, now)

    async def decline(self, token: str, *, now: datetime) -> ClaimOffer:
        """The learner does not want it; the institution sees that, and nothing else changes. Raises as `open`."""
        return await self._learners(Act.DECLINE, token, now)

    async def _learners(self, act: Act, token: str, now: datetime) -> ClaimOffer:
        offer = await self.open(token, now=now)
        await self._register.act(
            offer.award_id, act, institution=offer.institution.name, actor="learner", reason=None, now=now
        )
        self._counts.add(act)
        return offer

    async def _newest(self, award: RegisteredAward) -> RegisteredAward:
        """The award itself, or the one that took its place in the end: its own link must not have been withdrawn."""
        while award.state == State.SUPERSEDED:
            following = award.superseded_by and await self._register.find(
                award.superseded_by, institution=award.institution
            )
            if not following or following.claim_generation != FIRST_GENERATION:
                raise _gone("this link was withdrawn")
            award = following
        return award


def _gone(detail: str) -> Refused:
    return Refused(Problem(GONE, detail=detail, remedy="ask the institution for a new one"))


def _not_kept() -> Refused:
    return Refused(Problem(GONE, detail="the institution no longer keeps this credential"))

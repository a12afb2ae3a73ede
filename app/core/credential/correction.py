"""The body of `POST /awards/{id}/supersede`: why, and what is said anew of an award that was signed before.

Either `learner`, the members that change (RFC 7396: null takes one away), everything else staying as it was signed; or
`award`, the whole request anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.credential import award_request
from app.core.credential.content_names import refuse_one_name_for_two_things
from app.core.credential.members import Members
from app.core.credential.micro_credential import Learner, MicroCredential, Organisation
from app.core.credential.readable_text import wrong_in_text
from app.core.json_ld import Contexts
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, JsonObject, Refused, said

MOST_CHARACTERS_OF_A_REASON = 2_000
_PARTS_OF_THE_NAME = ("givenName", "familyName")
_REMEDY = 'send {"reason": "…", "learner": {"fullName": "…"}}, or the whole request anew as `award`'


@dataclass(frozen=True, slots=True)
class Correction:
    """What takes the place of an award, and why; the reason is the institution's own."""

    micro_credential: MicroCredential
    reason: Personal[str]


def read(
    body: JsonObject,
    *,
    superseded: MicroCredential,
    superseded_id: str,
    contexts: Contexts,
    issuer: Organisation,
    time_zone: str,
    now: datetime,
) -> Correction:
    """`superseded` is what was signed under the credential id `superseded_id`. Raises Refused with every problem."""
    members = Members(body)
    reason = read_reason(members)
    award, has_learner = members.inside("award"), "learner" in members
    members.refuse_unread()
    match award:
        case Members() if not has_learner:
            if "supersedes" in award:
                award.problem(MALFORMED_VALUE_ERROR, "is written by the service: leave it out", "supersedes")
            anew = award_request.read_members(award, contexts=contexts, issuer=issuer, time_zone=time_zone, now=now)
        case None if has_learner:
            learner = _corrected_learner(members, superseded.learner, now)
            members.end()
            anew = replace(superseded, learner=learner, valid_from=now.replace(microsecond=0))
        case _:
            detail = "a correction needs `learner` or `award`: what is said anew, and only one of them"
            members.problem(MALFORMED_VALUE_ERROR, detail, remedy=_REMEDY)
            raise Refused(*members.problems)
    anew = replace(anew, issuer=issuer, supersedes=superseded_id)
    refuse_one_name_for_two_things(anew)
    return Correction(anew, reason)


def read_reason(members: Members) -> Personal[str]:
    """The member `reason`: a text of 1 to 2,000 characters."""
    value = members.value("reason")
    text = value.strip() if isinstance(value, str) else ""
    if 0 < len(text) <= MOST_CHARACTERS_OF_A_REASON and not wrong_in_text(text, prose=True):
        return Personal(text)
    members.problem(
        MALFORMED_VALUE_ERROR,
        f"an act needs a reason, a text of 1 to {MOST_CHARACTERS_OF_A_REASON:,} characters",
        "reason",
        remedy='send {"reason": "…"}; it is kept for your institution and never published',
    )
    return Personal("")


def _corrected_learner(members: Members, learner: Learner, now: datetime) -> Learner:
    before = as_request(learner)
    match members.value("learner"):
        case dict() as changes:
            corrected: object = {**before, **changes}
            left = [part for part in _PARTS_OF_THE_NAME if part in before and part not in changes]
        case other:
            corrected, left, changes = other, [], {}
    if "fullName" in changes:
        for part in left:
            members.problem(
                MALFORMED_VALUE_ERROR,
                "was signed beside the full name, which changes",
                "learner",
                part,
                remedy=f"give {part} too, as it was or as it is now; null leaves it out",
                said=said("name.part"),
            )
    found = award_request.read_learner(Members({"learner": corrected}, problems=members.problems), now.date())
    _refuse_what_is_left_of_the_old_name(members, learner, found)
    return found


def _refuse_what_is_left_of_the_old_name(members: Members, before: Learner, after: Learner) -> None:
    """A part that was in the old full name, stays as it was, and is not in the new one, was overlooked."""
    old, new = (learner.full_name.open().casefold() for learner in (before, after))
    for name, was, now in (
        ("givenName", before.given_name, after.given_name),
        ("familyName", before.family_name, after.family_name),
    ):
        if was and was == now and was.open().casefold() in old and was.open().casefold() not in new:
            members.problem(
                MALFORMED_VALUE_ERROR,
                "stays as it was, and is no part of the full name any more",
                "learner",
                name,
                remedy=f"correct {name} too, or leave it out",
                said=said("name.part_left", value=now.open()),
            )


def as_request(learner: Learner) -> JsonObject:
    """The learner as `POST /awards` takes them. An e-mail address is not signed, and so not given back."""
    known: Mapping[str, object] = {
        "fullName": learner.full_name.open(),
        "givenName": learner.given_name and learner.given_name.open(),
        "familyName": learner.family_name and learner.family_name.open(),
        "dateOfBirth": learner.date_of_birth and learner.date_of_birth.open().isoformat(),
        "identifier": [{"scheme": one.scheme, "value": one.value.open()} for one in learner.identifiers],
        "id": learner.id,
    }
    return {name: value for name, value in known.items() if value}

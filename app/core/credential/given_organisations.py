"""The organisations of a request: described once, and named by their id wherever else they stand."""

import re
from dataclasses import dataclass, field

from app.core.credential import vocabularies
from app.core.credential.members import PLACEHOLDER, PLACEHOLDER_IRI, Members
from app.core.credential.micro_credential import Identifier, Organisation
from app.core.credential.readable_text import show
from app.core.json_ld import Contexts
from app.core.problems import MALFORMED_VALUE_ERROR, UNKNOWN_VALUE

# Open Badges 3.0, IdentifierTypeEnum.
IDENTIFIER_TYPES = (
    "name",
    "sourcedId",
    "systemId",
    "productId",
    "userName",
    "accountId",
    "emailAddress",
    "nationalIdentityNumber",
    "isbn",
    "issn",
    "lisSourcedId",
    "oneRosterSourcedId",
    "sisSourcedId",
    "ltiContextId",
    "ltiDeploymentId",
    "ltiToolId",
    "ltiPlatformId",
    "ltiUserId",
    "identifier",
)
EXTENSION = re.compile(r"ext:[A-Za-z0-9._-]+")
LEGAL_IDENTIFIER = "ext:eIDASLegalIdentifier"


@dataclass(slots=True)
class GivenOrganisations:
    """Reads organisations, and knows again those that it has read: the issuer first."""

    contexts: Contexts
    issuer: Organisation
    _known: dict[str, Organisation] = field(init=False)

    def __post_init__(self) -> None:
        self._known = {self.issuer.id: self.issuer}

    def read(self, members: Members) -> Organisation:
        """`{id, name, …}`; `{id}` alone where it was described before."""
        members.required("id", "the organisation's absolute IRI")
        found = Organisation(
            id=members.iri("id") or PLACEHOLDER_IRI,
            name=members.name("name") or "",
            country=self._country(members),
            region=members.name("region"),
            locality=members.name("locality"),
            street_address=members.name("streetAddress"),
            postal_code=members.name("postalCode"),
            url=members.url("url"),
            email=members.name("email"),
            legal_identifier=members.name("legalIdentifier"),
            identifiers=read_identifiers(members, taken=(LEGAL_IDENTIFIER,)),
        )
        members.refuse_unread()
        return self._same(members, found)

    def _same(self, members: Members, found: Organisation) -> Organisation:
        known = self._known.get(found.id)
        if known is None:
            if members.required("name", "the organisation's name"):
                self._known[found.id] = found
            return found
        if found not in (known, Organisation(known.id, ""), Organisation(known.id, known.name)):
            said = f"{show(found.id)} is described in two ways"
            members.problem(MALFORMED_VALUE_ERROR, said, remedy="describe it once; elsewhere give its id alone")
        return known

    def _country(self, members: Members) -> str | None:
        country = members.name("country")
        if country not in (None, PLACEHOLDER) and not vocabularies.is_country(self.contexts, country):
            remedy = "write its ISO 3166-1 alpha-2 code, like IE"
            members.problem(UNKNOWN_VALUE, f"{show(country)} is the code of no country", "country", remedy=remedy)
        return country


def read_identifiers(members: Members, *, taken: tuple[str, ...] = ()) -> tuple[Identifier, ...]:
    """`identifier` [{scheme, value}]; a scheme in `taken` has a member of its own."""
    found = []
    for item in members.each("identifier"):
        item.required("scheme", "the identifier's scheme")
        item.required("value", "the identifier's value")
        scheme, value = item.name("scheme") or PLACEHOLDER, item.name("value") or PLACEHOLDER
        item.refuse_unread()
        if scheme in taken:
            item.problem(MALFORMED_VALUE_ERROR, f"{show(scheme)} has a member of its own", "scheme")
        elif scheme != PLACEHOLDER and scheme not in IDENTIFIER_TYPES and not EXTENSION.fullmatch(scheme):
            said = f"{show(scheme)} is none of {', '.join(IDENTIFIER_TYPES)}, nor an extension like ext:ROR"
            item.problem(UNKNOWN_VALUE, said, "scheme")
        found.append(Identifier(scheme, value))
    members.refuse_twice(tuple(found), "identifier")
    return tuple(found)

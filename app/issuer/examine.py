"""Only what was examined can be signed: a draft found without a fault, then given its status entry."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from app.core.credential import data_model, open_badge
from app.core.json_ld import Contexts, canonicalize
from app.core.problems import JsonObject, Refused
from app.core.status import bitstring_status_list
from app.ports import StatusEntry

# A draft is as it will be signed, save for its place in a list: none is reserved for a request that is refused.
STAND_IN = StatusEntry(list_id="00000000-0000-0000-0000-000000000000", index=0)


class WithEntry(Protocol):
    """A draft with this entry in the place of the one that it has: a function of a module."""

    def __call__(self, document: JsonObject, entry: StatusEntry, *, public_url: str) -> JsonObject: ...


@dataclass(frozen=True, slots=True)
class ReadyCredential:
    """An unsigned credential in which nothing is open any more: the only thing that `Issuer` will sign."""

    document: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExaminedCredential:
    """A draft without a fault. `at` puts the real entry where the stand-in was, and can change nothing else."""

    draft: JsonObject = field(repr=False)
    public_url: str
    with_entry: WithEntry = field(repr=False)

    def at(self, entry: StatusEntry) -> ReadyCredential:
        return ReadyCredential(document=self.with_entry(self.draft, entry, public_url=self.public_url))

    def called(self, credential_id: str) -> "ExaminedCredential":
        """The same as another credential: an id of the same form in the place of its own."""
        return replace(self, draft={**self.draft, "id": credential_id})


def compose(badge: JsonObject, *, credential_id: str, public_url: str) -> JsonObject:
    """The draft: what the badge says, under an id of its own, with a stand-in status entry."""
    draft = {"@context": badge["@context"], "id": credential_id, **badge}
    return _with_entry(draft, STAND_IN, public_url=public_url)


def examine(contexts: Contexts, draft: JsonObject, *, public_url: str) -> ExaminedCredential:
    """Raises Refused with every problem there is: data model, badge, EU elements, and what JSON-LD would lose."""
    problems = (
        *data_model.problems(draft),
        *open_badge.problems(draft, contexts=contexts),
        *open_badge.micro_credential_problems(draft, contexts=contexts),
    )
    if problems:
        raise Refused(*problems)
    canonicalize(contexts, draft, aliases=contexts.aliases(draft))
    return ExaminedCredential(draft=draft, public_url=public_url, with_entry=_with_entry)


def status_list_url(public_url: str, list_id: str) -> str:
    return f"{public_url}/status-lists/{list_id}"


def _with_entry(document: JsonObject, entry: StatusEntry, *, public_url: str) -> JsonObject:
    status = bitstring_status_list.entry(
        status_list_credential=status_list_url(public_url, entry.list_id), index=entry.index, purpose=entry.purpose
    )
    return {**document, "credentialStatus": status}

"""What a person may do to an award: by the table of its life, by the forms that there are, and by their roles.

Suspending has no form: every credential that is awarded here is an Open Badge, which has no room for it. Sending has
one of its own, beside the link, where there is a mail server: it needs an address, and no reason.
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.access.people import allowed
from app.access.scopes import Scope
from app.core import strict_json
from app.core.credential.award_request import read_email
from app.core.credential.members import Members
from app.core.personal import Personal
from app.core.problems import MALFORMED_VALUE_ERROR, NOT_FOUND, Problem, Refused, said
from app.http.forms import Form
from app.issuer.life import AFTER, ASKED_FOR, Act, State
from app.ports import Person

LONGEST_REASON = 2_000

# In the order that a page offers them, and what one must be allowed. `console.act.{act}.…` are their words.
FORMS: Mapping[Act, Scope] = MappingProxyType(
    {
        Act.WITHDRAW: Scope.AWARD,
        Act.SUPERSEDE: Scope.AWARD,
        Act.REVOKE: Scope.REVOKE,
        Act.ERASE: Scope.ERASE,
    }
)
NAMES = ("fullName", "givenName", "familyName")


def possible(state: str, person: Person) -> tuple[Act, ...]:
    """The acts that lead on from this state and that the person may ask for here."""
    scopes = allowed(person)
    return tuple(
        act for act, scope in FORMS.items() if act in ASKED_FOR and (State(state), act) in AFTER and scope in scopes
    )


def form_of(name: str) -> Act:
    """The act that a form is for. Raises Refused (NOT_FOUND): such a form was never drawn."""
    for act in FORMS:
        if act == name:
            return act
    raise Refused(Problem(NOT_FOUND, detail="there is no such act"))


def read_address(text: str | None) -> Personal[str] | None:
    """The learner's e-mail address; None where none was typed. Raises Refused (MALFORMED_VALUE_ERROR at /email)."""
    typed = (text or "").strip()
    members = Members({"email": typed} if typed else {})
    address = read_email(members)
    members.end()
    return address


def read_reason(text: str | None) -> Personal[str]:
    """Raises Refused (MALFORMED_VALUE_ERROR at /reason)."""
    reason = (text or "").replace("\r\n", "\n").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        detail = "an act needs a reason, a text of 1 to 2,000 characters"
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/reason", detail=detail))
    return Personal(reason)


def read_correction(form: Form, *, before: Mapping[str, str]) -> bytes:
    """The body of a correction: the name as it is typed now. Raises Refused, also where nothing of it changes."""
    reason = read_reason(form.text("reason"))
    typed = {name: (form.text(name) or "").strip() for name in NAMES}
    if all(typed[name] == before.get(name, "") for name in NAMES):
        detail, which = "nothing of the name changes", said("name.same")
        raise Refused(Problem(MALFORMED_VALUE_ERROR, at="/learner", detail=detail, said=which))
    return strict_json.write(
        {"reason": reason.open(), "learner": {name: value or None for name, value in typed.items()}}
    )

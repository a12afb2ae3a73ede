"""What every part of a credential shows that its holder chooses: all that is not about the learner alone.

A part without its status, its dates or its schema would say more than the whole: the holder can't leave them out.
"""

from app.core.problems import JsonObject, pointer

# What is about the learner, and what a proof is made for anyway.
_WITHHELD = frozenset({"@context", "credentialSubject", "proof"})
# Of the subject: what it is, and what was achieved, which is the same for every learner.
_OF_THE_SUBJECT = ("type", "achievement", "creditsEarned")
_NAME = "name"


def mandatory_pointers(document: JsonObject) -> tuple[str, ...]:
    """Of a badge: everything but the grade, and of the learner's identifiers all but the name.

    Of another credential: everything but its subject.
    """
    return (
        *(pointer(member) for member in document if member not in _WITHHELD),
        *(pointer("credentialSubject") + at for at in _in_the_subject(document.get("credentialSubject"))),
    )


def _in_the_subject(subject: object) -> tuple[str, ...]:
    match subject:
        case {"achievement": dict(), "identifier": list(identifiers), **members}:
            named = (number for number, each in enumerate(identifiers) if _is_name(each))
            own = (pointer("identifier", number) for number in named)
            return (*(pointer(name) for name in _OF_THE_SUBJECT if name in {*members, "achievement"}), *own)
        case {"achievement": dict(), **members}:
            return tuple(pointer(name) for name in _OF_THE_SUBJECT if name in {*members, "achievement"})
        case _:
            return ()


def _is_name(identifier: object) -> bool:
    match identifier:
        case {"identityType": "name"}:
            return True
        case _:
            return False

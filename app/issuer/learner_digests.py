"""How a learner is found again without their name being kept in the clear: a keyed digest of every word of it."""

from app.core.credential.micro_credential import Learner
from app.core.normalized import normalized
from app.core.personal import Personal
from app.ports import Vault

_KIND = "learner"


def learner_digests(vault: Vault, learner: Learner) -> tuple[bytes, ...]:
    """Of every word of the names, identifiers and the e-mail address, and of the parts of a hyphenated one."""
    values = (
        learner.full_name,
        learner.given_name,
        learner.family_name,
        learner.email,
        *(identifier.value for identifier in learner.identifiers),
    )
    words = {word for value in values if value for word in _words(value.open())}
    words |= {part for word in words for part in word.split("-") if part}
    return tuple(vault.digest(Personal(word), kind=_KIND) for word in sorted(words))


def search_digests(vault: Vault, text: str) -> tuple[bytes, ...]:
    """Of the words that are looked for: an award is found where all of them are its learner's."""
    return tuple(vault.digest(Personal(word), kind=_KIND) for word in sorted(set(_words(text))))


def _words(text: str) -> list[str]:
    return normalized(text, form="NFKC").casefold().split()

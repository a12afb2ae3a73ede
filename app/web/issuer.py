"""Who says so, and why we believe that it is them."""

from dataclasses import dataclass

from markupsafe import Markup

from app.verifier.report import Standing, VerificationReport
from app.web.outline import Outline
from app.web.words import Words


@dataclass(frozen=True, slots=True)
class IssuerBlock:
    """`mark` stands in the place of a logo: initials of an issuer that we know, a question mark for any other."""

    mark: str
    name: Markup
    reasons: tuple[Markup, ...]


def issuer_block(
    report: VerificationReport, outline: Outline, *, confirmed: bool, own: bool, words: Words
) -> IssuerBlock:
    """`confirmed`: the proof holds, by a key of the issuer's. `own`: this service signs for that issuer."""
    known = report.known_issuer
    if not confirmed:
        claimed = outline.issuer_name or outline.issuer_id
        name = words("issuer.claimed", name=claimed) if claimed else words("issuer.unnamed")
        return IssuerBlock("?", name, (words("issuer.claimed.why"),))
    if known is None:
        looked_up = report.standing is not Standing.NOT_LOOKED_UP
        why = _unknown(outline, words) if looked_up else words("issuer.not_looked_up")
        name = (
            words("issuer.calls_itself", name=outline.issuer_name) if outline.issuer_name else words("issuer.unnamed")
        )
        return IssuerBlock("?", name, (why,))
    source = Markup('<span lang="en">{}</span>').format(known.source)
    return IssuerBlock(
        initials(known.name),
        Markup("<bdi>{}</bdi>").format(known.name),
        (words("issuer.own") if own else words("issuer.known", source=source), _key(outline, words)),
    )


def initials(name: str) -> str:
    """The first letters of the last two words that begin with a capital: University of the Northern Coast → NC."""
    capitals = [word[0] for word in name.split() if word[0].isupper()]
    return "".join(capitals[-2:]) or name.strip()[:1].upper() or "?"


def _unknown(outline: Outline, words: Words) -> Markup:
    if outline.host:
        return words("issuer.unknown.host", host=outline.host)
    return words("issuer.unknown.bare_key")


def _key(outline: Outline, words: Words) -> Markup:
    return words("issuer.key.host", host=outline.host) if outline.host else words("issuer.key.bare")

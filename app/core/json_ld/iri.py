"""The grammar of absolute IRIs.

https://www.rfc-editor.org/rfc/rfc3987#section-2.2
"""

import re

_UCSCHAR = (
    "\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)
_IPRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_UNRESERVED_AND_SUB_DELIMITERS = rf"A-Za-z0-9\-._~{_UCSCHAR}!$&'()*+,;="
_PERCENT_ENCODED = "%[0-9A-Fa-f]{2}"


def _run_of(characters: str) -> str:
    """Possessive, so that the time taken is proportional to the length."""
    return rf"(?:[{_UNRESERVED_AND_SUB_DELIMITERS}{characters}]|{_PERCENT_ENCODED})*+"


_IRI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.\-]*:"
    r"(?:(?!//)|//"
    rf"(?:(?:[{_UNRESERVED_AND_SUB_DELIMITERS}:]|{_PERCENT_ENCODED})*@)?"
    rf"(?:\[(?:[0-9A-Fa-f:.]+|v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+)\]|{_run_of('')})"
    r"(?::[0-9]*)?(?=[/?#]|\Z))"
    rf"{_run_of(':@/')}"
    rf"(?:\?{_run_of(':@/?' + _IPRIVATE)})?"
    rf"(?:#{_run_of(':@/?')})?"
)


# What nearly all are: a part of the grammar that is read in a quarter of the time.
_PLAIN_CHARACTERS = "[A-Za-z0-9\\-._~!$&'()*+,;=:@/?]*+"
_PLAIN = re.compile(
    r"(?:https?://[A-Za-z0-9.\-]+(?::[0-9]*)?(?=[/?#]|\Z)|(?:urn|did):(?!//))"
    rf"{_PLAIN_CHARACTERS}(?:#{_PLAIN_CHARACTERS})?"
)


def is_plain_iri(text: str) -> bool:
    """Whether `text` is an absolute IRI of the usual schemes in ASCII; no answer where it is none."""
    return _PLAIN.fullmatch(text) is not None


def is_absolute_iri(text: str) -> bool:
    """Whether `text` is an IRI with its scheme: neither a relative reference nor a blank node identifier."""
    return _PLAIN.fullmatch(text) is not None or _IRI.fullmatch(text) is not None

"""JSON-LD without a network, without loss, within bounds. The only package that knows PyLD.

https://www.w3.org/TR/json-ld11-api/ and https://www.w3.org/TR/rdf-canon/
"""

from app.core.json_ld.canonical import canonicalize, canonicalize_n_quads, demand_meaning
from app.core.json_ld.context_use import problems_of_contexts
from app.core.json_ld.contexts import Contexts
from app.core.json_ld.iri import is_absolute_iri

__all__ = [
    "Contexts",
    "canonicalize",
    "canonicalize_n_quads",
    "demand_meaning",
    "is_absolute_iri",
    "problems_of_contexts",
]

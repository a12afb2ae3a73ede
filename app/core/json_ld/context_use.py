"""Whether each context that is listed gives a meaning to something: what gives none could be listed by anyone, unseen.

https://www.w3.org/TR/vc-data-integrity/#context-validation
"""

import marshal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.json_ld.contexts import Contexts
from app.core.json_ld.lossless import MAX_PROBLEMS, Path, is_proof
from app.core.problems import PROOF_VERIFICATION_ERROR, JsonObject, Problem, pointer

# Libraries list these for their own proofs and schemas, whether a credential needs them or not; no claim is among
# their terms. Where a credential needs W3C's context of examples, it was refused without it.
CUSTOMARY = frozenset(
    {
        "https://www.w3.org/ns/credentials/examples/v2",
        "https://w3id.org/security/data-integrity/v2",
        "https://w3id.org/security/suites/ed25519-2020/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    }
)

# In this version, marshal writes each text wherever it stands.
_MARSHAL_VERSION = 2
_HOLD_NAMES: frozenset[object] = frozenset({dict, list})


def problems_of_contexts(contexts: Contexts, document: JsonObject, *, in_part: bool = False) -> tuple[Problem, ...]:
    """Each context that stands twice, or of which the document uses no term that another does not give it as well.

    Statements, and so their signature, are the same with and without it. Every list is judged for itself, that of a
    credential inside another too. The first context of a list is the specification's, and is not judged. Where the
    document is a part of one, what it does not use may have been used by the whole: only standing twice is refused.
    """
    walk = _Walk(contexts, contexts.aliases(document), in_part=in_part)
    if walk.needs_all(document):
        return ()
    walk.names_in(document, (), set())
    return tuple(walk.problems[:MAX_PROBLEMS])


@dataclass(slots=True)
class _Walk:
    contexts: Contexts
    aliases: Mapping[str, str]
    in_part: bool
    passed_over: frozenset[str] = field(init=False)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.passed_over = self.contexts.json_terms | {"@context", "type"}

    def needs_all(self, document: JsonObject) -> bool:
        """Whether there is one list of contexts, and each is found to be needed; False tells nothing.

        It is looked for level by level, until nothing is left to find: further names could only add to what is needed.
        """
        if marshal.dumps(document, _MARSHAL_VERSION).count(b"@context") != 1 or "@context" not in document:
            return False
        listed = [self.aliases.get(url, url) for url in _entries(document["@context"])]
        if len(set(listed)) < len(listed):
            return False
        defined = {url: self.contexts.terms(url) for url in listed}
        unneeded = [] if self.in_part else [url for url in listed[1:] if url not in CUSTOMARY]
        names = set[str]()
        level: list[Any] = [{name: member for name, member in document.items() if name != "@context"}]
        while level and unneeded:
            deeper: list[Any] = []
            for held in level:
                if held.__class__ is dict:
                    names.update(held, _types(held))
                    deeper += [held[name] for name in held if name not in self.passed_over]
                elif held.__class__ is list:
                    deeper += held
            unneeded = [url for url in unneeded if not self.gives_a_meaning(url, names, defined)]
            level = deeper
        return not unneeded

    def names_in(self, value: object, path: Path, names: set[str]) -> None:
        """Adds the names of members and types in `value` that its surroundings must give a meaning to."""
        match value:
            case dict():
                self.names_in_node(value, path, names)
            case list():
                for place, item in enumerate(value):
                    if item.__class__ in _HOLD_NAMES:
                        self.names_in(item, (*path, place), names)

    def names_in_node(self, node: JsonObject, path: Path, names: set[str]) -> None:
        if "@context" not in node or is_proof(node, path):
            self.own_names(node, path, names)
            return
        own = set[str]()
        self.own_names(node, path, own)
        self.judge_kept(node, path)
        pinned = [self.aliases.get(url, url) for url in _entries(node["@context"])]
        self.judge(pinned, own, (*path, "@context"))
        names |= own.difference(*map(self.contexts.terms, set(pinned)))

    def own_names(self, node: JsonObject, path: Path, names: set[str]) -> None:
        names.update(node)
        names.discard("@context")
        names.update(_types(node))
        for name, member in node.items():
            if member.__class__ in _HOLD_NAMES and name not in self.passed_over:
                self.names_in(member, (*path, name), names)

    def judge(self, listed: list[str], names: set[str], path: Path) -> None:
        defined = {url: self.contexts.terms(url) for url in listed}
        seen: set[str] = set()
        for place, url in enumerate(listed):
            if url in seen:
                self.refuse((*path, place), f"{url:.200} is listed twice")
            elif place and not self.in_part and url not in CUSTOMARY and not self.gives_a_meaning(url, names, defined):
                detail = f"nothing needs {url:.200}, so the signature does not show that the issuer listed it"
                self.refuse((*path, place), detail)
            seen.add(url)

    def judge_kept(self, node: JsonObject, path: Path) -> None:
        """A proof inside a credential that is inside another keeps contexts that the credential begins with."""
        listed = _entries(node["@context"])
        for proof in _entries(node.get("proof", [])):
            match proof:
                case {"@context": kept} if listed[: len(_entries(kept))] != _entries(kept):
                    self.refuse((*path, "proof"), "a proof keeps contexts that its credential does not begin with")
                case _:
                    pass

    def gives_a_meaning(self, url: str, names: set[str], defined: Mapping[str, frozenset[str]]) -> bool:
        """Whether there is a name that this context gives a meaning to, and no other of the list does."""
        given = names if self.contexts.has_a_vocabulary(url) else names & defined[url]
        return bool(given.difference(*(terms for other, terms in defined.items() if other != url)))

    def refuse(self, path: Path, detail: str) -> None:
        detail = f"context not allowed: {detail}"
        self.problems.append(
            Problem(PROOF_VERIFICATION_ERROR, at=pointer(*path), detail=detail, remedy="ask for the original file")
        )


def _types(node: JsonObject) -> Iterable[str]:
    kinds = node.get("type", ())
    if kinds.__class__ is str:
        return (kinds,)
    return [kind for kind in kinds if kind.__class__ is str] if kinds.__class__ is list else ()


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

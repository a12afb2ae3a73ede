"""RDFC-1.0: one dataset, one text, whatever its blank nodes were called; with a limit on the work it may cost.

https://www.w3.org/TR/rdf-canon/ (the numbers in comments are its steps)

§4.4  1. note in which quads each blank node stands
      2. hash each by those quads alone (§4.6)
      3. issue a canonical identifier where that hash is unique
      4. tell the others apart by their neighbours (§4.8)
      5. write every quad with the canonical identifiers, in code point order
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, permutations
from typing import NamedTuple, TypeAlias

from app.core.json_ld.n_quads import Quad
from app.core.problems import PROOF_TRANSFORMATION_ERROR, Problem, Refused

# §7.1: a few hundred bytes can ask for years of work. The published tests need fewer than 7,000 of these units.
MAX_WORK = 200_000
MAX_RECURSION = 128

_HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}


# Subject, predicate, object and graph, as in `Quad`, which is one.
Statement: TypeAlias = tuple[str, str, str, str]


class Closed(NamedTuple):
    """Quads whose blank nodes stand in no quad besides: what can be worked out of them without knowing any other.

    `ground` are the lines without a blank node; `of_a_node` those in which one is the subject and nothing else, without
    it; `others` have more of them, or have them elsewhere. `hashes` are those of §4.6.
    """

    hash_algorithm: str
    quads: tuple[Statement, ...]
    ground: frozenset[str]
    of_a_node: tuple[tuple[str, str], ...]
    others: tuple[Statement, ...]
    hashes: Mapping[str, str]

    def write(self, lines: list[str], labels: Mapping[str, str]) -> None:
        """Adds every quad that has blank nodes, called as `labels` says; both with `_:`."""
        lines += [labels[node] + rest for node, rest in self.of_a_node]
        named = labels.get
        for subject, predicate, object_, graph in self.others:
            in_graph = f" {named(graph, graph)}" if graph else ""
            lines.append(f"{named(subject, subject)} {predicate} {named(object_, object_)}{in_graph} .\n")


@dataclass(frozen=True, slots=True)
class Dataset:
    """Quads, some of them in closed parts that were worked out before; some may be there twice."""

    quads: tuple[Statement, ...]
    closed: tuple[Closed, ...] = ()

    def __iter__(self) -> Iterator[Statement]:
        return chain(self.quads, *(part.quads for part in self.closed))


def canonicalize_quads(
    quads: Iterable[Statement], *, hash_algorithm: str = "sha256", max_work: int = MAX_WORK
) -> tuple[str, Mapping[str, str]]:
    """Canonical N-Quads, and the map from each blank node, as quads call it, to its canonical identifier without `_:`.

    Raises Refused (PROOF_TRANSFORMATION_ERROR) where telling blank nodes apart would cost more than `max_work`.
    """
    if isinstance(quads, Dataset) and {part.hash_algorithm for part in quads.closed} == {hash_algorithm}:
        parts: tuple[Closed, ...] = (closed(quads.quads, hash_algorithm), *quads.closed)
    else:
        parts = (closed(quads, hash_algorithm),)
    issued = _told_apart_at_once(parts) or _Canonicalization(parts, hash_algorithm, max_work).issue()
    labels = {node: f"_:{identifier}" for node, identifier in issued.items()}
    # Two parts may say the same of what has a name, and of nothing else.
    lines = list(frozenset().union(*(part.ground for part in parts)))
    for part in parts:
        part.write(lines, labels)
    lines.sort()
    return "".join(lines), issued


def closed(quads: Iterable[Statement], hash_algorithm: str) -> Closed:
    """§4.4, steps 2 and 3.1, of what is a whole, or closed in itself."""
    distinct = tuple(dict.fromkeys(quads))
    # §4.6: the quads of a node, it called `_:a` and every other blank node `_:z`, in code point order.
    hashed: dict[str, list[str]] = defaultdict(list)
    ground: list[str] = []
    of_a_node: list[tuple[str, str]] = []
    others: list[Statement] = []
    for quad in distinct:
        subject, predicate, object_, graph = quad
        if graph:
            nodes = tuple(_blank_nodes(quad))
            for node in nodes:
                labels = {other: "_:a" if other == node else "_:z" for other in nodes}
                hashed[node].append(relabelled(quad, labels).line())
            others.append(quad)
        elif object_[0] != "_":
            if subject[0] != "_":
                ground.append(f"{subject} {predicate} {object_} .\n")
            else:
                rest = f" {predicate} {object_} .\n"
                of_a_node.append((subject, rest))
                hashed[subject].append("_:a" + rest)
        else:
            others.append(quad)
            if subject[0] != "_":
                hashed[object_].append(f"{subject} {predicate} _:a .\n")
            elif subject == object_:
                hashed[subject].append(f"_:a {predicate} _:a .\n")
            else:
                hashed[subject].append(f"_:a {predicate} _:z .\n")
                hashed[object_].append(f"_:z {predicate} _:a .\n")
    new_hash = _HASHES[hash_algorithm]
    hashes = {node: new_hash("".join(sorted(lines)).encode()).hexdigest() for node, lines in hashed.items()}
    return Closed(hash_algorithm, distinct, frozenset(ground), tuple(of_a_node), tuple(others), hashes)


def relabelled(quad: Statement, labels: Mapping[str, str]) -> Quad:
    """The quad with its blank nodes called as `labels` says; both with `_:`."""
    subject, predicate, object_, graph = quad
    return Quad(labels.get(subject, subject), predicate, labels.get(object_, object_), labels.get(graph, graph))


def _told_apart_at_once(parts: tuple[Closed, ...]) -> Mapping[str, str] | None:
    """§4.4, step 4, where every hash is unique, as nearly always: then it was the last."""
    node_by_hash = {hashed: node for part in parts for node, hashed in part.hashes.items()}
    if len(node_by_hash) < sum(len(part.hashes) for part in parts):
        return None
    return {node_by_hash[hashed]: f"c14n{number}" for number, hashed in enumerate(sorted(node_by_hash))}


class _Issuer:
    """§4.5 Issue Identifier: prefix and counter, in the order of asking."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: Mapping[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued = dict(issued or {})

    def issue(self, node: str) -> str:
        identifier = self.issued.get(node)
        if identifier is None:
            identifier = self.issued[node] = f"{self.prefix}{len(self.issued)}"
        return identifier

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, self.issued)


class _Canonicalization:
    """The canonicalization state, §4.3."""

    def __init__(self, parts: tuple[Closed, ...], hash_algorithm: str, max_work: int) -> None:
        self._parts = parts
        self._new_hash = _HASHES[hash_algorithm]
        self._max_work = max_work
        self._work = 0
        self._canonical = _Issuer("c14n")
        self._quads_of: dict[str, list[Quad]] = {}
        self._first_degree: Mapping[str, str] = {}

    def issue(self) -> Mapping[str, str]:
        """§4.4, steps 3 to 5: every blank node to its canonical identifier."""
        nodes_by_hash: dict[str, list[str]] = {}
        for part in self._parts:
            for node, hashed in part.hashes.items():
                nodes_by_hash.setdefault(hashed, []).append(node)
        shared: list[list[str]] = []
        for _, nodes in sorted(nodes_by_hash.items()):
            if len(nodes) == 1:
                self._canonical.issue(nodes[0])
            else:
                shared.append(nodes)
        if shared:
            self._note_quads()
            self._first_degree = dict(chain.from_iterable(part.hashes.items() for part in self._parts))
        for nodes in shared:
            self._issue_by_neighbours(nodes)
        return self._canonical.issued

    def _note_quads(self) -> None:
        """§4.4, step 2, for those that have to be told apart by their neighbours."""
        for quad in chain.from_iterable(part.quads for part in self._parts):
            for node in _blank_nodes(quad):
                self._quads_of.setdefault(node, []).append(Quad(*quad))

    def _issue_by_neighbours(self, nodes: list[str]) -> None:
        """§4.4, step 5."""
        hash_paths: list[tuple[str, _Issuer]] = []
        for node in nodes:
            if node not in self._canonical.issued:
                issuer = _Issuer("b")
                issuer.issue(node)
                hash_paths.append(self._hash_n_degree_quads(node, issuer, depth=0))
        for _, issuer in sorted(hash_paths, key=lambda result: result[0]):
            for node in issuer.issued:
                self._canonical.issue(node)

    def _hash_related_blank_node(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """§4.7."""
        identifier = self._canonical.issued.get(related) or issuer.issued.get(related)
        named = self._first_degree[related] if identifier is None else f"_:{identifier}"
        return self._hash(f"{position}{'' if position == 'g' else quad.predicate}{named}")

    def _hash_n_degree_quads(self, node: str, issuer: _Issuer, *, depth: int) -> tuple[str, _Issuer]:
        """§4.8."""
        if depth > MAX_RECURSION:
            self._refuse()
        to_hash: list[str] = []
        for related_hash, related in sorted(self._related(node, issuer).items()):
            path, issuer = self._chosen_path(related, issuer, depth=depth)
            to_hash += (related_hash, path)
        return self._hash("".join(to_hash)), issuer

    def _related(self, node: str, issuer: _Issuer) -> Mapping[str, list[str]]:
        """§4.8, steps 1 to 3: the blank nodes beside `node`, by how they stand to it."""
        self._count(1 + len(self._quads_of[node]))
        related: dict[str, list[str]] = {}
        for quad in self._quads_of[node]:
            for position, other in (("s", quad.subject), ("o", quad.object), ("g", quad.graph)):
                if other != node and other.startswith("_:"):
                    hashed = self._hash_related_blank_node(other, quad, issuer, position)
                    related.setdefault(hashed, []).append(other)
        return related

    def _chosen_path(self, related: list[str], issuer: _Issuer, *, depth: int) -> tuple[str, _Issuer]:
        """§4.8, steps 5.2 to 5.4: the least path of all orders, and the issuer that took it."""
        chosen_path = ""
        chosen_issuer = issuer
        for permutation in permutations(sorted(related)):
            self._count(len(permutation) + len(issuer.issued) // 8)
            found = self._path(permutation, issuer.copy(), chosen_path, depth=depth)
            if found is not None and (not chosen_path or found[0] < chosen_path):
                chosen_path, chosen_issuer = found
        return chosen_path, chosen_issuer

    def _path(
        self, permutation: tuple[str, ...], issuer: _Issuer, chosen_path: str, *, depth: int
    ) -> tuple[str, _Issuer] | None:
        """§4.8, steps 5.4.1 to 5.4.5; None where the path is already greater than the chosen one."""
        path = ""
        recursion: list[str] = []
        for related in permutation:
            canonical = self._canonical.issued.get(related)
            if canonical is None and related not in issuer.issued:
                recursion.append(related)
            path += f"_:{canonical or issuer.issue(related)}"
            if _exceeds(path, chosen_path):
                return None
        for related in recursion:
            hashed, after = self._hash_n_degree_quads(related, issuer, depth=depth + 1)
            path += f"_:{issuer.issue(related)}<{hashed}>"
            issuer = after
            if _exceeds(path, chosen_path):
                return None
        return path, issuer

    def _hash(self, text: str) -> str:
        return self._new_hash(text.encode()).hexdigest()

    def _count(self, work: int) -> None:
        self._work += work
        if self._work > self._max_work:
            self._refuse()

    def _refuse(self) -> None:
        detail = "its nameless objects are too alike to be told apart within the work limit"
        raise Refused(Problem(PROOF_TRANSFORMATION_ERROR, detail=detail, remedy="Give them an id."))


def _blank_nodes(quad: Statement) -> Iterator[str]:
    """Each blank node of a quad once; a predicate is never one."""
    yield from dict.fromkeys(term for term in (quad[0], quad[2], quad[3]) if term.startswith("_:"))


def _exceeds(path: str, chosen_path: str) -> bool:
    return bool(chosen_path) and len(path) >= len(chosen_path) and path > chosen_path

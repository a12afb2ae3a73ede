"""The architecture as a test: who may import whom, who owns which library, what the core may not do."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE_LINES = 400

# Each room, and all that it may import beside itself. What is not named here has no place in the house.
CORE = (
    "core.problems",
    "core.personal",
    "core.date_time_stamp",
    "core.colour",
    "core.normalized",
    "core.strict_json",
    "core.strict_toml",
    "core.multiformats",
    "core.rsa_public_key",
    "core.key_text",
    "core.json_web_key",
    "core.jcs",
    "core.json_ld",
    "core.credential",
    "core.did",
    "core.proof",
    "core.status",
    "core.containers",
)
_TERMS = CORE[:3]
_BYTES = (*_TERMS, "core.normalized", "core.strict_json", "core.strict_toml", "core.multiformats")
_DOMAIN = (*CORE, "ports")
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "core": (),
    "core.problems": (),
    "core.personal": (),
    "core.date_time_stamp": ("core.problems",),
    "core.colour": (),
    "core.normalized": (),
    "core.strict_toml": (),
    "core.strict_json": _TERMS,
    "core.multiformats": _TERMS,
    "core.rsa_public_key": (*_TERMS, "core.multiformats"),
    "core.key_text": (*_TERMS, "core.multiformats", "core.rsa_public_key"),
    "core.json_web_key": (*_BYTES, "core.rsa_public_key"),
    "core.jcs": _BYTES,
    "core.json_ld": _BYTES,
    "core.credential": (*_BYTES, "core.jcs", "core.json_ld"),
    "core.did": (*_BYTES, "core.json_web_key", "core.jcs", "core.json_ld"),
    "core.proof": (*_BYTES, "core.rsa_public_key", "core.json_web_key", "core.jcs", "core.json_ld", "core.did"),
    "core.status": (*_BYTES, "core.jcs", "core.json_ld", "core.did", "core.proof"),
    "core.containers": _BYTES,
    "ports": CORE,
    "settings": ("core.problems",),
    "verifier": _DOMAIN,
    "access": _DOMAIN,
    "issuer": (*_DOMAIN, "verifier", "access"),
    "exchange": (*_DOMAIN, "verifier", "access", "issuer"),
    "http": (*_DOMAIN, "settings", "verifier", "access", "issuer", "exchange"),
    "api": (*_DOMAIN, "verifier", "access", "issuer", "exchange", "http"),
    "web": (*_DOMAIN, "verifier", "access", "issuer", "exchange", "http"),
    "adapters": (*_DOMAIN, "settings", "verifier", "access", "issuer", "exchange", "http"),
}
TOP = frozenset({"main", "serving", "cli"})

# One owner for each library: it translates every exception that the library can raise.
OWNERS: Mapping[str, tuple[str, ...]] = {
    "pyld": ("app.core.json_ld",),
    "tomllib": ("app.core.strict_toml",),
    "jwt": ("app.core.proof", "app.access"),
    "jsonschema": ("app.core.credential",),
    "referencing": ("app.core.credential",),
    "cryptography": ("app.core.proof", "app.adapters.keys", "app.adapters.vault", "app.adapters.paper_seal"),
    "httpx": ("app.adapters.fetch",),
    "httpcore": ("app.adapters.fetch",),
    "sqlmodel": ("app.adapters.database",),
    "sqlalchemy": ("app.adapters.database",),
    "alembic": ("app.adapters.database",),
    "psycopg": ("app.adapters.database",),
    "aiosqlite": ("app.adapters.database",),
    "fastapi": ("app.api", "app.web", "app.http", "app.serving"),
    "starlette": ("app.api", "app.web", "app.http", "app.serving"),
    "uvicorn": ("app.http",),
    "h11": ("app.http",),
    "python_multipart": ("app.http",),
    "jinja2": ("app.web",),
    "babel": ("app.web",),
    "segno": ("app.web",),
    "markupsafe": ("app.web",),
    "pydantic": ("app.api",),
    "pypdf": ("app.core.containers",),
    "typst": ("app.adapters.typesetting",),
    "argon2": ("app.adapters.passwords",),
    "aiosmtplib": ("app.adapters.mail",),
    "prometheus_client": ("app.adapters.metrics",),
}

IMPURE_MODULES = frozenset(
    {"asyncio", "http", "io", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3"}
    | {"subprocess", "tempfile", "threading", "time", "urllib.request"}
)
# Bytes in memory that are read as a stream: nothing of the world.
PURE = frozenset({"io.BytesIO"})
IMPURE_CALLS = frozenset({"now", "utcnow", "today", "uuid1", "uuid4"})
IMPURE_BUILTINS = frozenset({"open", "print", "input"})
CLOCKLESS = ("core", "verifier", "access", "issuer", "exchange")


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module

    def __str__(self) -> str:
        return self.name

    @property
    def first_sentence(self) -> str:
        return (ast.get_docstring(self.tree) or "").partition("\n\n")[0].replace("\n", " ")

    def imports(self) -> Iterator[str]:
        """Every module that this one imports, wherever in it."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name} imports by a relative name"
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    yield whole if whole in names() | PURE else str(node.module)


@cache
def modules(folder: str = "app") -> tuple[Module, ...]:
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, path, ast.parse(path.read_text("utf-8"), filename=str(path))))
    return tuple(found)


@cache
def names() -> frozenset[str]:
    return frozenset(module.name for module in modules())


def room(name: str) -> str:
    """`app.core.did.web` → `core.did`; `app.web.pages` → `web`."""
    parts = name.split(".")[1:]
    return ".".join(parts[: 2 if parts[:1] == ["core"] else 1])


def within(name: str, owners: tuple[str, ...]) -> bool:
    return any(name == owner or name.startswith(owner + ".") for owner in owners)


def each(*rooms: str) -> pytest.MarkDecorator:
    chosen = [module for module in modules() if not rooms or module.name.split(".")[1:2] in [[name] for name in rooms]]
    return pytest.mark.parametrize("module", chosen, ids=str)


@each()
def test_a_module_stands_in_a_room_that_has_a_floor(module: Module) -> None:
    assert module.name == "app" or room(module.name) in TOP | MAY_IMPORT.keys()


@each()
def test_a_room_imports_only_rooms_below_it(module: Module) -> None:
    own = room(module.name)
    if own in TOP:
        return
    for imported in module.imports():
        if imported.startswith("app."):
            assert room(imported) in (own, *MAY_IMPORT.get(own, ())), f"{module} imports {imported}"


@each()
def test_a_library_is_known_to_its_owner_alone(module: Module) -> None:
    for imported in module.imports():
        owners = OWNERS.get(imported.partition(".")[0])
        assert owners is None or within(module.name, owners), f"{module} imports {imported}, which is {owners}'s"


def test_modules_import_each_other_in_no_circle() -> None:
    graph = {module.name: {name for name in module.imports() if name in names()} for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@each("core")
def test_the_core_imports_nothing_that_touches_the_world(module: Module) -> None:
    for imported in module.imports():
        assert imported in PURE or not within(imported, tuple(IMPURE_MODULES)), f"{module} imports {imported}"


@each("core")
def test_the_core_awaits_nothing(module: Module) -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert not [node for node in ast.walk(module.tree) if isinstance(node, waiting)]


@each("core")
def test_the_core_opens_and_prints_nothing(module: Module) -> None:
    calls = [node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    assert not [call.id for call in calls if isinstance(call, ast.Name) and call.id in IMPURE_BUILTINS]


@each(*CLOCKLESS)
def test_time_and_chance_come_in_as_arguments(module: Module) -> None:
    calls = [node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    assert not [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in IMPURE_CALLS]


@each()
def test_a_module_says_first_what_it_is_for(module: Module) -> None:
    assert not module.tree.body or module.first_sentence.rstrip().endswith((".", "!", "?", ":"))


@each()
def test_a_module_is_about_one_thing(module: Module) -> None:
    lines = len(module.path.read_text("utf-8").splitlines())
    assert lines <= LONGEST_MODULE_LINES or "because" in module.first_sentence, f"{module} has {lines} lines"


@pytest.mark.parametrize("module", modules("tests"), ids=str)
def test_a_test_module_says_first_what_it_shows(module: Module) -> None:
    assert not module.tree.body or module.first_sentence


@each()
def test_no_name_says_nothing(module: Module) -> None:
    assert module.name.rpartition(".")[2] not in {"misc", "utils", "util", "helpers", "common", "manager", "handler"}

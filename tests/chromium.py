"""Finds a real Chromium for the tests: the one named, one installed, else one that is installed now."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


class NoChromium(RuntimeError):  # noqa: N818 - what it says
    """There is none, and none could be installed: the message is the one command to type."""


@cache
def find_chromium() -> str:
    """The executable: $CHROMIUM, one on the PATH, apt's (as root), Playwright's own, else NoChromium."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    return _on_path() or _by_apt() or _by_playwright()


def launch_arguments() -> list[str]:
    """Chromium's sandbox does not work as root; everybody else keeps it.

    Without a graphics process a screenshot takes half the time.
    """
    return ["--disable-gpu", *(["--no-sandbox"] if _is_root() else [])]


def _on_path() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def _by_apt() -> str | None:
    if not _is_root() or shutil.which("apt-get") is None:
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _on_path()


def _by_playwright() -> str:
    from playwright.sync_api import sync_playwright

    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, stdout=subprocess.DEVNULL)
    with sync_playwright() as playwright:
        executable = playwright.chromium.executable_path
    if not Path(executable).exists():
        raise NoChromium("The browser tests need Chromium. Install it, or: export CHROMIUM=/path/to/chromium")
    return executable


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0

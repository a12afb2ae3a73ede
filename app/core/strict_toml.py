"""Bytes to a TOML table within bounds: the only module that knows `tomllib`.

https://toml.io/en/v1.0.0. What JSON is asked for in `strict_json`, TOML is asked for here, before its parser works.
"""

import re
import tomllib
from typing import Any

# As deep as JSON may be. `tomllib` takes the square of it, and takes it again for every line below such a heading.
MAX_PARTS = 32

# No part of a key is tried from its middle, so that each is read at most so many times.
_PART = r"""(?:(?<![\w-])[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+')"""
_TOO_DEEP = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MAX_PARTS}}}", re.ASCII)


class NotToml(ValueError):  # noqa: N818 - what it is
    """It can't be read; says why, and where."""


def read(data: bytes) -> dict[str, Any]:
    """The table that `data` is. Raises NotToml, and nothing else."""
    try:
        return tomllib.loads(_shallow(data.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise NotToml(f"it is not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error)) from None
    except RecursionError:
        raise NotToml("it is nested too deeply") from None
    except NotToml:
        raise
    except ValueError:
        # A number of thousands of digits; Python's own words would speak of Python.
        raise NotToml("a value in it is too long") from None


def _shallow(text: str) -> str:
    if deep := _TOO_DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise NotToml(f"a key has more than {MAX_PARTS} parts (at line {line})")
    return text

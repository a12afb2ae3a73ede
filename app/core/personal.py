"""What is about a person: a value that does not show itself in a log, a trace or an error."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Personal(Generic[T]):
    """A value about a person. Prints as •••; only what writes a credential and what draws a page opens it."""

    _value: T

    def open(self) -> T:
        return self._value

    def __repr__(self) -> str:
        return "•••"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

"""Work that may be slow, and where it can hold nobody up."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from app.core.json_ld import Contexts

P = ParamSpec("P")
T = TypeVar("T")


class Compute(Protocol):
    async def run(self, work: Callable[Concatenate[Contexts, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `work(contexts, *args)` where it can't hold up the event loop. Arguments and results are frozen values.

        `work` is a function of a module, so that another process finds it. Raises what `work` raises (Refused), and
        Overloaded where the queue is full, TooSlow where the deadline passed.
        """
        ...

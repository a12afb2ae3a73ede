"""How much CPU a process and all that it started have used so far, by Linux's /proc."""

import os
from pathlib import Path

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Of all threads of it and of its children that run; what ended is in its parent's account."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:13])) * _TICK_SECONDS
    return own + sum(map(cpu_seconds, children))

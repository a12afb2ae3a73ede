"""What was expected of other implementations, and what was found."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Results:
    passed: int = 0
    failed: list[str] = field(default_factory=list)

    def expect(self, what: str, found: dict[str, Any], wanted: dict[str, Any]) -> None:
        if {name: found.get(name) for name in wanted} == wanted:
            self.passed += 1
            print(f"  ok      {what}")
        else:
            self.failed.append(what)
            print(f"  FAILED  {what}: {found}")

"""What a learner is told, and how far it came."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MessageKind(StrEnum):
    """What a learner is told."""

    AWARDED = "awarded"
    CORRECTED = "corrected"
    LINK = "link"


class MessageState(StrEnum):
    """How far a message came. `bounced`: the learner's mail server refuses it for good; `failed`: ours gave up."""

    WAITING = "waiting"
    PENDING = "pending"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a learner: what it tells, how far it came and since when; `detail` is the mail server's answer."""

    id: str
    kind: MessageKind
    state: MessageState
    changed: datetime
    attempts: int = 0
    detail: str = ""

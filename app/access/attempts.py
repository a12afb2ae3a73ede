"""How often a password may be wrong for one login, wherever it comes from: a bucket each, in bounded memory."""

import math
from collections import OrderedDict
from dataclasses import dataclass

_SECONDS_A_TRY = 60


@dataclass(slots=True)
class _Bucket:
    """What is left, counted in the seconds that it takes to gain it."""

    seconds: float
    filled_at: float


class Attempts:
    """Each login has so many tries, and gains one more a minute: slow for a guesser, never the end for its owner.

    An unknown login has its bucket as a known one has, so that being told to wait says nothing about who is known.
    """

    def __init__(self, *, tries: int, max_buckets: int = 65_536) -> None:
        self._most_seconds = tries * _SECONDS_A_TRY
        self._max_buckets = max_buckets
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()

    def take(self, login_digest: bytes, *, at: float) -> int:
        """0 where it may be tried, and is counted; else how many seconds to wait. `at` is a steady clock's reading."""
        bucket = self._buckets.pop(login_digest, None) or _Bucket(self._most_seconds, at)
        bucket.seconds = min(self._most_seconds, bucket.seconds + max(0.0, at - bucket.filled_at))
        bucket.filled_at = at
        # The bucket that was asked longest ago is the fullest, so forgetting it gives away least.
        if len(self._buckets) >= self._max_buckets:
            self._buckets.popitem(last=False)
        self._buckets[login_digest] = bucket
        if bucket.seconds >= _SECONDS_A_TRY:
            bucket.seconds -= _SECONDS_A_TRY
            return 0
        return math.ceil(_SECONDS_A_TRY - bucket.seconds)

    def forget(self, login_digest: bytes) -> None:
        """The password was right: what was wrong before does not count."""
        self._buckets.pop(login_digest, None)

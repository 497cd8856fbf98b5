"""A token bucket that says how long to wait instead of saying no: honest bursts pass, floods are slowed [ACCESS-9].

Pure: the clock is an argument. `Bucket(10, 50).take(60, now)` is 1.0: ten records too many at ten a second.
"""


class Bucket:
    """Fills with `rate` tokens a second up to `burst`; may be overdrawn, and then its next takers wait."""

    __slots__ = ("_burst", "_rate", "_then", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        """Full at the start."""
        self._rate, self._burst = rate, burst
        self._tokens, self._then = burst, now

    def take(self, count: float, now: float, patience: float) -> float | None:
        """Seconds to wait before going on; None, and nothing is taken, if that were more than `patience`."""
        filled = min(self._burst, self._tokens + (now - self._then) * self._rate)
        self._then = now
        wait = max(0.0, (count - filled) / self._rate)
        if wait > patience:
            self._tokens = filled
            return None
        self._tokens = filled - count
        return wait

"""What is kept of refused envelopes: bytes and code, bounded for each chain, so that no disk fills up [INTAKE-4]."""

from coordinator.store.writing import Refusal

MOST_A_CHAIN = 64
MOST_UNKNOWN = 4096


class RefusalBook:
    """Counts what is kept; a chain that the manifest does not know shares one shelf."""

    def __init__(self, kept: dict[str, int]) -> None:
        """Start from what the store holds."""
        self._kept = dict(kept)

    def keep(self, refusal: Refusal) -> bool:
        """Whether there is room for this one; it is counted if so."""
        most = MOST_A_CHAIN if refusal.chain else MOST_UNKNOWN
        count = self._kept.get(refusal.chain, 0)
        if count >= most:
            return False
        self._kept[refusal.chain] = count + 1
        return True

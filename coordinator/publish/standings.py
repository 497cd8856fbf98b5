"""`standings`: the chain of totals, over exactly a published prefix [STAND-1] [STAND-2] [STAND-3] [STAND-4]."""

from coordinator.ledger.fold import Fold
from tally_protocol.log.results import ResultsTree


class StandingsTree:
    """Keeps the results tree of a fold; hashes again only units that changed."""

    def __init__(self, fold: Fold) -> None:
        """An empty tree beside its fold."""
        self._fold = fold
        self._tree = ResultsTree()
        self._changed: set[str] = set()

    def note_changes(self) -> set[str]:
        """Remember what changed since the last call, and tell."""
        changed = self._fold.changed
        self._fold.changed = set()
        self._changed |= changed
        return changed

    def results(self) -> tuple[bytes, dict[str, int]]:
        """Hash and sums of the root place for the fold's prefix [STAND-2]."""
        self.note_changes()
        for unit in self._changed:
            self._tree.set_unit(self._fold.units[unit].place, self._fold.standing(unit))
        self._changed.clear()
        return self._tree.root()

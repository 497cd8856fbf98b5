"""The role `all` tells its pages what was published; none of them can stop the count."""

from coordinator.ledger.fold import Fold
from coordinator.roles.everything import all_told
from tests.board.played import Played


class Fragile:
    """A page with a mistake in it, for a while."""

    def __init__(self) -> None:
        self.broken = True
        self.told: list[set[str]] = []

    def published(self, _fold: Fold, changed: set[str]) -> None:
        if self.broken:
            raise RuntimeError("a mistake in a page")
        self.told.append(changed)


def test_a_page_that_fails_hinders_nobody_and_is_told_again() -> None:
    played, fragile = Played(), Fragile()
    told = all_told(None, fragile, played.feed)
    told(played.fold, set())
    played.until(20)
    told(played.fold, {"v1"})
    told(played.fold, {"v2"})
    assert played.feed.size == 20
    fragile.broken = False
    told(played.fold, set())
    told(played.fold, {"v2"})
    assert fragile.told == [{"v1", "v2"}, {"v2"}]

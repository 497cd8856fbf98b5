"""One contest while its committee is decided, and as it was decided: what a result and its explanation are made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from tally_protocol.law.counted import Counted
from tally_protocol.law.result import Outcome
from tally_protocol.law.seats import Eligible

NOBODY = Eligible(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A contest of a committee: `barrier` if it elects nobody, else who is elected and what is left.

    `votes` are those counted here, `rolled` the part that higher posts added; `outside` are persons who are not asked
    here because they sit already, `eligible` those who reached the share. `tied` run for `tied_seats` at the boundary,
    each of `families` (relatives with equal votes) for one seat. `women_step` tells that the women's step was taken;
    `removed` are persons who had to leave because of a relative, `filled` those who took a seat after that.
    """

    counted: Counted
    barrier: Outcome | None = None
    votes: Mapping[int, int]
    rolled: Mapping[int, int]
    outside: frozenset[int] = frozenset()
    eligible: Eligible = NOBODY
    elected: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()
    tied_seats: int = 0
    families: tuple[tuple[int, ...], ...] = ()
    held: int = 0
    women_step: bool = False
    removed: tuple[int, ...] = ()
    filled: tuple[int, ...] = ()

    @property
    def runoff(self) -> tuple[int, ...]:
        """Everybody who runs again."""
        return (*self.tied, *(person for family in self.families for person in family))

    @property
    def runoff_seats(self) -> int:
        """Seats for which they run."""
        return self.tied_seats + len(self.families)

    @property
    def short(self) -> int:
        """Seats that nobody got and nobody runs for; held seats are counted apart."""
        return self.counted.contest.seats - self.held - len(self.elected) - self.runoff_seats

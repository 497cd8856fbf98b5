"""A small played election as the board reads it: entry by entry, with the county's own state beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coordinator.board.feed import Feed
from coordinator.ledger.county import County
from coordinator.ledger.fold import Fold, event_of
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.ids import Hash32
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.unit_chain import UnitState
from tests.published import honest_story


@dataclass
class Notes:
    """The log's notes by their place: the archive of a test."""

    entries: Sequence[bytes]
    asked: list[tuple[int, ...]] = field(default_factory=list)

    def notes(self, indexes: tuple[int, ...]) -> list[bytes]:
        self.asked.append(indexes)
        return [self.entries[index] for index in indexes]


@dataclass
class Played:
    """A feed over a story, which may be told in parts."""

    entries: list[bytes] = field(default_factory=lambda: list(honest_story().world.entries))
    fold: Fold = field(default_factory=Fold)
    feed: Feed = field(init=False)
    county: County = field(init=False)
    archive: Notes = field(init=False)
    rosters: dict[Hash32, Roster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = decode_record(self.entries[0])
        assert isinstance(first.body, Election)
        self.archive = Notes(self.entries)
        self.feed = Feed(first.body, self.archive, now=lambda: 1_790_000_000)
        self.county = County(first.body, first.hash)

    def until(self, size: int | None = None) -> "Played":
        """Publish up to a size at once."""
        for index in range(self.fold.size, len(self.entries) if size is None else size):
            self._take(index)
        self._publish()
        return self

    def each(self) -> Iterator[int]:
        """Publish after every entry."""
        for index in range(self.fold.size, len(self.entries)):
            self._take(index)
            self._publish()
            yield index + 1

    def _publish(self) -> None:
        changed, self.fold.changed = self.fold.changed, set()
        self.feed.published(self.fold, changed)

    def _take(self, index: int) -> None:
        found = decode_record(self.entries[index])
        self.fold.add(event_of(index, found.kind, found.body, found.hash))
        match found.body:
            case Election():
                return
            case Roster():
                self.rosters[found.hash] = found.body
            case Unit():
                self.county.add_unit(found.body, found.hash, self.rosters)
            case body:
                self.county.take(body, found.hash)  # type: ignore[arg-type]

    def states(self) -> dict[str, UnitState]:
        """The chains' states at the same size."""
        return self.county.units

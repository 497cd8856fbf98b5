"""The committees of the small county, and a whole small election counted from end to end (see tests/world.py)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tally_protocol.ids import ContestId, Hash32
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.record.deciding import check_determination, determination_of, results_of
from tally_protocol.record.kinds import UnitBody
from tally_protocol.record.signing import choose_signers, sign_record
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Declaration, Entry, Names, Person, Standings, Statement
from tally_protocol.seal.keys import person_name
from tests.world import (
    BLANK,
    OVER,
    SIGNERS,
    TIME,
    TORN,
    VOTE_A,
    VOTE_B,
    WRITE_IN,
    StationDesk,
    World,
    hash_of,
    papers,
    signer,
)  # fmt: skip


class Committee:
    """A unit's committee: statement and names, from its stations' desks."""

    def __init__(self, world: World, unit: str, desks: Sequence[StationDesk]) -> None:
        """The unit chain before its first record."""
        self.world, self.unit, self.desks = world, unit, {desk.station: desk for desk in desks}
        found, unit_hash = world.units[unit]
        stations = {desk.station: desk.state for desk in desks}
        self.state = UnitState(world.election, world.election_hash, found, unit_hash, stations)

    def write(self, kind: str, body: UnitBody) -> bytes:
        """Check, sign, apply and log."""
        self.state.check(body)
        people = choose_signers(self.state.unit.committee, SIGNERS[kind])
        assert people is not None
        note = sign_record(kind, body, [signer(person_name(self.world.id, self.unit, person.id)) for person in people])
        self.state.apply(body, hash_of(note))
        self.world.entries.append(note)
        return note

    def statement(self) -> bytes:
        """计票结果报告单."""
        state = self.state
        body = Statement(
            links=state.links(TIME), closes=state.cited_closes(), totals=state.totals(), unit_note=state.unit_hash
        )
        return self.write("statement", body)

    def names_body(self, minimum: int = 3) -> Names:
        """Open every person (same name = same person) with at least `minimum` votes."""
        groups: dict[tuple[str, str], list[tuple[Entry, int]]] = {}
        for station, desk in self.desks.items():
            known = {entry.number: entry for part in desk.sealed.values() for entry in part.names}
            for (contest, number), votes in desk.state.votes.items():
                entry = Entry(station, number, known[number].name, known[number].salt)
                groups.setdefault((contest, entry.name), []).append((entry, votes))
        persons = tuple(
            Person(contest=contest, entries=tuple(e for e, _ in found), name=name, votes=sum(v for _, v in found))
            for (contest, name), found in sorted(groups.items())
            if sum(v for _, v in found) >= minimum
        )
        left = self.state.written()
        for person in persons:
            left[person.contest] -= person.votes
        assert self.state.statement is not None
        return Names(
            links=self.state.links(TIME), part=1, parts=1, persons=persons,
            rest=tuple((c.id, left[c.id]) for c in self.state.unit.contests if left[c.id]),
            statement=self.state.statement,
        )  # fmt: skip

    def names(self) -> bytes:
        """Open the written-in persons."""
        return self.write("names", self.names_body())

    def step(self, step: str, reason: str | None = None) -> bytes:
        """Say how far the committee is."""
        return self.write("step", Step(links=self.state.links(TIME), step=step, reason=reason))

    def determination(self) -> bytes:
        """The county's determination for the last statement."""
        body = determination_of(self.state, self.world.county_links())
        check_determination(self.state, body)
        note = self.world.write_county("determination", body)
        self.state.take_determination(body.statement)
        return note

    def declaration_body(
        self, elected: Mapping[str, Sequence[str]] = MappingProxyType({}), reasons: Sequence[Reason] = ()
    ) -> Declaration:
        """Who is elected: as the rules say, but for the contests given."""
        decided = {
            result.contest: result.elected
            for result, contest in zip(results_of(self.state), self.state.unit.contests, strict=True)
            if contest.rule in {"election", "supplementary", "runoff"}
        }
        declared = {**decided, **{ContestId(name): tuple(found) for name, found in elected.items()}}
        assert self.state.statement is not None
        return Declaration(
            links=self.state.links(TIME),
            contests=tuple(Declared(contest=name, elected=found) for name, found in declared.items()),
            reasons=tuple(reasons),
            statement=self.state.statement,
        )

    def declaration(self) -> bytes:
        """Declare what the rules give."""
        return self.write("declaration", self.declaration_body())


def counted_world(*, determined: bool = True, **options: object) -> World:
    """A whole small election: batches, a correction, a void, closes, statements, names, and determinations if asked."""
    world = World(**options)  # type: ignore[arg-type]
    desks = []
    for unit, station in (("v1", "1"), ("v1", "2"), ("v2", "1")):
        desk = world.desk(unit, station)
        desk.open()
        desk.box(collected=130, delivered=150, issued=130, proxies=3, spoiled=5, unused=15)
        desk.batch(papers(60, VOTE_A) + papers(5, TORN))
        desk.batch(papers(55, VOTE_B) + papers(4, WRITE_IN) + papers(3, OVER) + papers(3, BLANK), ["王小二", "李四"])
        desk.batch(papers(60, (0, 1, 0)) + papers(2, (5, 0, 0)), layout="deputies")
        if station == "2":
            desk.void(3)
            desk.batch(papers(60, VOTE_B) + papers(5, BLANK))
            desk.correct(2, papers(61, VOTE_A) + papers(4, TORN))
        desk.close(collected=130, issued=130, registered=200, valid=100, invalid=20)
        desks.append(desk)
    for unit in ("v1", "v2"):
        committee = Committee(world, unit, [desk for desk in desks if desk.unit == unit])
        committee.statement()
        committee.names()
        if determined:
            committee.determination()
    return world


def standings_body(world: World, results: bytes, totals: dict[str, int], size: int) -> Standings:
    """A `standings` body that cites the first `size` entries, as the county's next record."""
    root = root_of([leaf_hash(entry) for entry in world.entries[:size]])
    return Standings(
        links=world.county_links(),
        results=Hash32(results),
        root=Hash32(root),
        size=size,
        totals=tuple(sorted(totals.items())),
    )

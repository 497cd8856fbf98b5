"""Logs that the law's vectors start from: a decided unit, chains in every state, profiles of their own [STEP-1]."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from tally_protocol.election.unit import Candidate, Unit
from tally_protocol.ids import CandidateId
from tally_protocol.record.kinds import StationBody, UnitBody
from tally_protocol.record.signing import choose_signers, sign_record
from tally_protocol.record.station_kinds import Open
from tally_protocol.record.step_kind import Step
from tally_protocol.record.unit_kinds import Statement
from tally_protocol.seal.keys import person_name
from tests.committee import Committee
from tests.world import SIGNERS, TIME, VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, papers, signer

STEP_REASONS = {"interrupted": "停电", "voided": "选举程序违法，县人民政府决定 2026-10-08"}
Play = Callable[["Story"], object]


@dataclass
class Story:
    """Unit v2 of a small county: its table, its committee, its log."""

    world: World
    desk: StationDesk
    committee: Committee

    @property
    def entries(self) -> list[bytes]:
        """The log so far."""
        return self.world.entries

    def force(self, kind: str) -> list[bytes]:
        """The log with a further record of the table, right in all but its place."""
        body = self.station_body(kind)
        note = sign_record(kind.partition(" ")[0], body, self.desk.signers(kind.partition(" ")[0]))
        return [*self.entries, note]

    def station_body(self, kind: str) -> StationBody:
        """A record of the table as it would come next; `step` with its word."""
        state = self.desk.state
        name, _, word = kind.partition(" ")
        if name == "step":
            return Step(links=state.links(TIME), step=word, reason=STEP_REASONS.get(word))
        kept = Kept(self.world, "v2", "1")
        kept.state = state
        if name == "open":
            manifest = state.manifest
            people = tuple(str(person.id) for person in manifest.roster.officials)
            return Open(links=state.links(TIME), nonce="1" * 12, officials=people, roster=manifest.roster_hash,
                        unit_note=manifest.unit_hash)  # fmt: skip
        play: dict[str, Callable[[], object]] = {
            "box": lambda: kept.box(collected=1),
            "batch": lambda: kept.batch(papers(60, VOTE_A)),
            "void": lambda: kept.void(min(state.batches)),
            "correction": lambda: kept.correct(min(state.batches), papers(60, VOTE_B)),
            "close": kept.close,
        }
        play[name]()
        return kept.body

    def force_unit(self, kind: str) -> list[bytes]:
        """The log with a further record of the committee, right in all but its place."""
        state = self.committee.state
        name, _, word = kind.partition(" ")
        body: UnitBody
        if name == "step":
            body = Step(links=state.links(TIME), step=word, reason=STEP_REASONS.get(word))
        elif name == "statement":
            body = Statement(links=state.links(TIME), closes=state.cited_closes(), totals=state.totals(),
                             unit_note=state.unit_hash)  # fmt: skip
        elif name == "names":
            body = self.committee.names_body()
        else:
            body = self.committee.declaration_body()
        return [*self.entries, self.committee_note(name, body)]

    def committee_note(self, kind: str, body: UnitBody) -> bytes:
        """A record signed by the members that its kind demands."""
        people = choose_signers(self.committee.state.unit.committee, SIGNERS[kind]) or ()
        return sign_record(kind, body, [signer(person_name(self.world.id, "v2", person.id)) for person in people])


class Kept(StationDesk):
    """A desk that keeps the next record instead of writing it."""

    body: StationBody

    def write(self, kind: str, body: StationBody) -> bytes:  # noqa: ARG002 - the desk's own signature
        """Keep it; the note is a right one, its place may be wrong."""
        self.body = body
        return self.world.election_note


def begin(world: World | None = None) -> Story:
    """Unit v2 before its box is opened."""
    made = World(registered=200) if world is None else world
    desk = made.desk("v2", "1")
    return Story(made, desk, Committee(made, "v2", [desk]))


def station_in(state: str) -> Story:
    """A table in a state of the station's machine; INTERRUPTED is a counting table."""
    story = begin()
    desk = story.desk
    plays: dict[str, tuple[Callable[[], object], ...]] = {
        "NEW": (),
        "OPEN": (desk.open,),
        "CLOSED": (desk.open, partial(desk.step, "polls_closed")),
        "SORTED": (desk.open, partial(desk.step, "polls_closed"), partial(desk.step, "sorted")),
        "COUNTING": (desk.open, partial(desk.batch, papers(60, VOTE_A))),
        "INTERRUPTED": (
            desk.open,
            partial(desk.batch, papers(60, VOTE_A)),
            partial(desk.step, "interrupted", STEP_REASONS["interrupted"]),
        ),
        "COUNTED": (desk.open, partial(desk.batch, papers(60, VOTE_A)), desk.close),
    }
    for play in plays[state]:
        play()
    return story


def counted_unit(world: World | None = None) -> Story:
    """Unit v2 counted and closed; written-in names are to be opened."""
    story = begin(world)
    desk = story.desk
    desk.open()
    desk.box(collected=122, delivered=130, issued=122, proxies=2, spoiled=3, unused=5, voters=122)
    desk.batch(papers(60, WRITE_IN) + papers(2, VOTE_A), ["王小二", "李四"])
    desk.batch(papers(60, VOTE_A))
    desk.batch(papers(60, (0, 1, 0)), layout="deputies")
    desk.close(collected=122, issued=122, registered=400, voters=122)
    return story


def stated_unit(world: World | None = None) -> Story:
    """Unit v2 with its statement, names not yet opened."""
    story = counted_unit(world)
    story.committee.statement()
    return story


def decided_unit(world: World | None = None) -> Story:
    """Unit v2 with statement, names and determination."""
    story = stated_unit(world)
    story.committee.names()
    story.committee.determination()
    return story


def unit_in(state: str) -> Story:
    """A committee in a state of the unit's machine; names are not opened where the state allows that."""
    if state == "COUNTING":
        return counted_unit()
    if state in {"SIGNED", "ANNOUNCED", "REVIEWED"}:
        story = stated_unit()
        if state != "SIGNED":
            story.committee.step(state.lower())
        return story
    story = decided_unit()
    committee = story.committee
    if state == "VOIDED":
        committee.step("voided", STEP_REASONS["voided"])
        return story
    committee.declaration()
    for step in ("filed", "archived")[: ("DECLARED", "FILED", "ARCHIVED").index(state)]:
        committee.step(step)
    return story


class TwoProfiles(World):
    """The deputies' paper has a profile of its own."""

    def _unit(self, name: str, stations: object) -> Unit:
        unit = super()._unit(name, stations)  # type: ignore[arg-type]
        return replace(unit, contests=(*unit.contests[:2], replace(unit.contests[2], profile="p2")))


class Namesakes(World):
    """Candidate `c` 候选人c stands for member; in the deputies' contest `c` is another person, `d` is the same."""

    def _unit(self, name: str, stations: object) -> Unit:
        unit = super()._unit(name, stations)  # type: ignore[arg-type]
        people = (
            Candidate(id=CandidateId("c"), name="另一个候选人"),
            Candidate(id=CandidateId("d"), name="候选人d"),
        )
        return replace(unit, contests=(*unit.contests[:2], replace(unit.contests[2], candidates=people)))

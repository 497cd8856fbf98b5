"""One station chain: links, states, running totals, the register of written-in names, corrections, closing.

Serves [CHAIN-1] to [CHAIN-7], [STEP-1], [RUN-1], [RUN-2], [NAME-1], [NAME-2], [FIX-1], [FIX-2], [CLOSE-1], [CLOSE-2],
[FIND-1], [CUT-2].
A record changes the state only after every rule has held, so a refused record leaves the chain as it was.
"""

import itertools
from dataclasses import dataclass, field
from operator import add, neg, sub
from typing import Any

from verifier.chain.manifest import Roster, UnitManifest, UnitNote
from verifier.chain.states import BEFORE, INTERRUPTED, NEW, after_station, event_of
from verifier.decode.cases import BoxForm, StationForm
from verifier.decode.forms import form_findings
from verifier.decode.kinds import BOX_COUNTS
from verifier.decode.layouts import WRITTEN, Layout, PaperClaim
from verifier.findings.codes import Refused
from verifier.hashes import ZERO
from verifier.notes import Record

REGISTER_LIMIT = 2000
Fields = dict[str, Any]


@dataclass(slots=True)
class Links:
    """Place and head of any chain."""

    count: int = 0
    head: str = ZERO
    broken: bool = False

    def check(self, fields: Fields) -> None:
        """[CHAIN-2], [CHAIN-3]: the next place, and the hash of the record before."""
        seq = fields["seq"]
        if seq < self.count:
            raise Refused("E_FORK", f"seq {self.count}", f"a second, different record for seq {seq}")
        if seq > self.count:
            raise Refused("E_GAP", f"seq {self.count}", f"seq {seq}")
        if fields["prev"] != self.head:
            raise Refused("E_CHAIN", f"prev {self.head}", fields["prev"])

    def advance(self, digest: str) -> None:
        """Move the head."""
        self.count += 1
        self.head = digest


@dataclass(slots=True)
class Batch:
    """Figures in force of one batch; nothing is in force after a void."""

    hash: str
    layout: str
    figures: list[int]
    write_ins: list[list[int]]
    void: bool = False


@dataclass(frozen=True, slots=True)
class UnitBatches:
    """Batches of one layout over a whole unit, voided ones too, for the publication threshold [CUT-2]."""

    count: int = 0
    small: bool = False


NO_BATCHES = UnitBatches()


@dataclass(slots=True)
class StationChain:
    """State of one station's chain."""

    name: str
    unit: str
    station: str
    links: Links = field(default_factory=Links)
    note: UnitNote | None = None
    roster: Roster | None = None
    state: str = NEW
    before: str = NEW  # the state that an interruption has left
    closed: int | None = None  # seq of the close
    paper: dict[str, int] = field(default_factory=dict)  # what the station's form says, from the close
    joined: bool = False
    boxes: dict[str, dict[str, int]] = field(default_factory=dict)  # the last record of each box counts
    running: dict[str, list[int]] = field(default_factory=dict)
    register: list[str] = field(default_factory=list)
    batches: dict[int, Batch] = field(default_factory=dict)
    votes: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def layouts(self) -> list[Layout]:
        """Layouts of the version that `open` cites; none before."""
        return list(self.note.layouts.values()) if self.note else []

    def start(self, manifest: UnitManifest, fields: Fields) -> tuple[UnitNote, Roster]:
        """What `open` cites: the newest unit note, its roster for this station, officials of it [CHAIN-5]."""
        note = manifest.notes.get(fields["unit_note"])
        if note is None or note is not manifest.newest:
            raise Refused("E_MANIFEST", "the newest unit note of the log", f"unit_note {fields['unit_note']}")
        roster = note.stations.get(self.station)
        if roster is None or roster.hash != fields["roster"]:
            raise Refused("E_MANIFEST", "the roster that the unit note cites", f"roster {fields['roster']}")
        order = {person.id: place for place, person in enumerate(roster.officials)}
        places = [order.get(ident, -1) for ident in fields["officials"]]
        if -1 in places or any(a >= b for a, b in itertools.pairwise(places)):
            raise Refused("E_MANIFEST", "officials of the roster in its order", ", ".join(fields["officials"]))
        return note, roster

    def next_state(self, record: Record) -> str:
        """[STEP-1]: the state after this record; what the table has not is refused."""
        after = after_station(self.state, event_of(record.kind, record.fields))
        return self.before if after == BEFORE else after

    def advance(self, record: Record, state: str) -> None:
        """Every rule has held: move the head and the state."""
        if state == INTERRUPTED:
            self.before = self.state
        self.state = state
        self.links.advance(record.hash)

    def opened(self, note: UnitNote, roster: Roster) -> None:
        """Running figures start at all zeros; the chain keeps this version of its unit [SEAL-5]."""
        self.note, self.roster = note, roster
        self.running = {layout.id: [0] * layout.length for layout in note.layouts.values()}

    def box(self, note: UnitNote, fields: Fields) -> None:
        """A box must be the unit note's box of this station [CHAIN-6]."""
        station, _ = note.boxes.get(fields["box"], ("", ""))
        if station != self.station:
            raise Refused("E_UNKNOWN_BOX", f"a box of station {self.station}", fields["box"])
        self.boxes[fields["box"]] = {name: fields[name] for name in BOX_COUNTS if name in fields}

    def layout(self, note: UnitNote, fields: Fields) -> Layout:
        """The layout must be one of the unit's [CHAIN-6]."""
        layout = note.layouts.get(fields["layout"])
        if layout is None:
            raise Refused("E_LAYOUT", "a layout of the unit", fields["layout"])
        return layout

    def batch(self, note: UnitNote, record: Record, shared: dict[str, UnitBatches]) -> PaperClaim:
        """A batch adds its figures."""
        fields: Fields = record.fields
        layout = self.layout(note, fields)
        threshold = note.profiles[layout.profile].min_papers
        figures: list[int] = fields["figures"]
        layout.check(figures)
        self._check_running(layout, fields["running"], figures)  # [RUN-1]
        self._check_names(layout, fields)
        seen = shared.get(layout.id, NO_BATCHES)
        if seen.small or (figures[0] < threshold and seen.count):  # [CUT-2]
            raise Refused("E_PRIVACY", f"at least {threshold} papers, or the only batch", f"layout {layout.id}")
        shared[layout.id] = UnitBatches(seen.count + 1, figures[0] < threshold)
        claim = self._claim(note, record, layout)
        self.batches[fields["seq"]] = Batch(record.hash, layout.id, figures, fields["write_ins"])
        self._count(layout, fields["write_ins"], 1)
        self.running[layout.id] = fields["running"]
        self.register += fields["names"]
        return claim

    def correction(self, note: UnitNote, record: Record) -> PaperClaim:
        """A correction restates a batch in full and carries its effect."""
        fields: Fields = record.fields
        layout = self.layout(note, fields)
        figures: list[int] = fields["figures"]
        layout.check(figures)
        layout.check_length(fields["effect"])
        self._check_names(layout, fields)
        target = self._target(layout, fields)
        if fields["effect"] != list(map(sub, figures, target.figures)):  # [FIX-2]
            raise Refused(
                "E_EFFECT",
                "new figures minus those in force",
                _first_difference(layout, fields["effect"], list(map(sub, figures, target.figures))),
            )
        self._check_running(layout, fields["running"], fields["effect"])  # [RUN-2]
        claim = self._claim(note, record, layout)
        self._count(layout, target.write_ins, -1)
        self._count(layout, fields["write_ins"], 1)
        target.figures, target.write_ins = figures, fields["write_ins"]
        self.running[layout.id] = fields["running"]
        self.register += fields["names"]
        return claim

    def void(self, note: UnitNote, record: Record) -> None:
        """A void takes back the figures in force of its target."""
        fields: Fields = record.fields
        layout = self.layout(note, fields)
        layout.check_length(fields["effect"])
        target = self._target(layout, fields)
        minus = [[contest, number, -votes] for contest, number, votes in target.write_ins]
        if fields["effect"] != list(map(neg, target.figures)) or fields["write_ins"] != minus:  # [FIX-2]
            raise Refused("E_EFFECT", "minus the figures and write_ins in force", "other integers")
        self._check_running(layout, fields["running"], fields["effect"])  # [RUN-2]
        self._count(layout, target.write_ins, -1)
        target.void = True
        self.running[layout.id] = fields["running"]

    def close(self, note: UnitNote, record: Record) -> None:
        """[CLOSE-1] what the chain adds up to, [CLOSE-2] exactly the findings of the rules."""
        fields: Fields = record.fields
        totals = [[layout, self.running[layout]] for layout in note.layouts]
        sums: tuple[tuple[str, object], ...] = (
            ("running", totals),
            ("write_ins", self.write_ins_in_force(note)),
            ("batches", len(self.batches)),
            ("names", len(self.register)),
        )
        for name, total in sums:
            if fields[name] != total:
                raise Refused("E_TOTAL", f"{name} as the chain adds up", f"{name} of close differs")
        for layout, station in fields["joined_from"] + fields["joined_to"]:
            if layout not in note.layouts:
                raise Refused("E_LAYOUT", "a layout of the unit", layout)
            if station not in note.stations:
                raise Refused("E_UNKNOWN_CHAIN", "a station of the unit", station)
        joined = bool(fields["joined_from"] or fields["joined_to"])
        expected = sorted({code for code, _, _ in form_findings(fields["paper"], **self.counted(note, joined=joined))})
        if fields["findings"] != expected:  # [FIND-1]
            raise Refused("E_FINDING", ", ".join(expected) or "none", ", ".join(fields["findings"]) or "none")
        self.closed, self.paper, self.joined = fields["seq"], fields["paper"], joined

    def counted(self, note: UnitNote, *, joined: bool) -> dict[str, int]:
        """What the rules 104 and 105 hold the form against, where they apply."""
        first = next(iter(self.running.values()))
        counted = {"counted": first[0]} if len(note.layouts) == 1 and not joined else {}
        return {**counted, "counted_valid": first[1]} if len(note.contests) == 1 and not joined else counted

    def form(self, note: UnitNote) -> StationForm:
        """The station as the rules see it, by a version of its unit note."""
        boxes = [
            BoxForm(box, layout, self.boxes.get(box))
            for box, (station, layout) in note.boxes.items()
            if station == self.station
        ]
        closed = self.closed is not None
        electors = note.electors.get(self.station)
        return StationForm(self.station, electors, closed, self.paper, tuple(boxes), self.joined, self.running)

    def write_ins_in_force(self, note: UnitNote) -> list[list[Any]]:
        """[contest, number, votes] by contest in unit order, then number."""
        order = {contest: place for place, contest in enumerate(note.contests)}
        return [[c, n, v] for (c, n), v in sorted(self.votes.items(), key=lambda item: (order[item[0][0]], item[0][1]))]

    def _check_running(self, layout: Layout, running: list[int], change: list[int]) -> None:
        layout.check_length(running)
        expected = list(map(add, self.running[layout.id], change))
        if running != expected:
            raise Refused(
                "E_RUNNING",
                "the previous running figures plus this record's",
                _first_difference(layout, running, expected),
            )

    def _check_names(self, layout: Layout, fields: Fields) -> None:
        """[NAME-1] register and table, [NAME-2] sums of written-in votes."""
        known, new, table = len(self.register), len(fields["names"]), fields["table"]
        if known + new > REGISTER_LIMIT:
            raise Refused("E_LIMIT", f"at most {REGISTER_LIMIT} names in a chain", f"{known + new}")
        if table and table[-1] > known + new:
            raise Refused("E_NAMES", f"entries up to {known + new}", f"entry {table[-1]}")
        in_table = set(table)
        if not in_table.issuperset(range(known + 1, known + new + 1)):
            raise Refused("E_NAMES", "every new number in table", "a new number is not there")
        figures, sums = fields["figures"], [0] * len(layout.contests)
        for contest, number, votes in fields["write_ins"]:
            if contest >= len(sums):
                raise Refused("E_LAYOUT", f"a contest below {len(sums)}", f"contest {contest}")
            if number not in in_table:
                raise Refused("E_NAMES", "every number of write_ins in table", f"number {number}")
            sums[contest] += votes
            if votes > figures[layout.starts[contest]]:
                raise Refused("E_SUM", "at most the valid papers for one written-in entry", f"number {number}")
        if sums != [figures[start + WRITTEN] for start in layout.starts]:
            raise Refused("E_SUM", "write_ins that add up to written", "another sum")

    def _target(self, layout: Layout, fields: Fields) -> Batch:
        """[FIX-1]: a batch of this chain and layout that is not voided."""
        target = self.batches.get(fields["target_seq"])
        if target is None or target.hash != fields["target"] or target.layout != layout.id or target.void:
            raise Refused("E_TARGET", "a batch of this chain and layout, not voided", f"seq {fields['target_seq']}")
        return target

    def _count(self, layout: Layout, write_ins: list[list[int]], sign: int) -> None:
        for contest, number, votes in write_ins:
            entry = (layout.contests[contest].id, number)
            total = self.votes.pop(entry, 0) + sign * votes
            if total:
                self.votes[entry] = total

    def _claim(self, note: UnitNote, record: Record, layout: Layout) -> PaperClaim:
        fields: Fields = record.fields
        return PaperClaim(
            unit=self.unit,
            place=f"{self.name} seq {fields['seq']}",
            hash=record.hash,
            layout=layout,
            ballot=note.profiles[layout.profile].body["ballot"],
            figures=fields["figures"],
            write_ins=fields["write_ins"],
            table=fields["table"],
            new_names=fields["names"],
            first_new=len(self.register) + 1,
            root=fields["root"],
            sealed=fields["sealed"],
        )


def _first_difference(layout: Layout, found: list[int], expected: list[int]) -> str:
    for place, (here, there) in enumerate(zip(found, expected, strict=True)):
        if here != there:
            return f"{layout.label(place)} = {here} instead of {there}"
    return "no difference"

"""One counting table (计票点): what its people do becomes records of its chain.

Papers called at the keyboard are durable one by one (encrypted, because nobody may read a ballot off a stolen
laptop); papers of imports and rehearsals are durable by the batch. Validity is computed from the marks, never typed
in. Serves [STEP-1] [FIND-1] [CUT-1] [CUT-2] [BALLOT-1] [BALLOT-2] [BALLOT-3] [BALLOT-4] [BALLOT-5] [NAME-1] [FIX-1]
[FIX-2] [CLOSE-1] [CLOSE-2] [CLOSE-3] [RUN-1] [RUN-2].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from tally_node.batcher import meets_threshold, runs
from tally_node.chains import Chains, TableChain
from tally_node.desk import STEPS, Event, State, state_of, step
from tally_node.keyring import fresh
from tally_node.marks import Paper
from tally_node.voice import NodeError
from tally_protocol.election.figures import add, subtract
from tally_protocol.election.shape import Shape, shape
from tally_protocol.ids import BoxId, ChainName, Hash32
from tally_protocol.law.reconciliation import Finding, station_findings
from tally_protocol.law.tally import StationFigures
from tally_protocol.law.validity import judge
from tally_protocol.limits import NAMES_PER_BATCH
from tally_protocol.record.ballots import SALT, SECRET, SealedName, SealedPart, commit_name
from tally_protocol.record.chain import closing_figures, closing_findings, closing_write_ins
from tally_protocol.record.links import Links
from tally_protocol.record.station_kinds import TEN_MINUTES, Batch, BoxCount, Close, Correction, Open, Void
from tally_protocol.record.step_kind import Step

Figures = Mapping[str, int]
_NAMES_MARK = b"\n"


@dataclass(frozen=True, slots=True)
class Stack:
    """Papers of one layout in the order of the mixed stack: `rows` with slot code k for `names[k - 1]`."""

    layout: str
    rows: bytes
    names: tuple[str, ...] = ()


class Table:
    """A station of this laptop at work."""

    def __init__(self, chains: Chains, unit: str, station: str) -> None:
        """Read and verify its chain."""
        self._chains = chains
        self._unit = unit
        self._station = station
        self.name = ChainName(f"s/{unit}/{station}")
        self._read()

    def _read(self) -> TableChain:
        return self._chains.table(self._unit, self._station)

    @property
    def chain(self) -> TableChain:
        """The chain as it stands in the journal now."""
        return self._read()

    @property
    def state(self) -> State:
        """Where the table stands, derived from the journal."""
        return state_of(self.chain.state.state, waiting=self._chains.journal.count_papers(self.name))

    def _step(self, event: Event) -> None:
        step(self.state, event, self.name)

    def shape(self, layout: str) -> Shape:
        """The shape of one of the unit's papers; E_LAYOUT if it has no such paper."""
        return shape(self.chain.state.manifest.unit, layout)

    # records

    def open(self, nonce: str, time: int, officials: Sequence[str] | None = None) -> Hash32:
        """启封: the chain begins with the nonce drawn and read aloud [CHAIN-4] [CHAIN-5]."""
        self._step(Event.OPEN)
        chain = self.chain
        roster = chain.state.manifest.roster.officials
        known = [str(person.id) for person in roster]
        if officials is not None and not set(officials) <= set(known):
            raise NodeError("E_MANIFEST", self.name, expected="officials of the roster: " + " ".join(known))
        present = [name for name in known if officials is None or name in officials]
        body = Open(
            links=chain.state.links(time),
            nonce=nonce,
            officials=tuple(present),
            roster=chain.state.manifest.roster_hash,
            unit_note=chain.state.manifest.unit_hash,
        )
        chain.present = tuple(person for person in roster if person.id in present)
        with self._chains.work(self.name):
            return self._chains.add_station_record(chain, "open", body)

    def box(self, box: str, figures: Figures, time: int) -> Hash32:
        """One ballot box reconciled; what cannot be right is recorded all the same [CLOSE-3]."""
        self._step(Event.BOX)
        chain = self.chain
        body = BoxCount(links=chain.state.links(time), box=box, papers=tuple(sorted(figures.items())))
        with self._chains.work(self.name):
            return self._chains.add_station_record(chain, "box", body)

    def step(self, word: str, time: int, reason: str | None = None) -> Hash32:
        """投票结束, 清点整理, 计票中断, 恢复计票: what happens at the table beside counting [STEP-1]."""
        event = next((event for event in STEPS if event == word), None)
        if event is None:
            raise NodeError("E_FIELD", f"{self.name} step", expected=" ".join(STEPS), found=word)
        self._step(event)
        chain = self.chain
        body = Step(links=chain.state.links(time), step=word, reason=reason)
        with self._chains.work(self.name):
            return self._chains.add_station_record(chain, "step", body)

    def papers(self, stack: Stack, time: int) -> int:
        """A whole stack at once: judged, cut [CUT-1], signed, sealed; durable together. Gives the number of batches."""
        self._step(Event.CALL)
        if self._chains.journal.count_papers(self.name):
            raise NodeError("N_STATE", self.name, expected="no papers that are called and not yet cut")
        with self._chains.work(self.name):
            return self._cut(stack, time, time)

    def void(self, seq: int, reason: str, time: int) -> Hash32:
        """Take a whole batch back [FIX-1] [FIX-2]."""
        self._step(Event.VOID)
        chain = self.chain
        target = chain.state.batches.get(seq)
        if target is None or target.figures is None:
            raise NodeError("E_TARGET", f"{self.name} {seq}", expected="the seq of a batch in force")
        zeros = self.shape(target.layout).zeros
        effect = subtract(zeros, target.figures)
        body = Void(
            links=_floored(chain.state.links(time)),
            effect=effect,
            layout=target.layout,
            reason=reason,
            running=add(chain.state.running_of(target.layout), effect),
            target=target.hash,
            target_seq=seq,
            write_ins=tuple((index, number, -votes) for index, number, votes in target.write_ins),
        )
        with self._chains.work(self.name):
            return self._chains.add_station_record(chain, "void", body)

    def correct(self, seq: int, stack: Stack, reason: str, time: int) -> Hash32:
        """A batch called again: everything restated, with the signed difference [FIX-2]."""
        self._step(Event.CORRECT)
        chain = self.chain
        target = chain.state.batches.get(seq)
        if target is None or target.figures is None or target.layout != stack.layout:
            raise NodeError("E_TARGET", f"{self.name} {seq}", expected=f"a batch in force of layout {stack.layout}")
        with self._chains.work(self.name):
            batch, sealed = self._compose(chain, stack, time, time, replaces=target.figures)
            body = Correction(
                batch=batch, effect=subtract(batch.figures, target.figures), reason=reason,
                target=target.hash, target_seq=seq,
            )  # fmt: skip
            return self._chains.add_station_record(chain, "correction", body, sealed)

    def close(
        self,
        paper: Figures,
        time: int,
        joined_from: Sequence[tuple[str, str]] = (),
        joined_to: Sequence[tuple[str, str]] = (),
    ) -> tuple[str, ...]:
        """The end of the count; gives the codes of what cannot be right, which refuse nothing [FIND-1] [CLOSE-3]."""
        self._step(Event.CLOSE)
        chain = self.chain
        codes = closing_findings(chain.state, paper, joined=bool(joined_from or joined_to))
        body = Close(
            links=chain.state.links(time),
            batches=len(chain.state.batches),
            findings=codes,
            joined_from=tuple(joined_from),
            joined_to=tuple(joined_to),
            names=len(chain.state.register),
            paper=tuple(sorted(paper.items())),
            running=closing_figures(chain.state),
            write_ins=closing_write_ins(chain.state),
        )
        with self._chains.work(self.name):
            self._chains.add_station_record(chain, "close", body)
        return codes

    def findings(self) -> tuple[Finding, ...]:
        """Everything that the table's form and boxes say against each other, all at once [FIND-2]."""
        state = self.chain.state
        figures = StationFigures(
            station=state.station,
            closed=state.closed,
            paper=state.paper,
            boxes={BoxId(name): dict(box.papers) for name, box in state.boxes.items()},
            joined=state.joined,
            running={layout.id: state.running_of(layout.id) for layout in state.manifest.unit.layouts},
        )
        return tuple(station_findings(state.manifest.unit, figures))

    # the keyboard

    def call(self, layout: str, paper: Paper) -> int:
        """One called paper, durable when this returns its number; if the process dies before, it is called again."""
        self._step(Event.CALL)
        self._check_new_stack(layout)
        waiting, last = self._chains.journal.last_paper(self.name)
        if last and waiting != layout:
            raise NodeError("N_STATE", self.name, expected=f"layout {waiting} cut before another is called")
        number = last + 1
        data = paper.row + _NAMES_MARK.join(name.encode() for name in paper.names)
        with self._chains.work(self.name):
            sealed = self._chains.seal_private(data, "papers", self.name, layout, number)
            self._chains.journal.add_paper(self.name, layout, number, sealed)
        return number

    def undo(self) -> int:
        """Take back the last called paper that is in no batch; gives how many are left."""
        self._step(Event.UNDO)
        layout, number = self._chains.journal.last_paper(self.name)
        with self._chains.work(self.name):
            self._chains.journal.drop_papers(self.name, layout, 1, first=number)
        return number - 1

    def cut(self, time: int) -> int:
        """End of the stack: all called papers become batches; gives their number. All of it durable, or nothing."""
        self._step(Event.CUT)
        stack = self._waiting()
        if stack is None:
            raise NodeError("N_STATE", self.name, expected="called papers")
        count = len(stack.rows) // self.shape(stack.layout).width
        with self._chains.work(self.name):
            done = self._cut(stack, time, time)
            self._chains.journal.drop_papers(self.name, stack.layout, count)
        return done

    def _waiting(self) -> Stack | None:
        """The called papers that are in no batch yet, as one stack with one list of names."""
        papers, layout = list[Paper](), ""
        for layout, number, sealed in self._chains.journal.papers(self.name):
            width = self.shape(layout).width
            data = self._chains.open_private(sealed, "papers", self.name, layout, number)
            papers.append(Paper(data[:width], tuple(part.decode() for part in data[width:].split(_NAMES_MARK) if part)))
        return stack_of(layout, self.shape(layout), papers) if papers else None

    # batches

    def _check_new_stack(self, layout: str) -> None:
        self.shape(layout)
        made = [batch for batch in self.chain.state.batches.values() if batch.layout == layout]
        if made and all(batch.figures is not None for batch in made):
            # [CUT-1] is about the whole stack of a layout: a second one would make batches that are too small; papers
            # of a voided batch may be called again as a stack of their own
            raise NodeError("N_STATE", f"{self.name} layout {layout}", expected="one stack a layout; use correct")

    def _cut(self, stack: Stack, began: int, ended: int) -> int:
        self._check_new_stack(stack.layout)
        width = self.shape(stack.layout).width
        if not stack.rows or len(stack.rows) % width:
            raise NodeError("E_RANGE", self.name, expected=f"whole rows of {width} cells", found=len(stack.rows))
        papers = len(stack.rows) // width
        self._check_threshold(stack.layout, papers)
        chain = self.chain
        parts = runs(papers)
        for start, stop in parts:
            part = Stack(stack.layout, stack.rows[start * width : stop * width], stack.names)
            batch, sealed = self._compose(chain, part, began, ended)
            self._chains.add_station_record(chain, "batch", batch, sealed)
        return len(parts)

    def _check_threshold(self, layout: str, papers: int) -> None:
        """[CUT-2] as far as this laptop sees the unit; the county sees all of it and refuses the rest."""
        made = self.chain.state.manifest
        threshold, unit = made.layout_profile(layout).publish.min_ballots_per_cell, made.unit
        others = [
            batch.figures[0] if batch.figures else 0
            for entry in unit.stations
            if entry.id != self._station and self._chains.manifest.has(entry.roster)
            for batch in self._chains.table(unit.id, entry.id).state.batches.values()
            if batch.layout == layout
        ]
        small = any(size < threshold for size in others)
        if small or not meets_threshold(papers, threshold, alone=not others):
            raise NodeError("E_PRIVACY", f"{self.name} layout {layout}", expected=f"at least {threshold} papers")

    def _compose(
        self, chain: TableChain, stack: Stack, began: int, ended: int, replaces: tuple[int, ...] | None = None
    ) -> tuple[Batch, bytes]:
        """The body of one batch and its sealed part; new names go into the register. Inside `work`."""
        state = chain.state
        paper = self.shape(stack.layout)
        rows, table, new = self._number_names(chain, paper, stack)
        count = len(rows) // paper.width
        profile = state.manifest.layout_profile(stack.layout)
        cut = [rows[start : start + paper.width] for start in range(0, len(rows), paper.width)]
        judged = judge(paper, cut, table, profile)
        part = SealedPart(
            secret=fresh(SECRET), papers=count, width=paper.width, rows=rows, from_time=began, to_time=ended, names=new
        )
        sealed = part.encode()
        effect = judged.figures if replaces is None else subtract(judged.figures, replaces)
        batch = Batch(
            links=_floored(state.links(ended)),
            evidence=(),
            figures=judged.figures,
            layout=stack.layout,
            names=tuple(Hash32(commit_name(entry.salt, entry.name)) for entry in new),
            root=Hash32(part.root()),
            running=add(state.running_of(stack.layout), effect),
            sealed=Hash32(sha256(sealed).digest()),
            table=table,
            write_ins=judged.write_ins,
        )
        self._chains.add_names(chain, new)
        return batch, sealed

    def _number_names(
        self, chain: TableChain, paper: Shape, stack: Stack
    ) -> tuple[bytes, tuple[int, ...], tuple[SealedName, ...]]:
        """Rows with slot codes of the batch's own table, the table, and the names new to the register [NAME-1]."""
        used: dict[int, None] = {}
        if stack.names:
            for start in range(0, len(stack.rows), paper.width):
                for contest in paper.contests:
                    for code in stack.rows[start + contest.slot_cell : start + contest.end_cell]:
                        if code:
                            used[code] = None
        if not used:
            return stack.rows, (), ()
        if max(used) > len(stack.names):
            raise NodeError("E_RANGE", self.name, expected=f"slot codes up to {len(stack.names)}")
        new: dict[str, SealedName] = {}
        number_of: dict[int, int] = {}
        for code in used:
            name = stack.names[code - 1]
            entry = chain.names.get(name) or new.get(name)
            if entry is None:
                entry = new[name] = SealedName(len(chain.state.register) + len(new) + 1, fresh(SALT), name)
            number_of[code] = entry.number
        table = tuple(sorted(set(number_of.values())))
        codes = bytearray(256)
        for code, number in number_of.items():
            codes[code] = table.index(number) + 1
        rows = b"".join(
            _renumber(paper, stack.rows[start : start + paper.width], bytes(codes))
            for start in range(0, len(stack.rows), paper.width)
        )
        return rows, table, tuple(new.values())


def stack_of(layout: str, paper: Shape, papers: Sequence[Paper]) -> Stack:
    """Papers with their own names as one stack with one list of names."""
    rows, names = bytearray(), list[str]()
    for one in papers:
        names += [name for name in one.names if name not in names]
        if len(names) > NAMES_PER_BATCH:
            raise NodeError("E_LIMIT", f"layout {layout}", expected=f"at most {NAMES_PER_BATCH} names in a stack")
        rows += _renumber(paper, one.row, bytes([0, *(names.index(name) + 1 for name in one.names)]))
    return Stack(layout, bytes(rows), tuple(names))


def _renumber(paper: Shape, row: bytes, codes: bytes) -> bytes:
    """A row whose slot codes are replaced by `codes[code]`; code 0 stays 0."""
    cells = bytearray(row)
    for contest in paper.contests:
        for cell in range(contest.slot_cell, contest.end_cell):
            if cells[cell] >= len(codes):
                raise NodeError("E_RANGE", "slot", expected=f"a code below {len(codes)}")
            cells[cell] = codes[cells[cell]]
    return bytes(cells)


def _floored(links: Links) -> Links:
    """Batches say the time in steps of ten minutes [KIND-2]: the exact one is in the sealed part."""
    return Links(
        chain=links.chain, election=links.election, epoch=links.epoch, prev=links.prev, seq=links.seq,
        time=links.time - links.time % TEN_MINUTES,
    )  # fmt: skip

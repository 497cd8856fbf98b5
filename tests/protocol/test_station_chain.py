"""A station's chain against a plain model: random valid records, then one fault; a refusal changes nothing."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_protocol.election.figures import form_findings
from tally_protocol.election.shape import shape
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.law.states import StationWord
from tally_protocol.record.chain import StationState, station_findings
from tally_protocol.record.kinds import StationBody, decode_record
from tally_protocol.record.station_kinds import Batch, BoxCount, Close, Correction, Open, Void
from tests.world import BLANK, OVER, TIME, TORN, VOTE_A, VOTE_B, WRITE_IN, StationDesk, World

KINDS = (VOTE_A, VOTE_B, WRITE_IN, BLANK, OVER, TORN)
OTHER = Hash32(b"\xff" * 32)
piles = st.lists(st.sampled_from(range(len(KINDS))), min_size=1, max_size=12)
what = st.sampled_from(["batch", "box", "void", "correct", "pause"])
steps = st.lists(st.tuples(what, piles, st.integers(0, 9)), max_size=8)


def snapshot(state: StationState) -> dict[str, Any]:
    return {name: copy.copy(getattr(state, name)) for name in StationState.__slots__}


class Model:
    """What is in force, kept the slow way: rows of every batch that still counts."""

    def __init__(self) -> None:
        self.desk = StationDesk(World(), "v1", "1")
        self.desk.open()
        self.rows: dict[int, list[bytes]] = {}

    def step(self, what: str, pile: list[int], pick: int) -> None:
        rows = [bytes(KINDS[i]) for i in pile]
        live = sorted(self.rows)
        if what == "batch" or (what in {"void", "correct"} and not live):
            seq = self.desk.state.next_seq
            self.desk.batch(rows, ["王小二", "李四"])
            self.rows[seq] = rows
        elif what == "box":
            self.desk.box(collected=pick)
        elif what == "pause":
            before = self.desk.state.state
            self.desk.step("interrupted", "停电")
            assert self.desk.state.state is StationWord.INTERRUPTED
            self.desk.step("resumed")
            assert self.desk.state.state is before
        elif what == "void":
            seq = live[pick % len(live)]
            self.desk.void(seq)
            del self.rows[seq]
        else:
            seq = live[pick % len(live)]
            self.desk.correct(seq, rows, ["赵六", "钱七"])
            self.rows[seq] = rows

    def check(self) -> None:
        state = self.desk.state
        rows = [row for some in self.rows.values() for row in some]
        running = state.running_of("village")
        assert running[0] == len(rows)
        assert running[13] == sum(row == bytes(VOTE_A) for row in rows)
        assert running[12] == sum(row == bytes(WRITE_IN) for row in rows)
        assert sum(votes for (contest, _), votes in state.votes.items() if contest == "chair") == running[12]
        assert state.next_seq == len(self.desk.notes)
        assert state.head == decode_record(self.desk.notes[-1]).hash


def faults(state: StationState, good: StationBody) -> list[tuple[StationBody, str]]:
    """The record with one thing wrong, and the code that must come."""

    def with_links(body: StationBody, **fields: Any) -> StationBody:
        links = replace(body.links, **fields)
        if isinstance(body, Correction):
            return replace(body, batch=replace(body.batch, links=links))
        return replace(body, links=links)

    found = [
        (with_links(good, election=OTHER), "E_ELECTION"),
        (with_links(good, seq=state.next_seq + 1), "E_GAP"),
        (with_links(good, seq=state.next_seq - 1), "E_FORK"),
        (with_links(good, prev=OTHER), "E_CHAIN"),
    ]
    if isinstance(good, Batch):
        up = (good.running[0] + 1, *good.running[1:])
        more = (good.figures[0] + 1, *good.figures[1:])
        found += [
            (replace(good, running=up), "E_RUNNING"),
            (replace(good, figures=more, running=up), "E_SUM"),
            (replace(good, figures=good.figures[1:]), "E_FIGURES"),
            (replace(good, running=good.running[1:]), "E_FIGURES"),
            (replace(good, layout="other"), "E_LAYOUT"),
            (replace(good, table=good.table[1:]), "E_NAMES"),
            (replace(good, names=(OTHER,) * 2001), "E_LIMIT"),
        ]
    return found


@pytest.mark.property
@given(steps, piles)
def test_random_chains_then_a_fault(some: list[tuple[str, list[int], int]], pile: list[int]) -> None:
    """[CHAIN-1] [CHAIN-2] [CHAIN-3] [RUN-1] [RUN-2] [NAME-1] [NAME-2]: refused with its code, state unchanged."""
    model = Model()
    for step in some:
        model.step(*step)
        model.check()
    state = model.desk.state
    good = model.desk.batch_body([bytes(KINDS[i]) for i in pile], ["甲", "乙"])
    before = snapshot(state)
    for body, code in faults(state, good):
        with pytest.raises(ProtocolError) as caught:
            state.check(body)
        assert caught.value.code == code
        assert snapshot(state) == before
    state.check(good)
    assert snapshot(state) == before
    model.desk.close(collected=7)
    with pytest.raises(ProtocolError, match="E_CLOSED"):
        state.check(replace(good, links=state.links(TIME)))


@pytest.mark.property
@given(steps)
def test_a_chain_read_back_gives_the_same_state(some: list[tuple[str, list[int], int]]) -> None:
    """[NOTE-3] Kept bytes are enough: notes decode to records that lead to the same state."""
    model = Model()
    for step in some:
        model.step(*step)
    model.desk.close(collected=1, issued=0)
    again = StationState(model.desk.state.manifest)
    for note in model.desk.notes:
        decoded = decode_record(note)
        assert isinstance(decoded.body, StationBody)
        assert decoded.links == again.links(decoded.links.time)
        again.check(decoded.body)
        again.apply(decoded.body, decoded.hash)
    assert snapshot(again) == snapshot(model.desk.state)
    assert again.closed


def _counted() -> StationDesk:
    desk = StationDesk(World(), "v1", "1")
    desk.open()
    desk.batch([bytes(VOTE_A)] * 3)
    desk.batch([bytes(WRITE_IN)] * 3, ["王小二", "李四"])
    return desk


class Catcher(StationDesk):
    """A desk that keeps the next record instead of writing it."""

    caught: StationBody

    def write(self, kind: str, body: StationBody) -> bytes:
        self.caught = body
        return super().write(kind, body)


def _record(write: Callable[[Catcher], object]) -> tuple[StationState, StationBody]:
    """A good record and the state before it."""
    desk = _counted()
    catcher = Catcher(desk.world, "v1", "1")
    catcher.state, catcher.notes = desk.state, desk.notes
    fresh = _counted().state
    write(catcher)
    return fresh, catcher.caught


def _expect(state: StationState, body: StationBody, code: str) -> None:
    before = snapshot(state)
    with pytest.raises(ProtocolError) as caught:
        state.check(body)
    assert caught.value.code == code
    assert snapshot(state) == before


def test_void_faults() -> None:
    """[FIX-1] [FIX-2] [RUN-2] A void takes back exactly what is in force."""
    state, body = _record(lambda desk: desk.void(2))
    assert isinstance(body, Void)
    state.check(body)
    one = (body.effect[0] + 1, *body.effect[1:])
    for wrong, code in (
        (replace(body, target=OTHER), "E_TARGET"),
        (replace(body, target_seq=1), "E_TARGET"),
        (replace(body, layout="deputies", effect=(0,) * 21, running=(0,) * 21), "E_TARGET"),
        (replace(body, effect=one), "E_EFFECT"),
        (replace(body, write_ins=()), "E_EFFECT"),
        (replace(body, effect=one[1:]), "E_FIGURES"),
        (replace(body, running=body.running[1:]), "E_FIGURES"),
        (replace(body, running=(body.running[0] + 1, *body.running[1:])), "E_RUNNING"),
    ):
        _expect(state, wrong, code)


def test_correction_faults() -> None:
    """[FIX-1] [FIX-2] A correction's effect is the new figures minus those in force."""
    state, body = _record(lambda desk: desk.correct(1, [bytes(VOTE_B)] * 4))
    assert isinstance(body, Correction)
    state.check(body)
    up = (body.batch.running[0] + 1, *body.batch.running[1:])
    for wrong, code in (
        (replace(body, target=OTHER), "E_TARGET"),
        (replace(body, effect=body.effect[1:]), "E_FIGURES"),
        (replace(body, effect=(body.effect[0] + 1, *body.effect[1:])), "E_EFFECT"),
        (replace(body, batch=replace(body.batch, running=up)), "E_RUNNING"),
        (replace(body, batch=replace(body.batch, layout="other")), "E_LAYOUT"),
        (replace(body, batch=replace(body.batch, write_ins=((9, 1, 1),), table=(1,))), "E_LAYOUT"),
        (replace(body, batch=replace(body.batch, write_ins=((0, 1, 5),), table=(1,))), "E_SUM"),
    ):
        _expect(state, wrong, code)


def test_close_faults() -> None:
    """[CLOSE-1] [CLOSE-2] [CLOSE-3] What the form says is kept even if it cannot be right; totals must be right."""
    state, body = _record(lambda desk: desk.close(collected=99, issued=1, valid=5, invalid=5))
    assert isinstance(body, Close)
    assert body.findings == ("F_COLLECTED_ISSUED", "F_VALID_INVALID")
    state.check(body)
    for wrong, code in (
        (replace(body, batches=3), "E_TOTAL"),
        (replace(body, names=0), "E_TOTAL"),
        (replace(body, write_ins=()), "E_TOTAL"),
        (replace(body, running=body.running[::-1]), "E_TOTAL"),
        (replace(body, findings=()), "E_FINDING"),
        (replace(body, joined_to=(("village", "1"),)), "E_LAYOUT"),
        (replace(body, joined_from=(("village", "9"),)), "E_LAYOUT"),
        (replace(body, joined_from=(("other", "2"),)), "E_LAYOUT"),
    ):
        _expect(state, wrong, code)
    state.check(replace(body, joined_from=(("village", "2"),)))


def test_findings_of_a_form() -> None:
    """[FIND-1] Rules 101 to 110 in their order, each with what the form gives and what it should; codes in `close`."""
    desk = StationDesk(World(), "v1", "1")
    desk.open()
    form = {
        "collected": 300, "delivered": 1, "invalid": 1, "issued": 2, "proxies": 3, "registered": 4, "spoiled": 5,
        "unused": 6, "valid": 7, "voters": 9,
    }  # fmt: skip
    assert station_findings(desk.state, form, joined=False) == (
        ("F_BALANCE", 1, 13),
        ("F_COLLECTED_ISSUED", 2, 300),
        ("F_COLLECTED_REGISTERED", 4, 300),
        ("F_PROXIES_ISSUED", 2, 3),
        ("F_VALID_INVALID", 300, 8),
        ("F_VOTERS_ISSUED", 2, 9),
        ("F_VOTERS_REGISTERED", 4, 9),
        ("F_COLLECTED_VOTERS", 9, 300),
    )
    counted = {"layouts": 1, "contests": 1, "joined": False, "papers": 100, "valid": 90}
    assert form_findings({"collected": 101, "valid": 91}, **counted) == (  # type: ignore[arg-type]
        ("F_COUNTED_COLLECTED", 101, 100),
        ("F_COUNTED_VALID", 91, 90),
    )
    for fields in ({"joined": True}, {"layouts": 2, "contests": 2}):
        assert form_findings({"collected": 101, "valid": 91}, **counted | fields) == ()  # type: ignore[arg-type]
    right = {"collected": 9, "issued": 9, "voters": 9, "registered": 9, "proxies": 9, "valid": 4, "invalid": 5}
    assert station_findings(desk.state, right, joined=False) == ()
    desk.close(**form)
    assert desk.state.paper == form
    body = decode_record(desk.notes[-1]).body
    assert isinstance(body, Close)
    assert body.findings == tuple(sorted(code for code, _, _ in station_findings(desk.state, form, joined=False)))


def test_a_table_that_borrows_marks_of_the_whole_paper() -> None:
    """[FIG-2] Where over-votes are judged over the whole paper, a post may hold what another left free."""
    rows = [bytes((0, 0, 0, 0, 1, 1, 1, 0))] * 60
    figures = shape(World().units["v1"][0], "village").contests[1].figure
    total = StationDesk(World(values={"ballot.overvote.compare": "total"}), "v1", "1")
    desk = StationDesk(World(), "v1", "1")
    for table, valid in ((total, 60), (desk, 0)):
        table.open()
        table.batch(rows)
        assert table.state.running_of("village")[figures] == valid
    body = desk.batch_body(rows)
    more = list(body.figures)
    more[figures], more[figures + 2] = 60, 0
    for place in range(3):
        more[figures + 12 + 4 * place] = 60
    running = tuple(first + second for first, second in zip(desk.state.running_of("village"), more, strict=True))
    _expect(desk.state, replace(body, figures=tuple(more), running=running), "E_SUM")


def test_open_and_box_faults() -> None:
    """[CHAIN-4] [CHAIN-5] [CHAIN-6] The first record is `open`, once, on the newest manifest."""
    world = World()
    desk = Catcher(world, "v1", "1")
    desk.open()
    body = desk.caught
    assert isinstance(body, Open)
    fresh = StationState(world.manifest("v1", "1"))
    fresh.check(body)
    fresh.check(replace(body, officials=body.officials[::2]))
    for wrong, code in (
        (replace(body, unit_note=OTHER), "E_MANIFEST"),
        (replace(body, roster=OTHER), "E_MANIFEST"),
        (replace(body, officials=("nobody",)), "E_MANIFEST"),
        (replace(body, officials=body.officials[::-1]), "E_MANIFEST"),
    ):
        _expect(fresh, wrong, code)
    _expect(desk.state, replace(body, links=desk.state.links(TIME)), "E_NONZERO")
    desk.box(issued=3)
    box = desk.caught
    assert isinstance(box, BoxCount)
    _expect(fresh, replace(box, links=fresh.links(TIME)), "E_NONZERO")
    for name in ("box-2", "box-9"):
        _expect(desk.state, replace(box, links=desk.state.links(TIME), box=name), "E_UNKNOWN_BOX")


def test_the_register_holds_two_thousand_names() -> None:
    """[CONV-2] [NAME-1] The 2,000th name of a chain is taken, the 2,001st is `E_LIMIT`."""
    state = _counted().state
    state.register.extend([OTHER] * (1999 - len(state.register)))
    batch = _counted().batch_body([bytes(VOTE_A)], [])
    state.check(replace(batch, names=(OTHER,), table=(2000,)))
    _expect(state, replace(batch, names=(OTHER, OTHER), table=(2000, 2001)), "E_LIMIT")

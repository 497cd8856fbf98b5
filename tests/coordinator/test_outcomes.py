"""The county's own word on every unit: determinations, one a statement, whatever dies; steps and declarations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from coordinator.board.feed import Feed
from coordinator.intake import placing as placing_module
from coordinator.intake.admission import Received
from coordinator.intake.jobs import Answers, Deliver
from coordinator.intake.writer import Writer
from coordinator.ledger.fold import Fold
from coordinator.ledger.rebuilding import rebuild
from coordinator.settings import CountyError
from coordinator.store import entries as log
from coordinator.store import writing
from tally_protocol.ids import ContestId
from tally_protocol.law.declared import Declared, Reason
from tally_protocol.law.result import Outcome
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.deciding import determination_of, results_of
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.signing import check_county_signer, sign_record
from tally_protocol.record.unit_kinds import Declaration, Determination
from tests.committee import Committee
from tests.coordinator.county import Bench, envelopes, make_home, record
from tests.world import TIME, VOTE_A, VOTE_B, WRITE_IN, StationDesk, World, papers, signer

Change = Callable[[Declaration], Declaration]
PLAIN = papers(55, VOTE_B) + papers(5, VOTE_A)
NAMED = papers(55, VOTE_B) + papers(5, WRITE_IN)


@dataclass
class Unit:
    """Unit v2 with its one table, and its committee."""

    bench: Bench
    desk: StationDesk
    committee: Committee

    def count(self, rows: Sequence[bytes] = PLAIN, names: Sequence[str] = ()) -> None:
        """Open, count, close."""
        self.desk.open()
        self.desk.batch(rows, names)
        self.desk.close(collected=60, issued=60, voters=60, registered=100)
        self.give(*envelopes(self.bench.world, self.desk))

    def give(self, *received: Received) -> Answers:
        """Deliver; everything is accepted."""
        answers = self.bench.deliver(*received)
        assert [answer.code for answer in answers.answers] == [""] * len(received)
        return answers

    def send(self, *notes: bytes) -> Answers:
        """Deliver notes of the committee."""
        return self.give(*[Received(note, b"", "node-1") for note in notes])

    def refused(self, note: bytes) -> str:
        """The code of a note of the committee."""
        answer = self.bench.one(Received(note, b"", "node-1"))
        assert answer.outcome == "refused"
        return answer.code


def found(bench: Bench) -> list[tuple[int, Determination]]:
    """Every determination of the store with its log index."""
    rows = []
    for entry in log.read_range(bench.store, 0, log.size(bench.store)):
        if entry.kind == "determination":
            decoded = decode_record(entry.note)
            check_county_signer(decoded.note, bench.world.election)
            assert isinstance(decoded.body, Determination)
            rows.append((entry.idx, decoded.body))
    return rows


@pytest.fixture
def unit(bench: Bench) -> Unit:
    desk = bench.world.desk("v2", "1")
    return Unit(bench, desk, Committee(bench.world, "v2", [desk]))


def test_a_statement_without_written_in_names_is_determined_at_once(unit: Unit) -> None:
    """[DET-1] [DET-2]: in the same commit, right behind the record that made the unit final."""
    unit.count()
    assert found(unit.bench) == []
    answers = unit.send(unit.committee.statement())
    ((index, body),) = found(unit.bench)
    assert index == answers.answers[0].index + 1
    assert (body.unit, body.statement) == ("v2", unit.committee.state.statement)
    assert body.contests == results_of(unit.committee.state)
    assert body.contests[0].outcome is Outcome.INVALID_TURNOUT, "60 of 400 registered"
    assert body.links.seq == 0
    assert len(answers.answers) == len(answers.receipts) == 1, "nobody is told of the county's own record"
    assert unit.bench.writer.county.units["v2"].determined == body.statement


def test_names_are_waited_for(unit: Unit) -> None:
    """[DET-1]: opened in two parts, determined with the last."""
    unit.count(NAMED, ["王小二", "李四"])
    unit.send(unit.committee.statement())
    body = unit.committee.names_body()
    first = replace(body, parts=2, persons=body.persons[:1])
    unit.send(unit.committee.write("names", first))
    assert found(unit.bench) == []
    links = unit.committee.state.links(TIME)
    unit.send(unit.committee.write("names", replace(body, links=links, part=2, parts=2, persons=body.persons[1:])))
    ((_, determination),) = found(unit.bench)
    assert determination.contests == results_of(unit.committee.state)


def test_everything_in_one_delivery_is_one_commit(unit: Unit) -> None:
    """[DET-1]: statement, names and determination stand in this order in the log."""
    unit.count(NAMED, ["王小二", "李四"])
    unit.send(unit.committee.statement(), unit.committee.names(), unit.committee.step("announced"))
    kinds = [entry.kind for entry in log.read_range(unit.bench.store, 0, log.size(unit.bench.store))]
    assert kinds[-4:] == ["statement", "names", "determination", "step"]
    assert "changpiao_commit_records_count 2.0" in unit.bench.metrics.text().decode()


def test_a_correction_and_a_new_statement_give_a_new_determination(unit: Unit) -> None:
    """[DET-1] [DET-2]: one a statement; the old one stays in the chain."""
    unit.count()
    unit.send(unit.committee.statement())
    unit.desk.correct(1, papers(60, VOTE_A))
    unit.give(envelopes(unit.bench.world, unit.desk)[-1])
    assert len(found(unit.bench)) == 1, "a correction alone determines nothing"
    assert not unit.bench.writer.county.units["v2"].final
    unit.send(unit.committee.statement())
    (_, first), (_, second) = found(unit.bench)
    assert [first.links.seq, second.links.seq] == [0, 1]
    assert second.links.prev == unit.bench.store_hash("c", 0)
    assert second.statement == unit.committee.state.statement != first.statement


def test_a_voided_unit_has_no_determination(unit: Unit) -> None:
    """[DET-1] [STEP-1]: and takes nothing more."""
    unit.count()
    unit.send(unit.committee.step("voided", "投票箱被抢，乡镇人民政府 2026-09-21 决定"))
    assert unit.bench.writer.county.units["v2"].state.value == "VOIDED"
    unit.bench.writer.settle()
    assert found(unit.bench) == []
    state = unit.committee.state
    state.state = type(state.state).COUNTING
    assert unit.refused(unit.committee.statement()) == "E_STATE"


def test_a_rebuilt_county_checks_every_determination_again(unit: Unit) -> None:
    """[DET-2]: `check` decides every unit again."""
    unit.count()
    unit.send(unit.committee.statement())
    again = rebuild(unit.bench.store, strict=True).county
    live = unit.bench.writer.county
    assert (again.head, again.next_seq) == (live.head, live.next_seq)
    assert again.units["v2"].determined == live.units["v2"].determined is not None


def test_a_determination_that_somebody_wrote_into_the_store_is_found(unit: Unit) -> None:
    """[DET-2]: even one that the county's key has signed."""
    unit.count()
    unit.send(unit.committee.statement())
    ((index, body),) = found(unit.bench)
    other = replace(body, contests=(replace(body.contests[0], outcome=Outcome.FULL), *body.contests[1:]))
    note = sign_record("determination", other, [unit.bench.world.county])
    with unit.bench.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE records SET note = ?, hash = ?, leaf = ? WHERE id = (SELECT record FROM log WHERE idx = ?)",
            (note, bytes(record(note)), leaf_hash(note), index),
        )
    rebuild(unit.bench.store)
    with pytest.raises(CountyError, match="E_OUTCOME"):
        rebuild(unit.bench.store, strict=True)


@pytest.mark.fault
@pytest.mark.parametrize("durable", [False, True])
def test_whatever_dies_there_is_exactly_one(unit: Unit, durable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DET-1] [INTAKE-2]: the power fails before or after the commit of statement and determination."""
    unit.count()
    received = Received(unit.committee.statement(), b"", "node-1")

    def dies(*_: object) -> None:
        raise OSError("power")

    with monkeypatch.context() as patch:
        if durable:
            # the first line after the commit
            patch.setattr(Writer, "_took_over", dies)
        else:
            patch.setattr(writing, "append", dies)
        with pytest.raises(OSError, match="power"):
            unit.bench.writer.process([Deliver([received], lambda _: None, 0.0)])
    unit.bench.store.close()
    unit.bench.open()
    unit.bench.writer.settle()
    assert len(found(unit.bench)) == int(durable)
    assert unit.bench.one(received).outcome == ("duplicate" if durable else "accepted")
    unit.bench.store.close()
    unit.bench.open()
    unit.bench.writer.settle()
    assert len(found(unit.bench)) == 1


def test_a_fault_in_the_rules_stops_nobody_and_is_made_good(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    """[DET-1]: the record is accepted, others go on, the next start determines."""
    unit.count()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(placing_module, "determination_of", broken)
        unit.send(unit.committee.statement())
    assert found(unit.bench) == []
    assert "changpiao_undetermined_total 1.0" in unit.bench.metrics.text().decode()
    unit.bench.store.close()
    unit.bench.open()
    unit.bench.writer.start()
    unit.bench.writer.stop()
    assert len(found(unit.bench)) == 1


def test_nobody_delivers_a_determination(unit: Unit) -> None:
    """[INTAKE-6]: the county's chain is the county's."""
    unit.count()
    unit.committee.statement()
    body = determination_of(unit.committee.state, unit.bench.writer.county.county_links(TIME))
    assert unit.refused(sign_record("determination", body, [unit.bench.world.county])) == "E_IDENTITY"


def test_a_committee_goes_its_way(unit: Unit) -> None:
    """[STEP-1] [DET-3]: announced, reviewed, declared, filed, archived; the board's word follows."""
    unit.count()
    words = []
    for note in (
        unit.committee.statement, lambda: unit.committee.step("announced"), lambda: unit.committee.step("reviewed"),
        unit.committee.declaration, lambda: unit.committee.step("filed"), lambda: unit.committee.step("archived"),
    ):  # fmt: skip
        unit.send(note())
        words.append(unit.bench.writer.county.units["v2"].shown.name)
    assert words == ["DETERMINED", "DETERMINED", "REVIEWED", "DECLARED", "FILED", "ARCHIVED"]
    assert len(found(unit.bench)) == 1


def test_a_step_out_of_order_is_refused_kept_and_counted(unit: Unit) -> None:
    """[STEP-1] [INTAKE-4]"""
    unit.count()
    unit.send(unit.committee.statement())
    state = unit.committee.state
    kept = state.state, state.next_seq, state.head
    state.state = type(state.state).DECLARED
    note = unit.committee.step("filed")
    assert unit.refused(note) == "E_STATE"
    state.state, state.next_seq, state.head = kept
    assert 'changpiao_refused_total{code="E_STATE"} 1.0' in unit.bench.metrics.text().decode()
    with unit.bench.store.read() as connection:
        assert connection.exec_driver_sql("SELECT code, note FROM refusals").all() == [("E_STATE", note)]
    unit.send(unit.committee.step("announced"))


def test_an_interrupted_table_takes_no_batch(unit: Unit) -> None:
    """[STEP-1]: until somebody says that it goes on."""
    desk = unit.desk
    desk.open()
    desk.step("polls_closed")
    desk.step("interrupted", "停电")
    unit.give(*envelopes(unit.bench.world, desk))
    assert unit.bench.writer.county.units["v2"].shown.name == "INTERRUPTED"
    before = desk.state.state
    desk.state.state = desk.state.before
    note = sign_record("batch", desk.batch_body(PLAIN), desk.signers("batch"))
    assert unit.refused(note) == "E_STATE"
    desk.state.state = before
    desk.step("resumed")
    desk.batch(PLAIN)
    unit.give(*envelopes(unit.bench.world, desk)[3:])


def test_a_declaration_names_a_reason_for_each_difference(unit: Unit) -> None:
    """[DET-3] 浙江第32条 (ZJ-32): the rules' result stands beside what the committee declares."""
    unit.count()
    unit.send(unit.committee.statement())
    without = unit.committee.declaration_body({"chair": ("b",)})
    people = [f"changpiao/county-test/v2/{name}" for name in ("head", "second")]
    signers = [signer(name) for name in people]
    assert unit.refused(sign_record("declaration", without, signers)) == "E_DECLARATION"
    reason = Reason(contest=without.contests[0].contest, reference="b", word="court", text="法院裁定 2026-10-01")
    unit.send(unit.committee.write("declaration", replace(without, reasons=(reason,))))
    assert unit.bench.writer.county.units["v2"].declared is not None


def test_a_declaration_before_the_names_is_refused(unit: Unit) -> None:
    """[DET-3]"""
    unit.count(NAMED, ["王小二", "李四"])
    unit.send(unit.committee.statement())
    body = unit.committee.declaration_body()
    signers = [signer(f"changpiao/county-test/v2/{name}") for name in ("head", "second")]
    assert unit.refused(sign_record("declaration", body, signers)) == "E_DECLARATION"


def declared(*contests: tuple[str, tuple[str, ...]]) -> Change:
    parts = tuple(Declared(contest=ContestId(name), elected=elected) for name, elected in contests)
    return lambda body: replace(body, contests=parts)


def reasons(*entries: tuple[str, str]) -> Change:
    parts = tuple(Reason(contest=ContestId(name), reference=who, word="other") for name, who in entries)
    return lambda body: replace(body, reasons=parts)


WRONG: dict[str, Change] = {
    "no contest": declared(),
    "a contest of nobody": declared(("mayor", ())),
    "a contest twice": declared(("chair", ()), ("chair", ()), ("deputy", ())),
    "another order": declared(("member", ()), ("chair", ()), ("deputy", ())),
    "nobody of that id": declared(("chair", ("zz",)), ("member", ()), ("deputy", ())),
    "a name nobody wrote": declared(("chair", ("+路人",)), ("member", ()), ("deputy", ())),
    "somebody twice": declared(("chair", ("a", "a")), ("member", ()), ("deputy", ())),
    "more than seats": declared(("chair", ("a", "b")), ("member", ()), ("deputy", ())),
    "a reason too many": reasons(("chair", "a")),
    "a reason for nobody": reasons(("chair", "zz")),
    "a reason elsewhere": reasons(("mayor", "a")),
    "another statement": lambda body: replace(body, statement=body.links.election),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_declaration_is_refused_and_harms_nobody(case: str, unit: Unit) -> None:
    """[DET-3] [INTAKE-1]"""
    unit.count()
    unit.send(unit.committee.statement())
    body = WRONG[case](unit.committee.declaration_body())
    signers = [signer(f"changpiao/county-test/v2/{name}") for name in ("head", "second")]
    assert unit.refused(sign_record("declaration", body, signers)) == "E_DECLARATION"
    unit.send(unit.committee.declaration())


@pytest.mark.parametrize(("threshold", "code"), [(50, ""), (60, "E_PRIVACY")])
def test_a_profile_may_raise_the_threshold(threshold: int, code: str, tmp_path: Path) -> None:
    """[CUT-2]: the least number of papers is that of the layout's profile."""
    world = World(values={"publish.min_ballots_per_cell": threshold})
    bench = Bench(make_home(tmp_path / "home", world), world)
    desk = world.desk("v2", "1")
    desk.open()
    desk.batch(papers(70, VOTE_A))
    desk.batch(papers(55, VOTE_A))
    assert bench.deliver(*envelopes(world, desk)).answers[-1].code == code


def test_papers_are_judged_by_their_profile(tmp_path: Path) -> None:
    """[VALID-2] [BALLOT-3]: an over-vote in one post voids the paper if the profile says so; many batches or few."""
    over = (0, 1, 1, 0, 1, 0, 0, 0)
    world = World(overvote="ballot")
    bench = Bench(make_home(tmp_path / "home", world), world)
    desk = world.desk("v2", "1")
    desk.open()
    for _ in range(8):
        desk.batch(papers(55, VOTE_A) + papers(5, over))
    answers = bench.deliver(*envelopes(world, desk)).answers
    assert [answer.code for answer in answers] == [""] * 9
    assert bench.writer.county.units["v2"].totals()[0][1][1:4] == (440, 0, 40)


def test_the_board_shows_outcomes_of_its_prefix(unit: Unit) -> None:
    """[DET-1] [STAND-1]: the word appears with the entry that holds it, and goes when a new statement comes."""
    unit.count()
    unit.send(unit.committee.statement())
    unit.desk.correct(1, papers(60, VOTE_A))
    unit.give(envelopes(unit.bench.world, unit.desk)[-1])
    unit.send(unit.committee.statement(), unit.committee.step("voided", "乡镇人民政府决定"))
    fold, feed = Fold(), Feed(unit.bench.world.election)
    words = []
    for event in unit.bench.writer.events:
        fold.add(event)
        feed.published(fold, fold.changed)
        fold.changed = set()
        if event.unit == "v2" and event.kind in {"statement", "determination", "step"}:
            words.append([outcome.value for outcome in feed.rows()["v2"].outcomes][:1])
    assert words == [[], ["invalid_turnout"], [], ["invalid_turnout"], ["voided"]]

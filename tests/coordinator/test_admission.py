"""Every refusal that a record can meet, with real notes: its code, kept, counted, and the stream goes on [CONV-1]."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from coordinator.intake.admission import Received
from coordinator.store import entries as log
from tally_protocol.ids import Hash32
from tally_protocol.record.ballots import SealedPart
from tally_protocol.record.chain import closing_figures
from tally_protocol.record.receipt import read_receipt
from tally_protocol.record.sealing import Sealer
from tally_protocol.record.signing import sign_record, sign_text
from tally_protocol.record.station_kinds import Batch, BoxCount, Close
from tally_protocol.record.unit_kinds import Standings
from tests.coordinator.county import Bench, envelopes, record, seal_part, whole_count
from tests.world import TIME, VOTE_A, VOTE_B, StationDesk, papers, seed, signer


@pytest.fixture
def desk(bench: Bench) -> StationDesk:
    """Station v1/1, opened and with one batch at the county."""
    desk = bench.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    answers = bench.deliver(*envelopes(bench.world, desk)).answers
    assert [answer.outcome for answer in answers] == ["accepted", "accepted"]
    return desk


Make = Callable[[Bench, StationDesk], Received]


def signed(desk: StationDesk, kind: str, body: object) -> bytes:
    return sign_record(kind, body, desk.signers(kind))  # type: ignore[arg-type]


def batch(bench: Bench, desk: StationDesk, change: Callable[[Batch], Batch], count: int = 60) -> Received:
    """A second batch with one thing changed, signed by the right people, papers sealed to this very record."""
    body = change(desk.batch_body(papers(count, VOTE_B)))
    note = signed(desk, "batch", body)
    desk.sealed[record(note)] = last_part(desk)
    return Received(note, seal_part(bench.world, desk, note), "node-1")


def links(body: Batch, **changed: object) -> Batch:
    return replace(body, links=replace(body.links, **changed))  # type: ignore[arg-type]


def last_part(desk: StationDesk) -> SealedPart:
    """The papers of the batch made last."""
    return desk._last_part  # noqa: SLF001 - the desk shows sealed parts of written records only


def good(bench: Bench, desk: StationDesk) -> Received:
    return batch(bench, desk, lambda body: body)


def text_of(received: Received) -> bytes:
    return received.note[: received.note.rfind(b"\n\n") + 1]


def respelled(bench: Bench, desk: StationDesk, old: bytes, new: bytes) -> Received:
    text = text_of(good(bench, desk)).replace(old, new, 1)
    return Received(sign_text(text, desk.signers("batch")), b"", "node-1")


def figures(place: int, by: int) -> Callable[[Batch], Batch]:
    def change(body: Batch) -> Batch:
        changed = list(body.figures)
        changed[place] += by
        running = list(body.running)
        running[place] += by
        return replace(body, figures=tuple(changed), running=tuple(running))

    return change


def other_sealed(bench: Bench, desk: StationDesk) -> Received:
    """The papers of the first batch beside the second record: encrypted for another record."""
    first = desk.notes[1]
    return replace(good(bench, desk), sealed=seal_part(bench.world, desk, first))


def wrong_papers(bench: Bench, desk: StationDesk) -> Received:
    """Figures of other papers than those sealed; everything else adds up."""
    body = desk.batch_body(papers(60, VOTE_A))
    keep, part = body, last_part(desk)
    other = desk.batch_body(papers(60, VOTE_B))
    note = signed(desk, "batch", replace(other, root=keep.root, sealed=keep.sealed))
    desk.sealed[record(note)] = part
    return Received(note, seal_part(bench.world, desk, note), "node-1")


def out_of_range(bench: Bench, desk: StationDesk) -> Received:
    """A mark that no cell knows, committed and sealed."""
    body = desk.batch_body(papers(60, VOTE_A))
    part = replace(last_part(desk), rows=b"".join(papers(59, VOTE_A)) + bytes((0, 9, 0, 0, 1, 1, 0, 0)))
    body = replace(body, root=Hash32(part.root()), sealed=Hash32(sha256(part.encode()).digest()))
    note = signed(desk, "batch", body)
    desk.sealed[record(note)] = part
    return Received(note, seal_part(bench.world, desk, note), "node-1")


def fork(bench: Bench, desk: StationDesk) -> Received:
    """Another record for place 1, signed by the same people."""
    def back(body: Batch) -> Batch:
        return links(body, seq=1, prev=record(desk.notes[0]))

    return batch(bench, desk, back)


def after_close(bench: Bench, desk: StationDesk) -> Received:
    desk.close()
    assert bench.one(envelopes(bench.world, desk)[-1]).outcome == "accepted"
    return good(bench, desk)


def standings(bench: Bench, _: StationDesk) -> Received:
    county = bench.writer.county
    body = Standings(
        links=county.county_links(TIME), results=Hash32(bytes(32)), root=Hash32(bytes(32)), size=1,
        totals=tuple((name, 0) for name in ("closed", "papers", "registered", "statements", "stations", "units")),
    )  # fmt: skip
    return Received(sign_record("standings", body, [bench.world.county]), b"", "node-1")


def unknown_signer(bench: Bench, desk: StationDesk) -> Received:
    received = good(bench, desk)
    stranger = [*desk.signers("batch")[:1], signer("changpiao/county-test/v1/stranger")]
    return replace(received, note=sign_text(text_of(received), stranger))


def broken_signature(bench: Bench, desk: StationDesk) -> Received:
    """The right lines over another text: names and key ids fit, the signatures do not."""
    received = good(bench, desk)
    tail = desk.notes[1][desk.notes[1].rfind(b"\n\n") + 1 :]
    return replace(received, note=text_of(received) + tail)


def for_election(bench: Bench, desk: StationDesk) -> Received:
    return batch(bench, desk, lambda body: links(body, election=Hash32(bytes(32))))


def close_with_total(_: Bench, desk: StationDesk) -> Received:
    body = Close(
        links=desk.state.links(TIME), batches=2, findings=(), joined_from=(), joined_to=(), names=0, paper=(),
        running=closing_figures(desk.state), write_ins=(),
    )  # fmt: skip
    return Received(signed(desk, "close", body), b"", "node-1")


def box_elsewhere(_: Bench, desk: StationDesk) -> Received:
    body = BoxCount(links=desk.state.links(TIME), box="box-2", papers=())
    return Received(signed(desk, "box", body), b"", "node-1")


def void_nothing(_: Bench, desk: StationDesk) -> Received:
    note = desk.void(1)
    desk.state.head, desk.state.next_seq = record(desk.notes[1]), 2
    text = note[: note.rfind(b"\n\n") + 1].replace(b'"target_seq":1', b'"target_seq":0')
    return Received(sign_text(text, desk.signers("void")), b"", "node-1")


TABLE: dict[str, tuple[str, Make]] = {
    "over-long": ("E_LIMIT", lambda b, d: replace(good(b, d), note=good(b, d).note + b"x" * 65_536)),
    "no note": ("E_NOTE", lambda _b, _d: Received(b"not a note", b"", "node-1")),
    "base64": ("E_B64", lambda b, d: replace(good(b, d), note=good(b, d).note.replace(b"=\n", b"\n", 1))),
    "kind": ("E_KIND", lambda b, d: respelled(b, d, b"changpiao/v1 batch", b"changpiao/v1 recount")),
    "manifest over the wire": ("E_KIND", lambda b, _d: Received(b.world.election_note, b"", "node-1")),
    "json": ("E_JSON", lambda b, d: respelled(b, d, b"{", b"[")),
    "number": ("E_NUM", lambda b, d: respelled(b, d, b'"seq":2', b'"seq":2.0')),
    "name": ("E_NAME", lambda b, d: respelled(b, d, b'"layout":"village"', '"layout":"village\u200b"'.encode())),
    "spelling": ("E_NONCANON", lambda b, d: respelled(b, d, b'"seq":2', b'"seq": 2')),
    "further field": ("E_UNKNOWN_FIELD", lambda b, d: respelled(b, d, b'"write_ins":[]', b'"write_ins":[],"x":1')),
    "missing field": ("E_FIELD", lambda b, d: respelled(b, d, b'"write_ins":[]', b'"write_inz":[]')),
    "epoch": ("E_EPOCH", lambda b, d: respelled(b, d, b'"epoch":1', b'"epoch":2')),
    "election": ("E_ELECTION", for_election),
    "unknown station": ("E_UNKNOWN_CHAIN", lambda b, d: respelled(b, d, b"s/v1/1", b"s/v1/9")),
    "other laptop": ("E_IDENTITY", lambda b, d: replace(good(b, d), node="node-2")),
    "county's chain": ("E_IDENTITY", standings),
    "unknown signer": ("E_SIGNERS", unknown_signer),
    "signature": ("E_SIG", broken_signature),
    "fork": ("E_FORK", fork),
    "gap": ("E_GAP", lambda b, d: batch(b, d, lambda body: links(body, seq=5))),
    "prev": ("E_CHAIN", lambda b, d: batch(b, d, lambda body: links(body, prev=Hash32(bytes(32))))),
    "closed": ("E_CLOSED", after_close),
    "layout": ("E_LAYOUT", lambda b, d: respelled(b, d, b'"layout":"village"', b'"layout":"nothing"')),
    "box": ("E_UNKNOWN_BOX", box_elsewhere),
    "length": ("E_FIGURES", lambda b, d: batch(b, d, lambda body: replace(body, figures=body.figures[:-1]))),
    "sum": ("E_SUM", lambda b, d: batch(b, d, figures(1, 1))),
    "running": ("E_RUNNING", lambda b, d: batch(b, d, lambda body: replace(body, running=body.figures))),
    "names": ("E_NAMES", lambda b, d: batch(b, d, lambda body: replace(body, table=(7,)))),
    "target": ("E_TARGET", void_nothing),
    "totals": ("E_TOTAL", close_with_total),
    "few papers": ("E_PRIVACY", lambda b, d: batch(b, d, lambda body: body, count=10)),
    "no papers": ("E_SEALED", lambda b, d: replace(good(b, d), sealed=b"")),
    "other papers": ("E_SEALED", other_sealed),
    "commitment": ("E_COMMITMENT", lambda b, d: batch(b, d, lambda body: replace(body, root=Hash32(bytes(32))))),
    "mark": ("E_RANGE", out_of_range),
    "count": ("E_COUNT", wrong_papers),
}


@pytest.mark.parametrize("case", TABLE)
def test_a_refusal_has_its_code_is_kept_and_harms_nobody(case: str, bench: Bench, desk: StationDesk) -> None:
    """[INTAKE-1] [INTAKE-4] [BALLOT-1] [BALLOT-2] [BALLOT-3] [BALLOT-5] [CUT-2]."""
    code, make = TABLE[case]
    received = make(bench, desk)
    size = bench.writer.county.size
    before = bench.writer.county.matrix.stations.copy()
    # an honest station stands in the same group, before and after
    other = bench.world.desk("v2", "1")
    other.open()
    honest = envelopes(bench.world, other)[0]
    answers = bench.deliver(received, honest, received).answers
    assert [answer.code for answer in answers] == [code, "", code]
    assert answers[1].outcome == "accepted"
    assert (bench.writer.county.size, log.size(bench.store)) == (size + 1, size + 1)
    assert (bench.writer.county.matrix.stations == before).all()
    assert f'changpiao_refused_total{{code="{code}"}} 2.0' in bench.metrics.text().decode()
    with bench.store.read() as connection:
        kept = connection.exec_driver_sql("SELECT code, note, sealed FROM refusals").all()
    assert [tuple(row) for row in kept] == [(code, received.note, received.sealed)] * 2


def test_the_whole_count_comes_in_and_equals_the_stations(bench: Bench) -> None:
    """Corrections, voids, written-in names, statements and names included; arrays equal chains [RUN-1] [RUN-2]."""
    desks, chains = whole_count(bench.world)
    for chain in chains:
        answers = bench.deliver(*chain)
        assert [answer.code for answer in answers.answers] == [""] * len(chain)
        assert [answer.outcome for answer in answers.answers] == ["accepted"] * len(chain)
        assert len(answers.receipts) == 1
    county = bench.writer.county
    assert county.check_arrays() > 0
    for desk in desks:
        table = county.stations[desk.state.chain]
        assert (table.head, table.running, table.votes) == (desk.state.head, desk.state.running, desk.state.votes)


def test_a_receipt_covers_what_a_chain_gained(bench: Bench) -> None:
    """[RECEIPT-1]"""
    desk = bench.world.desk("v1", "1")
    desk.open()
    desk.batch(papers(60, VOTE_A))
    (note,) = bench.deliver(*envelopes(bench.world, desk)).receipts
    receipt = read_receipt(note, bench.world.election, bench.world.election_hash)
    assert (receipt.chain, receipt.from_seq, receipt.to_seq, receipt.head) == ("s/v1/1", 0, 1, record(desk.notes[1]))


def test_a_duplicate_is_said_whatever_its_signatures_and_receipted_again(bench: Bench, desk: StationDesk) -> None:
    """[INTAKE-3]: also twice within one group, also with a signature that would not verify."""
    first = envelopes(bench.world, desk)[1]
    text = text_of(first)
    strange = Received(sign_text(text, [signer("somebody")]), b"", "node-1")
    desk.batch(papers(60, VOTE_B))
    new = envelopes(bench.world, desk)[2]
    answers = bench.deliver(first, strange, new, new)
    assert [answer.outcome for answer in answers.answers] == ["duplicate", "duplicate", "accepted", "duplicate"]
    (note,) = answers.receipts
    assert read_receipt(note, bench.world.election, bench.world.election_hash).head == record(new.note)
    again = bench.deliver(first)
    assert again.receipts == answers.receipts


def test_both_records_of_a_fork_are_kept(bench: Bench, desk: StationDesk) -> None:
    """[INTAKE-5] [CHAIN-2]: the first stands, the second is evidence, the alarm rings."""
    second = fork(bench, desk)
    assert bench.one(second).code == "E_FORK"
    with bench.store.read() as connection:
        ((chain, seq, first, kept),) = connection.exec_driver_sql("SELECT chain, seq, first, note FROM forks").all()
        standing = connection.exec_driver_sql("SELECT note FROM entries WHERE id = ?", (first,)).scalar_one()
    assert (chain, seq, kept, standing) == ("s/v1/1", 1, second.note, desk.notes[1])
    assert "changpiao_forks_total 1.0" in bench.metrics.text().decode()


def test_the_county_desk_delivers_for_any_laptop(bench: Bench, desk: StationDesk) -> None:
    """[INTAKE-6]: a file carried by hand."""
    assert bench.one(replace(good(bench, desk), node=None)).outcome == "accepted"


def test_refusals_are_bounded(bench: Bench, desk: StationDesk) -> None:
    """[INTAKE-4]"""
    bad = batch(bench, desk, figures(1, 1))
    for _ in range(20):
        bench.deliver(*[bad] * 10)
    with bench.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM refusals").scalar_one() == 64
    assert 'changpiao_refused_total{code="E_SUM"} 200.0' in bench.metrics.text().decode()


def test_a_refused_record_does_not_stop_the_chain_after_it_is_repaired(bench: Bench, desk: StationDesk) -> None:
    bad, right = batch(bench, desk, figures(1, 1)), good(bench, desk)
    answers = bench.deliver(bad, right).answers
    assert [answer.code for answer in answers] == ["E_SUM", ""]


def test_large_groups_are_judged_like_small_ones(bench: Bench) -> None:
    """The numpy path (many batches of one shape) and the plain one agree, good and bad alike [BALLOT-3]."""
    desk = bench.world.desk("v1", "1")
    desk.open()
    for place in range(12):
        desk.batch(papers(60, VOTE_A if place % 2 else VOTE_B))
    bad = wrong_papers(bench, desk)
    answers = bench.deliver(*envelopes(bench.world, desk), bad).answers
    assert [answer.code for answer in answers] == [""] * 13 + ["E_COUNT"]


def test_the_ephemeral_key_of_somebody_else_opens_nothing(bench: Bench, desk: StationDesk) -> None:
    """[BALLOT-5]: papers sealed to another ballot key."""
    received = good(bench, desk)
    other = X25519PrivateKey.from_private_bytes(seed("other")).public_key().public_bytes_raw()
    sealer = Sealer(X25519PrivateKey.from_private_bytes(seed("eph")), other)
    blob = sealer.encrypt(last_part(desk).encode(), record(received.note), bytes(12))
    assert bench.one(replace(received, sealed=blob)).code == "E_SEALED"

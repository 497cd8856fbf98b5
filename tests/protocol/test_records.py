"""Records: read as written, owners of chains, signers, receipts, errors that say what and where."""

import pickle
from dataclasses import replace

import pytest

from tally_protocol.codes import TEXTS, sentence
from tally_protocol.errors import BadSignature, Malformed, ProtocolError, RuleViolation
from tally_protocol.fields import Reader, integers_of, text_of
from tally_protocol.ids import (
    CountyChain,
    Hash32,
    StationChain,
    UnitChain,
    UnitId,
    check_id,
    parse_chain,
    station_chain,
    unit_chain,
)
from tally_protocol.record.kinds import Receipt, decode_body, decode_record
from tally_protocol.record.receipt import check_receipt, read_receipt, sign_receipt
from tally_protocol.record.signing import (
    check_committee_signers,
    check_county_signer,
    check_manifest_signer,
    check_station_signers,
    choose_signers,
    sign_record,
    sign_text,
)
from tests.committee import counted_world, standings_body
from tests.world import TIME, World, hash_of, signer

WORLD = counted_world()
DECODED = [decode_record(note) for note in WORLD.entries]


def test_every_record_is_read_as_written() -> None:
    """[KIND-1] `decode_body` is the inverse of `to_body`, for every kind of a counted county."""
    kinds = set()
    for note, decoded in zip(WORLD.entries, DECODED, strict=True):
        kinds.add(decoded.kind)
        assert decode_body(decoded.kind, decoded.body.to_body()) == decoded.body
        assert hash_of(note) == decoded.hash
    assert len(kinds) == 12


def test_standings_and_receipts_are_read_as_written() -> None:
    """[KIND-3] `standings` on `c`, receipts beside the log."""
    totals = {"closed": 0, "papers": 0, "registered": 0, "statements": 0, "stations": 0, "units": 0}
    body = standings_body(WORLD, bytes(32), totals, 3)
    assert decode_record(sign_record("standings", body, [WORLD.county])).body == body
    with pytest.raises(Malformed, match="E_KIND"):
        _ = DECODED[0].links
    assert DECODED[6].links.chain == "s/v1/1"


@pytest.mark.parametrize("time", [1, 599, 601, TIME + 1])
def test_times_of_papers_are_floored(time: int) -> None:
    """[KIND-2] `time` of `batch`, `void` and `correction` MUST be a multiple of 600."""
    for kind in ("batch", "void", "correction"):
        body = next(decoded.body for decoded in DECODED if decoded.kind == kind).to_body()
        with pytest.raises(Malformed, match="E_FIELD"):
            decode_body(kind, body | {"time": time})


def test_chains_have_names() -> None:
    """[KIND-3] [IDENT-1] A chain name MUST fit its kind."""
    assert parse_chain("c") == CountyChain()
    assert parse_chain(unit_chain("u")) == UnitChain(UnitId("u"))
    assert isinstance(parse_chain(station_chain("u", "1")), StationChain)
    for name in ("", "x", "c/", "u/", "u/a/b", "s/a", "s/a/b/c", "s//b", "s/.a/b", "S/a/b", "s/a/b "):
        with pytest.raises(Malformed, match="E_FIELD"):
            parse_chain(name)
    batch = next(decoded.body for decoded in DECODED if decoded.kind == "batch").to_body()
    for chain in ("c", "u/v1"):
        with pytest.raises(Malformed, match="E_FIELD"):
            decode_body("batch", batch | {"chain": chain})
    assert check_id("a.b-c_D9") == "a.b-c_D9"
    with pytest.raises(Malformed, match="E_FIELD"):
        check_id("")


def test_readers_take_each_field_once() -> None:
    """[KIND-1] A further field, a missing one, a wrong type."""
    with pytest.raises(Malformed, match="E_FIELD"):
        Reader([], "x")
    with pytest.raises(Malformed, match="E_UNKNOWN_FIELD"):
        Reader({"a": 1}, "x").done()
    with pytest.raises(Malformed, match="E_FIELD"):
        Reader({"a": True}, "x").integer("a")
    with pytest.raises(Malformed, match="E_LIMIT"):
        text_of("名" * 65, "x")
    most = 10**9
    assert integers_of([0, most], "x") == (0, most)
    for wrong in ([-1], [most + 1]):
        with pytest.raises(Malformed, match="E_RANGE"):
            integers_of(wrong, "x")
    assert text_of("名" * 64, "x") == "名" * 64


def test_manifest_and_county_signers() -> None:
    """[SIGN-1] [SIGN-3] Exactly the authority's; exactly the county's."""
    election = WORLD.election
    check_manifest_signer(DECODED[0].note, election)
    with pytest.raises(BadSignature, match="E_SIGNERS"):
        check_county_signer(DECODED[0].note, election)
    both = sign_record("election", election, [WORLD.authority, WORLD.county])
    with pytest.raises(BadSignature, match="E_SIGNERS"):
        check_manifest_signer(decode_record(both).note, election)


def test_station_and_committee_signers() -> None:
    """[SIGN-2] [SIGN-3] [SIGN-4] Every record of the county passes, and under no other record's rule."""
    for decoded in DECODED:
        if decoded.kind in {"statement", "names"}:
            unit = WORLD.units[decoded.links.chain[2:]][0]
            foreign = WORLD.units["v1" if unit.id == "v2" else "v2"][0]
            check_committee_signers(decoded.note, decoded.kind, WORLD.election, unit, WORLD.profile)
            with pytest.raises(BadSignature, match="E_SIGNERS"):
                check_committee_signers(decoded.note, decoded.kind, WORLD.election, foreign, WORLD.profile)
        elif decoded.kind not in {"election", "unit", "roster", "determination"}:
            manifest = WORLD.manifest(*decoded.links.chain.split("/")[1:])
            check = manifest.election, manifest.unit, manifest.roster, WORLD.profile
            check_station_signers(decoded.note, decoded.kind, *check)
            with pytest.raises(BadSignature, match="E_SIGNERS"):
                check_station_signers(decoded.note, "box" if decoded.kind != "box" else "open", *check)


def test_signers_are_chosen_by_role() -> None:
    officials = WORLD.rosters["v1", "1"][0].officials
    chosen = choose_signers(officials, ("scrutineer", "chair"))
    assert chosen is not None
    assert [person.role for person in chosen] == ["chair", "scrutineer"]
    assert choose_signers(officials, ("chair", "chair")) is None


def receipt(**fields: object) -> Receipt:
    last = next(decoded for decoded in DECODED if decoded.kind == "close")
    body = Receipt(
        chain=last.links.chain, election=WORLD.election_hash, epoch=1, from_seq=0, head=last.hash, time=TIME,
        to_seq=last.links.seq,
    )  # fmt: skip
    return replace(body, **fields)  # type: ignore[arg-type]


def test_receipts() -> None:
    """[RECEIPT-1] [RECEIPT-2] Signature, election, chain, `to` and `head`, else `E_RECEIPT`."""
    body = receipt()
    note = sign_receipt(body, WORLD.county)
    context = WORLD.election, WORLD.election_hash
    heads: dict[int, bytes] = {body.to_seq: body.head}
    assert read_receipt(note, *context) == body == check_receipt(note, *context, body.chain, heads)
    assert Receipt.from_body(body.to_body()) == body
    for wrong, chain, ours in (
        (note, "s/v1/2", heads),
        (note, body.chain, {body.to_seq: bytes(32)}),
        (note, body.chain, {}),
        (sign_receipt(receipt(election=Hash32(bytes(32))), WORLD.county), body.chain, heads),
        (sign_receipt(body, WORLD.authority), body.chain, heads),
        (note[:-1], body.chain, heads),
        (DECODED[0].note.text + b"\n", body.chain, heads),
        (WORLD.entries[-1], body.chain, heads),
    ):
        with pytest.raises(RuleViolation, match="E_RECEIPT"):
            check_receipt(wrong, *context, chain, ours)


def test_receipts_cover_something() -> None:
    """[RECEIPT-1] `from`..`to` are the first and last `seq` gained."""
    with pytest.raises(Malformed, match="E_RANGE"):
        Receipt.from_body(receipt(from_seq=99).to_body())
    with pytest.raises(Malformed, match="E_EPOCH"):
        Receipt.from_body(receipt(epoch=2).to_body())


def test_a_record_of_another_kind_is_no_receipt() -> None:
    forged = sign_text(DECODED[-1].note.text, [WORLD.county])
    with pytest.raises(Malformed, match="E_KIND"):
        read_receipt(forged, WORLD.election, WORLD.election_hash)


def test_errors_say_what_and_where() -> None:
    """[CONV-1] Every refusal carries a code of `codes.json` and its sentence."""
    error = Malformed("E_FIELD", "batch.figures", expected="a list", found="x" * 500)
    for part in ("E_FIELD", TEXTS["E_FIELD"][1], "batch.figures", "a list"):
        assert part in str(error)
    assert len(error.found or "") == 200
    assert str(Malformed("E_JSON")) == "E_JSON: " + sentence("E_JSON")[1]
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again)) == (Malformed, str(error))
    assert all(zh and en for zh, en in TEXTS.values())
    with pytest.raises(ProtocolError):
        raise error


def test_another_election_is_another_world() -> None:
    """[CHAIN-1] A record MUST cite this election's hash."""
    other = World(names_full=True)
    assert other.election_hash != WORLD.election_hash
    assert signer("a").public != signer("b").public

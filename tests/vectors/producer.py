"""The producers' answer to a vector: one function an area, calls of tally_protocol only (spec/vectors/README.md)."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from tally_protocol.election.figures import check_figures
from tally_protocol.election.manifest import Election
from tally_protocol.election.shape import shape
from tally_protocol.election.unit import Unit, read_rules
from tally_protocol.errors import BadSignature, RuleViolation
from tally_protocol.fields import Reader
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_rules import check_profile, with_rules
from tally_protocol.law.validity import judge
from tally_protocol.log.checkpoint import open_checkpoint
from tally_protocol.log.proof import check_proof
from tally_protocol.log.tiles import bundle_path, tile_path, tiles_of
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.merkle.proofs import check_consistency, check_inclusion
from tally_protocol.record.ballots import SealedPart, commit_name, row_leaves, salts_of
from tally_protocol.record.kinds import decode_record
from tally_protocol.record.receipt import read_receipt
from tally_protocol.record.station_kinds import Batch
from tally_protocol.seal.canonical import decode
from tally_protocol.seal.keys import VerifierKey, check_public_key, parse_vkey, verify_signature
from tally_protocol.seal.note import decode_base64, parse_note
from tests.laws.areas import AREAS as LAW_AREAS
from tests.vectors.replay import replay

Json = dict[str, Any]


def _bytes(given: Json, name: str) -> bytes:
    return bytes.fromhex(given[f"{name}_hex"])


def _list(given: Json, name: str) -> list[bytes]:
    return [bytes.fromhex(text) for text in given[f"{name}_hex"]]


def _unit(given: Json) -> Unit:
    return Unit.from_body(given["unit_json"])


def _json(given: Json) -> Json:
    decode(_bytes(given, "doc"))
    return {}


def _key(given: Json) -> Json:
    check_public_key(_bytes(given, "key"))
    return {}


def _signature(given: Json) -> Json:
    key = check_public_key(_bytes(given, "key"))
    if not verify_signature(key, _bytes(given, "message"), _bytes(given, "signature")):
        raise BadSignature("E_SIG", "signature")
    return {}


def _vkey(given: Json) -> Json:
    key = VerifierKey(given["name"], _bytes(given, "key"))
    assert parse_vkey(key.text) == key
    return {"vkey": key.text, "fingerprint": key.fingerprint}


def _note(given: Json) -> Json:
    note = parse_note(_bytes(given, "note"))
    lines = [[line.name, line.key_id.hex(), line.signature.hex()] for line in note.lines]
    return {"text_hex": note.text.hex(), "lines": lines}


def _record(given: Json) -> Json:
    decoded = decode_record(_bytes(given, "note"))
    return {"kind": decoded.kind, "hash": decoded.hash.hex()}


def _layout(given: Json) -> Json:
    paper = shape(_unit(given), given["layout"])
    return {"width": paper.width, "figures": paper.figures}


def _profile_of(given: Json) -> Profile:
    return Profile.parse(given["profile_json"], "profile")


def _profile(given: Json) -> Json:
    check_profile(_profile_of(given), given["threshold"])
    return {}


def _rules(given: Json) -> Json:
    rules = read_rules(Reader({"rules": given["rules"]}, "unit"))
    return {"profile_json": with_rules(_profile_of(given), rules, given["threshold"]).to_body()}


def _validity(given: Json) -> Json:
    paper = shape(_unit(given), given["layout"])
    judged = judge(paper, _list(given, "rows"), given["table"], _profile_of(given))
    return {"figures": list(judged.figures), "write_ins": [list(entry) for entry in judged.write_ins]}


def _figures(given: Json) -> Json:
    total = _profile_of(given).ballot.overvote.compare == "total"
    check_figures(shape(_unit(given), given["layout"]), given["figures"], total=total)
    return {}


def _commitment(given: Json) -> Json:
    secret, rows = _bytes(given, "secret"), _list(given, "rows")
    leaves = row_leaves(secret, b"".join(rows), len(rows), len(rows[0]))
    salts = [salt.hex() for salt in salts_of(secret, len(rows))]
    return {"salts_hex": salts, "leaves_hex": [leaf.hex() for leaf in leaves], "root_hex": root_of(leaves).hex()}


def _name(given: Json) -> Json:
    return {"commitment_hex": commit_name(_bytes(given, "salt"), given["name_text"]).hex()}


def _sealed(given: Json) -> Json:
    """The order of admission: figures, sealed part, its names, the commitment, the count [BALLOT-1] to [BALLOT-4]."""
    batch = decode_record(_bytes(given, "record_note")).body
    assert isinstance(batch, Batch)
    paper, profile = shape(_unit(given), given["layout"]), _profile_of(given)
    check_figures(paper, batch.figures, total=profile.ballot.overvote.compare == "total")
    data = _bytes(given, "sealed")
    part = SealedPart.decode(data)
    if (sha256(data).digest(), part.papers, part.width) != (batch.sealed, batch.figures[0], paper.width):
        raise RuleViolation("E_SEALED", "sealed part")
    new = [number for number in batch.table if number > max(batch.table) - len(batch.names)]
    part.check_names(min(new, default=1), batch.names)
    if part.root() != batch.root:
        raise RuleViolation("E_COMMITMENT", "root")
    judged = judge(paper, part.row_list(), batch.table, profile)
    if (judged.figures, judged.write_ins) != (batch.figures, batch.write_ins):
        raise RuleViolation("E_COUNT", "figures")
    return {"papers": part.papers}


def _tree(given: Json) -> Json:
    return {"root_hex": root_of([leaf_hash(entry) for entry in _list(given, "leaves")]).hex()}


def _inclusion(given: Json) -> Json:
    leaf, root = _bytes(given, "leaf_hash"), _bytes(given, "root")
    check_inclusion(given["index"], given["size"], leaf, _list(given, "proof"), root)
    return {}


def _consistency(given: Json) -> Json:
    roots = _bytes(given, "root1"), _bytes(given, "root2")
    check_consistency(given["size1"], given["size2"], _list(given, "proof"), *roots)
    return {}


def _log_keys(given: Json) -> tuple[str, bytes, bytes]:
    return given["origin"], _bytes(given, "ed25519"), decode_base64(given["mldsa44_b64"].encode(), "mldsa44")


def _checkpoint(given: Json) -> Json:
    head = open_checkpoint(_bytes(given, "note"), *_log_keys(given))
    return {"size": head.size, "root_hex": head.root.hex()}


def _proof(given: Json) -> Json:
    index, _ = check_proof(_bytes(given, "proof"), _bytes(given, "entry"), *_log_keys(given))
    return {"index": index}


def _tile(given: Json) -> Json:
    tiles = list(tiles_of(given["size"]))
    paths = [tile_path(*tile) for tile in tiles]
    paths += [bundle_path(number, width) for level, number, width in tiles if level == 0]
    return {"paths": sorted(paths)}


def _receipt(given: Json) -> Json:
    sealed = decode_record(_bytes(given, "election_note"))
    assert isinstance(sealed.body, Election)
    for profile in sealed.body.profiles:
        check_profile(profile, sealed.body.threshold)
    receipt = read_receipt(_bytes(given, "note"), sealed.body, sealed.hash)
    return {"chain": receipt.chain, "from": receipt.from_seq, "to": receipt.to_seq, "head": receipt.head.hex()}


def _chain(given: Json) -> Json:
    return {"heads": replay(_list(given, "entries")).heads()}


def _results(given: Json) -> Json:
    results, totals = replay(_list(given, "entries")).tree.root()
    return {"results": results.hex(), "totals": totals}


AREAS: dict[str, Callable[[Json], Json]] = {
    "json": _json, "key": _key, "signature": _signature, "vkey": _vkey, "note": _note, "record": _record,
    "layout": _layout, "validity": _validity, "figures": _figures, "commitment": _commitment, "name": _name,
    "sealed": _sealed, "tree": _tree, "inclusion": _inclusion, "consistency": _consistency,
    "checkpoint": _checkpoint, "proof": _proof, "tile": _tile, "receipt": _receipt, "profile": _profile,
    "rules": _rules, "chain": _chain, "results": _results, **LAW_AREAS,
}  # fmt: skip

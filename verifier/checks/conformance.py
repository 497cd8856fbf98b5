"""`conformance`: the vectors of spec/vectors, area by area; each must give exactly the stated value or code.

Serves [CONV-1]. Every area calls the code that verification calls; nothing here knows an answer.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from verifier.ballots import check_papers, commitment, count_papers
from verifier.chain.manifest import by_total, read_election
from verifier.checkpoints import check_checkpoint, check_proof, read_checkpoint, read_proof
from verifier.checks.lawcases import case_of
from verifier.checks.receipts import read_receipt
from verifier.checks.smalllog import walk_small_log
from verifier.decode.grammar import read_object
from verifier.decode.kinds import KINDS, own_rules
from verifier.decode.layouts import Layout, PaperClaim, layouts_of
from verifier.decode.profiles import PROFILE, Profile, profile_of, read_profile, with_rules
from verifier.decode.shapes import canonical_base64
from verifier.findings.codes import NoVerdict, Refused
from verifier.hashes import leaf, merkle_root, name_commitment, paper_leaf, paper_salts
from verifier.notes import fingerprint_of, read_record, split_note, vkey_of
from verifier.rules.declaration import check_declaration
from verifier.rules.outcome import decide
from verifier.rules.reconcile import findings
from verifier.signatures import Ed25519Keys, key_is_sound
from verifier.source import Folder
from verifier.tree import check_consistency, check_inclusion, implied_paths

Given = dict[str, Any]
VECTOR_LIMIT: Final = 1 << 26


def run_vectors(folder: Folder) -> Iterator[tuple[str, str]]:
    """(file, problem) of every vector; no problem is the empty string."""
    names = folder.names()
    if names is None:
        raise NoVerdict("the folder does not exist", "文件夹不存在")
    for name in names:
        if name.endswith(".json"):
            yield name, _problem(folder.read(name, VECTOR_LIMIT) or b"")


def _problem(data: bytes) -> str:
    try:
        vector = json.loads(data)
        area, given, expected = vector["area"], vector["input"], vector["expect"]
    except (ValueError, KeyError, TypeError):
        return "not a vector"
    run = AREAS.get(area)
    if run is None:
        return f"unknown area {area}"
    try:
        found: Given = {"ok": run(given)}
    except Refused as refused:
        found = {"error": refused.code}
    except (ValueError, KeyError, TypeError, IndexError) as fault:
        return f"the runner stopped with {type(fault).__name__}"
    return "" if found == expected else f"expected {_short(expected)}, found {_short(found)}"


def _short(value: Given) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 300 else text[:300] + "..."


def _hex(given: Given, name: str) -> bytes:
    return bytes.fromhex(given[name])


def _hexes(given: Given, name: str) -> list[bytes]:
    return [bytes.fromhex(text) for text in given[name]]


def _json(given: Given) -> Given:
    read_object(_hex(given, "doc_hex"))
    return {}


def _key(given: Given) -> Given:
    if not key_is_sound(_hex(given, "key_hex")):
        raise Refused("E_WEAK_KEY")
    return {}


def _signature(given: Given) -> Given:
    key = _hex(given, "key_hex")
    _key(given)
    if not Ed25519Keys().verify(key, _hex(given, "signature_hex"), _hex(given, "message_hex")):
        raise Refused("E_SIG")
    return {}


def _vkey(given: Given) -> Given:
    vkey = vkey_of(given["name"], _hex(given, "key_hex"))
    return {"vkey": vkey, "fingerprint": fingerprint_of(vkey)}


def _note(given: Given) -> Given:
    note = split_note(_hex(given, "note_hex"))
    return {
        "text_hex": note.text.hex(),
        "lines": [[line.name, line.key_id.hex(), line.signature.hex()] for line in note.lines],
    }


def _record(given: Given) -> Given:
    record = read_record(_hex(given, "note_hex"))
    return {"kind": record.kind, "hash": record.hash}


def _layout_of(given: Given) -> Layout:
    fields = given["unit_json"]
    KINDS["unit"](fields, "unit")
    profile = _profile_of(given) if "profile_json" in given else None
    layout = layouts_of(fields, by_total({profile.id: profile}) if profile else ()).get(given["layout"])
    if layout is None:
        raise Refused("E_LAYOUT", "a layout of the unit", str(given["layout"]))
    return layout


def _profile_of(given: Given) -> Profile:
    PROFILE(given["profile_json"], "profile")
    return profile_of(given["profile_json"])


def _profile(given: Given) -> Given:
    PROFILE(given["profile_json"], "profile")
    read_profile(given["profile_json"], given["threshold"])
    return {}


def _rules(given: Given) -> Given:
    own_rules(given["rules"], "rules")
    return {"profile_json": with_rules(_profile_of(given), given["rules"], given["threshold"]).body}


def _layout(given: Given) -> Given:
    layout = _layout_of(given)
    return {"width": layout.width, "figures": layout.length}


def _validity(given: Given) -> Given:
    rows = _hexes(given, "rows_hex")
    figures, write_ins = count_papers(_layout_of(given), rows, given["table"], _profile_of(given).body["ballot"])
    return {"figures": figures, "write_ins": write_ins}


def _figures(given: Given) -> Given:
    _layout_of(given).check(given["figures"])
    return {}


def _commitment(given: Given) -> Given:
    secret, rows = _hex(given, "secret_hex"), _hexes(given, "rows_hex")
    all_salts = paper_salts(secret, len(rows))
    salts = [all_salts[16 * i : 16 * i + 16] for i in range(len(rows))]
    return {
        "salts_hex": [salt.hex() for salt in salts],
        "leaves_hex": [paper_leaf(salt, row).hex() for salt, row in zip(salts, rows, strict=True)],
        "root_hex": commitment(secret, rows).hex(),
    }


def _name(given: Given) -> Given:
    return {"commitment_hex": name_commitment(_hex(given, "salt_hex"), given["name_text"].encode()).hex()}


def _sealed(given: Given) -> Given:
    record = read_record(_hex(given, "record_note_hex"))
    fields: Given = record.fields
    layout = _layout_of(given)
    layout.check(fields["figures"])
    new = len(fields["names"])
    claim = PaperClaim(
        unit="",
        place="",
        hash=record.hash,
        layout=layout,
        ballot=_profile_of(given).body["ballot"],
        figures=fields["figures"],
        write_ins=fields["write_ins"],
        table=fields["table"],
        new_names=fields["names"],
        first_new=_first_new(fields["table"], new),
        root=fields["root"],
        sealed=fields["sealed"],
    )
    return {"papers": check_papers(_hex(given, "sealed_hex"), claim)}


def _first_new(table: list[int], new: int) -> int:
    """Without a chain the new numbers are the highest of the table: every new one must be there [NAME-1]."""
    return table[-1] - new + 1 if new and table else 1


def _tree(given: Given) -> Given:
    return {"root_hex": merkle_root([leaf(entry) for entry in _hexes(given, "leaves_hex")]).hex()}


def _inclusion(given: Given) -> Given:
    proof = _hexes(given, "proof_hex")
    check_inclusion(given["index"], given["size"], _hex(given, "leaf_hash_hex"), proof, _hex(given, "root_hex"))
    return {}


def _consistency(given: Given) -> Given:
    roots = _hex(given, "root1_hex"), _hex(given, "root2_hex")
    check_consistency(given["size1"], given["size2"], *roots, _hexes(given, "proof_hex"))
    return {}


def _log_keys(given: Given) -> tuple[str, bytes, bytes, Ed25519Keys]:
    return given["origin"], _hex(given, "ed25519_hex"), canonical_base64(given["mldsa44_b64"]), Ed25519Keys()


def _checkpoint(given: Given) -> Given:
    head = read_checkpoint(_hex(given, "note_hex"))
    check_checkpoint(head, *_log_keys(given))
    return {"size": head.size, "root_hex": head.root.hex()}


def _proof(given: Given) -> Given:
    proof = read_proof(_hex(given, "proof_hex"))
    check_checkpoint(proof.head, *_log_keys(given))
    check_proof(proof, _hex(given, "entry_hex"))
    return {"index": proof.index}


def _tile(given: Given) -> Given:
    return {"paths": implied_paths(given["size"])}


def _receipt(given: Given) -> Given:
    election = read_election(read_record(_hex(given, "election_note_hex")))
    receipt = read_receipt(_hex(given, "note_hex"), election, Ed25519Keys())
    return {"chain": receipt.chain, "from": receipt.start, "to": receipt.to, "head": receipt.head}


def _outcome(given: Given) -> Given:
    return {"contests": decide(case_of(given))}


def _findings(given: Given) -> Given:
    return {"findings": [row.as_data() for row in findings(case_of(given), stated=True, complete=True)]}


def _declaration(given: Given) -> Given:
    case = case_of(given)
    check_declaration(case, decide(case), {"contests": given["declared"], "reasons": given["reasons"]})
    return {}


def _chain(given: Given) -> Given:
    return {"heads": {chain: list(head) for chain, head in walk_small_log(_hexes(given, "entries_hex")).heads.items()}}


def _results(given: Given) -> Given:
    log = walk_small_log(_hexes(given, "entries_hex"))
    return {"results": log.results, "totals": log.totals}


AREAS: Final[dict[str, Callable[[Given], Given]]] = {
    "json": _json,
    "key": _key,
    "signature": _signature,
    "vkey": _vkey,
    "note": _note,
    "record": _record,
    "layout": _layout,
    "profile": _profile,
    "rules": _rules,
    "validity": _validity,
    "figures": _figures,
    "commitment": _commitment,
    "name": _name,
    "sealed": _sealed,
    "tree": _tree,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "checkpoint": _checkpoint,
    "proof": _proof,
    "tile": _tile,
    "receipt": _receipt,
    "outcome": _outcome,
    "findings": _findings,
    "declaration": _declaration,
    "chain": _chain,
    "results": _results,
}

"""The vectors are what their maker makes, cover every code, and the data files of spec/ are what the code uses."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tally_protocol import codes, limits

# Codes that no byte-exact vector can give: each needs files, a network, a store or two logs at once.
ELSEWHERE = {
    "E_ANCHOR": "needs an anchor beside the record: tests/attacks",
    "E_BUNDLE": "needs the files of a published folder: tests/attacks",
    "E_DISK": "the county's disk: tests/coordinator",
    "E_IDENTITY": "needs a connection with a certificate: tests/coordinator",
    "E_JOURNAL": "the station's own journal: tests/node",
    "E_LOCK": "two publishers: tests/coordinator",
    "E_LOCK_AHEAD": "the publisher's lock: tests/coordinator",
    "E_PROMISE": "needs a receipt beside a log: tests/attacks",
    "E_RATE": "needs a laptop that is too fast: tests/coordinator",
    "E_RECEIPT": "needs a receipt beside a journal: tests/protocol",
    "E_REVOKED": "needs a connection and a list of acts: tests/coordinator",
    "E_ROLLBACK": "needs a laptop and a county: tests/node",
    "E_ROOT": "needs a checkpoint beside the entries: tests/attacks",
    "E_SELF_CHECK": "the county's store: tests/coordinator",
    "E_SPLIT": "needs two signed heads: tests/attacks",
    "E_TILE": "needs the files of a published folder: tests/attacks",
    "E_TOKEN": "needs a code and a list of acts: tests/coordinator",
}


def expectations(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text("utf-8"))["expect"] for path in folder.glob("*.json")}


def test_vectors_are_what_their_maker_makes(root: Path, tmp_path: Path) -> None:
    store = root / "tools/vectors/mldsa_signatures.json"
    before = store.read_bytes()
    subprocess.run([sys.executable, "tools/make_vectors.py", str(tmp_path)], cwd=root, check=True, capture_output=True)
    assert store.read_bytes() == before, "a kept ML-DSA-44 signature does not verify any more"
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in (root / "spec/vectors").glob("*.json")}
    assert sorted(made.keys() ^ kept.keys()) == []
    assert [name for name in made if made[name] != kept[name]] == []


def test_every_code_has_a_vector_or_a_reason(root: Path) -> None:
    expected = expectations(root / "spec/vectors").values()
    given = {str(one["error"]) for one in expected if "error" in one}
    found = {row["code"] for one in expected for row in ((one.get("ok") or {}).get("findings") or ())}
    known = json.loads((root / "spec/codes.json").read_text("utf-8"))
    codes_of_records = {name for name in known if name.startswith(("E_", "F_", "W_"))}
    assert sorted((given | found) - codes_of_records) == []
    assert sorted(codes_of_records - given - found) == sorted(ELSEWHERE)


def test_every_area_has_good_and_bad_vectors(root: Path) -> None:
    outcomes: dict[str, set[str]] = {}
    for name, expect in expectations(root / "spec/vectors").items():
        outcomes.setdefault(name.partition("-")[0], set()).update(expect)
    described = (root / "spec/vectors/README.md").read_text("utf-8")
    areas = {line.split("`")[1] for line in described.splitlines() if line.startswith("| `")}
    assert outcomes.keys() == areas
    only_good = {area for area, found in outcomes.items() if found == {"ok"}}
    # nothing can go wrong in these: every input has an answer
    assert only_good == {"vkey", "commitment", "name", "tree", "tile", "findings", "outcome"}


def test_vectors_are_named_and_explained(root: Path) -> None:
    for path in (root / "spec/vectors").glob("*.json"):
        vector = json.loads(path.read_text("utf-8"))
        assert list(vector) == ["area", "comment", "input", "expect"], path.name
        assert path.name.startswith(vector["area"] + "-"), path.name
        assert vector["comment"].strip(), path.name
        assert list(vector["expect"]) in (["ok"], ["error"]), path.name


def test_limits_are_those_of_the_spec(root: Path) -> None:
    """[CONV-2] limits.py is a copy of limits.json, name for name."""
    ours = {name.lower(): value for name, value in vars(limits).items() if name.isupper()}
    assert ours == json.loads((root / "spec/limits.json").read_text("utf-8"))


def test_codes_are_those_of_the_spec(root: Path) -> None:
    """[CONV-1] codes.py is a copy of codes.json, sentence for sentence."""
    known = json.loads((root / "spec/codes.json").read_text("utf-8"))
    assert {name: {"zh": zh, "en": en} for name, (zh, en) in codes.TEXTS.items()} == known

"""E1 and E2: the sealed archive counted again, receipts and proofs held against the log.

Serves [ARCHIVE-1], [BALLOT-1], [BALLOT-2], [BALLOT-3], [BALLOT-4], [RECEIPT-3], [PROOF-1], [CHECK-3].
"""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Codes, Run
from tests.verifier.maker import Maker
from tests.verifier.signing import ZERO, hash_of, note, sha, tree
from tests.verifier.test_record import changed

# --- ballots


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda parts: parts[1:], "E1 MISSING_BALLOTS"),
        (lambda parts: [*parts, parts[0]], "E1 E_SEALED"),
        (lambda parts: [*parts, (b"\1" * 32, parts[0][1])], "E1 E_SEALED"),
        (lambda parts: [(parts[0][0], parts[0][1].replace(b"\0\1\0\0", b"\0\0\1\0", 1)), *parts[1:]], "E1 E_SEALED"),
        (lambda parts: [(parts[0][0], parts[0][1][:-1]), *parts[1:]], "E1 E_SEALED"),
    ],
)
def test_a_spoilt_archive(edit: Any, expected: str, honest: Path, tmp_path: Path, codes: Codes) -> None:
    """[ARCHIVE-1], [BALLOT-1]."""
    maker = Maker().story()
    maker.sealed["v1"] = edit(maker.sealed["v1"])
    code, found = codes(honest / "pub", "--ballots", maker.archive(tmp_path))
    assert (code, found) == (2 if "MISSING" in expected else 1, {expected})


class Liar(Maker):
    """Commits to other papers, or counts other papers, than those in the sealed part."""

    lie = ""

    def papers(self, rows: list[bytes], table: list[int]) -> tuple[list[int], list[list[int]]]:
        if self.lie == "count" and b"\0\1\0" in rows:
            return super().papers([b"\0\1\0" if row == b"\0\2\1" else row for row in rows], table)
        return super().papers(rows, table)


def test_figures_that_the_marks_do_not_give(tmp_path: Path, codes: Codes) -> None:
    """[BALLOT-3]: the public record is in order, only the papers tell."""
    liar = Liar()
    liar.lie = "count"
    liar.story().publish(tmp_path / "pub")
    assert codes(tmp_path / "pub") == (0, set())
    assert codes(tmp_path / "pub", "--ballots", liar.archive(tmp_path / "sealed")) == (1, {"E1 E_COUNT"})


def test_a_root_over_other_papers(maker: Maker, tmp_path: Path, codes: Codes) -> None:
    """[BALLOT-2]."""
    entries = changed("batch", 2, root=ZERO)(maker.entries)
    maker.publish(tmp_path / "pub", entries)
    other = Maker().story()
    new = {hash_of(old): hash_of(entry) for old, entry in zip(maker.entries, entries, strict=True)}
    other.sealed["v1"] = [(bytes.fromhex(new[key.hex()]), part) for key, part in maker.sealed["v1"]]
    archive = other.archive(tmp_path / "sealed")
    assert "E1 E_COMMITMENT" in codes(tmp_path / "pub", "--ballots", archive)[1]


# --- receipts and proofs


def receipt(maker: Maker, **changes: Any) -> bytes:
    count, head = maker.heads["s/v1/a"]
    fields = {
        "chain": "s/v1/a", "election": maker.election_hash, "epoch": 1, "from": 0, "head": head,
        "time": 1_780_000_000, "to": count - 1,
    }  # fmt: skip
    return note("receipt", {**fields, **changes}, ["county"])


def proof(maker: Maker, index: int, size: int, **wrong: Any) -> bytes:
    leaves = [sha(b"\0", entry) for entry in maker.entries[:size]]

    def path(i: int, part: list[bytes]) -> list[bytes]:
        if len(part) == 1:
            return []
        half = 1 << ((len(part) - 1).bit_length() - 1)
        if i < half:
            return [*path(i, part[:half]), tree(part[half:])]
        return [*path(i - half, part[half:]), tree(part[:half])]

    hashes = wrong.get("hashes", path(index, leaves))
    lines = "".join(b64encode(one).decode() + "\n" for one in hashes)
    head = maker.checkpoint(maker.entries[:size], root=wrong.get("root"))
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n".encode() + head


def test_receipts_of_other_units_accuse_nobody(
    honest: Path, maker: Maker, tmp_path: Path, codes: Codes, run: Run
) -> None:
    """[VERIFY-5]: with one unit asked for, the others' chains are not walked; no promise is broken by that."""
    (tmp_path / "one").write_bytes(receipt(maker))
    assert codes(honest / "pub", "--receipts", tmp_path, "--unit", "v2") == (0, set())
    words = ("verify", honest / "pub", "--key", maker.anchor, "--receipts", tmp_path, "--unit", "v2")
    assert "1 receipts are of other units" in run(*words)[1]
    (tmp_path / "one").write_bytes(receipt(maker, head=ZERO))
    assert codes(honest / "pub", "--receipts", tmp_path, "--unit", "v1") == (1, {"E2 E_PROMISE"})


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (receipt, set()),
        (lambda maker: receipt(maker, head=ZERO), {"E2 E_PROMISE"}),
        (lambda maker: receipt(maker, to=99), {"E2 E_PROMISE"}),
        (lambda maker: receipt(maker, to=99, time=1_800_000_000), {"E2 MISSING"}),
        (lambda maker: receipt(maker, election=ZERO), {"E2 E_RECEIPT"}),
        (lambda _: b"nonsense", {"E2 E_RECEIPT"}),
        (lambda maker: proof(maker, 9, len(maker.entries)), set()),
        (lambda maker: proof(maker, 9, 13), set()),
        (lambda maker: proof(maker, 9, len(maker.entries), hashes=[b"\0" * 32] * 5), {"E2 E_PROOF"}),
        (lambda maker: proof(maker, 9, len(maker.entries), hashes=[]), {"E2 E_PROOF"}),
        (lambda maker: proof(maker, 9, len(maker.entries), root=b"\1" * 32), {"E2 E_SPLIT"}),
        (lambda _: b"c2sp.org/tlog-proof@v1\nindex 09\n\n", {"E2 E_PROOF"}),
    ],
)
def test_receipts_and_proofs(
    make: Any, expected: set[str], honest: Path, maker: Maker, tmp_path: Path, codes: Codes
) -> None:
    """[RECEIPT-3], [PROOF-1], [CHECK-3]: a promise newer than the checkpoint is missing, not broken."""
    (tmp_path / "one").write_bytes(make(maker))
    code, found = codes(honest / "pub", "--receipts", tmp_path)
    assert (code, found) == (0 if not expected else 2 if "MISSING" in str(expected) else 1, expected)

"""E2: receipts and tlog-proofs that somebody kept, held against the log.

Serves [RECEIPT-3], [PROOF-1], [CHECK-3]. A receipt newer than the checkpoint is not a broken promise yet: the log may
still have to publish it, so it is only missing.
"""

from dataclasses import dataclass
from typing import Any

from verifier.chain.manifest import Election
from verifier.chain.signers import sole_signer
from verifier.checkpoints import check_checkpoint, check_proof, is_proof, read_proof
from verifier.checks.files import LogFiles, read_wide
from verifier.findings.codes import Refused
from verifier.findings.report import Finding, Tally
from verifier.notes import read_record
from verifier.signatures import Ed25519Keys
from verifier.source import BUNDLE_LIMIT, SMALL_FILE_LIMIT, Folder
from verifier.tree import split_bundle


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the county promised."""

    file: str
    chain: str
    start: int
    to: int
    head: str
    time: int


def read_receipt(data: bytes, election: Election, keys: Ed25519Keys) -> Receipt:
    """A receipt that holds: the county's signature, this election."""
    record = read_record(data)
    fields: dict[str, Any] = record.fields
    if record.kind != "receipt":
        raise Refused("E_KIND", "a receipt", record.kind)
    if fields["election"] != election.hash:
        raise Refused("E_ELECTION", election.hash, fields["election"])
    for key, signature in sole_signer(record.note, election.county):
        if not keys.verify(key, signature, record.note.text):
            raise Refused("E_SIG", "the county's signature", "one that does not verify")
    if fields["from"] > fields["to"]:
        raise Refused("E_RECEIPT", "from at most to", f"{fields['from']} to {fields['to']}")
    return Receipt("", fields["chain"], fields["from"], fields["to"], fields["head"], fields["time"])


class ReceiptCheck:
    """Reads the folder before the log is walked, answers after."""

    def __init__(
        self, folder: Folder, election: Election, log: Folder, files: LogFiles, tally: Tally, only_unit: str = ""
    ) -> None:
        self._folder, self._election, self._log, self._files, self._tally = folder, election, log, files, tally
        self._only = only_unit
        # receipts of units whose chains are not walked: neither kept nor broken, as far as we know [VERIFY-5]
        self.skipped = 0
        self._keys = Ed25519Keys()
        self.receipts: list[Receipt] = []

    def read(self) -> frozenset[tuple[str, int]]:
        """Read every file; returns the places whose hashes are wanted."""
        for name in self._folder.names() or ():
            data = self._folder.read(name, 2 * SMALL_FILE_LIMIT) or b""
            self._tally.touch("E2")
            try:
                if is_proof(data):
                    self._proof(data)
                else:
                    self._receipt(name, data)
            except Refused as refused:
                known = refused.code in ("E_PROOF", "E_SPLIT", "MISSING")
                code = refused.code if known else "E_PROOF" if is_proof(data) else "E_RECEIPT"
                self._add(code, name, refused.expected, f"{refused.code}: {refused.found}")
        return frozenset((receipt.chain, receipt.to) for receipt in self.receipts)

    def _add(self, code: str, name: str, expected: str, found: str) -> None:
        self._tally.add(Finding.of(Refused(code, expected, found, check="E2"), f"receipts/{name}"))

    def _receipt(self, name: str, data: bytes) -> None:
        receipt = read_receipt(data, self._election, self._keys)
        if self._only and receipt.chain.split("/")[1:2] != [self._only]:
            self.skipped += 1
            return
        self.receipts.append(Receipt(name, receipt.chain, receipt.start, receipt.to, receipt.head, receipt.time))

    def _proof(self, data: bytes) -> None:
        proof, election, files = read_proof(data), self._election, self._files
        head = proof.head
        check_checkpoint(head, election.origin, election.log_ed25519, election.log_mldsa44, self._keys)
        if head.size > files.head.size:
            raise Refused("MISSING", f"a log of at least {head.size} entries", f"{files.head.size}", check="E2")
        if head.size > files.known:  # a file that is withheld is no contradiction
            raise Refused("MISSING", f"the first {head.size} entries", f"{files.known}", check="E2")
        if files.levels.root(head.size) != head.root:  # [CHECK-3]
            raise Refused("E_SPLIT", f"root {files.levels.root(head.size).hex()}", head.root.hex(), check="E2")
        if proof.index >= head.size:
            raise Refused("E_PROOF", f"an index below {head.size}", str(proof.index))
        check_proof(proof, self._entry(proof.index))

    def _entry(self, index: int) -> bytes:
        number, size = index // 256, self._files.head.size
        width = min(256, size - 256 * number)
        data, full = read_wide(self._log, "entries", number, width, BUNDLE_LIMIT)
        if data is None:
            raise Refused("MISSING", f"entry {index}", "no file", check="E2")
        return split_bundle(data, width, full=full)[index - 256 * number]

    def answer(self, hashes: dict[tuple[str, int], str], log_time: int) -> None:
        """A receipted record that is missing or differs is a broken promise [RECEIPT-3]."""
        for receipt in self.receipts:
            found = hashes.get((receipt.chain, receipt.to))
            if found == receipt.head:
                continue
            late = found is None and (receipt.time >= log_time or self._files.hole < self._files.head.size)
            code = "MISSING" if late else "E_PROMISE"
            self._add(code, receipt.file, f"{receipt.chain} seq {receipt.to} {receipt.head}", found or "no record")

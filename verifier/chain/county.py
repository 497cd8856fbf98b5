"""The county chain: every standings record cites a prefix of this log and what that prefix gives.

Serves [STAND-1], [STAND-2], [STAND-3], [SIGN-3] (county), [CHAIN-1] to [CHAIN-3]. Determinations are links of the same
chain; what they say is judged where their unit is walked, here they only have to follow one another.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from verifier.chain.manifest import Election
from verifier.chain.places import NO_SUMS, ResultsTree, Sums, UnitStanding
from verifier.chain.signers import sole_signer
from verifier.chain.station import Links
from verifier.chain.walk import CountyLink
from verifier.findings.codes import Refused
from verifier.findings.report import Finding, Tally
from verifier.notes import Record, read_record
from verifier.signatures import Ed25519Keys

TOTAL_NAMES = ("closed", "papers", "registered", "statements", "stations", "units")


def cited_sizes(entries: Iterable[tuple[int, bytes]]) -> list[int]:
    """Sizes that standings records cite, as far as they can be read; ascending."""
    sizes = set()
    for index, data in entries:
        try:
            size: Any = read_record(data).fields["size"]
        except (Refused, KeyError):
            continue
        if size <= index:
            sizes.add(size)
    return sorted(sizes)


def results_at(sizes: Sequence[int], changes: Iterable[tuple[int, UnitStanding]]) -> dict[int, tuple[str, Sums]]:
    """Root of the results tree at each size."""
    tree = ResultsTree()
    by_size: dict[int, list[UnitStanding]] = {}
    for size, standing in changes:
        by_size.setdefault(size, []).append(standing)
    results = {}
    for size in sizes:
        for standing in by_size.pop(size, []):
            tree.put(standing)
        results[size] = tree.root()
    return results


class CountyChain:
    """Walks the standings records and the links of the determinations in log order."""

    def __init__(
        self,
        election: Election,
        root_of: Callable[[int], bytes],
        results: dict[int, tuple[str, Sums]] | None,
        tally: Tally,
        first_break: int,
        *,
        signatures: str = "all",
    ) -> None:
        self.election, self.root_of, self.results, self.tally = election, root_of, results, tally
        self.first_break = first_break
        self.signatures = signatures
        self.links = Links()
        self.size = 0
        self.skipped = 0
        self._keys = Ed25519Keys()
        self._seen: set[str] = set()
        self._indices: list[int] = []  # where standings records stand in the log
        self._unverified: tuple[int, bytes, list[tuple[bytes, bytes]]] | None = None

    def walk(self, standings: Iterable[tuple[int, bytes]], links: Iterable[CountyLink]) -> None:
        """All of the chain, in the order of the log."""
        merged: list[tuple[int, bytes | CountyLink]] = [*standings, *((link.index, link) for link in links)]
        for index, entry in sorted(merged, key=itemgetter(0)):
            if isinstance(entry, CountyLink):
                self._link(entry)
            else:
                self.feed(index, entry)

    def _link(self, link: CountyLink) -> None:
        """A determination; one that was refused is no link, so what comes after hangs in the air."""
        if self.links.broken or not link.hash:
            self.links.broken = True
            return
        self.tally.touch("S3")
        try:
            self.links.check({"seq": link.seq, "prev": link.prev})
        except Refused as refused:
            self.tally.add(Finding.of(refused, f"entry {link.index} determination c seq {link.seq}", link.index))
            self.links.broken = True
            return
        self.links.advance(link.hash)

    def feed(self, index: int, data: bytes) -> None:
        """One standings entry; what is wrong becomes a finding."""
        for check in ("I1", "S2"):
            self.tally.touch(check)
        try:
            record = read_record(data)
            if record.hash in self._seen:
                raise Refused("E_DUP", "each record once", f"hash {record.hash}")
            self._seen.add(record.hash)
            self._check(index, record)
        except Refused as refused:
            self.tally.add(Finding.of(refused, f"entry {index} standings", index))
            self.links.broken = self.links.broken or refused.code != "E_DUP"
        self._indices.append(index)

    def _check(self, index: int, record: Record) -> None:
        fields: dict[str, Any] = record.fields
        if fields["election"] != self.election.hash:
            raise Refused("E_ELECTION", self.election.hash, fields["election"])
        pairs = sole_signer(record.note, self.election.county)
        self._signed(index, record, pairs)
        if self.links.broken:
            return
        self.tally.touch("S3")
        self.tally.touch("S5")
        self.links.check(fields)
        self._check_prefix(index, fields)
        self.links.advance(record.hash)
        self.size = fields["size"]
        self._check_results(fields)

    def _signed(self, index: int, record: Record, pairs: list[tuple[bytes, bytes]]) -> None:
        self.tally.touch("A3")
        if self.signatures == "all":
            self._verify(record.note.text, pairs)
        elif self.signatures == "heads":
            self._unverified = (index, record.note.text, pairs)

    def _verify(self, text: bytes, pairs: list[tuple[bytes, bytes]]) -> None:
        for key, signature in pairs:
            if not self._keys.verify(key, signature, text):
                raise Refused("E_SIG", "the county's signature", "one that does not verify")

    def finish(self, determinations: Iterable[tuple[int, bytes, list[tuple[bytes, bytes]]] | None] = ()) -> None:
        """Mode `heads`: the newest record of the chain vouches for the others [VERIFY-6]."""
        pending = [one for one in (self._unverified, *determinations) if one is not None]
        if pending:
            index, text, pairs = max(pending, key=itemgetter(0))
            try:
                self._verify(text, pairs)
            except Refused as refused:
                self.tally.add(Finding.of(refused, f"entry {index} c", index))

    def _check_prefix(self, index: int, fields: dict[str, Any]) -> None:
        """[STAND-1] a prefix of this log that rises, [STAND-3] something new besides standings."""
        size = fields["size"]
        if not self.size < size <= index:
            raise Refused("E_STANDINGS", f"a size above {self.size} and at most {index}", str(size))
        if fields["root"] != self.root_of(size).hex():
            raise Refused("E_STANDINGS", f"root {self.root_of(size).hex()}", fields["root"])
        own = bisect_left(self._indices, size) - bisect_left(self._indices, self.size)
        if own == size - self.size:
            raise Refused("E_STANDINGS", "at least one new record that is not standings", "only standings")

    def _check_results(self, fields: dict[str, Any]) -> None:
        """[STAND-2] the results tree of exactly that prefix."""
        if self.results is None or fields["size"] > self.first_break:
            self.skipped += 1  # not computable: another unit was not read, or a chain broke before
            return
        digest, sums = self.results.get(fields["size"], ("", NO_SUMS))
        totals = dict(zip(TOTAL_NAMES, sums, strict=True))
        if fields["totals"] != totals:
            raise Refused("E_TOTAL", f"totals {totals}", f"totals {fields['totals']}", check="S5")
        if fields["results"] != digest:
            raise Refused("E_TOTAL", f"results {digest}", f"results {fields['results']}", check="S5")

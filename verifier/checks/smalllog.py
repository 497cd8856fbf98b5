"""A whole small log without files, in one process: the first refusal in log order, or heads and results at the end.

Serves the areas `chain` and `results` of the vectors with the same walkers that verification uses.
"""

from dataclasses import dataclass

from verifier.chain.county import TOTAL_NAMES, CountyChain, cited_sizes, results_at
from verifier.chain.manifest import Election, read_election
from verifier.chain.route import MANIFEST, route
from verifier.chain.signers import sole_signer
from verifier.chain.walk import Assignment, Walker
from verifier.findings.codes import INCOMPLETE_CODES, Refused
from verifier.findings.report import Finding, Tally
from verifier.hashes import leaf, unit_ids_root
from verifier.notes import read_record
from verifier.rules.declaration import LAW
from verifier.signatures import Ed25519Keys, key_is_sound
from verifier.tree import Levels


@dataclass(frozen=True, slots=True)
class SmallLog:
    """Where a log ended."""

    heads: dict[str, tuple[int, str]]
    results: str
    totals: dict[str, int]


def _first_entry(entries: list[bytes]) -> Election:
    if not entries:
        raise Refused("E_MANIFEST", "the election note as entry 0", "an empty log")
    record = read_record(entries[0])
    if record.kind != "election":
        raise Refused("E_MANIFEST", "the election note as entry 0", record.kind)
    election = read_election(record)
    ((key, signature),) = sole_signer(record.note, election.authority)
    if not Ed25519Keys().verify(key, signature, record.note.text):
        raise Refused("E_SIG", "the authority's signature", "another")
    for key in (election.authority.key, election.county.key, election.log_ed25519):
        if not key_is_sound(key):
            raise Refused("E_WEAK_KEY", "a point of the curve", "another")
    return election


def walk_small_log(entries: list[bytes]) -> SmallLog:
    """Walk all of it; the finding at the lowest index decides."""
    election = _first_entry(entries)
    ways = [route(entry) for entry in entries]
    others = [index for index, way in enumerate(ways) if way.kind not in MANIFEST]
    standings = [(index, entries[index]) for index, way in enumerate(ways) if way.kind == b"standings"]
    sizes = cited_sizes(standings)
    size = len(entries)
    walker = Walker(
        Assignment(
            election=election,
            manifest_end=others[0] if others else size,
            boundaries=sorted({*sizes, size}),
        ),
        LAW,
    )
    for index, entry in enumerate(entries):
        if index and ways[index].kind != b"standings":
            walker.feed(index, entry, ways[index])
    walked = walker.finish(size)
    results = results_at(sorted({*sizes, size}), walked.standings)
    tally = Tally()
    levels = Levels(b"".join(map(leaf, entries)))
    county = CountyChain(election, levels.root, results, tally, walked.first_break)
    county.walk(standings, walked.county)
    _raise_first([tally, walked.tally])  # where both speak of a determination, its place in the chain comes first
    if others and len(walked.units) < election.units:  # [LOG-2]
        raise Refused("E_ORDER", f"{election.units} unit notes before any other kind", f"{len(walked.units)}")
    if len(walked.units) > election.units or (
        len(walked.units) == election.units and unit_ids_root(walked.units).hex() != election.units_root
    ):
        raise Refused("E_MANIFEST_ROOT", election.units_root, "units of another root")
    heads = {}
    for unit in walker.units.values():
        for chain in unit.stations.values():
            heads[chain.name] = (chain.links.count, chain.links.head)
        if unit.links.count:
            heads[f"u/{unit.id}"] = (unit.links.count, unit.links.head)
    if county.links.count:
        heads["c"] = (county.links.count, county.links.head)
    digest, sums = results[size]
    return SmallLog(heads, digest, dict(zip(TOTAL_NAMES, sums, strict=True)))


def _raise_first(tallies: list[Tally]) -> None:
    found: list[Finding] = [
        finding
        for tally in tallies
        for findings in tally.evidence.values()
        for finding in findings
        if finding.code not in INCOMPLETE_CODES
    ]
    if found:
        first = min(found, key=lambda finding: finding.index if finding.index >= 0 else 2**63)
        raise Refused(first.code, first.expected, f"{first.place}: {first.found}", check=first.check)

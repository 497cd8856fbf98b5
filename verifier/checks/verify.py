"""One verification from start to end, in the order of the numbered checks of spec/7.

Serves [VERIFY-1] to [VERIFY-7], [LOG-1], [SEAL-1], [SEAL-2], [SEAL-4] (between processes).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from verifier.chain.county import CountyChain, cited_sizes, results_at
from verifier.chain.manifest import Election, read_election
from verifier.chain.places import UnitStanding
from verifier.chain.signers import sole_signer
from verifier.chain.walk import Assignment
from verifier.checkpoints import Checkpoint, check_checkpoint, read_checkpoint
from verifier.checks.files import FilePass, LogFiles, check_size
from verifier.checks.papers import check_file_names
from verifier.checks.receipts import ReceiptCheck
from verifier.checks.shards import Done, Job, Progress, walk_all
from verifier.checks.tables import Row
from verifier.findings.codes import NoVerdict, Refused
from verifier.findings.report import Finding, Report
from verifier.hashes import unit_ids_root
from verifier.notes import Signer, fingerprint_of, read_record, vkey_of
from verifier.signatures import Ed25519Keys, key_is_sound
from verifier.source import SMALL_FILE_LIMIT, Folder


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the user knows from outside the record; empty where nothing was given."""

    name: str = ""
    key: bytes = b""
    fingerprint: str = ""

    def __bool__(self) -> bool:
        return bool(self.key or self.fingerprint)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for."""

    anchor: Anchor = Anchor()
    unit: str = ""
    ballots: str = ""
    receipts: str = ""
    signatures: str = "all"
    processes: int = 0
    table: str = ""  # a table that is wanted beside the verdict
    about: str = ""  # of this unit alone


class Verification:
    """Holds what the steps hand on; `run` is the list of steps."""

    def __init__(self, folder: Folder, options: Options, progress: Progress) -> None:
        self.folder, self.options, self.progress = folder, options, progress
        self.report = Report()
        self.rows: list[Row] = []
        self._keys = Ed25519Keys()
        self._log_time = 0

    def run(self) -> Report:
        """Every step that the record allows; what cannot be reached has touched nothing, so it has not passed."""
        options, report = self.options, self.report
        report.ran |= {"E1"} if options.ballots else set()
        report.ran |= {"E2"} if options.receipts else set()
        report.anchored = bool(options.anchor)
        for name in (options.ballots, options.receipts):
            if name and not Path(name).is_dir():
                raise NoVerdict(f"{name} is not a folder", f"{name} 不是文件夹")
        head = self._checkpoint()
        if head is None:
            return report
        check_size(head)
        report.facts |= {"origin": head.origin, "size": head.size, "root": head.root.hex()}
        files = FilePass(self.folder, head, report.tally).run()
        election = self._election(files)
        if election is not None:
            self._walk(files, election)
        return report

    def _found(self, refused: Refused, place: str) -> None:
        self.report.tally.add(Finding.of(refused, place))

    def _checkpoint(self) -> Checkpoint | None:
        tally = self.report.tally
        data = self.folder.read("checkpoint", SMALL_FILE_LIMIT)
        tally.touch("C1")
        if data is None:
            self.report.absent = self.folder.names("tile") is None  # [VERIFY-2]
            self._found(Refused("MISSING_FILE", "a checkpoint", "none"), "checkpoint")
            return None
        if len(data) > SMALL_FILE_LIMIT:
            raise NoVerdict("the checkpoint is too long", "检查点文件过长", "E_LIMIT")
        tally.touch("A2")
        try:
            return read_checkpoint(data)
        except Refused as refused:
            refused.check = "A2"
            self._found(refused, "checkpoint")
            return None

    def _election(self, files: LogFiles) -> Election | None:
        """Entry 0, its authority, and the checkpoint that its log keys must have signed."""
        tally = self.report.tally
        if files.head.size == 0 or files.hole == 0:
            self._found(Refused("MISSING", "entry 0", "an empty log or no file", check="C2"), "entry 0")
            return None
        for check in ("I1", "S2", "S4", "A3"):
            tally.touch(check)
        tally.touch("A4", 3)
        try:
            record = read_record(files.first)
            if record.kind != "election":
                raise Refused("E_MANIFEST", "the election note as entry 0", record.kind)  # [LOG-1]
            election = read_election(record)
            for signer in (election.authority, election.county, Signer.of("log", election.log_ed25519)):
                if not key_is_sound(signer.key):
                    raise Refused("E_WEAK_KEY", "a point of the curve", signer.name)
            self._verify(record.note.text, sole_signer(record.note, election.authority))  # [SIGN-1]
        except Refused as refused:
            self._found(refused, "entry 0 election")
            return None
        self._name(election)
        self._anchor(election)
        try:
            head = files.head
            if head.origin != election.origin:  # [LOG-1]; a checkpoint read by itself is E_NOTE
                raise Refused("E_MANIFEST", f"origin {election.origin}", head.origin, check="S4")
            self._log_time = check_checkpoint(
                head, election.origin, election.log_ed25519, election.log_mldsa44, self._keys
            )
        except Refused as refused:
            self._found(refused, "checkpoint")
        return election

    def _verify(self, text: bytes, pairs: list[tuple[bytes, bytes]]) -> None:
        for key, signature in pairs:
            if self.options.signatures != "none" and not self._keys.verify(key, signature, text):
                raise Refused("E_SIG", "a signature that verifies", "one that does not")

    def _name(self, election: Election) -> None:
        authority = vkey_of(election.authority.name, election.authority.key)
        self.report.facts |= {
            "election": election.id,
            "title": election.title,
            "date": election.date,
            "test": election.test,
            "authority_vkey": authority,
            "authority_fingerprint": fingerprint_of(authority),
        }
        if election.test:  # [VERIFY-4]
            self.report.remarks.append(("这是演练，不是真实选举", "this is a rehearsal (演练), not an election"))

    def _anchor(self, election: Election) -> None:
        """[VERIFY-7]: the anchor is the authority of entry 0."""
        anchor, authority = self.options.anchor, election.authority
        vkey = vkey_of(authority.name, authority.key)
        if not anchor:
            return
        self.report.tally.touch("A1")
        if anchor.key and (anchor.name, anchor.key) != (authority.name, authority.key):
            self._found(Refused("E_ANCHOR", vkey_of(anchor.name, anchor.key), vkey), "entry 0 authority")
        if anchor.fingerprint and anchor.fingerprint != fingerprint_of(vkey):
            self._found(Refused("E_ANCHOR", anchor.fingerprint, fingerprint_of(vkey)), "entry 0 authority")

    def _walk(self, files: LogFiles, election: Election) -> None:
        options, tally = self.options, self.report.tally
        receipts = None
        if options.receipts:
            receipts = ReceiptCheck(
                Folder(Path(options.receipts)), election, self.folder, files, tally, options.unit
            )
        assignment = Assignment(
            election=election,
            signatures=options.signatures,
            only_unit=options.unit,
            manifest_end=files.manifest_end,
            boundaries=() if options.unit else tuple(cited_sizes(files.standings)),
            wanted=receipts.read() if receipts else frozenset(),
            hole=files.hole,
        )
        dones = walk_all(self._jobs(files, assignment), self.progress)
        for done in dones:
            tally.merge(done.walked.tally)
            self.rows += done.rows
        self._manifest(files, election, dones)
        self._county(files, assignment, dones)
        if receipts:
            receipts.answer(
                {place: text for done in dones for place, text in done.walked.answers.items()}, self._log_time
            )
            if receipts.skipped:
                self.report.remarks.append(
                    (
                        f"{receipts.skipped} 份回执属于其他单位，未核对",
                        f"{receipts.skipped} receipts are of other units and were not checked",
                    )
                )
        self._remarks(dones)

    def _jobs(self, files: LogFiles, assignment: Assignment) -> list[Job]:
        size = files.head.size
        shards = self.options.processes or (1 if size < 4096 else min(os.cpu_count() or 1, 8))
        return [
            Job(
                str(self.folder.root),
                size,
                tuple(files.digests),
                assignment,
                shard,
                shards,
                self.options.ballots,
                self.options.table,
                self.options.about,
            )
            for shard in range(shards)
        ]

    def _manifest(self, files: LogFiles, election: Election, dones: list[Done]) -> None:
        """[SEAL-2] the set of units, [SEAL-4] station keys over all processes, and the unit asked for."""
        tally = self.report.tally
        units = [unit for done in dones for unit in done.walked.units]
        tally.touch("C2", len(units))
        if self.options.unit and self.options.unit not in units:
            self._found(Refused("MISSING", f"unit {self.options.unit}", "no such unit note", check="C2"), "manifest")
        if len(units) < election.units:
            self._found(Refused("MISSING", f"{election.units} units", f"{len(units)}", check="C2"), "manifest")
        elif len(units) > election.units or unit_ids_root(units).hex() != election.units_root:
            self._found(
                Refused("E_MANIFEST_ROOT", election.units_root, f"{len(units)} units of another root"), "manifest"
            )
        if len(units) < election.units and files.manifest_end < min(files.head.size, files.hole):  # [LOG-2]
            early = Refused("E_ORDER", f"{election.units} unit notes before any other kind", f"{len(units)}")
            self._found(early, f"entry {files.manifest_end}")
        owners: dict[bytes, str] = {}
        for done in dones:
            for key, owner in done.walked.station_keys.items():
                if owners.setdefault(key, owner) != owner:
                    self._found(
                        Refused("E_MANIFEST", "a station key of its own", f"{owners[key]}, {owner}"), "manifest"
                    )
        if self.options.ballots:
            check_file_names(Folder(Path(self.options.ballots)), set(units), tally)

    def _county(self, files: LogFiles, assignment: Assignment, dones: list[Done]) -> None:
        changes: list[tuple[int, UnitStanding]] = [item for done in dones for item in done.walked.standings]
        results = None if self.options.unit else results_at(assignment.boundaries, changes)
        broken = min([done.walked.first_break for done in dones] + [files.hole])
        county = CountyChain(
            assignment.election,
            files.levels.root,
            results,
            self.report.tally,
            broken,
            signatures=self.options.signatures,
        )
        standings = [(index, entry) for index, entry in files.standings if index < files.hole]
        county.walk(standings, [link for done in dones for link in done.walked.county])
        county.finish(done.walked.county_pending for done in dones)
        if county.skipped:
            self.report.remarks.append(
                (
                    f"{county.skipped} 条进度记录的合计未重算（只核验一个单位，或此前有链断裂）",
                    f"totals of {county.skipped} standings records were not recomputed "
                    "(one unit only, or a chain is broken before them)",
                )
            )

    def _remarks(self, dones: list[Done]) -> None:
        """What was not checked is said [VERIFY-5], [VERIFY-6]."""
        remarks, options = self.report.remarks, self.options
        if options.unit:
            remarks.append(
                (f"只核验了单位 {options.unit} 的各条链", f"only the chains of unit {options.unit} were verified")
            )
        older = sum(done.walked.unverified for done in dones)
        if options.signatures == "heads":
            remarks.append(
                (
                    f"{older} 条较早记录的签名未核验：计票点由其最新记录担保，官员的签名没有担保",
                    f"signatures on {older} older records were not verified: each station vouches for them by its "
                    "newest record, the officials (监票人、计票人 and others) who signed them do not",
                )
            )
        if options.signatures == "none":
            self.report.ran -= {"A3"}
            remarks.append(("签名未核验", "signatures were not verified"))

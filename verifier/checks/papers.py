"""E1: the sealed ballots archive beside the record, one file a unit, each part read once when its record comes.

Serves [ARCHIVE-1], [BALLOT-1] to [BALLOT-4]. Only offsets are kept, so memory does not grow with the ballots.
"""

from verifier.ballots import check_papers, index_archive
from verifier.decode.layouts import PaperClaim
from verifier.findings.codes import Refused
from verifier.findings.report import Finding, Tally
from verifier.source import Folder


class SealedArchive:
    """Answers claims about papers from the archive's files; what is left over at the end belongs to nobody."""

    def __init__(self, folder: Folder, tally: Tally) -> None:
        self._folder = folder
        self._tally = tally
        self._spoilt: set[str] = set()  # units whose file cannot be taken apart: said once, not for every record
        self._left: dict[str, dict[str, tuple[int, int]] | None] = {}  # by unit; None: file absent or unreadable

    def check(self, claim: PaperClaim) -> None:
        """One batch or correction; its finding does not break the chain, whose public record is sound."""
        self._tally.touch("E1")
        parts = self._parts(claim.unit)
        if claim.unit in self._spoilt:
            return
        try:
            if parts is None or claim.hash not in parts:
                raise Refused("MISSING_BALLOTS", "a sealed part for the record", "none")
            check_papers(self._folder.read_at(_path(claim.unit), *parts.pop(claim.hash)), claim)
        except Refused as refused:
            refused.check = "E1"
            self._tally.add(Finding.of(refused, claim.place))

    def _parts(self, unit: str) -> dict[str, tuple[int, int]] | None:
        if unit not in self._left:
            self._left[unit] = self.load(unit)
        return self._left[unit]

    def load(self, unit: str) -> dict[str, tuple[int, int]] | None:
        """Index of one unit's file."""
        try:
            chunks = self._folder.chunks(_path(unit))
            return None if chunks is None else index_archive(chunks)
        except Refused as refused:
            self._tally.add(Finding.of(refused, f"units/{unit}.sealed"))
            self._spoilt.add(unit)
            return None

    def finish(self, units: list[str]) -> None:
        """Parts that belong to no record of their unit [ARCHIVE-1]."""
        for unit in units:
            left = self._parts(unit)
            for key in left or ():
                surplus = Refused("E_SEALED", "parts of records of the unit", f"a part for {key}")
                self._tally.add(Finding.of(surplus, f"units/{unit}.sealed"))


def check_file_names(folder: Folder, units: set[str], tally: Tally) -> None:
    """Every file of the archive is that of a unit."""
    names = folder.names("units")
    if names is None:
        tally.add(Finding.of(Refused("MISSING_BALLOTS", "a folder units/", "none"), "units/"))
    for name in names or ():
        if not name.endswith(".sealed") or name.removesuffix(".sealed") not in units:
            tally.add(Finding.of(Refused("E_SEALED", "<unit>.sealed of a unit of the log", name), f"units/{name}"))


def _path(unit: str) -> str:
    return f"units/{unit}.sealed"

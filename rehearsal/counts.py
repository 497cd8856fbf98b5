"""votes.csv and ballots.csv: checked once from end to end, then read again one station at a time.

The first pass notes every bad row and remembers, for each station, only where its rows lie in the file; the ballots
themselves are never held. The second pass reads one station's rows through the same parsers, in file order, and
adds what only a whole station can show (rows said twice, two rows of one paper that disagree).
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from rehearsal.idents import (
    FIGURE_LIMIT,
    CandidateId,
    ContestId,
    StationId,
    UnitId,
    candidate_id,
    plain_id,
    whole_number,
)
from rehearsal.manifest import ContestDraft, UnitDraft, Units
from rehearsal.marks import STATUS, Marks, MarksFault, parse_marks
from rehearsal.notes import Problem, Sink
from rehearsal.tables import Row, Table

VOTES: Final = ("unit", "station", "contest", "candidate", "votes")
BALLOTS: Final = ("unit", "station", "ballot", "contest", "marks", "status")
BALLOT_ID_LIMIT: Final = 64


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One usable row of votes.csv; `votes` may be negative, which the layout of papers then leaves out."""

    row: Row
    unit: UnitId
    station: StationId
    contest: ContestId
    candidate: CandidateId
    votes: int


@dataclass(frozen=True, slots=True)
class BallotRow:
    """One usable row of ballots.csv: the marks of one contest on one paper."""

    row: Row
    unit: UnitId
    station: StationId
    ballot: str
    contest: ContestId
    marks: Marks
    status: int


def _where(row: Row, units: Units) -> tuple[UnitDraft, StationId, ContestDraft] | Problem:
    cells = row.cells
    unit = units.get(UnitId(plain_id(cells["unit"])))
    if unit is None:
        return row.fault("E_REF", "unit", "a unit of units.csv", cells["unit"])
    station = StationId(plain_id(cells["station"]))
    if station not in unit.stations:
        return row.fault("E_REF", "station", "a station of stations.csv", cells["station"])
    contest = unit.contests.get(ContestId(plain_id(cells["contest"])))
    if contest is None:
        return row.fault("E_REF", "contest", "a contest of contests.csv", cells["contest"])
    return unit, station, contest


def parse_vote(row: Row, units: Units) -> VoteRow | Problem:
    """Read one row of votes.csv."""
    where = _where(row, units)
    if isinstance(where, Problem):
        return where
    unit, station, contest = where
    candidate = CandidateId(candidate_id(row.cells["candidate"]))
    if candidate not in contest.places:
        return row.fault("E_REF", "candidate", "a candidate of candidates.csv", row.cells["candidate"])
    votes = whole_number(row.cells["votes"])
    if votes is None:
        return row.fault("E_INT", "votes", f"a whole number up to {FIGURE_LIMIT}", row.cells["votes"])
    return VoteRow(row, unit.id, station, contest.id, candidate, votes)


def parse_ballot(row: Row, units: Units) -> BallotRow | Problem:
    """Read one row of ballots.csv; a fault never repeats the marks."""
    where = _where(row, units)
    if isinstance(where, Problem):
        return where
    unit, station, contest = where
    ballot = row.cells["ballot"]
    if not 0 < len(ballot) <= BALLOT_ID_LIMIT:
        return row.fault(
            "E_EMPTY", "ballot", f"a number or text of 1 to {BALLOT_ID_LIMIT} characters", f"{len(ballot)} characters"
        )
    status = STATUS.get(row.cells.get("status", ""))
    if status is None:
        return row.fault(
            "E_STATUS", "status", "empty, " + ", ".join(word for word in STATUS if word), row.cells["status"]
        )
    marks = parse_marks(row.cells["marks"], contest.places)
    if isinstance(marks, MarksFault):
        return row.fault("E_MARKS", "marks", marks.expected, f"mark {marks.mark} is something else")
    return BallotRow(row, unit.id, station, ballot, contest.id, marks, status)


class Places:
    """Where each station's rows lie: runs of (offset, end, line), neighbours merged."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._runs: dict[tuple[UnitId, StationId], array[int]] = {}
        self.rows = 0

    def add(self, unit: UnitId, station: StationId, row: Row) -> None:
        """Remember one usable row."""
        self.rows += 1
        runs = self._runs.get((unit, station))
        if runs is None:
            runs = self._runs[unit, station] = array("q")
        if runs and runs[-2] == row.start:
            runs[-2] = row.end
        else:
            runs.extend((row.start, row.end, row.line))

    def runs(self, unit: UnitId, station: StationId) -> Iterator[tuple[int, int, int]]:
        """Yield (offset, end, first line) of a station's rows, in file order."""
        runs = self._runs.get((unit, station), array("q"))
        for at in range(0, len(runs), 3):
            yield runs[at], runs[at + 1], runs[at + 2]


class Votes:
    """votes.csv, indexed by station."""

    def __init__(self, table: Table, units: Units, note: Sink) -> None:
        """Check the whole file once."""
        self.table, self._units, self._places = table, units, Places()
        for row in table.rows(note):
            vote = parse_vote(row, units)
            if isinstance(vote, Problem):
                note(vote)
            else:
                self._places.add(vote.unit, vote.station, row)

    @property
    def rows(self) -> int:
        """Return the number of usable rows."""
        return self._places.rows

    def station(
        self, file: IO[bytes], unit: UnitId, station: StationId, note: Sink
    ) -> dict[ContestId, dict[CandidateId, int]]:
        """Read one station's votes again; a candidate named twice is noted and its later rows left out."""
        found: dict[ContestId, dict[CandidateId, int]] = {}
        for start, end, line in self._places.runs(unit, station):
            for row in self.table.slice(file, start, end, line):
                vote = parse_vote(row, self._units)
                if isinstance(vote, Problem) or (vote.unit, vote.station) != (unit, station):
                    continue
                votes = found.setdefault(vote.contest, {})
                if vote.candidate in votes:
                    note(
                        row.fault(
                            "E_DUPLICATE",
                            "candidate",
                            "each candidate of a contest once a station",
                            row.cells["candidate"],
                        )
                    )
                else:
                    votes[vote.candidate] = vote.votes
        return found


@dataclass(slots=True)
class Paper:
    """One paper of ballots.csv: its rows by contest, its physical status."""

    status: int
    marks: dict[ContestId, Marks]


class Ballots:
    """ballots.csv, indexed by station; the first pass also finds how many write-in slots each contest needs."""

    def __init__(self, table: Table, units: Units, note: Sink) -> None:
        """Check the whole file once."""
        self.table, self._units, self._places = table, units, Places()
        for row in table.rows(note):
            ballot = parse_ballot(row, units)
            if isinstance(ballot, Problem):
                note(ballot)
                continue
            self._places.add(ballot.unit, ballot.station, row)
            unit = units[ballot.unit]
            contest = unit.contests[ballot.contest]
            if unit.looked_for:
                unit.written |= unit.looked_for.intersection(ballot.marks.names)
            contest.slots = max(contest.slots, len(ballot.marks.names))

    @property
    def rows(self) -> int:
        """Return the number of usable rows."""
        return self._places.rows

    def station(self, file: IO[bytes], unit: UnitId, station: StationId) -> Iterator[BallotRow]:
        """Read one station's usable rows again, in file order."""
        for start, end, line in self._places.runs(unit, station):
            for row in self.table.slice(file, start, end, line):
                ballot = parse_ballot(row, self._units)
                if not isinstance(ballot, Problem) and (ballot.unit, ballot.station) == (unit, station):
                    yield ballot


def gather(rows: Iterator[BallotRow], contests: frozenset[ContestId], note: Sink) -> dict[str, Paper]:
    """Put the rows of one layout's contests together as papers, in order of first appearance.

    A second row for the same contest of a paper, and a row whose status contradicts the paper's, are noted and left
    out. An empty status says nothing; a missing contest is blank.
    """
    papers: dict[str, Paper] = {}
    for ballot in rows:
        if ballot.contest not in contests:
            continue
        paper = papers.get(ballot.ballot)
        if paper is None:
            papers[ballot.ballot] = Paper(ballot.status, {ballot.contest: ballot.marks})
        elif ballot.contest in paper.marks:
            note(ballot.row.fault("E_DUPLICATE", "ballot", "each contest of a paper once", "a further row"))
        elif ballot.status and paper.status and ballot.status != paper.status:
            note(ballot.row.fault("E_STATUS", "status", "one status for one paper", "another one"))
        else:
            paper.marks[ballot.contest] = ballot.marks
            paper.status = paper.status or ballot.status
    return papers

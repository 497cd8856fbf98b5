"""Look through a whole folder without playing it: what it holds, what is wrong with it, how its papers would be cut."""

from collections import Counter
from collections.abc import Mapping

from rehearsal.folder import Folder
from rehearsal.notes import Sink
from rehearsal.privacy import cut
from rehearsal.tabling import all_tables


def plan_counts(folder: Folder) -> dict[str, int]:
    """Return how much the folder holds, for the report."""
    units = folder.units
    return {
        "units": len(units),
        "stations": sum(len(unit.stations) for unit in units),
        "contests": sum(len(unit.contests) for unit in units),
        "candidates": sum(len(contest.candidates) for unit in units for contest in unit.contests),
        "boxes": sum(len(unit.boxes) for unit in units),
        "relations": len(folder.relations),
        "rows": folder.counts.rows if folder.counts else 0,
    }


def survey(folder: Folder, note: Sink) -> Mapping[str, int]:
    """Lay out every table once; return the counts of the report."""
    counts = Counter(plan_counts(folder))
    counts.update(papers=0, batches=0)
    for table in all_tables(folder, note):
        for papers in table.papers:
            counts["papers"] += len(papers.stack)
            counts["batches"] += len(cut(len(papers.stack)))
    return counts

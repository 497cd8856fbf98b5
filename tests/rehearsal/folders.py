"""Small rehearsal folders for tests: one good county to spoil, and readers that collect what is said about it."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.folder import Folder, read_folder
from rehearsal.notes import Entry, Finding, Join, LeftOut, MappedId, Problem
from rehearsal.tabling import CountingTable, all_tables

FILES: dict[str, str] = {
    "election.toml": 'id = "e-test"\ntitle = "演练"\ndate = 2026-11-28\ntest = true\nprofile = "default"\n',
    "units.csv": "unit,name,level1,level2,registered\nv1,上庄,清和县,东屏乡,300\nv2,下庄,清和县,东屏乡,90\n",
    "contests.csv": "unit,contest,title,seats,max_marks\nv1,head,主任,1,1\nv2,head,主任,1,1\n",
    "candidates.csv": "unit,contest,candidate,name,sex\nv1,head,a,甲,f\nv1,head,b,乙,m\nv2,head,a,丙,\n",
    "stations.csv": (
        "unit,station,registered,delivered,issued,spoiled,unused,proxies,collected,valid,invalid\n"
        "v1,1,200,210,160,2,48,3,150,140,10\nv1,2,100,110,70,0,40,0,65,60,5\nv2,1,90,100,80,0,20,0,75,75,0\n"
    ),
    "votes.csv": (
        "unit,station,contest,candidate,votes\n"
        "v1,1,head,a,90\nv1,1,head,b,50\nv1,2,head,a,20\nv1,2,head,b,40\nv2,1,head,a,75\n"
    ),
}
"""A county of two villages in which every figure is right."""


@dataclass(slots=True)
class Told:
    """A folder that was read and laid out, and everything said about it."""

    folder: Folder
    tables: list[CountingTable]
    said: list[Entry] = field(default_factory=list)

    def codes(self) -> Counter[str]:
        return Counter(entry.code for entry in self.said if isinstance(entry, Problem | Finding | LeftOut))

    def joins(self) -> list[Join]:
        return [entry for entry in self.said if isinstance(entry, Join)]

    def left_out(self) -> list[LeftOut]:
        return [entry for entry in self.said if isinstance(entry, LeftOut)]

    def ids(self) -> list[MappedId]:
        return [entry for entry in self.said if isinstance(entry, MappedId)]

    def problems(self) -> list[tuple[str, str, int]]:
        return [(entry.code, entry.file, entry.line) for entry in self.said if isinstance(entry, Problem)]

    def totals(self) -> Counter[tuple[str, str, str]]:
        """Approvals by unit, contest, candidate on papers whose status is ok."""
        found: Counter[tuple[str, str, str]] = Counter()
        for table in self.tables:
            for papers in table.papers:
                ok = papers.stack.rows[papers.stack.rows[:, 0] == 0]
                for contest in papers.layout.contests:
                    first, _, _ = papers.layout.columns(contest.id)
                    for place, candidate in enumerate(contest.candidates):
                        marks = int((ok[:, first + place] == 1).sum())
                        found[table.unit.id, contest.id, candidate.id] += marks
        return found


def write(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the good county with some files replaced (None: missing)."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str | bytes | None] = {**FILES, **(changes or {})}
    for name, text in files.items():
        if text is not None:
            (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def told(folder: Path) -> Told:
    """Read and lay out a folder, collecting everything said."""
    said: list[Entry] = []
    read = read_folder(folder, said.append)
    return Told(read, list(all_tables(read, said.append)), said)

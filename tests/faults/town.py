"""A tiny real county: two laptops, four units, five tables, some hundred papers with write-ins, void and blank ones.

Sealed once a test run by the real programs (init, enrol, install); every round then takes fresh copies of the homes.
The expected totals are counted here, in plain Python, from the same rows that become ballots.csv.
"""

import csv
import fcntl
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rehearsal.casting import Cast, cast_nodes, enrolment_plan, rehearsal_id, write_sealing_folder
from rehearsal.folder import read_folder
from rehearsal.programs import program, run
from rehearsal.script import encode_line, unit_lines
from tests.world import TIME

PASSPHRASE = "three quiet words"  # noqa: S105 - a test's own
# unit, table, papers; laptops take units by number of tables
TABLES = (("v1", "1", 140), ("v1", "2", 60), ("v2", "1", 101), ("v3", "1", 120), ("v4", "1", 75))
UNITS = ("v1", "v2", "v3", "v4")
PLAIN = "v4"  # nobody is written in here: its statement makes it final, elsewhere the opened names do
Totals = dict[tuple[str, str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """What was sealed; `sessions` are whole counts, one file a laptop, with an id so that they may be played again."""

    path: Path
    nodes: tuple[str, ...]
    totals: Totals
    papers: int

    @property
    def county(self) -> Path:
        """The county's home, before any count."""
        return self.path / "county"

    @property
    def authority(self) -> Path:
        """The anchor."""
        return self.path / "authority.vkey"

    def home(self, node: str) -> Path:
        """A laptop's home, before any count."""
        return self.path / node

    def session(self, node: str) -> Path:
        """What the laptop plays."""
        return self.path / f"{node}.jsonl"

    def copy(self, target: Path) -> "Town":
        """Fresh copies of the homes in an empty folder, and of what was published, now and half-way."""
        target.mkdir(parents=True, exist_ok=True)
        for name in ("county", "public", "old-public", *self.nodes):
            if (self.path / name).exists():
                shutil.copytree(self.path / name, target / name)
        for name in ("authority.vkey", *(f"{node}.jsonl" for node in self.nodes)):
            shutil.copy2(self.path / name, target / name)
        return Town(path=target, nodes=self.nodes, totals=self.totals, papers=self.papers)


def papers_of(dice: random.Random, count: int, *, written: bool) -> Iterator[tuple[str, str]]:
    """Marks and status of each paper: approvals, too many, blanks, write-ins if any, a torn one."""
    choices = ["a", "a", "b", "b", "a b", "", "-a b", "?a", "+王小二", "+李四", "b +赵六"]
    choices = [marks for marks in choices if written or "+" not in marks]
    for number in range(count):
        if number % 37 == 5:
            yield "", "damaged"
            continue
        yield dice.choice(choices), ""


def write_folder(path: Path) -> tuple[Totals, int]:
    """The county as a rehearsal folder; gives the totals it must have and the number of papers."""
    path.mkdir(parents=True)
    head = 'id = "faults-test"\ntitle = "故障演练"\ndate = 2026-11-28\ntest = true\nprofile = "default"\n'
    (path / "election.toml").write_text(head, "utf-8")
    _table(path / "units.csv", ["unit,name,level1,level2,registered", *(f"{u},{u}村,清河县,东乡,400" for u in UNITS)])
    _table(path / "contests.csv", ["unit,contest,title,seats,max_marks", *(f"{u},head,主任,1,1" for u in UNITS)])
    people = [f"{u},head,{c},候选人{c},f" for u in UNITS for c in "ab"]
    _table(path / "candidates.csv", ["unit,contest,candidate,name,sex", *people])
    form = "unit,station,registered,delivered,issued,spoiled,unused,proxies,collected,valid,invalid"
    _table(path / "stations.csv", [form, *(f"{u},{s},200,,,,,,{n},," for u, s, n in TABLES)])
    dice = random.Random(7)  # noqa: S311 - the same papers every time
    totals: Counter[tuple[str, str, str]] = Counter({(u, "head", c): 0 for u in UNITS for c in "ab"})
    written: Counter[tuple[str, str]] = Counter()
    rows = ["unit,station,ballot,contest,marks,status"]
    for unit, station, count in TABLES:
        for ballot, (marks, status) in enumerate(papers_of(dice, count, written=unit != PLAIN)):
            rows.append(f"{unit},{station},{ballot},head,{marks},{status}")
            approved = [mark for mark in marks.split() if mark[0] not in "-?"]
            if status or len(approved) != 1:
                continue
            if approved[0].startswith("+"):
                written[unit, approved[0]] += 1
            else:
                totals[unit, "head", approved[0]] += 1
    for (unit, name), votes in written.items():
        totals[unit, "head", name if votes >= 3 else "+"] += votes
    _table(path / "ballots.csv", rows)
    return dict(totals), sum(count for _, _, count in TABLES)


def _table(path: Path, rows: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(row.split(",") for row in rows)


def nonces() -> Iterator[str]:
    """Twelve digits each."""
    yield from (f"{number:012d}" for number in range(10**12))


def make_town(path: Path) -> Town:
    """Seal the county with the real programs and write the sessions."""
    totals, papers = write_folder(path / "folder")
    folder = read_folder(path / "folder", lambda _: None)
    casts = cast_nodes(folder.units, 2)
    sealing = path / "sealing"
    write_sealing_folder(folder, casts, sealing)
    digits = nonces()
    for cast in casts:
        plan = path / f"{cast.node}-plan.json"
        plan.write_text(json.dumps(enrolment_plan(rehearsal_id(folder.election.id), cast)), "utf-8")
        _node(path, cast, "init", "--node", cast.node)
        _node(path, cast, "enrol", "--plan", str(plan), "--out", str(sealing / "enrolments" / f"{cast.node}.json"))
        with (path / f"{cast.node}.jsonl").open("wb") as file:
            file.write(encode_line({"op": "session", "id": "evening"}))
            for unit in cast.units:
                for line in unit_lines(folder, unit, lambda _: None, lambda: TIME, partial(next, digits)):
                    file.write(encode_line(line))
    county = path / "county"
    run([*program("tally-coordinator"), "init", "--home", str(county), "--from", str(sealing)], path / "init.log")
    anchor = (county / "authority" / "authority.vkey").read_text("utf-8")
    (path / "authority.vkey").write_text(anchor, "utf-8")
    for cast in casts:
        _node(path, cast, "install", "--bundle", str(county / "bundles" / cast.node), "--authority", anchor.strip())
    return Town(path=path, nodes=tuple(cast.node for cast in casts), totals=totals, papers=papers)


def _node(path: Path, cast: Cast, word: str, *rest: str) -> None:
    command = [*program("tally-node"), word, "--home", str(path / cast.node), *rest]
    run(command, path / f"{cast.node}.log", PASSPHRASE)


def shared_town(base: Path, name: str = "town", make: Callable[[Path], Town] = make_town) -> Town:
    """A town of this test run, made by whichever worker comes first."""
    base.mkdir(parents=True, exist_ok=True)
    path, done = base / name, base / f"{name}.json"
    with (base / f"{name}.guard").open("a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(path, ignore_errors=True)
            made = make(path)
            figures = [[*place, votes] for place, votes in made.totals.items()]
            done.write_text(json.dumps({"nodes": made.nodes, "papers": made.papers, "totals": figures}), "utf-8")
    said = json.loads(done.read_text("utf-8"))
    totals = {(unit, contest, who): votes for unit, contest, who, votes in said["totals"]}
    return Town(path=path, nodes=tuple(said["nodes"]), totals=totals, papers=said["papers"])

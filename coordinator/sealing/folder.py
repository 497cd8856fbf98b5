"""The sealing folder as values: election.toml, CSV files, enrolments (docs/sealing.md). All faults at once."""

import tomllib
from pathlib import Path

from coordinator.access.limits import Limits, read_limits, shipped_limits
from coordinator.access.registry import FileRegistry
from coordinator.sealing.contests import of_unit, read_candidates, read_contests
from coordinator.sealing.draft import Draft, Folder, Head
from coordinator.sealing.enrolments import check_confirmed
from coordinator.sealing.kin import read_relations
from coordinator.sealing.own_rules import read_rules
from coordinator.sealing.problems import Problems
from coordinator.sealing.profile_files import ProfileReader
from coordinator.sealing.requests import read_requests
from coordinator.sealing.tables import read_table
from coordinator.sealing.trial import check_folder
from coordinator.settings import CountyError, Home
from tally_protocol.election.unit import BallotBox
from tally_protocol.ids import BoxId, LayoutId, StationId

FIELDS = {"id", "title", "date", "test", "origin", "threshold", "profiles"}
LEVELS = 8
THRESHOLD = 50


def read_folder(path: Path) -> Folder:
    """Read everything; raises SealingFault with all problems."""
    problems = Problems()
    head, drafts = read_plan(path, problems)
    if head is None:
        problems.raise_any()
        raise AssertionError("a missing head is a problem")
    limits, own_limits = _read_limits(path, problems)
    requests = read_requests(path, head.id, problems)
    folder = Folder(head, drafts, requests, tuple(FileRegistry(path).acts()), limits, own_limits)
    check_confirmed(path, folder.requests, problems, test=head.test)
    if not drafts:
        problems.add("units.csv", 0, "没有任何单位", "no unit")
    check_folder(folder, problems)
    problems.raise_any()
    return folder


def read_plan(path: Path, problems: Problems) -> tuple[Head | None, dict[str, Draft]]:
    """What is printed, without who signs: election.toml and the tables, also while laptops have yet to enrol."""
    head = _read_head(path, problems)
    drafts = read_tables(path, head, problems)
    read_rules(path, head, drafts, problems)
    return head, drafts


def read_tables(path: Path, head: Head | None, problems: Problems) -> dict[str, Draft]:
    """Every unit with what the tables say of it: contests, candidates, stations, boxes, relatives."""
    drafts = _read_units(path, head, problems)
    read_contests(path, drafts, problems)
    read_candidates(path, drafts, problems)
    _read_stations(path, drafts, problems)
    _read_boxes(path, drafts, problems)
    read_relations(path, drafts, problems)
    return drafts


def _read_limits(path: Path, problems: Problems) -> tuple[Limits, bytes]:
    """The limits of access that the county's home will have, and the folder's own file if there is one."""
    own = path / "limits.toml"
    try:
        return read_limits(Home(path)), own.read_bytes() if own.exists() else b""
    except CountyError as error:
        problems.add("limits.toml", 0, error.zh, error.en)
        return shipped_limits(), b""


def _read_head(path: Path, problems: Problems) -> Head | None:
    name = "election.toml"
    try:
        text = (path / name).read_bytes().decode()
        body = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.add(name, 0, f"读不出: {error}", f"cannot be read: {error}")
        return None
    for unknown in sorted(body.keys() - FIELDS):
        problems.add(name, 0, f"未知字段 {unknown}", f"field not known: {unknown}")
    missing = sorted(FIELDS - {"threshold"} - body.keys())
    for field_name in missing:
        problems.add(name, 0, f"缺少字段 {field_name}", f"missing field {field_name}")
    if missing:
        return None
    threshold = body.get("threshold", THRESHOLD)
    reader = ProfileReader(path, text, threshold if type(threshold) is int else THRESHOLD, problems)
    reader.take(body["profiles"])
    return Head(
        id=str(body["id"]),
        title=str(body["title"]),
        date=str(body["date"]),
        test=body["test"] is True,
        origin=str(body["origin"]),
        threshold=threshold,
        profiles=tuple(reader.read),
        first=reader.first,
        broken=frozenset(reader.broken),
        unread=reader.unread,
    )


def _read_units(path: Path, head: Head | None, problems: Problems) -> dict[str, Draft]:
    drafts: dict[str, Draft] = {}
    optional = ("registered", "profile")
    for row in read_table(path, "units.csv", ("unit", "name", "node"), optional, problems, levels=LEVELS):
        levels = [row.text(f"level{i + 1}") for i in range(LEVELS)]
        place = tuple(level for level in levels if level)
        if list(place) != levels[: len(place)]:
            row.fault("上级名称中间有空缺", "an empty level above a filled one")
        unit = row.id("unit")
        profile = row.optional_id("profile") or (head.first if head is not None else "")
        draft = Draft(row, row.id("node"), profile, row.optional_count("registered"), place)
        if unit in drafts:
            row.fault(f"单位 {unit} 出现两次", f"unit {unit} twice")
        if row.ok:
            drafts[unit] = draft
    return drafts


def _read_stations(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    rows = read_table(path, "stations.csv", ("unit", "station", "node"), ("registered",), problems)
    for row, draft in of_unit(rows, drafts):
        station = row.id("station")
        if station in draft.stations:
            row.fault(f"计票点 {station} 出现两次", f"station {station} twice")
        entry = row, row.optional_count("registered"), row.id("node")
        if row.ok:
            draft.stations[station] = entry


def _read_boxes(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    if not (path / "boxes.csv").exists():
        return
    rows = read_table(path, "boxes.csv", ("unit", "box", "kind", "station"), ("layout",), problems)
    for row, draft in of_unit(rows, drafts):
        first = next(iter(draft.layout_of.values()), "1")
        box = BallotBox(
            id=BoxId(row.id("box")),
            kind=row.text("kind"),
            layout=LayoutId(row.optional_id("layout") or first),
            station=StationId(row.id("station")),
        )
        if box.id in draft.boxes:
            row.fault(f"票箱 {box.id} 出现两次", f"box {box.id} twice")
        if row.ok:
            draft.boxes[box.id] = box

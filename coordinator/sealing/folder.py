"""The sealing folder as values: election.toml, CSV files, enrolments (docs/sealing.md). All faults at once."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from coordinator.sealing.problems import Problems
from coordinator.sealing.requests import Requests, read_requests
from coordinator.sealing.tables import Row, read_table
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.profile import Profile
from tally_protocol.election.unit import BallotBox, Candidate, Contest, Layout, StationEntry, Unit
from tally_protocol.errors import Malformed, ProtocolError
from tally_protocol.ids import BoxId, CandidateId, ContestId, ElectionId, Hash32, LayoutId, NodeId, StationId, UnitId
from tally_protocol.record.chain import ZERO32
from tally_protocol.record.manifest_rules import check_unit, units_root
from tally_protocol.record.signing import choose_signers
from tally_protocol.seal import canonical
from tally_protocol.seal.note import encode_base64

FIELDS = {"id", "title", "date", "test", "origin", "threshold", "profiles"}
LEVELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What election.toml says."""

    id: str
    title: str
    date: str
    test: bool
    origin: str
    threshold: int
    profiles: tuple[Profile, ...]


@dataclass(slots=True)
class Draft:
    """A unit while the folder is being read."""

    row: Row
    node: str
    profile: str
    registered: int | None
    place: tuple[str, ...]
    contests: dict[str, Contest] = field(default_factory=dict)
    layout_of: dict[str, str] = field(default_factory=dict)
    stations: dict[str, tuple[Row, int | None, str]] = field(default_factory=dict)
    boxes: dict[str, BallotBox] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """The election's public keys, made when sealing."""

    authority: Hash32
    ballot: Hash32
    county: Hash32
    log: Hash32
    log_mldsa44: str


_TRIAL = PublicKeys(authority=ZERO32, ballot=ZERO32, county=ZERO32, log=ZERO32, log_mldsa44=encode_base64(bytes(1312)))
_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder without faults."""

    head: Head
    drafts: dict[str, Draft]
    requests: Requests


def read_folder(path: Path) -> Folder:
    """Read everything; raises SealingFault with all problems."""
    problems = Problems()
    head = _read_head(path, problems)
    drafts = _read_units(path, head, problems)
    _read_contests(path, drafts, problems)
    _read_candidates(path, drafts, problems)
    _read_stations(path, drafts, problems)
    _read_boxes(path, drafts, problems)
    if head is None:
        problems.raise_any()
        raise AssertionError("a missing head is a problem")
    folder = Folder(head, drafts, read_requests(path, head.id, problems))
    if not drafts:
        problems.add("units.csv", 0, "没有任何单位", "no unit")
    _check(folder, problems)
    problems.raise_any()
    return folder


def _read_head(path: Path, problems: Problems) -> Head | None:
    name = "election.toml"
    try:
        body = tomllib.loads((path / name).read_bytes().decode())
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
    try:
        profiles = tuple(
            Profile.parse(profile, f"profiles[{place}]") for place, profile in enumerate(body["profiles"])
        )
        if not profiles or len({profile.id for profile in profiles}) != len(profiles):
            raise Malformed("E_FIELD", "profiles", expected="1 to 64 profiles with distinct ids")
    except (ProtocolError, TypeError) as error:
        problems.add(name, 0, f"规则档案不合规: {error}", str(error))
        return None
    return Head(
        id=str(body["id"]),
        title=str(body["title"]),
        date=str(body["date"]),
        test=body["test"] is True,
        origin=str(body["origin"]),
        threshold=body.get("threshold", 50),
        profiles=profiles,
    )


def _read_units(path: Path, head: Head | None, problems: Problems) -> dict[str, Draft]:
    drafts: dict[str, Draft] = {}
    optional = ("registered", "profile")
    first = head.profiles[0].id if head is not None else ""
    for row in read_table(path, "units.csv", ("unit", "name", "node"), optional, problems, levels=LEVELS):
        levels = [row.text(f"level{i + 1}") for i in range(LEVELS)]
        place = tuple(level for level in levels if level)
        if list(place) != levels[: len(place)]:
            row.fault("上级名称中间有空缺", "an empty level above a filled one")
        unit = row.id("unit")
        profile = row.optional_id("profile") or first
        draft = Draft(row, row.id("node"), profile, row.optional_count("registered"), place)
        if unit in drafts:
            row.fault(f"单位 {unit} 出现两次", f"unit {unit} twice")
        if row.ok:
            drafts[unit] = draft
    return drafts


def _of_unit(rows: Iterator[Row], drafts: dict[str, Draft]) -> Iterator[tuple[Row, Draft]]:
    for row in rows:
        draft = drafts.get(row.text("unit"))
        if draft is None:
            row.fault(f"units.csv 中没有单位 {row.text('unit')[:40]!r}", "unit not in units.csv")
        else:
            yield row, draft


def _read_contests(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    optional = ("layout", "round", "registered", "write_ins")
    rows = read_table(path, "contests.csv", ("unit", "contest", "title", "seats", "max_marks"), optional, problems)
    for row, draft in _of_unit(rows, drafts):
        contest = Contest(
            id=ContestId(row.id("contest")),
            title=row.text("title"),
            seats=row.count("seats"),
            max_marks=row.count("max_marks"),
            candidates=(),
            write_ins=row.count("write_ins", 0),
            round=row.count("round", 1),
            registered=row.optional_count("registered"),
        )
        layout = row.optional_id("layout") or "1"
        if contest.id in draft.contests:
            row.fault(f"职位 {contest.id} 出现两次", f"contest {contest.id} twice")
        if row.ok:
            draft.contests[contest.id] = contest
            draft.layout_of[contest.id] = layout


def _read_candidates(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    found: dict[tuple[str, str], list[Candidate]] = {}
    rows = read_table(path, "candidates.csv", ("unit", "contest", "candidate", "name"), ("sex",), problems)
    for row, draft in _of_unit(rows, drafts):
        contest = row.text("contest")
        if contest not in draft.contests:
            row.fault(f"contests.csv 中没有职位 {contest[:40]!r}", "contest not in contests.csv")
            continue
        try:
            body = {"id": row.text("candidate"), "name": row.text("name")}
            body |= {"sex": row.text("sex")} if row.text("sex") else {}
            Candidate.parse(body, "candidate")
        except ProtocolError as error:
            row.fault(f"候选人不合规: {error}", str(error))
            continue
        person = Candidate(id=CandidateId(body["id"]), name=body["name"], sex=body.get("sex"))
        found.setdefault((row.text("unit"), contest), []).append(person)
    for (unit, contest), people in found.items():
        draft = drafts[unit]
        draft.contests[contest] = replace(draft.contests[contest], candidates=tuple(people))


def _read_stations(path: Path, drafts: dict[str, Draft], problems: Problems) -> None:
    rows = read_table(path, "stations.csv", ("unit", "station", "node"), ("registered",), problems)
    for row, draft in _of_unit(rows, drafts):
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
    for row, draft in _of_unit(rows, drafts):
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


def make_election(folder: Folder, keys: PublicKeys) -> Election:
    """The election note."""
    head = folder.head
    return Election(
        authority=keys.authority,
        ballot_key=keys.ballot,
        county_key=keys.county,
        date=head.date,
        id=ElectionId(head.id),
        log_ed25519=keys.log,
        log_mldsa44=keys.log_mldsa44,
        origin=head.origin,
        profiles=head.profiles,
        test=head.test,
        threshold=head.threshold,
        title=head.title,
        units=max(1, len(folder.drafts)),
        units_root=Hash32(units_root(folder.drafts)),
    )


def make_rosters(folder: Folder, unit: str, election: Hash32) -> list[Roster]:
    """The rosters of a unit, version 1, in the order of stations.csv."""
    rosters = []
    for station in folder.drafts[unit].stations:
        request = folder.requests.stations[unit, station]
        rosters.append(
            Roster(
                election=election, node=NodeId(request.node), officials=request.officials, prev=ZERO32,
                station=StationId(station), station_key=request.key, unit=UnitId(unit), version=1,
            )
        )  # fmt: skip
    return rosters


def make_unit(folder: Folder, unit: str, election: Hash32, rosters: dict[str, Hash32]) -> Unit:
    """The unit note, version 1; `rosters` gives each station's roster hash."""
    draft = folder.drafts[unit]
    layouts: dict[str, list[ContestId]] = {}
    for contest in draft.contests.values():
        layouts.setdefault(draft.layout_of[contest.id], []).append(contest.id)
    return Unit(
        boxes=tuple(draft.boxes.values()),
        committee=folder.requests.units[unit].committee,
        contests=tuple(draft.contests.values()),
        election=election,
        id=UnitId(unit),
        layouts=tuple(Layout(id=LayoutId(name), contests=tuple(part)) for name, part in layouts.items()),
        name=draft.row.text("name"),
        node=NodeId(draft.node),
        place=draft.place,
        prev=ZERO32,
        profile=draft.profile,
        registered=draft.registered,
        stations=tuple(
            StationEntry(id=StationId(name), roster=rosters[name], registered=registered)
            for name, (_, registered, _) in draft.stations.items()
        ),
        version=1,
    )


def _check(folder: Folder, problems: Problems) -> None:
    """Requests against the tables, and every note tried out before a key is made."""
    keys: dict[bytes, _Place] = {}
    election = make_election(folder, _TRIAL)
    try:
        Election.from_body(canonical.decode(canonical.encode(election.to_body())))
    except ProtocolError as error:
        problems.add("election.toml", 0, f"不合规: {error}", str(error))
    profiles = {profile.id: profile for profile in folder.head.profiles}
    for unit, draft in folder.drafts.items():
        if not _check_requests(folder, unit, draft):
            continue
        profile = profiles.get(draft.profile)
        if profile is None:
            draft.row.fault(f"election.toml 中没有规则档案 {draft.profile}", "profile not in election.toml")
            continue
        try:
            _try_unit(folder, unit, profile, election, keys)
        except ProtocolError as error:
            draft.row.fault(f"单位 {unit} 不合规: {error}", f"unit {unit}: {error}")
    for unit, station in folder.requests.stations:
        if unit not in folder.drafts or station not in folder.drafts[unit].stations:
            request = folder.requests.stations[unit, station]
            problems.add(request.file, 0, f"表中没有计票点 {unit}/{station}", f"no station {unit}/{station}")


def _check_requests(folder: Folder, unit: str, draft: Draft) -> bool:
    asked = folder.requests.units.get(unit)
    if asked is None or asked.node != draft.node:
        draft.row.fault(f"设备 {draft.node} 没有登记单位 {unit}", f"laptop {draft.node} does not ask for unit {unit}")
    for station, (row, _, node) in draft.stations.items():
        wanted = folder.requests.stations.get((unit, station))
        if wanted is None or wanted.node != node:
            row.fault(f"设备 {node} 没有登记计票点 {unit}/{station}", f"laptop {node} does not ask for it")
            draft.row.ok = False
    return draft.row.ok


def _try_unit(folder: Folder, unit: str, profile: Profile, election: Election, keys: dict[bytes, _Place]) -> None:
    rosters = make_rosters(folder, unit, ZERO32)
    by_hash = {Hash32(index.to_bytes(32, "big")): roster for index, roster in enumerate(rosters, 1)}
    names = {str(roster.station): digest for digest, roster in by_hash.items()}
    note = make_unit(folder, unit, ZERO32, names)
    # the round trip through canonical JSON finds names that are not NFC, lengths, ranges
    Unit.from_body(canonical.decode(canonical.encode(note.to_body())))
    check_unit(election, note, by_hash)
    for roster in rosters:
        Roster.from_body(canonical.decode(canonical.encode(roster.to_body())))
        place = unit, str(roster.station)
        if keys.setdefault(roster.station_key, place) != place:
            raise Malformed("E_FIELD", f"station {place}", expected="a station key of its own")
        for kind in ("open", "box", "batch", "void", "correction", "close"):
            if choose_signers(roster.officials, profile.roles(kind)) is None:
                raise Malformed("E_FIELD", f"station {place}", expected=f"officials who can sign {kind}")
    for kind in ("statement", "names"):
        if choose_signers(note.committee, profile.roles(kind)) is None:
            raise Malformed("E_FIELD", f"committee of {unit}", expected=f"members who can sign {kind}")

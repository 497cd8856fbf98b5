"""From a folder without faults to the values that are signed: election, rosters, units."""

from collections.abc import Mapping

from coordinator.sealing.draft import Draft, Folder, PublicKeys
from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.unit import Layout, StationEntry, Unit
from tally_protocol.ids import ContestId, ElectionId, Hash32, LayoutId, NodeId, StationId, UnitId
from tally_protocol.record.chain import ZERO32
from tally_protocol.record.manifest_rules import units_root


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
    return unit_of(unit, folder.drafts[unit], folder.requests.units[unit].committee, election, rosters)


def unit_of(
    unit: str, draft: Draft, committee: tuple[Official, ...], election: Hash32, rosters: Mapping[str, Hash32]
) -> Unit:
    """The same from its parts: a proof sheet is made before anybody has enrolled."""
    layouts: dict[str, list[ContestId]] = {}
    for contest in draft.contests.values():
        layouts.setdefault(draft.layout_of[contest.id], []).append(contest.id)
    return Unit(
        boxes=tuple(draft.boxes.values()),
        committee=committee,
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
        relations=tuple(relation for _, relation in draft.relations),
        rules=draft.own_rules,
        stations=tuple(
            StationEntry(id=StationId(name), roster=rosters[name], registered=registered)
            for name, (_, registered, _) in draft.stations.items()
        ),
        version=1,
    )

"""Rules that span the manifest's notes [SEAL-2] [SEAL-3] [SEAL-4] [SEAL-5] [SEAL-6] [SEAL-7] [PROF-2] [PROF-4]."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from tally_protocol.election.manifest import Election, Official, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import RuleViolation
from tally_protocol.ids import Hash32
from tally_protocol.law.profile_rules import check_profile, with_rules
from tally_protocol.merkle.hashing import leaf_hash, root_of
from tally_protocol.seal.keys import check_public_key

ZERO32 = Hash32(bytes(32))


def units_root(units: Iterable[str]) -> bytes:
    """Merkle root over the unit ids in ascending byte order [SEAL-2]."""
    return root_of([leaf_hash(name.encode()) for name in sorted(set(units))])


def check_election(election: Election) -> None:
    """Raise Malformed E_WEAK_KEY for a weak signing key [KEY-1], E_PROFILE for a profile without source [PROF-2]."""
    for name in ("authority", "county_key", "log_ed25519"):
        check_public_key(getattr(election, name), f"election.{name}")
    for profile in election.profiles:
        check_profile(profile, election.threshold)


def check_roster_keys(roster: Roster) -> None:
    """Raise Malformed E_WEAK_KEY for a weak key of a roster [KEY-1]."""
    check_public_key(roster.station_key, f"roster {roster.unit}/{roster.station}")
    for person in roster.officials:
        check_public_key(person.key, f"roster {roster.unit}/{roster.station}: {person.id}")


def check_unit(election: Election, unit: Unit, rosters: Mapping[Hash32, Roster]) -> None:
    """Raise E_MANIFEST unless the unit's profiles and rosters exist and fit [SEAL-3] [SEAL-4] [SEAL-6] [SEAL-7].

    E_PROFILE for decisions that it may not take [PROF-4]. `rosters` holds at least the texts that it cites, by hash.
    """
    where = f"unit {unit.id}"
    _check_profiles(election, unit, where)
    for person in unit.committee:
        check_public_key(person.key, f"{where}: {person.id}")
    cited = []
    for entry in unit.stations:
        roster = rosters.get(entry.roster)
        if roster is None or roster.unit != unit.id or roster.station != entry.id:
            raise RuleViolation("E_MANIFEST", where, expected=f"the roster of station {entry.id}")
        cited.append(roster)
    _check_persons(unit, cited, where)
    _check_disjoint(unit, cited, where)


def _check_profiles(election: Election, unit: Unit, where: str) -> None:
    for name in (unit.profile, *map(unit.profile_of, unit.contests)):
        if election.profile(name) is None:
            raise RuleViolation("E_MANIFEST", where, expected="a profile of the election", found=name)
    of_contest = {contest.id: unit.profile_of(contest) for contest in unit.contests}
    for layout in unit.layouts:
        if len({of_contest[name] for name in layout.contests}) > 1:
            raise RuleViolation("E_MANIFEST", f"{where}: layout {layout.id}", expected="one profile on one paper")
    own = election.profile(unit.profile)
    if own is not None:
        with_rules(own, unit.rules, election.threshold)


def _check_disjoint(unit: Unit, rosters: Sequence[Roster], where: str) -> None:
    """Who counts is neither a candidate nor related to one [SEAL-7].

    村民委员会组织法 art. 15 (2025-10-28; VC-15), 选举法 art. 43 (2020-10-17; EL-43).
    """
    people: set[str] = {person.id for person in unit.committee}
    people.update(person.id for roster in rosters for person in roster.officials)
    candidates: set[str] = {one.id for contest in unit.contests for one in contest.candidates}
    if both := people & candidates:
        raise RuleViolation("E_MANIFEST", where, expected="officials who are no candidates", found=min(both))
    for entry in unit.relations:
        pair = {entry.first, entry.second}
        if pair & people and pair & candidates:
            found = min(pair & people)
            raise RuleViolation("E_MANIFEST", where, expected="officials who are no candidate's relatives", found=found)


def _check_persons(unit: Unit, rosters: Sequence[Roster], where: str) -> None:
    key_of: dict[str, bytes] = {}
    id_of: dict[bytes, str] = {}
    pairs = [(str(roster.station), roster.station_key) for roster in rosters]
    people: list[Official] = [*unit.committee, *(person for roster in rosters for person in roster.officials)]
    stations = {name for name, _ in pairs}
    if any(person.id in stations for person in people):
        raise RuleViolation("E_MANIFEST", where, expected="persons with other ids than stations")
    pairs += [(person.id, person.key) for person in people]
    for name, key in pairs:
        if key_of.setdefault(name, key) != key or id_of.setdefault(key, name) != name:
            raise RuleViolation("E_MANIFEST", where, expected="one key for each id", found=name)


def check_version(version: int, prev: bytes, before: tuple[int, bytes] | None, where: str) -> None:
    """Raise E_MANIFEST unless a version follows the one before, given as (version, hash) or None [SEAL-5]."""
    expected = (1, ZERO32) if before is None else (before[0] + 1, before[1])
    if (version, prev) != expected:
        raise RuleViolation("E_MANIFEST", where, expected=f"version {expected[0]}", found=version)


# what a new version may change after the first paper: who signs and which laptop hosts, never what decides the result
_FREE_AFTER_OPENING = ("committee", "node", "prev", "stations", "version")


def check_kept(before: Unit, after: Unit) -> None:
    """Raise E_MANIFEST if a version sealed after the unit's first `open` changes what decides the result [SEAL-5]."""
    first, second = before.to_body(), after.to_body()
    for body in (first, second):
        body["of stations"] = [entry | {"roster": ""} for entry in body["stations"]]
    changed = [
        name for name in sorted(first.keys() | second.keys())
        if name not in _FREE_AFTER_OPENING and first.get(name) != second.get(name)
    ]  # fmt: skip
    if changed:
        where = f"unit {after.id}: {changed[0]}"
        raise RuleViolation("E_MANIFEST", where, expected="as sealed before the first paper")


def short_code(text: bytes) -> str:
    """The short code of a sealed text for posters: six groups of four hex digits."""
    digest = sha256(text).digest()[:12].hex()
    return "-".join(digest[i : i + 4] for i in range(0, 24, 4))

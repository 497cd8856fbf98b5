"""Requests against the tables, and every note tried out before a key is made [SEAL-3] [SEAL-4] [SEAL-6] [SEAL-7]."""

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coordinator.sealing.draft import Draft, Folder, PublicKeys
from coordinator.sealing.kin import check_persons
from coordinator.sealing.notes import make_election, make_rosters, make_unit
from coordinator.sealing.problems import Problems
from coordinator.sealing.shipped import DEFAULT, shipped
from tally_protocol.election.manifest import Election, Roster
from tally_protocol.election.unit import Unit
from tally_protocol.errors import Malformed, ProtocolError
from tally_protocol.ids import Hash32
from tally_protocol.law.profile import Profile
from tally_protocol.limits import RECORD_BYTES
from tally_protocol.record.chain import ZERO32
from tally_protocol.record.manifest_rules import check_unit
from tally_protocol.record.signing import choose_signers, sign_text
from tally_protocol.seal import canonical
from tally_protocol.seal.document import encode_text
from tally_protocol.seal.keys import Signer, authority_name
from tally_protocol.seal.note import encode_base64

STATION_KINDS = ("open", "box", "batch", "void", "correction", "close", "step")
COMMITTEE_KINDS = ("statement", "names", "step", "declaration")
_TRIAL = PublicKeys(authority=ZERO32, ballot=ZERO32, county=ZERO32, log=ZERO32, log_mldsa44=encode_base64(bytes(1312)))
# the longest name that the authority's signature line can carry
_TRIAL_SIGNER = Signer(authority_name("x" * 32), Ed25519PrivateKey.from_private_bytes(bytes(32)))
_Place = tuple[str, str]


def check_folder(folder: Folder, problems: Problems) -> None:
    """Note everything that stands in the way of sealing this folder."""
    keys: dict[bytes, _Place] = {}
    election = make_election(folder, _TRIAL)
    # without a good profile the election would be faulted for that once more
    stands_in = election if election.profiles else replace(election, profiles=(shipped(DEFAULT),))
    try:
        Election.from_body(canonical.decode(canonical.encode(stands_in.to_body())))
    except ProtocolError as error:
        problems.add("election.toml", 0, f"不合规: {error}", str(error))
    if len(sign_text(encode_text("election", election.to_body()), [_TRIAL_SIGNER])) > RECORD_BYTES:
        problems.add(
            "election.toml", 0, "选举文件超过 65535 字节；请少列几个规则档案，或缩短依据的文字",
            "the election is longer than 65535 bytes: list fewer profiles, or shorten who decided what",
        )  # fmt: skip
    for unit, draft in folder.drafts.items():
        enrolled = _check_requests(folder, unit, draft)
        profile = _check_profiles(folder, draft)
        if not enrolled:
            continue
        before = len(problems.found)
        check_persons(draft, _officials(folder, unit))
        if profile is None or len(problems.found) > before:
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
    good = asked is not None and asked.node == draft.node
    if not good:
        draft.row.fault(f"设备 {draft.node} 没有登记单位 {unit}", f"laptop {draft.node} does not ask for unit {unit}")
    for station, (row, _, node) in draft.stations.items():
        wanted = folder.requests.stations.get((unit, station))
        if wanted is None or wanted.node != node:
            row.fault(f"设备 {node} 没有登记计票点 {unit}/{station}", f"laptop {node} does not ask for it")
            good = False
    return good


def _check_profiles(folder: Folder, draft: Draft) -> Profile | None:
    """The unit's profile; None after noting one that is not listed, or papers with contests of several [SEAL-6]."""
    head = folder.head
    good = True
    for row, name in [(draft.row, draft.profile)] + [
        (draft.contest_rows[contest], draft.profile_of(contest)) for contest in draft.contests
    ]:
        if head.profile(name) is None and (row is draft.row or name != draft.profile):
            good = False
            if not head.unread and name not in head.broken:
                row.fault(
                    f"election.toml 的 profiles 中没有规则档案 {name}；请在那里列出，或改正这一格",
                    f"profile {name} is not among the profiles of election.toml: list it there, or correct this cell",
                )
    first: dict[str, str] = {}
    for contest, layout in draft.layout_of.items():
        named = draft.profile_of(contest)
        if first.setdefault(layout, named) != named:
            good = False
            draft.contest_rows[contest].fault(
                f"版式 {layout} 上有两种规则档案 {first[layout]} 与 {named}；请分印两张选票（layout 不同）",
                f"layout {layout} has profiles {first[layout]} and {named}: print two papers (another layout)",
            )
    return head.profile(draft.profile) if good else None


def _officials(folder: Folder, unit: str) -> dict[str, str]:
    """Id of every committee member and official of the unit, with the request that names the person."""
    asked = folder.requests.units[unit]
    found = {str(person.id): asked.file for person in asked.committee}
    for station in folder.drafts[unit].stations:
        request = folder.requests.stations[unit, station]
        found |= {str(person.id): request.file for person in request.officials}
    return found


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
        for kind in STATION_KINDS:
            if choose_signers(roster.officials, profile.roles(kind)) is None:
                raise Malformed("E_FIELD", f"station {place}", expected=f"officials who can sign {kind}")
    for kind in COMMITTEE_KINDS:
        if choose_signers(note.committee, profile.roles(kind)) is None:
            raise Malformed("E_FIELD", f"committee of {unit}", expected=f"members who can sign {kind}")

"""NIST SP 1500-103 (cast vote records) as far as it fits: who stood for what, where, on which devices; no vote.

A CVR of that format is one ballot, and a single ballot is never published. A batch of a hundred papers written as one
CVR would be read as one ballot, so batch totals go into the 1500-100 file (`ballot-batch`). An auditor who opens papers
of a sample can fill this frame.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from coordinator.exports.cdf_names import ROOT, Nested, Prefix, numbered, ordered_units, write_object
from coordinator.exports.reading import Published
from coordinator.exports.rows import utc
from tally_protocol.election.unit import Contest
from tally_protocol.fields import JsonObject
from tally_protocol.record.unit_chain import UnitState

_NIST: Final = Prefix("CVR")
MAKER: Final = "device.0"
Named = Sequence[tuple[str, UnitState]]


def write_definitions(path: Path, published: Published) -> None:
    """Write the file."""
    units = list(numbered(ordered_units(published)))
    election = published.election
    body = _NIST.typed(
        "CastVoteRecordReport", Version="1.0.0", GeneratedDate=utc(published.time), ReportGeneratingDeviceIds=[MAKER],
        ReportType=["other"], OtherReportType="选举定义，不含单张选票 definitions without cast vote records",
        Notes="单张选票从不公开；批次合计见 1500-100。No single ballot is ever public; batch totals: 1500-100 file.",
    )  # fmt: skip
    inside = _NIST.typed(
        "Election", **{"@id": "election"}, ElectionScopeId=ROOT, Name=election.title,
        Code=[_NIST.typed("Code", Type="local-level", Value=election.id)],
    )  # fmt: skip
    lists = {"Candidate": _candidates(units), "Contest": _contests(units)}
    write_object(path, body, {
        "GpUnit": _gp_units(units), "ReportingDevice": _devices(units), "Election": [Nested(inside, lists)],
    })  # fmt: skip


def _code(value: str) -> list[JsonObject]:
    return [_NIST.typed("Code", Type="local-level", Value=value)]


def _gp_units(units: Named) -> Iterator[JsonObject]:
    yield _NIST.typed("GpUnit", **{"@id": ROOT}, Type="other", OtherType="选举范围 scope of the election")
    for name, state in units:
        yield _NIST.typed(
            "GpUnit", **{"@id": name}, Type="other", OtherType="village", Name=state.unit.name,
            Code=_code(state.unit.id),
        )  # fmt: skip
        for number, entry in enumerate(state.unit.stations, 1):
            yield _NIST.typed(
                "GpUnit", **{"@id": f"{name}.s{number}"}, Type="polling-place", Name=entry.id, Code=_code(entry.id),
                ReportingDeviceIds=[f"{name}.d{number}"],
            )  # fmt: skip


def _devices(units: Named) -> Iterator[JsonObject]:
    """The county's program, then the laptop of every counting table."""
    yield _NIST.typed("ReportingDevice", **{"@id": MAKER}, Application=f"changpiao {version('changpiao')}")
    for name, state in units:
        for number, entry in enumerate(state.unit.stations, 1):
            roster = state.stations[entry.id].manifest.roster
            yield _NIST.typed(
                "ReportingDevice", **{"@id": f"{name}.d{number}"}, Application="tally-node", SerialNumber=roster.node
            )


def _candidates(units: Named) -> Iterator[JsonObject]:
    for name, state in units:
        for number, contest in enumerate(state.unit.contests, 1):
            for place, candidate in enumerate(contest.candidates, 1):
                yield _NIST.typed(
                    "Candidate", **{"@id": f"{name}.c{number}.p{place}"}, Name=candidate.name, Code=_code(candidate.id)
                )


def _contests(units: Named) -> Iterator[JsonObject]:
    for name, state in units:
        for number, contest in enumerate(state.unit.contests, 1):
            yield _contest(f"{name}.c{number}", contest)


def _contest(name: str, contest: Contest) -> JsonObject:
    common = {"@id": name, "Name": contest.title, "Code": _code(contest.id)}
    if contest.rule == "recall":
        selections = [
            _NIST.typed("BallotMeasureSelection", **{"@id": f"{name}.{word}"}, Selection=zh)
            for word, zh in (("yes", "同意罢免"), ("no", "不同意罢免"))
        ]
        return _NIST.typed("RetentionContest", **common, CandidateId=f"{name}.p1", ContestSelection=selections)
    printed = [
        _NIST.typed("CandidateSelection", **{"@id": f"{name}.x{place}"}, CandidateIds=[f"{name}.p{place}"])
        for place in range(1, len(contest.candidates) + 1)
    ]
    slots = [
        _NIST.typed("CandidateSelection", **{"@id": f"{name}.w{place}"}, IsWriteIn=True)
        for place in range(1, contest.write_ins + 1)
    ]
    return _NIST.typed(
        "CandidateContest", **common, NumberElected=contest.seats, VotesAllowed=contest.max_marks,
        ContestSelection=printed + slots,
    )  # fmt: skip

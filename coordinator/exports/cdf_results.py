"""NIST SP 1500-100 version 2 (election results reporting), as JSON: docs/exports.md says what means what.

A village is a ReportingUnit, a counting table one below it, a batch (if asked for) a `ballot-batch` below that. Votes
are VoteCounts of type `total`; votes against, unclear marks and abstentions have no word there and are type `other`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from coordinator.exports.cdf_names import (
    ROOT,
    Nested,
    Prefix,
    numbered,
    ordered_units,
    place_ids,
    unit_kind,
    write_object,
)
from coordinator.exports.progress import Progress
from coordinator.exports.reading import Published
from coordinator.exports.rows import contest_figures, utc
from coordinator.results.declared import standing
from coordinator.results.outcomes import outcome_before_results
from tally_protocol.election.shape import CANDIDATE_FIGURES, OVER, PER_CANDIDATE, PER_CONTEST, WRITTEN, shape
from tally_protocol.election.unit import WRITTEN_IN, Contest
from tally_protocol.fields import JsonObject
from tally_protocol.law.result import Result
from tally_protocol.record.deciding import results_of
from tally_protocol.record.unit_chain import UnitState
from tally_protocol.record.unit_kinds import Person

_NIST: Final = Prefix("ElectionResults")
_MARKS: Final = {"oppose": "oppose 反对", "unclear": "unclear 不清", "abstain": "abstain 弃权"}
Figures = tuple[int, ...]


def write_results(path: Path, published: Published, progress: Progress, *, batches: bool = False) -> None:
    """Write the file."""
    states = ordered_units(published)
    places = place_ids(states)
    election = published.election
    head = published.checkpoint
    body = _NIST.typed(
        "ElectionReport", Format="precinct-level", GeneratedDate=utc(published.time), Issuer=election.origin,
        IssuerAbbreviation=election.id, SequenceStart=1, SequenceEnd=1, Status=_status(states), IsTest=election.test,
        VendorApplicationId=f"changpiao {version('changpiao')}",
        Notes="由公开记录算出，可由任何人重算 Computed from the public record; anybody can compute it again.",
        ExternalIdentifier=[
            _other("log origin", head.origin), _other("log size", str(head.size)),
            _other("log root (SHA-256)", head.root.hex()),
        ],
    )  # fmt: skip
    units = [_Unit(name, state) for name, state in numbered(states)]
    inside = _NIST.typed(
        "Election", ElectionScopeId=ROOT, StartDate=election.date, EndDate=election.date, Type="general",
        Name=_words(election.title), ExternalIdentifier=[_local(election.id)],
    )  # fmt: skip
    counted = progress.count(units, len(units), "个单位写成 NIST 格式", "units written as NIST results")
    lists = {
        "Candidate": (one for unit in units for one in unit.candidates()),
        "Contest": (one for unit in counted for one in unit.contests(batches=batches)),
        "BallotCounts": (one for unit in units for one in unit.ballots(batches=batches)),
    }
    write_object(path, body, {
        "GpUnit": _gp_units(units, places, batches=batches), "Election": [Nested(inside, lists)],
    })  # fmt: skip


def _status(states: Sequence[UnitState]) -> str:
    if all(standing(state.declared, state.statement) is not None for state in states):
        return "certified"
    if all(state.final for state in states):
        return "unofficial-complete"
    opened = any(table.opened for state in states for table in state.stations.values())
    return "unofficial-partial" if opened else "pre-election"


def _words(text: str) -> JsonObject:
    line = _NIST.typed("LanguageString", Content=text, Language="zh")
    return _NIST.typed("InternationalizedText", Text=[line])


def _local(value: str) -> JsonObject:
    return _NIST.typed("ExternalIdentifier", Type="local-level", Value=value)


def _other(kind: str, value: str) -> JsonObject:
    return _NIST.typed("ExternalIdentifier", Type="other", OtherType=kind, Value=value)


def _gp_units(
    units: Sequence["_Unit"], places: dict[tuple[str, ...], str], *, batches: bool
) -> Iterator[JsonObject]:
    """Places from the top down with what they consist of, then each unit with its stations and batches."""
    below: dict[tuple[str, ...], list[str]] = {place: [] for place in places}
    for place, name in places.items():
        if place:
            below[place[:-1]].append(name)
    for unit in units:
        below[unit.state.unit.place].append(unit.id)
    for place, name in places.items():
        kind, other = unit_kind(place[-1]) if place else ("other", "选举范围 scope of the election")
        yield _NIST.typed("ReportingUnit", **{"@id": name}, Type=kind, ComposingGpUnitIds=below[place]) | (
            {"OtherType": other} if other else {}
        ) | ({"Name": _words(place[-1])} if place else {})
    for unit in units:
        yield from unit.gp_units(batches=batches)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit with its id in this file; stations are `u1.s1`, batches `u1.s1.b<seq>`, contests `u1.c1`."""

    id: str
    state: UnitState

    def _stations(self) -> Iterator[tuple[str, str]]:
        for number, entry in enumerate(self.state.unit.stations, 1):
            yield f"{self.id}.s{number}", entry.id

    def _batches(self, station: str) -> Iterator[tuple[int, str, Figures]]:
        for seq, batch in sorted(self.state.stations[station].batches.items()):
            if batch.figures is not None:
                yield seq, batch.layout, batch.figures

    def gp_units(self, *, batches: bool) -> Iterator[JsonObject]:
        """The unit, its stations, their batches."""
        unit, state = self.state.unit, self.state
        closed = sum(table.closed for table in state.stations.values())
        done = "completed" if state.final else "in-process" if any(
            table.opened for table in state.stations.values()) else "not-processed"
        yield _NIST.typed(
            "ReportingUnit", **{"@id": self.id}, Type="village", Name=_words(unit.name),
            ComposingGpUnitIds=[name for name, _ in self._stations()], ExternalIdentifier=[_local(unit.id)],
            SubUnitsReported=closed, TotalSubUnits=len(unit.stations),
            CountStatus=[_NIST.typed("CountStatus", Type="total", Status=done)],
        ) | ({} if unit.registered is None else {"VotersRegistered": unit.registered})  # fmt: skip
        for name, station in self._stations():
            parts = [f"{name}.b{seq}" for seq, _, _ in self._batches(station)] if batches else []
            voters = state.stations[station].paper.get("voters")
            yield _NIST.typed(
                "ReportingUnit", **{"@id": name}, Type="polling-place", Name=_words(station),
                ExternalIdentifier=[_local(station)],
            ) | ({"ComposingGpUnitIds": parts} if parts else {}) | (
                {} if voters is None else {"VotersParticipated": voters}
            )  # fmt: skip
            for part in parts:
                yield _NIST.typed("ReportingUnit", **{"@id": part}, Type="ballot-batch")

    def ballots(self, *, batches: bool) -> Iterator[JsonObject]:
        """Papers counted (of every kind) in the unit, at each station, in each batch."""
        yield self._cast(self.id, sum(found[0] for _, found in self.state.totals()))
        for name, station in self._stations():
            table = self.state.stations[station]
            yield self._cast(name, sum(table.running_of(layout.id)[0] for layout in self.state.unit.layouts))
            if batches:
                for seq, _, found in self._batches(station):
                    yield self._cast(f"{name}.b{seq}", found[0])

    def _cast(self, name: str, papers: int) -> JsonObject:
        return _NIST.typed("BallotCounts", GpUnitId=name, Type="total", BallotsCast=papers)

    def _results(self) -> dict[str, Result]:
        if outcome_before_results(self.state) is not None:
            return {}
        return {str(result.contest): result for result in results_of(self.state)}

    def candidates(self) -> Iterator[JsonObject]:
        """Printed candidates and opened written-in persons of every contest; unopened names are nobody's."""
        results = self._results()
        for number, contest in enumerate(self.state.unit.contests, 1):
            result = results.get(str(contest.id))
            people = [(str(candidate.id), candidate.name) for candidate in contest.candidates]
            people += [(f"{WRITTEN_IN}{one.name}", one.name) for one in self._written(contest)]
            for place, (reference, name) in enumerate(people, 1):
                status = _post_status(result, reference)
                yield _NIST.typed(
                    "Candidate", **{"@id": f"{self.id}.c{number}.p{place}"}, BallotName=_words(name),
                    ExternalIdentifier=[_local(reference)],
                ) | ({"PostElectionStatus": status} if status else {})  # fmt: skip

    def _written(self, contest: Contest) -> list[Person]:
        return [person for person in self.state.persons if person.contest == contest.id]

    def contests(self, *, batches: bool) -> Iterator[JsonObject]:
        """Every contest with the figures of the unit, its stations and its batches."""
        unit, state = self.state.unit, self.state
        tables = {name: state.stations[station] for name, station in self._stations()}
        sources: dict[str, list[tuple[str, Figures]]] = {str(contest.id): [] for contest in unit.contests}
        running = {self.id: dict(state.totals())} | {
            name: {str(layout.id): table.running_of(layout.id) for layout in unit.layouts}
            for name, table in tables.items()
        }
        for name, figures in running.items():
            for contest, _, found in contest_figures(unit, figures):
                sources[contest.id].append((name, found))
        if batches:
            for name, station in self._stations():
                for seq, layout, whole in self._batches(station):
                    for title, found in _of_layout(state, layout, whole):
                        sources[title].append((f"{name}.b{seq}", found))
        closed = sum(table.closed for table in tables.values())
        for number, contest in enumerate(unit.contests, 1):
            yield self._contest(f"{self.id}.c{number}", contest, sources[contest.id]) | {
                "SubUnitsReported": closed, "TotalSubUnits": len(tables),
            }  # fmt: skip

    def _contest(self, name: str, contest: Contest, sources: list[tuple[str, Figures]]) -> JsonObject:
        counts = [
            _NIST.typed("OtherCounts", GpUnitId=where, Overvotes=found[OVER], WriteIns=found[WRITTEN])
            for where, found in sources
        ]
        common = {
            "@id": name, "ElectionDistrictId": self.id, "Name": contest.title, "OtherCounts": counts,
            "ExternalIdentifier": [
                _local(contest.id), _other("round", str(contest.round)), _other("rule", contest.rule),
            ],
        }  # fmt: skip
        if contest.rule == "recall":
            return _NIST.typed(
                "RetentionContest", **common, CandidateId=f"{name}.p1", Type="recall", VoteVariation="majority",
                ContestSelection=[
                    _NIST.typed(
                        "BallotMeasureSelection", **{"@id": f"{name}.{word}"}, Selection=_words(zh),
                        VoteCounts=[_count(where, found[place]) for where, found in sources],
                    )
                    for word, zh, place in (("yes", "同意罢免", PER_CONTEST), ("no", "不同意罢免", PER_CONTEST + 1))
                ],
            )  # fmt: skip
        return _NIST.typed(
            "CandidateContest", **common, VotesAllowed=contest.max_marks, NumberElected=contest.seats,
            VoteVariation=_variation(contest), ContestSelection=list(self._selections(name, contest, sources)),
        )  # fmt: skip

    def _selections(self, name: str, contest: Contest, sources: list[tuple[str, Figures]]) -> Iterator[JsonObject]:
        for place in range(len(contest.candidates)):
            at = PER_CONTEST + PER_CANDIDATE * place
            counts = [one for where, found in sources for one in _marks(where, found[at : at + PER_CANDIDATE])]
            yield self._selection(name, place + 1, counts, [f"{name}.p{place + 1}"])
        left, line = sources[0][1][WRITTEN], len(contest.candidates)
        for person in self._written(contest):
            line, left = line + 1, left - person.votes
            counts = [_count(self.id, person.votes)]
            yield self._selection(name, line, counts, [f"{name}.p{line}"]) | {"IsWriteIn": True}
        if left:
            yield self._selection(name, line + 1, [_count(self.id, left)], []) | {"IsWriteIn": True}

    def _selection(self, name: str, place: int, counts: list[JsonObject], candidates: list[str]) -> JsonObject:
        return _NIST.typed(
            "CandidateSelection", **{"@id": f"{name}.x{place}"}, SequenceOrder=place, VoteCounts=counts
        ) | ({"CandidateIds": candidates} if candidates else {})


def _of_layout(state: UnitState, layout: str, whole: Figures) -> Iterable[tuple[str, Figures]]:
    """The figures of a batch by contest."""
    return [(part.contest, whole[part.figure : part.end_figure]) for part in shape(state.unit, layout).contests]


def _count(where: str, votes: int) -> JsonObject:
    return _NIST.typed("VoteCounts", GpUnitId=where, Type="total", Count=votes)


def _marks(where: str, cells: Figures) -> Iterator[JsonObject]:
    """Approvals as the total; what 1500-100 has no word for as `other`, left out where there is none."""
    yield _count(where, cells[0])
    for name, votes in zip(CANDIDATE_FIGURES[1:], cells[1:], strict=True):
        if votes:
            yield _NIST.typed("VoteCounts", GpUnitId=where, Type="other", OtherType=_MARKS[name], Count=votes)


def _variation(contest: Contest) -> str:
    """More than half of those who took part elects; several seats are n-of-m; a supplementary round needs less."""
    if contest.seats > 1:
        return "n-of-m"
    return "majority" if contest.rule == "election" else "plurality"


def _post_status(result: Result | None, reference: str) -> str:
    if result is None or not (result.elected or result.next or result.runoff):
        return ""
    if reference in result.elected:
        return "winner"
    if reference in (*result.runoff, *result.next, *result.next_women):
        return "advanced-to-runoff"
    return "defeated"

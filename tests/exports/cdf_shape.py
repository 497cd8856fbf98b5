"""The two NIST formats as we read their published documents: classes, attributes, how many, which words, who is cited.

OUR OWN, INDEPENDENT READING, not NIST's schema: their schema files may not be in this repository and no package index
carries them, so CI checks with this. It is stricter than theirs in one thing, every cited id must exist and be of the
right class, and narrower: it knows only the classes that we write. `make cdf` runs the published schemas themselves.

One line a class: `name kind` for what must be there, `name? kind` for what may. Kinds: `s` text, `i` integer, `n`
number, `b` boolean, `d` date, `t` time with zone, `@` an id, `>A|B` a cited id of these classes, `#E` a word of an
enumeration, `A|B` an object of a class; `*` before it means a list, `+` a list of at least one.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

RESULTS: Final = {
    "ElectionReport": "Format #ReportDetailLevel, GeneratedDate t, Issuer s, IssuerAbbreviation s, SequenceStart i,"
    " SequenceEnd i, Status #ResultsStatus, VendorApplicationId s, IsTest? b, Notes? s, GpUnit? *ReportingUnit,"
    " Election? *Election, ExternalIdentifier? *ExternalIdentifier",
    "ReportingUnit": "@id @, Type #ReportingUnitType, OtherType? s, Name? InternationalizedText, ComposingGpUnitIds?"
    " *>ReportingUnit, ExternalIdentifier? *ExternalIdentifier, SubUnitsReported? i, TotalSubUnits? i,"
    " VotersRegistered? i, VotersParticipated? i, CountStatus? *CountStatus",
    "Election": "ElectionScopeId >ReportingUnit, StartDate d, EndDate d, Name InternationalizedText, Type"
    " #ElectionType, Candidate? *Candidate, Contest? *CandidateContest|RetentionContest, BallotCounts? *BallotCounts,"
    " ExternalIdentifier? *ExternalIdentifier",
    "Candidate": "@id @, BallotName InternationalizedText, PostElectionStatus? #CandidatePostElectionStatus,"
    " ExternalIdentifier? *ExternalIdentifier",
    "CandidateContest": "@id @, ElectionDistrictId >ReportingUnit, Name s, VotesAllowed i, NumberElected? i,"
    " VoteVariation? #VoteVariation, ContestSelection? *CandidateSelection, OtherCounts? *OtherCounts,"
    " SubUnitsReported? i, TotalSubUnits? i, ExternalIdentifier? *ExternalIdentifier",
    "RetentionContest": "@id @, ElectionDistrictId >ReportingUnit, Name s, CandidateId >Candidate, Type?"
    " #BallotMeasureType, VoteVariation? #VoteVariation, ContestSelection? *BallotMeasureSelection, OtherCounts?"
    " *OtherCounts, SubUnitsReported? i, TotalSubUnits? i, ExternalIdentifier? *ExternalIdentifier",
    "CandidateSelection": "@id @, CandidateIds? *>Candidate, IsWriteIn? b, SequenceOrder? i, VoteCounts? *VoteCounts",
    "BallotMeasureSelection": "@id @, Selection InternationalizedText, VoteCounts? *VoteCounts",
    "VoteCounts": "GpUnitId >ReportingUnit, Type #CountItemType, OtherType? s, Count n",
    "BallotCounts": "GpUnitId >ReportingUnit, Type #CountItemType, BallotsCast? i",
    "OtherCounts": "GpUnitId >ReportingUnit, Overvotes? n, WriteIns? i",
    "CountStatus": "Type #CountItemType, Status #CountItemStatus",
    "ExternalIdentifier": "Type #IdentifierType, OtherType? s, Value s",
    "InternationalizedText": "Text +LanguageString",
    "LanguageString": "Content s, Language s",
}
RECORDS: Final = {
    "CastVoteRecordReport": "Version #CastVoteRecordVersion, GeneratedDate t, ReportGeneratingDeviceIds"
    " +>ReportingDevice, ReportingDevice +ReportingDevice, GpUnit +GpUnit, Election +Election, ReportType?"
    " *#ReportType, OtherReportType? s, Notes? s",
    "ReportingDevice": "@id @, Application? s, SerialNumber? s",
    "GpUnit": "@id @, Type #ReportingUnitType, OtherType? s, Name? s, Code? *Code, ReportingDeviceIds?"
    " *>ReportingDevice",
    "Election": "@id @, ElectionScopeId >GpUnit, Name? s, Code? *Code, Candidate? *Candidate, Contest"
    " +CandidateContest|RetentionContest",
    "Candidate": "@id @, Name? s, Code? *Code",
    "CandidateContest": "@id @, Name? s, Code? *Code, NumberElected? i, VotesAllowed? i, ContestSelection"
    " +CandidateSelection",
    "RetentionContest": "@id @, Name? s, Code? *Code, CandidateId? >Candidate, ContestSelection"
    " +BallotMeasureSelection",
    "CandidateSelection": "@id @, CandidateIds? *>Candidate, IsWriteIn? b",
    "BallotMeasureSelection": "@id @, Selection s",
    "Code": "Type #IdentifierType, OtherType? s, Value s",
}
_COMMON_TYPES: Final = "fips local-level national-level ocd-id other state-level"
_VARIATIONS: Final = (
    "approval borda cumulative majority n-of-m other plurality proportional range rcv super-majority"
)
RESULT_WORDS: Final = {
    "ReportDetailLevel": "precinct-level summary-contest",
    "ResultsStatus": "certified correction pre-election recount unofficial-complete unofficial-partial",
    "ReportingUnitType": "ballot-batch ballot-style-area borough city city-council combined-precinct"
    " congressional country county county-council drop-box judicial municipality other polling-place precinct school"
    " special split-precinct state state-house state-senate town township utility village vote-center ward water",
    "ElectionType": "general other partisan-primary-closed partisan-primary-open primary runoff special",
    "CandidatePostElectionStatus": "advanced-to-runoff defeated projected-winner winner withdrawn",
    "VoteVariation": _VARIATIONS,
    "BallotMeasureType": "ballot-measure initiative other recall referendum",
    "CountItemType": "absentee absentee-fwab absentee-in-person absentee-mail early election-day other provisional"
    " seats total uocava write-in",
    "CountItemStatus": "completed in-process not-processed unknown",
    "IdentifierType": _COMMON_TYPES,
}
RECORD_WORDS: Final = {
    "CastVoteRecordVersion": "1.0.0",
    "ReportType": "adjudicated aggregated originating-device-export other rcv-round",
    "ReportingUnitType": "combined-precinct other polling-place precinct split-precinct vote-center",
    "IdentifierType": _COMMON_TYPES,
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Shape:
    """Checks one document; `faults` says every place that does not fit."""

    def __init__(self, prefix: str, classes: dict[str, str], words: dict[str, str]) -> None:
        self.prefix, self.words = prefix, {name: set(text.split()) for name, text in words.items()}
        self.classes = {
            name: [tuple(part.split()) for part in text.split(", ")] for name, text in classes.items()
        }
        self.ids: dict[str, str] = {}
        self.cited: list[tuple[str, str, str]] = []

    def faults(self, document: Json, root: str) -> list[str]:
        found = list(self._object(document, root, root))
        found += [
            f"{where}: {name} is cited, expected a {classes}, found {self.ids.get(name, 'nothing')}"
            for where, name, classes in self.cited
            if self.ids.get(name) not in classes.split("|")
        ]
        return found

    def _object(self, value: object, classes: str, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where}: expected an object"
            return
        kind = str(value.get("@type", "")).removeprefix(f"{self.prefix}.")
        if kind not in classes.split("|") or value["@type"] != f"{self.prefix}.{kind}":
            yield f"{where}: expected @type {classes}, found {value.get('@type')}"
            return
        known = {"@type"}
        for name, form in self.classes[kind]:
            plain = name.removesuffix("?")
            known.add(plain)
            if plain in value:
                yield from self._value(value[plain], form, f"{where}.{plain}", kind)
            elif plain == name:
                yield f"{where}: {name} is missing"
        yield from (f"{where}: {name} is not an attribute of {kind}" for name in value.keys() - known)

    def _value(self, value: object, form: str, where: str, owner: str) -> Iterator[str]:
        if form[0] in "*+":
            if not isinstance(value, list) or (form[0] == "+" and not value):
                yield f"{where}: expected a list"
                return
            for place, item in enumerate(value):
                yield from self._value(item, form[1:], f"{where}[{place}]", owner)
        elif form[0] == "#":
            if value not in self.words[form[1:]]:
                yield f"{where}: {value} is no {form[1:]}"
        elif form[0] == ">":
            self.cited.append((where, str(value), form[1:]))
        elif form == "@":
            if not isinstance(value, str) or not _NAME.fullmatch(value) or value in self.ids:
                yield f"{where}: {value} is no new id"
            self.ids[str(value)] = owner
        elif form in _PLAIN:
            if not _PLAIN[form](value):
                yield f"{where}: {value!r} is not of kind {form}"
        else:
            yield from self._object(value, form, where)


_PLAIN: Final = {
    "s": lambda value: isinstance(value, str) and value != "",
    "i": lambda value: type(value) is int and value >= 0,
    "n": lambda value: type(value) is int and value >= 0,
    "b": lambda value: type(value) is bool,
    "d": lambda value: isinstance(value, str) and _DATE.fullmatch(value) is not None,
    "t": lambda value: isinstance(value, str) and _TIME.fullmatch(value) is not None,
}


def result_faults(document: Json) -> list[str]:
    """SP 1500-100 version 2."""
    return Shape("ElectionResults", RESULTS, RESULT_WORDS).faults(document, "ElectionReport")


def record_faults(document: Json) -> list[str]:
    """SP 1500-103 version 1.0."""
    return Shape("CVR", RECORDS, RECORD_WORDS).faults(document, "CastVoteRecordReport")

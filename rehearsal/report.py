"""DIR/report.json: everything a rehearsal noticed about its input, one entry a fact (schema in docs/rehearsal.md).

Entries go to spool files as they are found, so that a report of a hundred thousand findings needs no memory;
`finish` puts the spools together as one JSON document and renames it into place. A run that dies before leaves the
spools (`.report-*`) and no report.json, never half of one.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Final, Self

from rehearsal.notes import CODES, Entry, Finding, Join, LeftOut, MappedId, Problem
from rehearsal.plan import ElectionPlan

FORMAT: Final = "changpiao-rehearsal-report/1"
_LISTS: Final[dict[type, str]] = {
    Problem: "problems",
    Finding: "findings",
    LeftOut: "left_out",
    Join: "joins",
    MappedId: "ids",
}


def entry_fields(entry: Entry) -> dict[str, object]:
    """Return an entry as the report prints it: empty fields are left out, votes become an object."""
    fields = {key: value for key, value in asdict(entry).items() if value != ""}
    if isinstance(entry, LeftOut):
        fields["votes"] = dict(entry.votes)
    return fields


class ReportWriter:
    """Collects entries for one report; `note` is a Sink."""

    def __init__(self, directory: Path) -> None:
        """Open the spools in `directory`, which is made if it is missing."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "report.json"
        self._spools: dict[type, Path] = {kind: directory / f".report-{name}" for kind, name in _LISTS.items()}
        self._files: dict[type, IO[str]] = {
            kind: path.open("w", encoding="utf-8") for kind, path in self._spools.items()
        }
        self._sizes: Counter[str] = Counter()
        self._codes: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the spools and take them away, whatever happened."""
        for kind, file in self._files.items():
            file.close()
            self._spools[kind].unlink(missing_ok=True)

    def note(self, entry: Entry) -> None:
        """Write one entry down."""
        kind = type(entry)
        file = self._files[kind]
        if self._sizes[_LISTS[kind]]:
            file.write(",\n")
        file.write("    " + json.dumps(entry_fields(entry), ensure_ascii=False))
        self._sizes[_LISTS[kind]] += 1
        if not isinstance(entry, Join | MappedId):
            self._codes[entry.code] += 1

    @property
    def codes(self) -> Mapping[str, int]:
        """Return how often each code was noted."""
        return self._codes

    def finish(self, election: ElectionPlan | None, counts: Mapping[str, int]) -> Path:
        """Write report.json and return its path."""
        head: dict[str, object] = {
            "format": FORMAT,
            "election": asdict(election) if election else {},
            "counts": dict(counts) | {name: self._sizes[name] for name in _LISTS.values()},
            "codes": {
                code: {"count": self._codes[code], "zh": CODES[code][0], "en": CODES[code][1]}
                for code in sorted(self._codes)
            },
        }
        partial = self.path.with_suffix(".json.partial")
        with partial.open("w", encoding="utf-8") as out:
            out.write(
                "{\n"
                + ",\n".join(
                    f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()
                )
            )
            for kind, name in _LISTS.items():
                self._files[kind].flush()
                out.write(f",\n  {json.dumps(name)}: [")
                if self._sizes[name]:
                    out.write("\n")
                    out.writelines(_chunks(self._spools[kind]))
                    out.write("\n  ")
                out.write("]")
            out.write("\n}\n")
            out.flush()
            os.fsync(out.fileno())
        partial.replace(self.path)
        return self.path


def _chunks(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        while chunk := file.read(1 << 20):
            yield chunk

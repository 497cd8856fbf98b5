"""What every adapter needs: reading a source's CSV (plain or gzip) and writing a rehearsal folder.

Identifiers stay text (leading zeros matter). Nothing is corrected on the way: a figure is copied as it stands or
left empty where the source says that it has none.
"""

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

FILES: Final[dict[str, tuple[str, ...]]] = {
    "contests.csv": ("unit", "contest", "title", "seats", "max_marks"),
    "candidates.csv": ("unit", "contest", "candidate", "name"),
    "stations.csv": (
        "unit",
        "station",
        "registered",
        "delivered",
        "issued",
        "spoiled",
        "unused",
        "proxies",
        "collected",
        "valid",
        "invalid",
    ),
    "votes.csv": ("unit", "station", "contest", "candidate", "votes"),
    "ballots.csv": ("unit", "station", "ballot", "contest", "marks", "status"),
}


class SourceUnusable(Exception):
    """The source is not what this adapter reads, or the selection chooses nothing."""


@dataclass(frozen=True, slots=True)
class Converted:
    """How many rows of each file were written."""

    counts: Mapping[str, int]


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield the rows of a source file as text by column name; the columns must be there."""
    try:
        with ExitStack() as stack:
            opener = gzip.open if path.suffix == ".gz" else open
            text = stack.enter_context(opener(path, "rt", encoding="utf-8-sig", newline=""))
            reader = csv.DictReader(text, strict=True)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise SourceUnusable(f"{path.name}: columns missing: {', '.join(sorted(missing))}")
            for row in reader:
                if None in row or None in row.values():
                    raise SourceUnusable(f"{path.name}, line {reader.line_num}: not as many cells as the header")
                yield row
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise SourceUnusable(f"{path.name}: {error}") from error


class FolderWriter:
    """Writes the files of one rehearsal folder row by row."""

    def __init__(self, folder: Path, levels: int, counts_file: str) -> None:
        """Write into `folder` (made if missing); `counts_file` is votes.csv or ballots.csv."""
        self._folder = folder
        self._stack = ExitStack()
        self._writers: dict[str, Any] = {}
        self._counts: Counter[str] = Counter()
        self._level_names = tuple(f"level{n}" for n in range(1, levels + 1))
        self._counts_file = counts_file

    def __enter__(self) -> Self:
        """Make the folder, take away the counts of an earlier conversion, write the headers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in {"votes.csv", "ballots.csv"} - {self._counts_file}:
            (self._folder / name).unlink(missing_ok=True)
        headers = {"units.csv": ("unit", "name", *self._level_names, "registered"), **FILES}
        for name, header in headers.items():
            if name in {"votes.csv", "ballots.csv"} and name != self._counts_file:
                continue
            file = self._stack.enter_context((self._folder / name).open("w", encoding="utf-8", newline=""))
            self._writers[name] = csv.writer(file, lineterminator="\n")
            self._writers[name].writerow(header)
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the files."""
        self._stack.close()

    def row(self, name: str, *cells: str | int) -> None:
        """Write one row of the named file."""
        self._writers[name].writerow(cells)
        self._counts[name] += 1

    def election(self, ident: str, title: str, date: str) -> None:
        """Write election.toml."""
        text = "".join(
            f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
            for key, value in (("id", ident), ("title", title), ("date", date), ("test", True))
        )
        (self._folder / "election.toml").write_text(text, encoding="utf-8")

    def done(self) -> Converted:
        """Return what was written; nothing written means that the selection chose nothing."""
        if not self._counts["units.csv"]:
            raise SourceUnusable("the selection chooses no unit of this source")
        return Converted(dict(self._counts))

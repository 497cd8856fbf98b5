"""A running county whose laptop counts as far as a test lets it: the rehearsal's stage, its lines played in parts.

Everything is the real thing: keys, sealing, the county's process with its page, a laptop that signs and sends.
`go_to("qh05", "close")` plays on up to that line and waits until the county has published it; it never goes back.
"""

import csv
import json
import os
import shutil
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rehearsal.casting import cast_nodes
from rehearsal.folder import Folder, read_folder
from rehearsal.programs import Clock
from rehearsal.run import twelve_digits
from rehearsal.script import encode_line, unit_lines
from rehearsal.stage import Stage

EXAMPLE = Path(__file__).parents[2] / "examples" / "qinghe"
Row = dict[str, str]


def wait_until(true: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


class PlayedCounty:
    """One laptop, all units, in the order of the folder."""

    def __init__(self, out: Path, change: Callable[[str, list[Row]], list[Row]] | None = None) -> None:
        """`change` may replace the rows of a table of the example: other names, fewer units."""
        self.source = out / "folder"
        shutil.copytree(EXAMPLE, self.source)
        if change is not None:
            for path in self.source.glob("*.csv"):
                _rewrite(path, change)
        self.folder: Folder = read_folder(self.source, lambda _entry: None)
        self.stage = Stage(out / "out", self.folder, cast_nodes(self.folder.units, 1))
        self.page_files = out / "page"
        self.lines: list[dict[str, object]] = []
        self._played = 0

    def start(self) -> None:
        """Keys, sealing, the county's doors; the laptop waits."""
        self.stage.enrol()
        self.stage.seal()
        os.environ["CHANGPIAO_BOARD_EXPORT"] = str(self.page_files)
        self.stage.open_county(serve=True)
        del os.environ["CHANGPIAO_BOARD_EXPORT"]
        # the casts are sorted by tables; people watch the villages in their own order
        units = self.folder.units
        self.lines = [
            line for unit in units for line in unit_lines(self.folder, unit, lambda _: None, Clock(), twelve_digits)
        ]
        wait_until(lambda: self.now()["size"] > 0, "the first checkpoint")

    @property
    def url(self) -> str:
        """The public page."""
        return self.stage.url

    def get(self, name: str) -> Any:
        """A JSON file of the page."""
        with urllib.request.urlopen(self.url + name, timeout=10) as answer:  # noqa: S310 - our own http address
            return json.loads(answer.read())

    def now(self) -> dict[str, Any]:
        """All lines as they stand."""
        found: dict[str, Any] = self.get("now.json")
        return found

    def line(self, unit: str) -> dict[str, int]:
        """A unit's line by names."""
        plan = self.get("plan.json")
        place = [one[0] for one in plan["units"]].index(unit)
        return dict(zip(plan["fields"], self.now()["rows"][place], strict=True))

    def go_to(self, unit: str, op: str) -> None:
        """Play up to the end of a unit's operation; wait until it is published."""
        places = [i for i, line in enumerate(self.lines) if line["unit"] == unit and line["op"] == op]
        part = [encode_line(line) for line in self.lines[self._played : places[-1] + 1]]
        if part:
            self.stage.play(lambda _cast: iter(part))
            self._played = places[-1] + 1
        asked: dict[str, Callable[[], bool]] = {
            "papers": lambda: self.line(unit)["papers"] > 0,
            "close": lambda: self.line(unit)["closed"] > 0,
            "statement": lambda: self.line(unit)["outcomes"] > 0 or bool(self.get(f"units/{unit}.json")["statement"]),
            "declaration": lambda: bool(self.get(f"units/{unit}.json")["declared"]),
        }
        wait_until(asked[op], f"{unit} {op}")

    def end(self) -> None:
        """Stop everything."""
        self.stage.close_county()


def _rewrite(path: Path, change: Callable[[str, list[Row]], list[Row]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        rows = list(reader)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(path.name, rows))

"""Make examples/qinghe: an invented county (清和县) of 20 villages in 4 townships, ballot by ballot.

Run from the checkout: `python tools/make_example.py [FOLDER]`. The same seed gives the same bytes; a test compares
them with the committed folder. Persons and places are invented; the rare characters are there because such names are
common enough that a tally must print them.
"""

import csv
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SEED: Final = 20261128
TOWNSHIPS: Final = ("东屏乡", "柳溪镇", "石桥镇", "云岭乡")
VILLAGES: Final = (
    "上庄",
    "下庄",
    "南坪",
    "北坪",
    "梨树湾",
    "桃花坞",
    "老磨坊",
    "新泉",
    "竹林",
    "松岗",
    "平沙",
    "高塘",
    "双井",
    "白鹭",
    "青石",
    "枫林",
    "望溪",
    "大垭口",
    "小垭口",
    "龙尾",
)
SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN: Final = (
    "明远",
    "淑芬",
    "建业",
    "春兰",
    "志诚",
    "玉梅",
    "守田",
    "秀禾",
    "立新",
    "桂香",
    "永年",
    "巧云",
    "广文",
    "冬青",
    "有粮",
    "素珍",
)
RARE: Final = ("龚䶮", "林㛃", "何𬱖", "阿依古丽·吐尔逊", "བསོད་ནམས་ལྷ་མོ", "ئايگۈل·تۇرسۇن")
WRITTEN: Final = ("陈守拙", "马兰花", "李䶮", "帕提古丽·买买提", "བཀྲ་ཤིས་")
VOID: Final = ("torn", "not_official", "marked", "unidentifiable", "unstated")
SMALL_TABLE: Final = 6
"""The village whose second table has so few papers that it joins its sibling."""
TWO_PAPERS: Final = 19
"""The village that also elects its supervisory committee (村务监督委员会), on a paper of its own."""
UNBALANCED: Final = 12
"""The village whose second box form is wrong by one paper: a finding, and nothing is corrected."""


@dataclass(frozen=True, slots=True)
class Post:
    """A contest as it is printed."""

    id: str
    title: str
    seats: int
    names: int


POSTS: Final = (
    Post("zhuren", "村民委员会主任", 1, 2),
    Post("fuzhuren", "村民委员会副主任", 1, 2),
    Post("weiyuan", "村民委员会委员", 3, 5),
)
SUPERVISORS: Final = Post("jiandu", "村务监督委员会委员", 3, 4)

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "units.csv": ("unit", "name", "level1", "level2", "registered"),
    "contests.csv": ("unit", "contest", "title", "seats", "max_marks", "round"),
    "candidates.csv": ("unit", "contest", "candidate", "name", "sex"),
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
    "boxes.csv": (
        "unit",
        "station",
        "box",
        "kind",
        "layout",
        "delivered",
        "issued",
        "spoiled",
        "unused",
        "proxies",
        "collected",
    ),
    "ballots.csv": ("unit", "station", "ballot", "contest", "marks", "status"),
    "relations.csv": ("unit", "person", "other", "relation"),
}
Rows = dict[str, list[Sequence[str | int]]]


class County:
    """Draws the county village by village."""

    def __init__(self) -> None:
        """Begin with empty tables."""
        self.dice = random.Random(SEED)  # noqa: S311 -- an example must come out the same every time
        self.rows: Rows = {name: [] for name in HEADERS}

    def village(self, number: int) -> None:
        """Draw one village: posts, candidates, tables, boxes, papers."""
        unit = f"qh{number + 1:02d}"
        posts = (*POSTS, SUPERVISORS) if number == TWO_PAPERS else POSTS
        candidates = self._candidates(unit, number, posts)
        electors = 0
        for table in range(1, self._tables(number) + 1):
            papers = 23 if number == SMALL_TABLE and table == 2 else self.dice.randint(60, 260)
            electors += self._table(unit, number, table, papers, candidates)
        self.rows["units.csv"].append((unit, VILLAGES[number] + "村", "清和县", TOWNSHIPS[number // 5], electors))
        if number % 7 == 0:
            self.rows["relations.csv"].append((unit, candidates[POSTS[0]][0], candidates[POSTS[2]][1], "夫妻"))

    def _tables(self, number: int) -> int:
        return 2 if number in {SMALL_TABLE, UNBALANCED} or number % 3 == 0 else 1

    def _candidates(self, unit: str, number: int, posts: tuple[Post, ...]) -> dict[Post, list[str]]:
        names = self.dice.sample([surname + given for surname in SURNAMES for given in GIVEN], 13)
        if number < len(RARE):
            names[number] = RARE[number]
        found: dict[Post, list[str]] = {}
        people = iter(names)
        for post in posts:
            self.rows["contests.csv"].append((unit, post.id, post.title, post.seats, post.seats, 1))
            found[post] = [f"{post.id[0]}{n}" for n in range(1, post.names + 1)]
            for ident in found[post]:
                row = (unit, post.id, ident, next(people), self.dice.choice("fm"))
                self.rows["candidates.csv"].append(row)
        return found

    def _table(self, unit: str, number: int, table: int, papers: int, candidates: dict[Post, list[str]]) -> int:
        """Draw one counting table; return its electors."""
        station = str(table)
        main = [post for post in candidates if post is not SUPERVISORS]
        void = sum(self._paper(unit, station, str(n), main, candidates) for n in range(1, papers + 1))
        if SUPERVISORS in candidates:
            for n in range(1, papers + 1):
                self._paper(unit, station, f"j{n}", [SUPERVISORS], candidates)
        mobile = self.dice.randint(6, 14) if table == 1 and number % 4 == 1 else 0
        layout = POSTS[0].id if SUPERVISORS in candidates else ""
        boxes = [self._box(unit, station, f"{table}", "main" if table == 1 else "station", layout, papers - mobile)]
        if mobile:
            boxes.append(self._box(unit, station, f"{table}m", "mobile", layout, mobile))
        if SUPERVISORS in candidates:
            self._box(unit, station, f"{table}j", "station", SUPERVISORS.id, papers)
        sums: list[int] = [sum(column) for column in zip(*boxes, strict=True)]
        delivered, issued, spoiled, unused, proxies, collected = sums
        electors = issued + self.dice.randint(10, 90)
        if number == UNBALANCED and table == 2:
            delivered += 1
            wrong = list(self.rows["boxes.csv"][-1])
            wrong[5] = int(wrong[5]) + 1
            self.rows["boxes.csv"][-1] = wrong
        self.rows["stations.csv"].append(
            (unit, station, electors, delivered, issued, spoiled, unused, proxies, collected, papers - void, void)
        )
        return electors

    def _box(self, unit: str, station: str, box: str, kind: str, layout: str, collected: int) -> tuple[int, ...]:
        issued = collected + self.dice.randint(0, 3)
        spoiled, unused = self.dice.randint(0, 2), self.dice.randint(3, 12)
        proxies = 0 if kind == "mobile" else self.dice.randint(0, issued // 12)
        figures = (issued + spoiled + unused, issued, spoiled, unused, proxies, collected)
        self.rows["boxes.csv"].append((unit, station, box, kind, layout, *figures))
        return figures

    def _paper(
        self, unit: str, station: str, ballot: str, posts: list[Post], candidates: dict[Post, list[str]]
    ) -> bool:
        """Draw one paper; tell whether it is void as a whole."""
        status = self.dice.choice(VOID) if self.dice.random() < 0.02 else ""
        blank = self.dice.random() < 0.02
        for post in posts:
            marks = [] if blank else list(self._marks(post, candidates[post]))
            self.rows["ballots.csv"].append((unit, station, ballot, post.id, " ".join(marks), status))
        return bool(status)

    def _marks(self, post: Post, idents: list[str]) -> Iterator[str]:
        """Draw the marks of one post: approvals up to the seats, at times a stroke too many, a name, an objection."""
        count = post.seats + 1 if self.dice.random() < 0.015 else max(1, post.seats - self.dice.randrange(2))
        weights = [len(idents) + 2 - place for place in range(len(idents))]
        chosen: list[str] = []
        while len(chosen) < min(count, len(idents)):
            ident = self.dice.choices(idents, weights)[0]
            if ident not in chosen:
                chosen.append(ident)
        if chosen and self.dice.random() < 0.04:
            chosen[-1] = "+" + self.dice.choice(WRITTEN)
        yield from chosen
        for ident in idents:
            if ident not in chosen:
                roll = self.dice.random()
                if roll < 0.05:
                    yield "-" + ident
                elif roll < 0.06:
                    yield "?" + ident


def write_example(folder: Path) -> None:
    """Write the whole folder."""
    folder.mkdir(parents=True, exist_ok=True)
    county = County()
    for number in range(len(VILLAGES)):
        county.village(number)
    for name, header in HEADERS.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(header)
            out.writerows(county.rows[name])
    (folder / "election.toml").write_text(
        'id = "qinghe-2026-test"\ntitle = "清和县 2026 年村民委员会选举（演练）"\ndate = 2026-11-28\ntest = true\n'
        'profile = "default"\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    write_example(Path(sys.argv[1] if len(sys.argv) > 1 else "examples/qinghe"))

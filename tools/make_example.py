"""Make examples/qinghe: an invented county (清和县) of 20 villages in 4 townships, ballot by ballot.

Run from the checkout: `python tools/make_example.py [FOLDER]`. The same seed gives the same bytes; a test compares
them with the committed folder. Persons and places are invented; the rare characters are there because such names are
common enough that a tally must print them. Half of the villages vote at random with clear winners; the others have
votes that are written down here (`SCRIPTS`), one point of the law each.
"""

import csv
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

SEED: Final = 20261128
TOWNSHIPS: Final = ("东屏乡", "柳溪镇", "石桥镇", "云岭乡")
NAMES_OF_VILLAGES: Final = (
    "上庄 下庄 南坪 北坪 梨树湾 桃花坞 老磨坊 新泉 竹林 松岗 平沙 高塘 双井 白鹭 青石 枫林 望溪 大垭口 小垭口 龙尾"
)
VILLAGES: Final = NAMES_OF_VILLAGES.split()
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
COUSINS: Final = 0
"""The village with a declared relation that bars nobody from office."""
COMMUNITY: Final = "社区"


@dataclass(frozen=True, slots=True)
class Post:
    """A contest as it is printed; `layout` is empty for the unit's main paper."""

    id: str
    title: str
    seats: int
    names: int
    layout: str = ""
    round: int = 1
    of: str = ""
    female_only: bool = False


POSTS: Final = (
    Post("zhuren", "村民委员会主任", 1, 2),
    Post("fuzhuren", "村民委员会副主任", 1, 2),
    Post("weiyuan", "村民委员会委员", 3, 5),
)
SUPERVISORS: Final = Post("jiandu", "村务监督委员会委员", 3, 4, "jiandu")
WOMAN: Final = Post("nvweiyuan", "村民委员会妇女委员", 1, 2, female_only=True)
SECOND: Final = Post("weiyuan-2", "村民委员会委员（另行选举）", 1, 2, "weiyuan-2", 2, "weiyuan")


@dataclass(frozen=True, slots=True)
class Script:
    """A village whose votes are laid down, post by post in printed order, written-in ones behind them.

    Of `papers` papers `torn` are torn, `empty` blank, and `twice` name one person for two posts; the votes lie end to
    end over the others. `lost`: papers issued and not collected. `same`: a printed id -> the person who it is.
    """

    papers: int
    votes: dict[str, tuple[int, ...]]
    torn: int = 2
    empty: int = 3
    registered: int = 0
    lost: int = 0
    posts: tuple[Post, ...] = POSTS
    profile: str = ""
    sexes: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    twice: int = 0
    written: dict[str, tuple[str, int]] = field(default_factory=dict)
    kin: tuple[tuple[str, str, str], ...] = ()


DECIDED: Final = "本村选举办法，村民会议 2026-10-20 通过"
SCRIPTS: Final[dict[int, Script]] = {
    # 河南：每职一票. z2 has his majority for both posts, is chair, and leaves the lower one to w4
    1: Script(
        120,
        {"zhuren": (50, 65), "fuzhuren": (80, 30), "weiyuan": (90, 85, 80, 70, 20)},
        posts=tuple(replace(post, layout=post.id) for post in POSTS),
        profile="henan-village-2011",
        same={"w3": "z2"},
    ),
    # 票数相等: w3 and w4 stand across the last seat of the committee
    2: Script(200, {"zhuren": (150, 40), "fuzhuren": (60, 130), "weiyuan": (150, 140, 105, 105, 40)}),
    # 不足: two of three elected, and a third of the papers decides the seat in the second round of the same day
    3: Script(
        180,
        {"zhuren": (100, 70), "fuzhuren": (120, 50), "weiyuan": (120, 110, 90, 60, 50), "weiyuan-2": (62, 61)},
        posts=(*POSTS, SECOND),
    ),
    # 参选未过半: 150 of 300 is not more than half
    4: Script(150, {"zhuren": (120, 20), "fuzhuren": (120, 20), "weiyuan": (120, 110, 100, 30, 20)}, registered=300),
    # 计算基数: 101 is more than half of the 200 collected, not of the 203 issued; and no woman stands
    5: Script(
        200,
        {"zhuren": (101, 90), "fuzhuren": (130, 60), "weiyuan": (140, 130, 120, 50, 40)},
        lost=3,
        sexes={"z": "m", "f": "m", "w": "m"},
    ),
    # 另选他人当选
    7: Script(
        150,
        {"zhuren": (30, 25), "fuzhuren": (100, 40), "weiyuan": (110, 105, 100, 50, 40)},
        written={"zhuren": ("马兰花", 88)},
    ),
    # 近亲属: w2 is the chair's wife and makes room for w4
    8: Script(
        160,
        {"zhuren": (110, 40), "fuzhuren": (100, 50), "weiyuan": (100, 99, 98, 85, 40)},
        kin=(("z1", "w2", "夫妻"),),
    ),
    # 妇女委员: a seat of her own
    9: Script(
        140,
        {"zhuren": (90, 40), "fuzhuren": (95, 30), "nvweiyuan": (80, 45), "weiyuan": (90, 85, 80, 40, 30)},
        posts=(*POSTS[:2], WOMAN, POSTS[2]),
    ),
    # 妇女委员未选出: 70 of 140 is not more than half
    10: Script(
        140,
        {"zhuren": (90, 40), "fuzhuren": (95, 30), "nvweiyuan": (70, 62), "weiyuan": (90, 85, 80, 40, 30)},
        posts=(*POSTS[:2], WOMAN, POSTS[2]),
    ),
    # 山东第25条: w4 is the one woman who has her majority, and is elected first
    11: Script(
        200,
        {"zhuren": (120, 60), "fuzhuren": (120, 60), "weiyuan": (150, 140, 130, 105, 20)},
        profile="shandong-village-2011",
        sexes={"z": "m", "f": "m", "w": "m", "w4": "f"},
    ),
    # 收回多于投票人数
    14: Script(120, {"zhuren": (80, 30), "fuzhuren": (75, 35), "weiyuan": (80, 75, 70, 30, 20)}, lost=-1),
    # 同一人选两职: z2 stands for both posts, and four papers that name him twice count for nothing
    15: Script(
        160,
        {"zhuren": (60, 85), "fuzhuren": (100, 50), "weiyuan": (100, 95, 90, 0, 40)},
        same={"w4": "z2"},
        twice=4,
    ),
    # 浙江: every written-in name is opened
    16: Script(
        130,
        {"zhuren": (80, 40), "fuzhuren": (75, 40), "weiyuan": (80, 75, 70, 30, 20)},
        profile="zhejiang-village-2020",
        written={"weiyuan": ("李䶮", 2)},
    ),
    # 社区，户代表: 94 of 180 households took part; no majority for the vice-chair
    17: Script(
        94,
        {"zhuren": (60, 25), "fuzhuren": (47, 40), "weiyuan": (60, 55, 50, 20, 15)},
        registered=180,
        profile="cn-residents-2026-household",
    ),
    # 缺额: the second round gives nobody a third, and with four members the seat may stay empty
    18: Script(
        180,
        {"zhuren": (100, 70), "fuzhuren": (120, 50), "weiyuan": (120, 110, 90, 60, 50), "weiyuan-2": (59, 58)},
        posts=(*POSTS, SECOND),
    ),
}
"""Village number (from 0) -> its script."""
OWN_RULES: Final[dict[int, tuple[tuple[str, str, str], ...]]] = {
    # 一村一策: an over-vote voids its post alone
    13: (("ballot.overvote.scope", "post", DECIDED),),
}

FIGURES: Final = ("delivered", "issued", "spoiled", "unused", "proxies", "collected")
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "units.csv": ("unit", "name", "level1", "level2", "registered", "profile"),
    "contests.csv": ("unit", "contest", "title", "seats", "max_marks", "layout", "round", "of", "female_only"),
    "candidates.csv": ("unit", "contest", "candidate", "name", "sex"),
    "stations.csv": ("unit", "station", "registered", *FIGURES, "valid", "invalid", "voters"),
    "boxes.csv": ("unit", "station", "box", "kind", "layout", *FIGURES, "voters"),
    "ballots.csv": ("unit", "station", "ballot", "contest", "marks", "status"),
    "relations.csv": ("unit", "person", "other", "relation"),
    "rules.csv": ("unit", "path", "value", "decided_by"),
}
Rows = dict[str, list[Sequence[str | int]]]
Marks = dict[str, list[str]]


class County:
    """Draws the county village by village."""

    def __init__(self) -> None:
        """Begin with empty tables."""
        self.dice = random.Random(SEED)  # noqa: S311 -- an example must come out the same every time
        self.rows: Rows = {name: [] for name in HEADERS}

    def village(self, number: int) -> None:
        """Draw one village: posts, candidates, tables, boxes, papers."""
        unit = f"qh{number + 1:02d}"
        script = SCRIPTS.get(number)
        posts = script.posts if script else (*POSTS, SUPERVISORS) if number == TWO_PAPERS else POSTS
        candidates = self._candidates(unit, number, posts)
        electors = 0
        for table in range(1, self._tables(number) + 1):
            papers = self._script(script, candidates) if script else self._random(number, table, candidates)
            electors += self._table(unit, number, str(table), papers, candidates)
        name = VILLAGES[number] + (COMMUNITY if script and "residents" in script.profile else "村")
        profile = script.profile if script else ""
        self.rows["units.csv"].append((unit, name, "清和县", TOWNSHIPS[number // 5], electors, profile))
        kin = script.kin if script else (("z1", "w2", "其他亲属"),) if number == COUSINS else ()
        self.rows["relations.csv"] += [(unit, *entry) for entry in kin]
        self.rows["rules.csv"] += [(unit, *entry) for entry in OWN_RULES.get(number, ())]

    def _tables(self, number: int) -> int:
        return 2 if number in {SMALL_TABLE, UNBALANCED} or (number % 3 == 0 and number not in SCRIPTS) else 1

    def _candidates(self, unit: str, number: int, posts: tuple[Post, ...]) -> dict[Post, list[str]]:
        names = self.dice.sample([surname + given for surname in SURNAMES for given in GIVEN], 15)
        if number < len(RARE):
            names[number] = RARE[number]
        script = SCRIPTS.get(number)
        found: dict[Post, list[str]] = {}
        printed: dict[str, tuple[str, str]] = {}
        people = iter(names)
        for post in posts:
            title = post.title.replace("村民", "居民") if script and "residents" in script.profile else post.title
            female = "true" if post.female_only else ""
            row = (unit, post.id, title, post.seats, post.seats, post.layout, post.round, post.of, female)
            self.rows["contests.csv"].append(row)
            idents = [f"{post.id[0]}{n}" for n in range(1, post.names + 1)]
            if post.of:
                # whom the round before leaves to this one
                idents = ["w3", "w4"]
            found[post] = [script.same.get(ident, ident) if script else ident for ident in idents]
            for ident in found[post]:
                if ident not in printed:
                    sexes = script.sexes if script else {}
                    drawn = "f" if post.female_only else self.dice.choice("fm")
                    printed[ident] = next(people), sexes.get(ident, sexes.get(ident[0], drawn))
                self.rows["candidates.csv"].append((unit, post.id, ident, *printed[ident]))
        return found

    def _script(self, script: Script, candidates: dict[Post, list[str]]) -> list[tuple[Marks, str]]:
        """The papers of a script: votes end to end, then those that name one person twice, blank and torn ones."""
        count = script.papers - script.torn - script.empty - script.twice
        papers: list[Marks] = [{post.id: [] for post in candidates} for _ in range(count)]
        for post, idents in candidates.items():
            name, votes = script.written.get(post.id, ("", 0))
            marks = [ident for ident, times in zip(idents, script.votes[post.id], strict=True) for _ in range(times)]
            for place, mark in enumerate([*marks, *(["+" + name] * votes)]):
                papers[place % count][post.id].append(mark)
            for paper in papers:
                if paper[post.id]:
                    paper[post.id] += [f"-{ident}" for ident in idents if self._opposes(ident, paper[post.id])]
        both = {post.id: list(script.same.values()) if post in POSTS[::2] else [] for post in candidates}
        papers += [both] * script.twice
        blank: Marks = {post.id: [] for post in candidates}
        return [(paper, "") for paper in [*papers, *([blank] * script.empty)]] + [(blank, "torn")] * script.torn

    def _opposes(self, ident: str, marks: list[str]) -> bool:
        return ident not in marks and self.dice.random() < 0.05

    def _random(self, number: int, table: int, candidates: dict[Post, list[str]]) -> list[tuple[Marks, str]]:
        """Papers drawn one by one, each with its status."""
        count = 23 if number == SMALL_TABLE and table == 2 else self.dice.randint(60, 260)
        papers: list[tuple[Marks, str]] = []
        for _ in range(count):
            status = self.dice.choice(VOID) if self.dice.random() < 0.02 else ""
            blank = self.dice.random() < 0.02
            papers.append(({p.id: [] if blank else list(self._marks(p, i)) for p, i in candidates.items()}, status))
        return papers

    def _marks(self, post: Post, idents: list[str]) -> Iterator[str]:
        """Draw the marks of one post: approvals up to the seats, at times a stroke too many, a name, an objection."""
        count = post.seats + 1 if self.dice.random() < 0.015 else max(1, post.seats - (self.dice.random() < 0.2))
        weights = [12 if place < post.seats else 2 for place in range(len(idents))]
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

    def _table(
        self,
        unit: str,
        number: int,
        station: str,
        papers: list[tuple[Marks, str]],
        candidates: dict[Post, list[str]],
    ) -> int:
        """Write one counting table down; return its electors."""
        layouts = list(dict.fromkeys(post.layout for post in candidates))
        for layout in layouts:
            sign = "" if layout == layouts[0] else layout[0]
            for place, (marks, status) in enumerate(papers, start=1):
                for post in candidates:
                    if post.layout == layout:
                        row = (unit, station, f"{sign}{place}", post.id, " ".join(marks[post.id]), status)
                        self.rows["ballots.csv"].append(row)
        script = SCRIPTS.get(number)
        main = layouts[0] or ("" if len(layouts) == 1 else POSTS[0].id)
        mobile = self.dice.randint(6, 14) if station == "1" and number % 4 == 1 and script is None else 0
        lost = script.lost if script else None
        kind = "main" if station == "1" else "station"
        boxes = [self._box((unit, station, station, kind, main), len(papers) - mobile, lost)]
        if mobile:
            boxes.append(self._box((unit, station, f"{station}m", "mobile", main), mobile, lost))
        for layout in layouts[1:]:
            self._box((unit, station, f"{station}{layout[0]}", "station", layout), len(papers), lost)
        figures: list[int] = [sum(column) for column in zip(*boxes, strict=True)]
        electors = (script.registered if script else 0) or figures[1] + self.dice.randint(10, 50)
        if number == UNBALANCED and station == "2":
            figures[0] += 1
            wrong = list(self.rows["boxes.csv"][-1])
            wrong[5] = int(wrong[5]) + 1
            self.rows["boxes.csv"][-1] = wrong
        void = sum(bool(status) for _, status in papers)
        valid = len(papers) - void
        self.rows["stations.csv"].append((unit, station, electors, *figures[:-1], valid, void, figures[-1]))
        return electors

    def _box(self, place: tuple[str, ...], collected: int, lost: int | None) -> tuple[int, ...]:
        issued = collected + (self.dice.randint(0, 3) if lost is None else lost)
        spoiled, unused = self.dice.randint(0, 2), self.dice.randint(3, 12)
        proxies = 0 if place[3] == "mobile" else self.dice.randint(0, issued // 12)
        figures = (issued + spoiled + unused, issued, spoiled, unused, proxies, collected, issued)
        self.rows["boxes.csv"].append((*place, *figures))
        return figures


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
        'profile = "cn-village-2026-national"\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    write_example(Path(sys.argv[1] if len(sys.argv) > 1 else "examples/qinghe"))

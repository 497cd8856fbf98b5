"""The sheets of a workbook: columns with their Chinese headers, what a cell may hold, what a person is told.

Each sheet becomes the table of the sealing folder with the same columns (docs/sealing.md); `officials` becomes the
laptops' plans (docs/enrolment.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from coordinator.sealing.kin import RELATIONS
from tally_protocol.limits import NAME_CODE_POINTS, TITLE_CODE_POINTS


class Kind(Enum):
    """What a cell may hold."""

    ID = "id"
    CANDIDATE = "candidate id"
    REFERENCE = "candidate id, or + and a name"
    NAME = "name"
    TEXT = "text"
    COUNT = "whole number"
    WORD = "word of a list"
    DAY = "date"
    HOUR = "hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column; `words` are all spellings of a word -> what the table holds, `shown` the list that Excel offers."""

    name: str
    zh: str
    kind: Kind
    required: bool = False
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    shown: tuple[str, ...] = ()
    zh_help: str = ""
    en_help: str = ""
    width: int = 14
    of: str = ""  # the sheet whose first column lists what may stand here

    @property
    def most(self) -> int:
        """The most characters."""
        return {Kind.NAME: NAME_CODE_POINTS, Kind.TEXT: TITLE_CODE_POINTS, Kind.REFERENCE: NAME_CODE_POINTS + 1}.get(
            self.kind, 32
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet: its file in the sealing folder (none for officials), its columns, the columns that name a row."""

    name: str
    zh: str
    file: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    zh_help: str
    en_help: str

    @property
    def title(self) -> str:
        """What stands on the tab."""
        return f"{self.zh} {self.name}"

    def field(self, name: str) -> Field:
        """A column by its name."""
        return next(one for one in self.fields if one.name == name)


def word_field(name: str, zh: str, *pairs: tuple[str, str], required: bool = False, **more: str) -> Field:
    """A column with a list: each pair is a word of the table and its Chinese; either is accepted, and both together."""
    shown = tuple(f"{chinese} {word}" for word, chinese in pairs)
    words = {spelling: word for word, chinese in pairs for spelling in (word, chinese, f"{chinese} {word}")}
    return Field(
        name=name, zh=zh, kind=Kind.WORD, required=required, shown=shown, words=MappingProxyType(words),
        zh_help=more.get("zh_help", ""), en_help=more.get("en_help", ""),
    )  # fmt: skip


def unit_field(*, own: bool = False) -> Field:
    """The unit that a row speaks of; `own` on the sheet that lists the units."""
    return Field(
        name="unit", zh="单位编号", kind=Kind.ID, required=True, width=18, of="" if own else "units",
        zh_help="12 位行政区划代码，或自编的编号；1 至 32 个 A-Z a-z 0-9 _ . -，按文本填写",
        en_help="12-digit code or an id of your own: 1 to 32 of A-Z a-z 0-9 _ . - ; keep it as text",
    )  # fmt: skip


def id_field(name: str, zh: str, zh_help: str, en_help: str, *, required: bool = False, of: str = "") -> Field:
    """A column of ids."""
    return Field(name=name, zh=zh, kind=Kind.ID, required=required, zh_help=zh_help, en_help=en_help, of=of)


def _count(name: str, zh: str, zh_help: str, en_help: str, *, required: bool = False) -> Field:
    return Field(name=name, zh=zh, kind=Kind.COUNT, required=required, zh_help=zh_help, en_help=en_help, width=11)


_NODE: Final = id_field("node", "设备编号", "承办的计票电脑", "the laptop that hosts it", required=True)
_PROFILE: Final = id_field("profile", "规则档案", "空为默认档案", "empty: the first profile of election.toml")
_REGISTERED: Final = _count("registered", "登记人数", "空为未知", "empty: not known")
_LEVELS: Final = tuple(
    Field(name=f"level{i}", zh=f"第{i}级", kind=Kind.TEXT, zh_help="自上而下：县、乡镇……", en_help="from the top down")
    for i in range(1, 9)
)
_RELATIONS: Final = (
    ("spouse", "配偶"), ("parent", "父母"), ("child", "子女"), ("sibling", "兄弟姐妹"), ("grandparent", "祖父母"),
    ("grandchild", "孙子女"), ("other", "其他"),
)  # fmt: skip

UNITS: Final = Sheet(
    name="units", zh="单位", file="units.csv", key=("unit",),
    zh_help="每个村、社区一行", en_help="a row for each village or community",
    fields=(
        unit_field(own=True),
        Field(name="name", zh="单位名称", kind=Kind.NAME, required=True, width=20, zh_help="公告上的名称",
              en_help="as on the notices"),
        *_LEVELS[:3], _REGISTERED, _NODE, _PROFILE, *_LEVELS[3:],
    ),
)  # fmt: skip
CONTESTS: Final = Sheet(
    name="contests", zh="职位", file="contests.csv", key=("unit", "contest"),
    zh_help="每个单位的每个职位一行，次序就是选票上的次序", en_help="a row for each post of each unit, in paper order",
    fields=(
        unit_field(), id_field("contest", "职位编号", "例如 zhuren", "for example chair", required=True),
        Field(name="title", zh="职位名称", kind=Kind.TEXT, required=True, width=22, zh_help="选票上的名称",
              en_help="as on the paper"),
        _count("seats", "应选名额", "选几人", "how many are elected", required=True),
        _count("max_marks", "最多可选", "一张票最多选几人", "most approvals on one paper", required=True),
        _count("write_ins", "另选位", "空为 0", "free slots; empty: 0"),
        id_field("layout", "版式", "同版式的职位印在一张选票上，空为 1", "posts of one layout share a paper; empty: 1"),
        _count("round", "轮次", "空为 1", "empty: 1"),
        word_field("rule", "选举方式", ("election", "选举"), ("supplementary", "另行选举"), ("runoff", "再次投票"),
              ("nomination", "提名"), ("advisory", "推荐"), ("recall", "罢免"), zh_help="空为选举",
              en_help="empty: election"),
        id_field("of", "接续职位", "另行选举、再次投票接续哪个职位", "the contest that a further round follows"),
        _REGISTERED, _PROFILE,
        word_field("female_only", "妇女名额", ("true", "是"), zh_help="只选妇女的职位填是",
              en_help="yes for a women's seat"),
    ),
)  # fmt: skip
CANDIDATES: Final = Sheet(
    name="candidates", zh="候选人", file="candidates.csv", key=("unit", "contest", "candidate"),
    zh_help="每个职位的每名候选人一行，次序就是选票上的次序；同一人在两个职位用同一编号",
    en_help="a row a candidate and post, in paper order; one person has one id in every post",
    fields=(
        unit_field(), id_field("contest", "职位编号", "见职位表", "see contests", required=True),
        Field(name="candidate", zh="候选人编号", kind=Kind.CANDIDATE, required=True,
              zh_help="本单位内唯一，不以 - 开头", en_help="unique in the unit, never beginning with -"),
        Field(name="name", zh="姓名", kind=Kind.NAME, required=True, width=20, zh_help="选票上的写法，勿用空格排版",
              en_help="as on the paper; no spaces for alignment"),
        word_field("sex", "性别", ("f", "女"), ("m", "男"), zh_help="可不填", en_help="may be left out"),
    ),
)  # fmt: skip
STATIONS: Final = Sheet(
    name="stations", zh="计票点", file="stations.csv", key=("unit", "station"),
    zh_help="每张计票桌一行", en_help="a row for each counting table",
    fields=(
        unit_field(), id_field("station", "计票点编号", "例如 1", "for example 1", required=True), _NODE, _REGISTERED,
    ),
)
BOXES: Final = Sheet(
    name="boxes", zh="票箱", file="boxes.csv", key=("unit", "box"),
    zh_help="每个票箱一行，可以不填", en_help="a row for each ballot box; may be left empty",
    fields=(
        unit_field(), id_field("box", "票箱编号", "例如 main", "for example main", required=True),
        word_field("kind", "类别", ("main", "主票箱"), ("station", "分会场票箱"), ("mobile", "流动票箱"),
                   required=True),
        id_field("station", "计票点编号", "在哪个计票点核对", "the table that reconciles it", required=True),
        id_field("layout", "版式", "空为本单位第一种", "empty: the unit's first"),
    ),
)  # fmt: skip
OFFICIALS: Final = Sheet(
    name="officials", zh="工作人员", file="", key=("unit", "station", "person"),
    zh_help="选举委员会成员的计票点编号留空；生成各设备的登记计划 plans/<设备>.json",
    en_help="leave the station empty for members of the committee; makes plans/<laptop>.json for enrolment",
    fields=(
        unit_field(), id_field("station", "计票点编号", "委员会成员留空", "empty for the committee"),
        id_field("person", "人员编号", "同一人用同一编号", "one id for one person", required=True),
        Field(name="name", zh="姓名", kind=Kind.NAME, width=20, zh_help="用于公告第11号，不进入公开记录",
              en_help="for notice 11 on the wall; never in the record"),
        word_field("role", "职务", ("chair", "主任"), ("chief_scrutineer", "总监票人"), ("scrutineer", "监票人"),
              ("teller", "计票人"), ("caller", "唱票人"), ("member", "委员"), required=True),
    ),
)  # fmt: skip
_KIN: Final = word_field("relation", "亲属关系", *_RELATIONS, required=True)
RELATIONS_SHEET: Final = Sheet(
    name="relations", zh="亲属", file="relations.csv", key=("unit", "person", "other"),
    zh_help="申报的近亲属：前者是后者的……；可以不填", en_help="declared relatives: the first is the ... of the second",
    fields=(
        unit_field(),
        Field(name="person", zh="人员", kind=Kind.REFERENCE, required=True, width=20,
              zh_help="候选人或人员编号，或 + 加姓名", en_help="an id, or + and the name of a person written in"),
        Field(name="other", zh="另一人", kind=Kind.REFERENCE, required=True, width=20, zh_help="同左",
              en_help="the same"),
        Field(name="relation", zh="亲属关系", kind=Kind.WORD, required=True, shown=_KIN.shown,
              words=MappingProxyType({**RELATIONS, **_KIN.words}), zh_help="前者是后者的什么人",
              en_help="what the first is of the second"),
    ),
)  # fmt: skip
SHEETS: Final = (UNITS, CONTESTS, CANDIDATES, STATIONS, BOXES, OFFICIALS, RELATIONS_SHEET)
REQUIRED: Final = (UNITS, CONTESTS, CANDIDATES, STATIONS)
ABOUT: Final = "说明 About"
HEADER_ROWS: Final = 2


def sheet_of(title: str, sheets: Sequence[Sheet] = SHEETS) -> Sheet | None:
    """The sheet that a tab is meant to be: by its title, its Chinese or its English name."""
    plain = title.strip()
    return next((one for one in sheets if plain in {one.title, one.zh, one.name}), None)

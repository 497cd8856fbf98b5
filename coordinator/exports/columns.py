"""The tables of an export: their columns with types, Chinese and English headers, in one place for every format.

A figure that nobody recorded is empty (NULL), never 0. `votes` is the verifier's `totals` with names beside it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tally_protocol.election.figures import BOX_FIGURES, PAPER_FIGURES

Cell = str | int | None
RowOf = tuple[Cell, ...]
LEVELS: Final = 8


class Kind(Enum):
    """What a cell may be; a flag is the integer 0 or 1."""

    TEXT = "text"
    INTEGER = "integer"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it is called."""

    name: str
    kind: Kind
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: `key` are the columns that name a row."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def place(self, column: str) -> int:
        """Where a column stands."""
        return next(i for i, one in enumerate(self.columns) if one.name == column)


_KINDS = {"t": Kind.TEXT, "i": Kind.INTEGER, "f": Kind.FLAG}


def _columns(text: str) -> tuple[Column, ...]:
    """One line a column: kind, name, Chinese, English."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        kind, name, zh, en = line.strip().split(maxsplit=3)
        found.append(Column(name, _KINDS[kind], zh, en))
    return tuple(found)


_FIGURE_WORDS = {
    "collected": "收回", "delivered": "领取", "invalid": "无效", "issued": "发出", "present": "到会",
    "proxies": "委托", "registered": "登记", "spoiled": "作废", "unused": "剩余", "valid": "有效", "voters": "投票人数",
}  # fmt: skip
_CONTEST = """
    i papers     选票数        papers counted
    i valid      有效          valid
    i blank      空白          blank
    i over       超选          over-voted
    i duplicate  重选一人      one person twice
    i illegible  无法辨认      illegible
    i unpaired   另选未配对    write-in without opposing mark
    i torn       损毁          torn
    i not_official 非制式票    not official
    i marked     有记号        marked
    i unidentifiable 无法认定  unidentifiable
    i unstated   未说明        reason not stated
    i written    另选他人票    votes written in
"""
_CANDIDATE = """
    i votes      赞成票        votes (approve)
    i oppose     反对          oppose
    i unclear    不清          unclear
    i abstain    弃权          abstain
"""
UNIT_KEY = "    t unit 单位编号 unit id\n"
CONTEST_KEY = UNIT_KEY + "    t contest 职位编号 contest id\n"
STATION_KEY = UNIT_KEY + "    t station 计票点编号 station id\n"


def _figures(names: tuple[str, ...]) -> str:
    return "".join(f"    i {name} {_FIGURE_WORDS[name]} {name}\n" for name in names)


RECORD: Final = Table(
    name="record", zh="记录", en="the record", key=("election",),
    columns=_columns("""
        t election   选举编号      election id
        t title      名称          title
        t date       日期          date
        f test       演练          rehearsal
        t origin     日志          log origin
        i size       日志条数      log entries
        t root       日志根哈希    root hash
        t time       检查点时间    time of the checkpoint (UTC)
        i units      单位数        units
    """),
)  # fmt: skip
PLACES: Final = Table(
    name="places", zh="各级汇总", en="places", key=("place",),
    columns=_columns("""
        t place      地名路径      place (path)
        i level      层级          level
        t name       地名          name
        i units      单位数        units
        i final      结果已定单位  units whose result is fixed
        i statements 已签报告单位  units with a statement
        i stations   计票点        stations
        i closed     已结束计票点  stations closed
        i registered 登记人数      registered
        i papers     选票数        papers counted (all kinds)
    """),
)  # fmt: skip
UNITS: Final = Table(
    name="units", zh="单位", en="units", key=("unit",),
    columns=_columns(UNIT_KEY + """
        t name       名称          name
        t place      地名路径      place (path)
    """ + "".join(f"t level{i + 1} 第{i + 1}级 level {i + 1}\n" for i in range(LEVELS)) + """
        t profile    规则档案      profile
        t state      状态          state
        t state_zh   状态名        state (Chinese)
        f final      结果已定      result is fixed
        i stations   计票点        stations
        i closed     已结束计票点  stations closed
        i registered 登记人数      registered
        i papers     选票数        papers counted (all kinds)
        i electors   参选基数      electors of the first post
        i voters     参选人数      took part in the first post
        t statement  报告单哈希    hash of the statement
    """),
)  # fmt: skip
CONTESTS: Final = Table(
    name="contests", zh="职位", en="contests", key=("unit", "contest"),
    columns=_columns(CONTEST_KEY + """
        t title      职位          title
        i round      轮次          round
        t rule       规则          rule
        t follows    接续职位      follows contest
        t layout     票面          paper
        t profile    规则档案      profile
        i seats      应选名额      seats
        i max_marks  最多可选      most marks
        i write_ins  另选位        write-in slots
        f female_only 妇女名额     seat for women
        i candidates 候选人数      candidates
        i electors   参选基数      electors
        i voters     参选人数      took part
        i issued     发出          papers issued
    """ + _CONTEST + """
        t outcome    结果          outcome
        t outcome_zh 结果名        outcome (Chinese)
        t base       计算基数      base
        i base_value 基数值        value of the base
        i elected    当选人数      elected
        i short      缺额          seats short
        i runoff     并列人数      persons in a run-off
        f sensitive  对基数敏感    another base would change it
        f declared   已宣布        declared by the committee
    """),
)  # fmt: skip
VOTES: Final = Table(
    name="votes", zh="得票", en="votes", key=("unit", "contest", "line"),
    columns=_columns(CONTEST_KEY + """
        i line       行序          order
        t candidate  候选人编号    candidate id, +name, or + (not opened)
        t kind       类别          printed, written or unopened
        t name       姓名          name
        t sex        性别          sex
    """ + _CANDIDATE + """
        f elected    当选          elected by the rules
    """),
)  # fmt: skip
ELECTED: Final = Table(
    name="elected", zh="当选人", en="elected", key=("unit", "contest", "basis", "line"),
    columns=_columns(CONTEST_KEY + """
        t basis      依据          rules or declaration
        i line       行序          order
        t person     人员编号      candidate id, or + and a name
        t name       姓名          name
        t sex        性别          sex
        i votes      本职位得票    votes in this contest
    """),
)  # fmt: skip
STATIONS: Final = Table(
    name="stations", zh="计票点", en="stations", key=("unit", "station"),
    columns=_columns(STATION_KEY + """
        i sealed     封存登记人数  registered as sealed
        t state      状态          state
        f closed     已结束        closed
        i records    记录数        records
        t head       链首哈希      head hash
        i batches    批次          batches
        i counted    已计选票      papers counted (all kinds)
        f joined     并桌          papers joined with another table
    """ + _figures(PAPER_FIGURES)),
)  # fmt: skip
BOXES: Final = Table(
    name="boxes", zh="票箱", en="ballot boxes", key=("unit", "box"),
    columns=_columns(UNIT_KEY + """
        t box        票箱编号      box id
        t station    计票点编号    station id
        t kind       类别          main, station or mobile
        t layout     票面          paper
        f recorded   已核对        reconciled
    """ + _figures(BOX_FIGURES)),
)  # fmt: skip
STATION_CONTESTS: Final = Table(
    name="station_contests", zh="计票点职位", en="contests by station", key=("unit", "station", "contest"),
    columns=_columns(STATION_KEY + "    t contest 职位编号 contest id\n" + _CONTEST),
)  # fmt: skip
STATION_VOTES: Final = Table(
    name="station_votes", zh="计票点得票", en="votes by station", key=("unit", "station", "contest", "candidate"),
    columns=_columns(STATION_KEY + """
        t contest    职位编号      contest id
        t candidate  候选人编号    candidate id
    """ + _CANDIDATE),
)  # fmt: skip
CHANGES: Final = Table(
    name="changes", zh="更正与作废", en="corrections and voids", key=("unit", "station", "seq"),
    columns=_columns(STATION_KEY + """
        i seq        序号          seq
        t kind       类别          correction or void
        i target_seq 原批次序号    seq of the batch
        t layout     票面          paper
        i papers     选票增减      papers added
        t reason     理由          reason
    """),
)  # fmt: skip
FINDINGS: Final = Table(
    name="findings", zh="核对提示", en="findings", key=("unit", "line"),
    columns=_columns(UNIT_KEY + """
        i line       行序          order
        t station    计票点编号    station id
        t box        票箱编号      box id
        t contest    职位编号      contest id
        t layout     票面          paper
        t code       代码          code
        i expected   应为          expected
        i found      现为          found
        t meaning_zh 含义          meaning (Chinese)
        t meaning_en 英文含义      meaning (English)
    """),
)  # fmt: skip
BATCHES: Final = Table(
    name="batches", zh="批次职位", en="batches by contest", key=("unit", "station", "seq", "contest"),
    columns=_columns(STATION_KEY + """
        i seq        序号          seq
        t layout     票面          paper
        t contest    职位编号      contest id
    """ + _CONTEST),
)  # fmt: skip
BATCH_VOTES: Final = Table(
    name="batch_votes", zh="批次得票", en="votes by batch", key=("unit", "station", "seq", "contest", "candidate"),
    columns=_columns(STATION_KEY + """
        i seq        序号          seq
        t contest    职位编号      contest id
        t candidate  候选人编号    candidate id
    """ + _CANDIDATE),
)  # fmt: skip
ALWAYS: Final = (
    RECORD, PLACES, UNITS, CONTESTS, VOTES, ELECTED, STATIONS, BOXES, STATION_CONTESTS, STATION_VOTES, CHANGES,
    FINDINGS,
)  # fmt: skip
OF_BATCHES: Final = (BATCHES, BATCH_VOTES)

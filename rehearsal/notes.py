"""What a rehearsal has to say about its input, one value a fact, and every code with its two sentences.

Pure. A `Sink` takes the facts as they are found: `list.append` in tests, `ReportWriter.note` in a run. No entry
ever holds the marks of a ballot: a bad ballot row is named by file and line only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_CLIP: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A row, cell or file that could not be used as it is written."""

    code: str
    file: str
    line: int
    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A figure that cannot be true or is not known; the station keeps its paper figures and runs."""

    code: str
    unit: str
    station: str
    contest: str = ""
    box: str = ""
    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Votes of one contest at one station that could not be laid out as papers: listed here, counted nowhere."""

    code: str
    unit: str
    station: str
    contest: str
    expected: str
    found: str
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Papers of a small table that were mixed into a sibling's before counting ([CUT-2])."""

    unit: str
    layout: str
    station: str
    joined_to: str
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedId:
    """An id that the record cannot carry, and the slug it got ([IDENT-1])."""

    file: str
    line: int
    kind: str
    raw: str
    id: str


Entry = Problem | Finding | LeftOut | Join | MappedId
Sink = Callable[[Entry], None]


def clip(text: str) -> str:
    """Return a printable form of what was found, short enough for a report."""
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return shown if len(shown) <= _CLIP else shown[: _CLIP - 1] + "…"


CODES: Final[dict[str, tuple[str, str]]] = {
    "E_FILE": ("文件不存在或无法读取", "the file is missing or cannot be read"),
    "E_HEADER": ("表头缺少必需的列或列名重复", "the header lacks a required column or names one twice"),
    "E_UTF8": ("该行不是有效的 UTF-8", "the line is not valid UTF-8"),
    "E_CSV": ("该行不是规范的 CSV", "the line is not well-formed CSV"),
    "E_CELLS": ("该行的单元格数与表头不符", "the row has not as many cells as the header"),
    "E_TOML": ("election.toml 无法解析或字段不对", "election.toml cannot be read or a field is wrong"),
    "E_EMPTY": ("必填单元格为空", "a required cell is empty"),
    "E_INT": ("不是规范写法的整数", "not a whole number in its one spelling"),
    "E_NAME": ("名称为空、过长或含不允许的字符", "a name is empty, too long or has a forbidden character"),
    "E_VALUE": ("取值不在允许范围内", "the value is not one of those allowed"),
    "E_DUPLICATE": ("重复的行", "the same thing is said twice"),
    "E_REF": (
        "引用了不存在的单位、站点、职位或候选人",
        "names a unit, station, contest or candidate that does not exist",
    ),
    "E_LIMIT": ("超过规范规定的上限", "more than the contract allows"),
    "E_MARKS": ("选票标记不合语法", "the marks of a ballot row break the grammar"),
    "E_STATUS": ("同一张选票的两行状态不一致，或状态词未知", "unknown status, or two rows of one paper disagree"),
    "E_NO_CONTEST": ("该单位没有可计的职位，未列入", "the unit has no contest and is left out"),
    "E_NO_STATION": ("该单位没有投票站，未列入", "the unit has no station and is left out"),
    "E_NO_CANDIDATE": (
        "该职位没有候选人也没有另选人，未列入",
        "the contest has no candidate and no write-in; left out",
    ),
    "E_NOT_TEST": ("演练永远不是正式选举：按 test = true 处理", "a rehearsal is never real: treated as test = true"),
    "E_TOO_MANY": ("张数过多，无法逐张铺开", "too many papers to lay out one by one"),
    "W_BOM": ("文件带有 BOM，已容忍", "the file begins with a byte order mark; tolerated"),
    "W_COLUMN": ("未知的列，未使用", "unknown column; not used"),
    "W_NFC": ("名称已转为 NFC", "the name was brought to Unicode NFC"),
    "W_PROFILE": ("没有这个规则档案：按默认档案", "no such profile is shipped; the default holds"),
    "W_PAPER_PROFILE": (
        "同一张选票上的职位规则档案不同：按本单位的档案",
        "contests on one paper name different profiles; the unit's holds",
    ),
    "W_RELATION": ("亲属关系的词不认识：记为“其他”", "unknown word of kinship; recorded as other"),
    "W_TWO_SOURCES": (
        "同时有 votes.csv 和 ballots.csv：使用 ballots.csv",
        "both votes.csv and ballots.csv: ballots.csv is used",
    ),
    "W_NO_SOURCE": (
        "没有 votes.csv 或 ballots.csv：只有纸面数字",
        "neither votes.csv nor ballots.csv: paper figures only",
    ),
    "W_UNKNOWN": ("纸面数字未知", "paper figures are not known"),
    "W_COLUMN_UNKNOWN": ("所有站点的这一数字均未知", "this figure is not known for any station"),
    "W_VOTES_UNKNOWN": ("该站该职位没有任何得票行", "no vote row for this contest at this station"),
    "W_BLANKS": ("得票少于有效票，部分有效票为空白", "fewer marks than valid papers; some valid papers stay blank"),
    "F_NEGATIVE": ("数字为负", "a count is negative"),
    "F_BALANCE": ("发出 + 作废 + 未用 不等于 领取", "issued + spoiled + unused != delivered"),
    "F_BOX_SUM": ("各票箱之和不等于站点数字", "the boxes do not add up to the station's figure"),
    "F_COLLECTED_ISSUED": ("收回多于发出", "collected > issued"),
    "F_COLLECTED_REGISTERED": ("收回多于登记选民", "collected > registered"),
    "F_PROXIES_ISSUED": ("委托票多于发出", "proxies > issued"),
    "F_COLLECTED_VOTERS": ("收回多于投票人数", "collected > voters"),
    "F_VOTERS_ISSUED": ("投票人数（含委托）与发出选票数不符", "voters on the roll call differ from papers issued"),
    "F_VOTERS_REGISTERED": ("投票人数多于登记选民", "voters > registered"),
    "F_VALID_INVALID": ("有效 + 无效 不等于 收回", "valid + invalid != collected"),
    "F_COUNTED_COLLECTED": ("选票行数不等于收回数", "the papers in ballots.csv are not as many as collected"),
    "F_VOTES_VALID": ("每票一选时得票之和不等于有效票", "with one mark a paper the votes do not add up to valid"),
    "F_VOTES_OVER": ("得票之和超过 有效票 x 每票可选数", "the votes exceed valid x max_marks"),
    "F_CANDIDATE_OVER": ("候选人得票多于有效票", "a candidate has more votes than there are valid papers"),
}
"""Code -> (中文, English). docs/rehearsal.md prints the same table; a test compares them."""

"""Which forms there are: what each is called, what it speaks of and where its data comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class Subject(Enum):
    """What one copy of a form speaks of; the value is what people read."""

    UNIT = "村 unit"
    TOWNSHIP = "乡镇 township"
    COUNTY = "全县 county"
    FOLDER = "封存前的村 unit before sealing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: `number` is that of a public notice, `tables` are the private ones it needs, `result`: it shows one."""

    id: str
    zh: str
    en: str
    subject: Subject
    template: str
    number: int = 0
    tables: tuple[str, ...] = ()
    result: bool = False


_FORMS: Final = (
    Form(id="notice-10", zh="选举公告（第10号）", en="Notice 10: time, places, mobile boxes, count", number=10,
         subject=Subject.UNIT, template="notice_places.typ", tables=("places.csv",)),
    Form(id="notice-11", zh="选举公告（第11号）", en="Notice 11: staff", number=11,
         subject=Subject.UNIT, template="notice_staff.typ", tables=("staff.csv",)),
    Form(id="notice-12", zh="选举公告（第12号）", en="Notice 12: voters of the mobile boxes", number=12,
         subject=Subject.UNIT, template="notice_list.typ", tables=("mobile.csv",)),
    Form(id="notice-13", zh="选举公告（第13号）", en="Notice 13: proxies", number=13,
         subject=Subject.UNIT, template="notice_list.typ", tables=("proxies.csv",)),
    Form(id="notice-14", zh="选举公告（第14号）", en="Notice 14: ghost-writers", number=14,
         subject=Subject.UNIT, template="notice_list.typ", tables=("writers.csv",)),
    Form(id="notice-15", zh="选举公告（第15号）", en="Notice 15: invalid papers", number=15,
         subject=Subject.UNIT, template="notice_rules.typ"),
    Form(id="notice-16", zh="选举公告（第16号）", en="Notice 16: result", number=16,
         subject=Subject.UNIT, template="notice_result.typ", result=True),
    Form(id="statement", zh="选举结果报告单", en="Statement of result",
         subject=Subject.UNIT, template="statement.typ", result=True),
    Form(id="tally-sheet", zh="选票统计表", en="Tally sheet", subject=Subject.UNIT, template="tally_sheet.typ",
         result=True),
    Form(id="tally-paper", zh="唱票计票纸（正字）", en="Tally paper: strokes of five, for a table without power",
         subject=Subject.UNIT, template="tally_paper.typ"),
    Form(id="ballot", zh="选票", en="Ballot paper", subject=Subject.UNIT, template="ballot.typ"),
    Form(id="roll-call", zh="点名领票表", en="Roll-call sheet", subject=Subject.UNIT, template="roll_call.typ",
         tables=("roll.csv",)),
    Form(id="box-label", zh="票箱标签", en="Box labels", subject=Subject.UNIT, template="box_label.typ"),
    Form(id="flow", zh="选举流程图", en="Flow chart of the day", subject=Subject.UNIT, template="flow.typ"),
    Form(id="proof", zh="候选人名单和选票版式校对单", en="Proof of candidates and papers",
         subject=Subject.FOLDER, template="proof.typ"),
    Form(id="daily", zh="一日一汇报", en="Daily report", subject=Subject.TOWNSHIP, template="daily.typ", result=True),
    Form(id="brief", zh="换届选举简报", en="Brief", subject=Subject.COUNTY, template="brief.typ", result=True),
    Form(id="summary", zh="换届选举工作总结数字", en="Figures for the work summary",
         subject=Subject.COUNTY, template="summary.typ", result=True),
)  # fmt: skip
FORMS: Final[Mapping[str, Form]] = MappingProxyType({form.id: form for form in _FORMS})

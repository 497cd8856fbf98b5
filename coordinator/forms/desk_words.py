"""What the centre's own report (`centre-report`, docs/centre.md) adds to daily report, brief and work summary.

It comes as JSON with integers only; shares are {"part", "whole"} and are printed as n/N. Nothing of it moves a figure
of the record, and a form without it is whole.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from coordinator.forms.facts import pair
from coordinator.forms.kinds import Pair
from coordinator.settings import CountyError
from tally_protocol.fields import JsonObject
from tally_protocol.law.ratio import Ratio

T = TypeVar("T")
Report = Mapping[str, Any]
LEVELS: Final[dict[str, Pair]] = {
    "general": ("一般", "general"),
    "serious": ("较重", "serious"),
    "grave": ("严重", "grave"),
}


def unit_remarks(report: Report, remarks: Mapping[str, str]) -> dict[str, str]:
    """Unit -> what stands in the last column of its line: key village, incidents of the day, the remark given."""
    return _read(lambda: dict(_unit_remarks(report, remarks)))


def _unit_remarks(report: Report, remarks: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from remarks.items()
    for town in report["townships"] if report else ():
        for one in town["units"]:
            said = ["重点村"] if one["key"] else []
            if int(one["incidents_today"]):
                said.append(f"今日事件 {int(one['incidents_today'])}")
            if int(one["incidents_open"]):
                said.append(f"未结 {int(one['incidents_open'])}")
            if remarks.get(one["unit"]):
                said.append(remarks[one["unit"]])
            yield one["unit"], "；".join(said)


def daily_lines(report: Report) -> list[JsonObject]:
    """Sentences below the daily report: incidents by level, complaints, the head of the journal."""
    return _read(lambda: [pair(words) for words in _daily_lines(report)])


def _daily_lines(report: Report) -> Iterator[Pair]:
    if not report:
        return
    incidents, complaints = report["incidents"], report["complaints"]
    levels = [(zh, en, int(incidents["levels"][name])) for name, (zh, en) in LEVELS.items()]
    known = _ratio(incidents["acknowledged"])
    yield (
        f"全县 {report['day']} 事件：{'，'.join(f'{zh} {count}' for zh, _, count in levels)}；已确认 {known}；"
        f"全部未结 {int(incidents['open'])}",
        f"incidents of the county on {report['day']}: {', '.join(f'{en} {count}' for _, en, count in levels)};"
        f" acknowledged {known}; open {int(incidents['open'])}",
    )
    answered = _ratio(complaints["answered"])
    yield (
        f"信访：当日收到 {int(complaints['received'])}；已答复 {answered}；超期 {int(complaints['late'])}",
        f"complaints: received {int(complaints['received'])}; answered {answered}; late {int(complaints['late'])}",
    )
    yield _journal(report)


def _journal(report: Report) -> Pair:
    head, count = str(report["acts_head"]), int(report["acts"])
    return f"工作日志第 {count} 条：{head}", f"journal of the centre, act {count}"


def journal_lines(report: Report) -> list[JsonObject]:
    """The head of the journal, where there is a report: on paper it makes a journal that was cut short noticeable."""
    return _read(lambda: [pair(_journal(report))] if report else [])


def summary_more(report: Report) -> list[JsonObject]:
    """Rows of the work summary and the brief that only the centre knows."""
    return _read(lambda: list(_summary_more(report)))


def _summary_more(report: Report) -> Iterator[JsonObject]:
    if not report:
        return
    units = ("占全部单位", "of all units")
    incidents, complaints, objections = report["incidents"], report["complaints"], report["objections"]
    levels = sum(int(count) for count in incidents["levels"].values())
    kinds = "、".join(f"{zh} {int(incidents['levels'][name])}" for name, (zh, _) in LEVELS.items())
    rows: list[tuple[Pair, str, Pair]] = [
        (("重点村", "key villages"), _ratio(report["key_units"]), units),
        (("有观察员的单位", "units with an observer"), _ratio(report["observed_units"]),
         (f"占全部单位，观察员 {int(report['observers'])} 人", f"of all units; {int(report['observers'])} observers")),
        (("校对并签字的单位", "units that signed the proofs"), _ratio(report["proofread_units"]), units),
        (("事件", "incidents"), str(levels), (kinds, "general, serious, grave")),
        (("未办结的事件", "open incidents"), _ratio({"part": incidents["open"], "whole": levels}),
         ("占全部事件", "of all incidents")),
        (("按时确认的事件", "acknowledged in time"), _ratio(incidents["in_time"]),
         ("占已确认的事件", "of those acknowledged")),
        (("信访超期", "complaints late"), _ratio({"part": complaints["late"], "whole": complaints["all"]}),
         ("占全部信访", "of all complaints")),
        (("信访已答复", "complaints answered"), _ratio(complaints["answered"]), ("占全部信访", "of all complaints")),
        (("选举异议已决定", "objections decided"), _ratio(objections["decided"]), ("占全部异议", "of all objections")),
    ]  # fmt: skip
    for words, value, of in rows:
        yield pair(words) | {"value": value, "of": pair(of)}


def _ratio(share: Report) -> str:
    """A share as the form prints it; of nothing there is no percentage."""
    return str(Ratio(int(share["part"]), int(share["whole"])))


def _read(made: Callable[[], T]) -> T:
    try:
        return made()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CountyError(
            f"中心报告的 JSON 缺少或写错了 {error}；请用同一版本的 centre-report 重新生成",
            f"the centre's report lacks {error} or has it wrong; make it again with centre-report of this version",
        ) from error

"""`inspect`: any record for a person: kind, hash, signers, fields, and figures under the names of the unit note.

Serves [NOTE-3] (the hash by which records cite each other) and the promise that compact figures stay readable.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from verifier.chain.route import route
from verifier.checks.files import read_wide
from verifier.decode.layouts import HEAD, PER, PER_CANDIDATE, PER_CONTEST, Layout, layouts_of
from verifier.findings.codes import NoVerdict, Refused
from verifier.findings.report import shown
from verifier.notes import Record, read_record
from verifier.rules.explain import OUTCOMES
from verifier.source import BUNDLE_LIMIT, Folder
from verifier.tree import split_bundle, tiles_at

STEPS: Final[Mapping[str, str]] = {
    "polls_closed": "投票结束",
    "sorted": "整理完毕",
    "interrupted": "中断",
    "resumed": "恢复",
    "announced": "当场公布",
    "reviewed": "复核",
    "filed": "备案",
    "archived": "归档",
    "voided": "选举无效",
}
REASONS: Final[Mapping[str, str]] = {
    "avoidance": "回避",
    "court": "法院判决",
    "death": "死亡",
    "disqualified": "资格不符",
    "other": "其他",
    "runoff": "再次投票",
    "withdrew": "本人退出",
}


def entries_of(folder: Folder, size: int) -> Iterator[tuple[int, bytes]]:
    """Every entry of a log in order; missing files are passed over."""
    for number, width in tiles_at(0, size):
        data, full = read_wide(folder, "entries", number, width, BUNDLE_LIMIT)
        if data is not None:
            for place, entry in enumerate(split_bundle(data, width, full=full)):
                yield 256 * number + place, entry


def record_at(folder: Folder, size: int, index: int) -> tuple[Record, dict[str, Layout]]:
    """The record at an index and the layouts of its unit as they were then."""
    if not 0 <= index < size:
        raise NoVerdict(f"the log has entries 0 to {size - 1}", f"日志只有第 0 到第 {size - 1} 条记录")
    number = index // 256
    data, full = read_wide(folder, "entries", number, min(256, size - 256 * number), BUNDLE_LIMIT)
    if data is None:
        raise NoVerdict(f"the file of entry {index} is missing", f"缺少第 {index} 条记录所在的文件")
    entry = split_bundle(data, min(256, size - 256 * number), full=full)[index - 256 * number]
    record, unit = read_record(entry), route(entry).unit
    layouts: dict[str, Layout] = {}
    if unit and "chain" in record.fields:
        for place, other in entries_of(folder, size):
            if place >= index:
                break
            if other.startswith(b"changpiao/v1 unit\n") and route(other).unit == unit:
                try:
                    layouts = layouts_of(read_record(other).fields)
                except Refused:
                    continue
    return record, layouts


def inspection(record: Record, layouts: dict[str, Layout]) -> Iterator[str]:
    """Lines for a person."""
    yield f"种类 kind: {record.kind}"
    yield f"哈希 hash: {record.hash}"
    for line in record.note.lines:
        yield f"签名 signed: {shown(line.name)} (key id {line.key_id.hex()}, {len(line.signature)} bytes)"
    own = layouts.get(str(record.fields.get("layout", "")))
    for name, value in record.fields.items():
        if name == "contests" and record.kind in ("determination", "declaration") and isinstance(value, list):
            yield "contests:"
            for result in value:
                yield from _result(layouts, result)
        elif name == "reasons" and isinstance(value, list):
            yield "reasons:"
            for contest, reference, word, text in value:
                who = _named(layouts, contest, reference)
                yield f"  {contest} {who}: {REASONS[word]} {word} {shown(text)}"
        elif name == "step":
            yield f"step: {STEPS[str(value)]} {value}"
        elif own is not None and name in ("figures", "running", "effect") and isinstance(value, list):
            yield f"{name}:"
            yield from _figures(own, value)
        elif name in ("running", "totals") and isinstance(value, list) and value and isinstance(value[0], list):
            for layout, figures in value:
                yield f"{name} {layout}:"
                yield from _figures(layouts.get(layout), figures)
        else:
            yield from _field(name, value)


def _result(layouts: dict[str, Layout], result: dict[str, Any]) -> Iterator[str]:
    """One contest of a determination or declaration: what is empty is left out."""
    contest, outcome = result["contest"], result.get("outcome", "")
    yield f"  {contest}" + (f": {OUTCOMES[outcome]} {outcome}" if outcome else "")
    for name, value in result.items():
        if name in ("contest", "outcome") or ((not value or value == "none") and name != "elected"):
            continue
        said = _flat(value)
        if isinstance(value, list):
            said = ", ".join(_named(layouts, contest, one) for one in value) or "无人 nobody"
        yield f"    {name}: {said}"


def _named(layouts: dict[str, Layout], contest: str, reference: str) -> str:
    """A reference with the name that the paper gives it."""
    for layout in layouts.values():
        for one in layout.contests:
            if one.id == contest and reference in one.candidates:
                return f"{reference} {shown(one.names[one.candidates.index(reference)])}"
    return shown(reference)


def _field(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list) and value and isinstance(value[0], list | dict):
        yield f"{name}:"
        for entry in value:
            yield f"  {_flat(entry)}"
    else:
        yield f"{name}: {_flat(value)}"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_flat(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    return shown(str(value), 2000)


def _figures(layout: Layout | None, figures: list[int]) -> Iterator[str]:
    if layout is None or len(figures) != layout.length:
        yield f"  {figures}"
        return
    yield f"  papers {figures[0]}"
    for contest, start in zip(layout.contests, layout.starts, strict=True):
        parts = ", ".join(f"{name} {figures[start + i]}" for i, name in enumerate(PER_CONTEST))
        yield f"  {contest.id} {shown(contest.title)}: {parts}"
        for place, candidate in enumerate(contest.candidates):
            at = start + HEAD + PER * place
            parts = ", ".join(f"{name} {figures[at + i]}" for i, name in enumerate(PER_CANDIDATE))
            yield f"    {candidate} {shown(contest.names[place])}: {parts}"

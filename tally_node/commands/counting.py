"""At the counting table: open, box, step, count, void, correct, close."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TextIO

import typer

from tally_node.commands.shell import (
    HomeOption,
    JsonOption,
    PassphraseOption,
    StationOption,
    TimeOption,
    UnitOption,
    at,
    figures,
    show_findings,
    station,
    talk,
    tell,
)
from tally_node.desk import State
from tally_node.marks import END, UNDO, Paper, read_paper
from tally_node.table import Stack, Table, stack_of
from tally_node.voice import NodeError, explain
from tally_protocol.election.figures import BOX_FIGURES, PAPER_FIGURES

LayoutOption = Annotated[str | None, typer.Option("--layout", help="选票版式，只有一种时可省 / paper layout")]
ReasonOption = Annotated[str, typer.Option("--reason", help="原因 / reason, 1 to 200 characters")]
TargetOption = Annotated[int, typer.Option("--seq", help="原批次的序号 / seq of the batch")]
JoinOption = Annotated[
    list[str] | None, typer.Option(help="并票：版式:计票点，可多次 / layout:station, may be repeated")
]


def open_command(
    home: HomeOption,
    unit: UnitOption,
    station_id: StationOption,
    nonce: Annotated[str, typer.Option("--nonce", help="当众抽出并宣读的 12 位数字 / 12 digits drawn and read aloud")],
    officials: Annotated[
        str | None, typer.Option("--officials", help="到场人员，逗号分隔 / ids of those present")
    ] = None,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """启封计票 / open the station's chain."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        present = officials.split(",") if officials else None
        digest = opened.table(unit, station_id).open(nonce, at(time), present)
        tell("已启封", "opened", {"hash": digest.hex()}, as_object=json_output)


def box_command(
    home: HomeOption,
    unit: UnitOption,
    station_id: StationOption,
    box: Annotated[str, typer.Option("--box", help="票箱编号 / box id")],
    counts: Annotated[list[str] | None, typer.Argument(help="如 issued=130 / figures, name=number")] = None,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """核对一个票箱 / reconcile one ballot box."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        table = opened.table(unit, station_id)
        digest = table.box(box, figures(counts or [], BOX_FIGURES), at(time))
        notes = [one for one in table.findings() if one.box == box]
        show_findings(notes, table.name)
        result: dict[str, object] = {"hash": digest.hex(), "notes": [one.to_body() for one in notes]}
        tell("票箱已登记", "box recorded", result, as_object=json_output)


def _layout(table: Table, layout: str | None) -> str:
    known = [str(one.id) for one in table.chain.state.manifest.unit.layouts]
    if layout is None and len(known) != 1:
        raise NodeError("E_LAYOUT", "--layout", expected="one of " + " ".join(known))
    return layout or known[0]


def _lines(path: Path | None) -> Iterator[str]:
    """Lines of the file or of the keyboard, without their ends."""

    def stripped(stream: TextIO) -> Iterator[str]:
        for line in stream:
            yield line.rstrip("\r\n")

    if path is None:
        yield from stripped(sys.stdin)
        return
    try:
        with path.open(encoding="utf-8") as stream:
            yield from stripped(stream)
    except (OSError, UnicodeDecodeError) as error:
        raise NodeError("N_FILE", str(path), found=error) from None


def count_command(
    home: HomeOption,
    unit: UnitOption,
    station_id: StationOption,
    layout: LayoutOption = None,
    file: Annotated[Path | None, typer.Option("--file", help="逐行读文件 / read lines from a file")] = None,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """逐张唱票：一行一张，undo 撤回，. 结束并成批签名 / count papers line by line, `.` ends, cuts and signs."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        table = opened.table(unit, station_id)
        paper = _layout(table, layout)
        wrong = 0
        for line in _lines(file):
            if line.strip() == END:
                batches = table.cut(at(time))
                tell(
                    f"已成批 {batches} 批并签名", f"cut and signed {batches} batches",
                    {"batches": batches, "refused_lines": wrong}, as_object=json_output,
                )  # fmt: skip
                if wrong and file is not None:
                    raise typer.Exit(1)
                return
            wrong += _one_line(table, paper, line)
        left = opened.journal.count_papers(table.name)
        talk(f"已中断，{left} 张已记录，可继续 / interrupted, {left} papers recorded; run count again to go on")
        raise typer.Exit(1)


def _one_line(table: Table, layout: str, line: str) -> int:
    """Record one line and say its number; 1 if it was refused."""
    unit, shape = table.chain.state.manifest.unit, table.shape(layout)
    try:
        number = table.undo() if line.strip() == UNDO else table.call(layout, read_paper(line, unit, shape))
    except NodeError as error:
        if error.code not in ("N_MARKS", "N_STATE"):
            raise
        talk(explain(error))
        return 1
    talk(f"第 {number} 张已记录 / paper {number} recorded")
    return 0


def _stack(table: Table, layout: str, file: Path) -> Stack:
    shape, unit = table.shape(layout), table.chain.state.manifest.unit
    papers: list[Paper] = []
    for line in _lines(file):
        if line.strip() == END:
            break
        papers.append(read_paper(line, unit, shape))
    return stack_of(layout, shape, papers)


def void_command(
    home: HomeOption,
    unit: UnitOption,
    station_id: StationOption,
    seq: TargetOption,
    reason: ReasonOption,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """作废一批 / take a whole batch back."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        digest = opened.table(unit, station_id).void(seq, reason, at(time))
        tell("该批已作废", "batch voided", {"hash": digest.hex()}, as_object=json_output)


def correct_command(
    home: HomeOption,
    unit: UnitOption,
    station_id: StationOption,
    seq: TargetOption,
    reason: ReasonOption,
    file: Annotated[Path, typer.Option("--file", help="该批全部选票，逐行 / all papers of the batch, line by line")],
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """重新唱一批并更正 / call a batch again and correct it."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        table = opened.table(unit, station_id)
        target = table.chain.state.batches.get(seq)
        if target is None:
            raise NodeError("E_TARGET", f"{table.name} {seq}", expected="the seq of a batch")
        digest = table.correct(seq, _stack(table, target.layout, file), reason, at(time))
        tell("已更正", "corrected", {"hash": digest.hex()}, as_object=json_output)


def _joins(values: list[str] | None) -> list[tuple[str, str]]:
    found = []
    for value in values or []:
        layout, separator, other = value.partition(":")
        if not separator:
            raise NodeError("E_FIELD", value, expected="layout:station")
        found.append((layout, other))
    return found


def close_command(
    home: HomeOption,
    unit: UnitOption,
    station_id: StationOption,
    counts: Annotated[list[str] | None, typer.Argument(help="表上的数，如 collected=130 / what the form says")] = None,
    joined_from: JoinOption = None,
    joined_to: JoinOption = None,
    time: TimeOption = None,
    passphrase_file: PassphraseOption = None,
    *,
    json_output: JsonOption = False,
) -> None:
    """结束计票并签名 / end the count and sign it."""
    with station(home, passphrase_file, as_object=json_output) as opened:
        table = opened.table(unit, station_id)
        paper = figures(counts or [], PAPER_FIGURES)
        codes = table.close(paper, at(time), _joins(joined_from), _joins(joined_to))
        notes = table.findings()
        show_findings(notes, table.name)
        tell(
            f"计票已结束，提示 {len(notes)} 条", f"closed, {len(notes)} findings",
            {"findings": list(codes), "notes": [one.to_body() for one in notes], "state": State.COUNTED.value},
            as_object=json_output,
        )  # fmt: skip

"""`tally-verifier`: the commands with typer; what they do and how they exit is in checks/commands.py (spec/7)."""

import sys
from typing import Annotated, NoReturn

import typer

from verifier.checks import commands
from verifier.report import render_rich

app = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False)

Record = Annotated[str, typer.Argument(help="公开资料：文件夹或 http(s) 地址。The published record: a folder or URL.")]
Processes = Annotated[int, typer.Option(help="进程数，0 为自动。Processes, 0 = automatic.")]
Form = Annotated[str, typer.Option("--format", help="csv 或 json。csv or json.")]
Out = Annotated[str, typer.Option(metavar="FILE", help="写入文件。Write to a file.")]

_ended: list[int] = []  # exit code of the command that ran; empty if none could


def _end(code: int) -> NoReturn:
    _ended.append(code)
    raise typer.Exit(code)


@app.callback(invoke_without_command=True)
def top(
    context: typer.Context,
    list_checks: Annotated[
        bool, typer.Option("--list-checks", help="列出全部核验项。List the numbered checks.")
    ] = False,
) -> None:
    """核验公开的计票记录。Verify a published tally record."""
    if list_checks:
        _end(commands.checks())
    if context.invoked_subcommand is None:
        raise typer.BadParameter("没有命令 no command")


@app.command()
def verify(
    record: Record,
    key: Annotated[str, typer.Option(help="授权验证公钥或其文件。The authority's vkey or a file that holds it.")] = "",
    fingerprint: Annotated[str, typer.Option(help="授权密钥指纹。Its printed fingerprint.")] = "",
    unit: Annotated[str, typer.Option(help="只核验此单位。Verify the chains of this unit only.")] = "",
    ballots: Annotated[str, typer.Option(help="密封选票档案。Sealed ballots archive.")] = "",
    receipts: Annotated[str, typer.Option(help="回执和证明的文件夹。Folder of receipts and proofs.")] = "",
    signatures: Annotated[str, typer.Option(help="all 或 heads。All signatures, or those of chain heads.")] = "all",
    processes: Processes = 0,
    json_to: Annotated[str, typer.Option("--json", metavar="FILE", help="JSON 报告，- 为标准输出。JSON report.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="不输出文字。No text.")] = False,
    progress: Annotated[bool, typer.Option("--progress", help="总是显示进度。Show progress anywhere.")] = False,
) -> None:
    """核验一份公开资料。Verify a published record."""
    code = commands.verify(
        record,
        key=key,
        fingerprint=fingerprint,
        unit=unit,
        ballots=ballots,
        receipts=receipts,
        signatures=signatures,
        processes=processes,
        json_to=json_to,
        quiet=quiet,
        progress=progress,
        render=render_rich,
    )
    _end(code)


@app.command()
def totals(record: Record, form: Form = "csv", out: Out = "", processes: Processes = 0) -> None:
    """由记录重算票数。Totals from the record alone."""
    _end(commands.table(record, "totals", form=form, out=out, processes=processes, render=render_rich))


@app.command()
def outcomes(record: Record, form: Form = "csv", out: Out = "", processes: Processes = 0) -> None:
    """由记录重新判定结果。Outcomes decided again from the record alone."""
    _end(commands.table(record, "outcomes", form=form, out=out, processes=processes, render=render_rich))


@app.command()
def findings(record: Record, form: Form = "csv", out: Out = "", processes: Processes = 0) -> None:
    """由记录核对各表。Findings on forms, boxes and contests."""
    _end(commands.table(record, "findings", form=form, out=out, processes=processes, render=render_rich))


@app.command()
def explain(
    record: Record,
    unit: Annotated[str, typer.Option(help="选举单位。The unit.")],
    contest: Annotated[str, typer.Option(help="职位。One contest of it.")] = "",
    processes: Processes = 0,
) -> None:
    """说明结果如何得出。Why a contest came out as it did."""
    _end(commands.explain(record, unit=unit, contest=contest, processes=processes, render=render_rich))


@app.command()
def inspect(
    record: Annotated[str, typer.Argument(help="资料（与序号同用）或文件。A record (with INDEX) or a file.")],
    index: Annotated[int | None, typer.Argument(help="日志序号。Index in the log.")] = None,
) -> None:
    """显示一条记录。Print one record."""
    _end(commands.inspect(record, index))


@app.command()
def conformance(directory: Annotated[str, typer.Argument(help="向量文件夹。Folder of vectors.")]) -> None:
    """运行向量。Run a folder of vectors."""
    _end(commands.conformance(directory))


@app.command()
def checks() -> None:
    """列出全部核验项。List the numbered checks."""
    _end(commands.checks())


def main() -> None:
    """Entry of the program; wrong usage is exit 64, because 2 means INCOMPLETE, and nothing but a verdict is 0 to 3."""
    try:
        app()
    except SystemExit as stop:
        if _ended:
            sys.exit(_ended[-1])
        if stop.code in (0, None):
            sys.exit(0)
        sys.exit(commands.USAGE if stop.code == 2 else commands.NO_VERDICT)

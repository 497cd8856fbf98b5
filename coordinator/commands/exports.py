"""`tally-coordinator export`: other people's formats from a published folder; needs neither home nor keys."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from coordinator.exports.progress import Progress
from coordinator.settings import CountyError

REFUSED: Final = 1
FORMATS: Final = ("csv", "parquet", "sqlite", "excel", "cdf")


def _fail(error: CountyError) -> typer.Exit:
    typer.echo(f"tally-coordinator: error: {error.zh}", err=True)
    typer.echo(f"tally-coordinator: error: {error.en}", err=True)
    return typer.Exit(REFUSED)


def _missing(error: ImportError) -> typer.Exit:
    zh = f"缺少程序库 {error.name}；请安装 changpiao[centre]，或用 --only 只要其他格式"
    en = f"the library {error.name} is missing; install changpiao[centre], or take other formats with --only"
    return _fail(CountyError(zh, en))


def export_command(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="公开记录文件夹 · the published folder")],
    out: Annotated[Path, typer.Option("--out", help="新的输出文件夹 · a new folder for the files")],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help=f"只要这些格式，可重复 · only these formats (repeatable): {' '.join(FORMATS)}"),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="CSV 供 Excel 直接打开 · CSV for Excel: byte order mark, formulas neutralised")
    ] = False,
    batches: Annotated[bool, typer.Option("--batches", help="另含每一批次 · the figures of every batch, too")] = False,
    progress: Annotated[bool, typer.Option("--progress", help="不是终端也显示进度 · also without a terminal")] = False,
) -> None:
    """导出公开记录：CSV、Parquet、SQLite、Excel、NIST 格式 · export a published record for other programs."""
    try:
        from coordinator.exports.package import Wish, export  # noqa: PLC0415 - the centre's libraries, half a second
    except ImportError as error:
        raise _missing(error) from None
    formats = tuple(dict.fromkeys(only or FORMATS))
    for name in formats:
        if name not in FORMATS:
            known = " ".join(FORMATS)
            zh, en = f"--only：应为 {known} 之一，现为 {name}", f"--only: expected one of {known}, found {name}"
            raise _fail(CountyError(zh, en))
    wish = Wish(formats=formats, excel_csv=bom, batches=batches, progress=Progress(asked=progress))
    try:
        manifest = export(record, out, wish)
    except ImportError as error:  # pyarrow is looked for only where Parquet is asked for
        raise _missing(error) from None
    except CountyError as error:
        raise _fail(error) from None
    except OSError as error:
        raise _fail(CountyError(f"写不出: {error}", f"cannot write: {error}")) from None
    found = json.loads(manifest.read_text("utf-8"))
    typer.echo(json.dumps({"manifest": str(manifest), "files": len(found["files"]), "size": found["record"]["size"]}))


def add_to(app: typer.Typer) -> None:
    """The commands of this file."""
    app.command("export")(export_command)

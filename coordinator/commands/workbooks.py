"""`tally-coordinator workbook template` and `workbook import`: the sealing folder's tables by way of Excel."""

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from coordinator.exports.progress import Progress
from coordinator.sealing.workbooks.flaws import Spot
from coordinator.settings import CountyError

REFUSED: Final = 1
REPAIRS_SHOWN: Final = 20
workbook = typer.Typer(help="Excel 工作簿：模板与导入 · Excel: templates and import", no_args_is_help=True)


def _fail(error: CountyError) -> typer.Exit:
    typer.echo(f"tally-coordinator: error: {error.zh}", err=True)
    typer.echo(f"tally-coordinator: error: {error.en}", err=True)
    return typer.Exit(REFUSED)


def _missing(error: ImportError) -> typer.Exit:
    zh = f"缺少程序库 {error.name}；请安装 changpiao[centre]"
    return _fail(CountyError(zh, f"the library {error.name} is missing; install changpiao[centre]"))


@workbook.command()
def template(
    out: Annotated[Path, typer.Option("--out", help="要写的 .xlsx 文件 · the .xlsx file to write")],
    filled: Annotated[
        Path | None, typer.Option("--filled", help="填入此封存文件夹的现有内容 · filled from this sealing folder")
    ] = None,
    paperwork: Annotated[
        bool, typer.Option("--paperwork", help="公告和点名表的私有表格 · the private tables of notices and the roll")
    ] = False,
) -> None:
    """空白模板，或填好现有内容的模板 · an empty template, or one filled from a folder."""
    try:
        from coordinator.sealing.workbooks.private_sheets import PRIVATE  # noqa: PLC0415 - as export
        from coordinator.sealing.workbooks.sheets import SHEETS  # noqa: PLC0415
        from coordinator.sealing.workbooks.template import make_template, rows_of_folder  # noqa: PLC0415
    except ImportError as error:
        raise _missing(error) from None
    try:
        sheets = PRIVATE if paperwork else SHEETS
        data = make_template(None if filled is None else rows_of_folder(filled, sheets), sheets)
        with out.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise _fail(CountyError(f"{out} 已存在，请换一个名称", f"{out} exists: name another file")) from None
    except OSError as error:
        raise _fail(CountyError(f"写不出: {error}", f"cannot write: {error}")) from None
    typer.echo(json.dumps({"template": str(out), "bytes": len(data)}))


@workbook.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="填好的工作簿 · workbooks, filled in")],
    into: Annotated[Path, typer.Option("--into", help="封存文件夹 · the sealing folder")],
    replace: Annotated[bool, typer.Option("--replace", help="替换已有的表 · replace tables that are there")] = False,
    paperwork: Annotated[
        bool, typer.Option("--paperwork", help="导入私有表格到其文件夹 · the private tables, into their folder")
    ] = False,
    source: Annotated[
        Path | None, typer.Option("--from", help="核对编号用的封存文件夹 · the sealing folder, to check ids against")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · one JSON object for programs")] = False,
) -> None:
    """检查全部工作簿并写成封存文件夹的表 · check workbooks, write the tables of the sealing folder."""
    bar = Progress()
    try:
        from coordinator.sealing.workbooks.importing import import_workbooks  # noqa: PLC0415 - as export
        from coordinator.sealing.workbooks.private import import_private  # noqa: PLC0415
        from coordinator.sealing.workbooks.template import rows_of_folder  # noqa: PLC0415
    except ImportError as error:
        raise _missing(error) from None
    try:
        read = [(path.name, path.read_bytes()) for path in files]
        if paperwork:
            sealed = None if source is None else rows_of_folder(source)
            found = import_private(read, into, sealed, replace=replace, watch=bar.count)
        else:
            found = import_workbooks(read, into, replace=replace, watch=bar.count)
    except CountyError as error:
        raise _fail(error) from None
    except OSError as error:
        raise _fail(CountyError(f"读写出错: {error}", f"cannot read or write: {error}")) from None
    finally:
        bar.end()
    for flaw in found.flaws:
        typer.echo(flaw.text(), err=True)
    for question in found.questions:
        typer.echo(f"请核对 look at: {question.text()}", err=True)
    for repair in found.repairs[:REPAIRS_SHOWN]:
        typer.echo(f"已整理 put right: {repair.text()}", err=True)
    if len(found.repairs) > REPAIRS_SHOWN:
        typer.echo(f"已整理 put right: ... {len(found.repairs)}", err=True)
    if as_json or not found.flaws:
        said = {"rows": found.rows, "written": found.written, "questions": len(found.questions),
                "repairs": len(found.repairs)}  # fmt: skip
        said |= {"flaws": [_as_json(flaw.spot, flaw.zh, flaw.en) for flaw in found.flaws]} if as_json else {}
        typer.echo(json.dumps(said, ensure_ascii=False))
    if found.flaws:
        count = len(found.flaws)
        raise _fail(CountyError(f"{count} 处问题，没有写任何文件", f"{count} problems; nothing was written"))


def _as_json(spot: Spot, zh: str, en: str) -> dict[str, object]:
    return {
        "workbook": spot.workbook, "sheet": spot.sheet, "row": spot.row, "column": spot.letter, "header": spot.header,
        "zh": zh, "en": en,
    }  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """The commands of this file."""
    app.add_typer(workbook, name="workbook")

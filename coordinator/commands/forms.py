"""`tally-coordinator forms` and `form`: the paperwork from a published folder; needs neither home nor keys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from coordinator.forms.catalogue import FORMS, Subject
from coordinator.results.figures import read_ratio
from coordinator.settings import CountyError

if TYPE_CHECKING:
    from coordinator.forms.making import Made

REFUSED: Final = 1
MOST_REMARK: Final = 200


def _fail(error: CountyError) -> typer.Exit:
    for text in (error.zh, error.en):
        typer.echo(f"tally-coordinator: error: {text}", err=True)
    return typer.Exit(REFUSED)


def forms_command(
    as_json: Annotated[bool, typer.Option("--json", help="JSON，供程序 · one JSON line each")] = False,
) -> None:
    """全部表格 · every form: its id, what it is, what it speaks of, the private tables it needs."""
    for form in FORMS.values():
        needs = " ".join(form.tables)
        if as_json:
            line = {"form": form.id, "zh": form.zh, "en": form.en, "subject": form.subject.name.lower()}
            typer.echo(json.dumps(line | {"tables": list(form.tables)}, ensure_ascii=False))
        else:
            typer.echo(f"{form.id:<12} {form.zh} · {form.en} · {form.subject.value}{f' · {needs}' if needs else ''}")


def form_command(
    name: Annotated[str, typer.Argument(metavar="FORM", help="表格编号，见 forms · id of a form, see forms")],
    out: Annotated[Path, typer.Option("--out", help="输出文件 .pdf，或文件夹 · a file .pdf, or a folder")],
    public: Annotated[
        Path | None, typer.Option("--public", envvar="CHANGPIAO_PUBLIC", help="公开记录文件夹 · the published folder")
    ] = None,
    unit: Annotated[str, typer.Option("--unit", help="单位编号，空为全部 · id of a unit, all if left out")] = "",
    township: Annotated[str, typer.Option("--township", help="乡镇名称 · name of a township")] = "",
    station: Annotated[str, typer.Option("--station", help="只要这个计票点 · only this station")] = "",
    layout: Annotated[str, typer.Option("--layout", help="只要这种选票 · only this kind of paper")] = "",
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="较早的检查点文件 · an earlier checkpoint that was kept")
    ] = None,
    paperwork: Annotated[
        Path | None, typer.Option("--paperwork", help="私有表格文件夹 · the private tables (docs/forms.md)")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="封存文件夹，仅校对单 · the sealing folder, for proof alone")
    ] = None,
    remarks: Annotated[
        Path | None, typer.Option("--remarks", help="每村备注 JSON · remarks for the daily report, unit to text")
    ] = None,
    centre: Annotated[
        Path | None, typer.Option("--centre", help="centre-report 的 JSON · the centre's report: incidents, complaints")
    ] = None,
    before: Annotated[str, typer.Option("--before", help="上届参选 投票/登记 · last term's turnout")] = "",
    issue: Annotated[int, typer.Option("--issue", min=0, max=9999, help="简报期号 · number of the brief")] = 0,
    link: Annotated[str, typer.Option("--link", help="公开页面地址 · public page, into the QR code")] = "",
    day: Annotated[
        str, typer.Option("--day", help="本单位选举日，与封存日期不同时 · the unit's own day, if not the sealed one")
    ] = "",
    english: Annotated[bool, typer.Option("--english", help="附英文 · English as a second language")] = False,
) -> None:
    """制作表格（PDF/A），输出哈希 · make a form as PDF/A; one JSON line with its hash for each file."""
    try:
        from coordinator.forms.making import Sources, Wish, known_form, make_all, prove  # noqa: PLC0415 - a second
        from coordinator.forms.typesetting import county_setter  # noqa: PLC0415 - the centre's libraries
    except ImportError as error:
        zh = f"缺少程序库 {error.name}；请安装 changpiao[centre]"
        raise _fail(CountyError(zh, f"the library {error.name} is missing; install changpiao[centre]")) from None
    try:
        form = known_form(name)
        with county_setter() as setter:
            if form.subject is Subject.FOLDER:
                _write(iter([prove(setter, _given(source, "--from"), unit, english=english)]), out)
                return
            wish = Wish(
                form=name, unit=unit, township=township, station=station, layout=layout, english=english, link=link,
                day=day, before=read_ratio(before) if before else None, remarks=_remarks(remarks),
                issue=issue, centre=_object(centre),
            )  # fmt: skip
            sources = Sources(public=_given(public, "--public"), checkpoint=checkpoint, paperwork=paperwork)
            _write(make_all(setter, wish, sources), out)
    except CountyError as error:
        raise _fail(error) from None
    except OSError as error:
        raise _fail(CountyError(f"写不出: {error}", f"cannot write: {error}")) from None


def _given(path: Path | None, option: str) -> Path:
    if path is None:
        raise CountyError(f"要写明 {option}", f"{option} is needed")
    return path


def _remarks(path: Path | None) -> dict[str, str]:
    """Unit -> remark, of at most `MOST_REMARK` characters."""
    found = _object(path)
    if not all(isinstance(text, str) for text in found.values()):
        raise CountyError(f"{path} 应为 JSON 对象：单位编号 → 文字", f"{path}: expected a JSON object, unit to text")
    return {unit: str(text)[:MOST_REMARK] for unit, text in found.items()}


def _object(path: Path | None) -> dict[str, object]:
    """The JSON object of a file; empty where none is given."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CountyError(f"{path} 读不出: {error}", f"{path} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise CountyError(f"{path} 应为 JSON 对象", f"{path}: expected a JSON object")
    return found


def _write(made: Iterator["Made"], out: Path) -> None:
    """One file under the name given, or any number into a folder; a line for each."""
    single = out.suffix == ".pdf"
    for number, one in enumerate(made):
        if single and number:
            raise CountyError(
                f"--out {out} 只装得下一份；多个单位请给文件夹", f"--out {out} holds one form; give a folder for many"
            )
        target = out if single else out / one.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(one.data)
        line = {"form": one.form, "subject": one.subject, "size": one.size, "sha256": one.sha256, "file": str(target)}
        typer.echo(json.dumps(line, ensure_ascii=False))


def add_to(app: typer.Typer) -> None:
    """The commands of this file."""
    app.command("forms")(forms_command)
    app.command("form")(form_command)

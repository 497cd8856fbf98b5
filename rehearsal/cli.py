"""`tally-rehearsal`: an election as a folder of CSV, looked through, converted, played (演练).

Standard output is the result, standard error is talk. Exit codes: 0 done, 1 the folder or source cannot be
used, 70 a program failed, 64 usage; `run` with verification ends with the verifier's own code.
"""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from rehearsal.adapters.neighbourhood_ballots import convert_neighbourhood_ballots
from rehearsal.adapters.source import Converted, SourceUnusable
from rehearsal.adapters.stations_2019 import convert_stations
from rehearsal.adapters.village_heads import convert_village_heads
from rehearsal.folder import read_folder
from rehearsal.notes import CODES
from rehearsal.programs import ProgramFailed
from rehearsal.report import ReportWriter
from rehearsal.run import play, verify
from rehearsal.survey import survey
from rehearsal.tables import FolderUnusable

UNUSABLE: Final = 1
FAILED: Final = 70
USAGE: Final = 64
_LIBRARY_USAGE: Final = 2

app = typer.Typer(
    help="演练：把一次选举的 CSV 文件夹走完全程 · play an election from a folder of CSV files",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
convert = typer.Typer(
    help="把已有数据转换为演练文件夹 · convert real data into a rehearsal folder", no_args_is_help=True
)
app.add_typer(convert, name="convert")

Source = Annotated[Path, typer.Argument(metavar="SRC", help="数据文件夹 · folder of the data")]
Target = Annotated[Path, typer.Argument(metavar="FOLDER", help="要写的演练文件夹 · rehearsal folder to write")]
Counties = Annotated[list[str] | None, typer.Option("--county", help="只取这些县 · only these counties (repeatable)")]
Places = Annotated[
    list[str] | None, typer.Option("--place", help="只取这些编号的地方 · only these places (repeatable)")
]
Provinces = Annotated[
    list[str] | None, typer.Option("--province", help="只取这些省，名称或编号 · only these provinces, name or code")
]


def say(text: str) -> None:
    """Talk to the person, beside the result."""
    typer.echo(f"tally-rehearsal: {text}", err=True)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="演练文件夹 · rehearsal folder")],
    out: Annotated[Path, typer.Option("--out", help="报告所在文件夹 · folder for report.json")],
) -> None:
    """检查文件夹并写出 report.json，不进行演练 · look through a folder and write report.json, play nothing."""
    with ReportWriter(out) as report:
        try:
            plan = read_folder(folder, report.note)
        except FolderUnusable:
            path = report.finish(None, {})
            say(f"error: 文件夹无法演练 · the folder cannot be rehearsed: {folder}")
            say(f"hint: 见 · see {path}")
            raise typer.Exit(UNUSABLE) from None
        counts = survey(plan, report.note)
        path = report.finish(plan.election, counts)
        for name, count in counts.items():
            typer.echo(f"{name}: {count}")
        for code, count in sorted(report.codes.items()):
            zh, en = CODES[code]
            typer.echo(f"{code}: {count}  {zh} · {en}")
        say(f"report: {path}")


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="演练文件夹 · rehearsal folder")],
    out: Annotated[Path, typer.Option("--out", help="结果文件夹 · folder for everything that is left")],
    nodes: Annotated[int, typer.Option("--nodes", min=1, help="几台笔记本 · number of laptops (processes)")] = 2,
    check_record: Annotated[
        bool, typer.Option("--verify/--no-verify", help="随后核验 · verify the record afterwards")
    ] = True,
    serve: Annotated[
        bool, typer.Option("--serve", help="结束后实况页再开十分钟 · keep the live page open ten minutes more")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="不报进度 · no progress")] = False,
) -> None:
    """用真实程序走完一次选举 · play a whole election through the real programs."""
    try:
        played = play(folder, out, nodes=nodes, serve=serve, quiet=quiet)
    except FolderUnusable:
        say(f"error: 文件夹无法演练 · the folder cannot be rehearsed: {folder}")
        say(f"hint: 见 · see {out / 'report.json'}")
        raise typer.Exit(UNUSABLE) from None
    except ProgramFailed as failed:
        say(f"error: 程序出错 · a program failed: {failed}")
        raise typer.Exit(FAILED) from None
    status = verify(played) if check_record else 0
    for name, count in played.counts.items():
        say(f"{name}: {count}")
    say(f"报告 · report: {out / 'report.json'}")
    if played.url:
        typer.echo(f"实况页 · live page: {played.url}")
    typer.echo("核验命令 · verify: " + shlex.join(played.verify_command))
    raise typer.Exit(status)


def _convert(
    work: Callable[[Path, Path, frozenset[str]], Converted], source: Path, folder: Path, chosen: list[str] | None
) -> None:
    try:
        done = work(source, folder, frozenset(chosen or ()))
    except SourceUnusable as error:
        say(f"error: 数据无法转换 · the data cannot be converted: {error}")
        raise typer.Exit(UNUSABLE) from None
    for name, count in done.counts.items():
        typer.echo(f"{name}: {count}")
    say(f"wrote {folder}")


@convert.command("village-heads")
def village_heads(
    source: Source,
    folder: Target,
    county: Counties = None,
) -> None:
    """村里长选举：每村一个职位，每票一选 · village heads, one seat and one mark."""
    _convert(convert_village_heads, source, folder, county)


@convert.command("neighbourhood-ballots")
def neighbourhood_ballots(
    source: Source,
    folder: Target,
    place: Places = None,
) -> None:
    """逐张选票：每票至多 k 选 · single ballots with up to k marks."""
    _convert(convert_neighbourhood_ballots, source, folder, place)


@convert.command("stations")
def stations(
    source: Source,
    folder: Target,
    province: Provinces = None,
) -> None:
    """逐站数字，含真实的错误 · station figures with real dirt."""
    _convert(convert_stations, source, folder, province)


def main() -> None:
    """Run the program; a wrong command line is 64 (EX_USAGE) as in the other programs, not the library's 2."""
    try:
        app(prog_name="tally-rehearsal")
    except SystemExit as end:
        raise SystemExit(USAGE if end.code == _LIBRARY_USAGE else end.code) from None


if __name__ == "__main__":
    main()

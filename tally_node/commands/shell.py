"""What every command needs: the home, the passphrase, one way to talk and one way to fail.

Standard output is the result (one JSON object with `--json`), standard error is talk. Exit codes: 0 done, 1 refused,
2 wrong usage, 3 the journal must not be used (E_JOURNAL, E_ROLLBACK), 4 not everything delivered, 5 storage.
"""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tally_node.service import Station, now
from tally_node.settings import PASSPHRASE_VARIABLE
from tally_node.voice import NodeError, as_json, explain
from tally_protocol.errors import ProtocolError
from tally_protocol.law.finding_texts import FINDING_TEXTS
from tally_protocol.law.reconciliation import Finding

HomeOption = Annotated[Path, typer.Option("--home", help="本机工作目录 / the folder of this laptop")]
PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", help=f"口令文件，否则用环境变量 {PASSPHRASE_VARIABLE} 或询问 / else env or prompt"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON / print one JSON object")]
TimeOption = Annotated[int | None, typer.Option("--time", help="UTC 秒，默认现在 / UTC seconds, default now")]
UnitOption = Annotated[str, typer.Option("--unit", help="单位编号 / unit id")]
StationOption = Annotated[str, typer.Option("--station", help="计票点编号 / station id")]


def passphrase(path: Path | None, *, twice: bool = False) -> str:
    """From the file, the environment or the keyboard, in this order; a file's last newline does not count."""
    if path is not None:
        try:
            return path.read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise NodeError("N_FILE", str(path), found=error.strerror) from None
    if (found := os.environ.get(PASSPHRASE_VARIABLE)) is not None:
        return found
    first = getpass.getpass("口令 / passphrase: ", stream=sys.stderr)
    if twice and getpass.getpass("再输一次 / again: ", stream=sys.stderr) != first:
        raise NodeError("N_PASSPHRASE", "keyboard", expected="the same passphrase twice")
    return first


@contextmanager
def failing(*, as_object: bool = False) -> Iterator[None]:
    """Turn an error into its text and exit code."""
    try:
        yield
    except (NodeError, ProtocolError) as error:
        if as_object:
            typer.echo(json.dumps({"error": as_json(error)}, ensure_ascii=False))
        typer.echo(explain(error), err=True)
        raise typer.Exit(error.exit_code if isinstance(error, NodeError) else 1) from None


@contextmanager
def station(home: Path, passphrase_file: Path | None, *, as_object: bool = False) -> Iterator[Station]:
    """An opened station, closed at the end; errors become exit codes."""
    with failing(as_object=as_object):
        opened = Station.start(home, passphrase(passphrase_file))
        try:
            yield opened
        finally:
            opened.close()


def at(time: int | None) -> int:
    """The given time or the laptop's clock."""
    return now() if time is None else time


def tell(zh: str, en: str, result: dict[str, object], *, as_object: bool) -> None:
    """The result: one JSON object, or one sentence in both languages."""
    typer.echo(json.dumps(result, ensure_ascii=False, sort_keys=True) if as_object else f"{zh} / {en}")


def talk(text: str) -> None:
    """Progress on standard error."""
    typer.echo(f"tally-node: {text}", err=True)


def figures(pairs: list[str], names: tuple[str, ...]) -> dict[str, int]:
    """`name=number` arguments as figures, each name once; decimal without signs or leading zeros."""
    found: dict[str, int] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        good = text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0")) and len(text) <= 10
        if name not in names or name in found or not good:
            raise NodeError("E_FIELD", pair, expected="name=number of " + " ".join(names))
        found[name] = int(text)
    return found


def show_findings(notes: Iterable[Finding], chain: str) -> None:
    """Findings as people at the desk read them, all at once; none of them refuses anything [FIND-2]."""
    for one in notes:
        about = [word for word in (f"票箱 box {one.box}" if one.box else "", one.contest, one.layout) if word]
        text = FINDING_TEXTS[one.code]
        talk(f"{text.number} {one.code} {text.desk.zh} / {text.desk.en}")
        talk(f"  位置 where: {' '.join([chain, *about])}; 应为 expected: {one.expected}; 实为 found: {one.found}")

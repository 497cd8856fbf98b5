"""One export: a folder with every format, `manifest.json` and `SHA256SUMS`, made whole or not at all.

The same record gives the same bytes with the same versions of the libraries, which the manifest names.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, TypeVar

from coordinator.exports import csv_files
from coordinator.exports.asking import answer_all, answers
from coordinator.exports.cdf_definitions import write_definitions
from coordinator.exports.cdf_results import write_results
from coordinator.exports.excel import write_excel
from coordinator.exports.progress import Progress
from coordinator.exports.reading import Published, read_published
from coordinator.exports.rows import Sheets, rows_of
from coordinator.exports.sqlite_file import write_sqlite
from coordinator.settings import CountyError

T = TypeVar("T")
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
SQLITE: Final = "changpiao.sqlite"
PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A file of the package; `rows` is -1 where it has none."""

    path: Path
    zh: str
    en: str
    rows: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asked for; `formats` are names of FORMATS."""

    formats: tuple[str, ...]
    excel_csv: bool = False
    batches: bool = False
    progress: Progress = field(default_factory=Progress)


def export(record: Path, out: Path, wish: Wish) -> Path:
    """Make the package; returns its manifest. CountyError if the record does not hold or `out` is in use."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CountyError(
            f"输出文件夹 {out} 已存在且不是空的；请换一个名称，导出不会覆盖任何文件",
            f"{out} exists and is not empty; name another folder, an export overwrites nothing",
        )
    part = out.with_name(f"{out.name}.part")
    if part.exists():
        raise CountyError(
            f"{part} 已存在：另一次导出正在进行，或上次中断；确认没有在进行后删除它再重试",
            f"{part} exists: another export is running, or one was cut short; remove it when none is",
        )
    part.mkdir(parents=True)
    try:
        published = read_published(record, wish.progress)
        sheets = rows_of(published, wish.progress, batches=wish.batches)
        made = list(_write(part, published, sheets, wish))
        _write_manifest(part, published, made)
        if out.exists():
            out.rmdir()
        part.rename(out)
    finally:
        wish.progress.end()
        shutil.rmtree(part, ignore_errors=True)
    return out / MANIFEST


def _write(part: Path, published: Published, sheets: Sheets, wish: Wish) -> Iterator[Made]:
    for name in wish.formats:
        yield from FORMATS[name](part, published, sheets, wish)


def _csv(part: Path, published: Published, sheets: Sheets, wish: Wish) -> Iterator[Made]:
    del published
    made = csv_files.write_all(_folder(part, "csv"), sheets, excel=wish.excel_csv)
    for path, table, rows in _counted(made, sheets, wish, "CSV"):
        zh, en = ("宽表，每职位一行", "wide, a row a contest") if table is None else (table.zh, table.en)
        yield Made(path, zh, en, rows)


def _parquet(part: Path, published: Published, sheets: Sheets, wish: Wish) -> Iterator[Made]:
    del published
    # the container image leaves pyarrow (170 MB) out: the other formats must work without it
    from coordinator.exports import parquet_files  # noqa: PLC0415

    made = parquet_files.write_all(_folder(part, "parquet"), sheets)
    for path, table, rows in _counted(made, sheets, wish, "Parquet"):
        yield Made(path, table.zh, table.en, rows)


def _sqlite(part: Path, published: Published, sheets: Sheets, wish: Wish) -> Iterator[Made]:
    del published
    path = part / SQLITE
    rows = sum(count for _, count in _counted(write_sqlite(path, sheets), sheets, wish, "SQLite"))
    yield Made(path, "全部表", "every table", rows)
    for answer, question, count in answer_all(path, _folder(part, "questions"), excel=wish.excel_csv):
        yield Made(answer, question.zh, question.en, count if answer.suffix == ".csv" else -1)


def _excel(part: Path, published: Published, sheets: Sheets, wish: Wish) -> Iterator[Made]:
    path = part / "changpiao.xlsx"
    with tempfile.TemporaryDirectory(dir=part, prefix="asking-") as place:
        base = Path(place) / SQLITE
        for _ in write_sqlite(base, sheets):
            pass
        found = list(answers(base))
    made = write_excel(path, sheets, datetime.fromtimestamp(published.time, UTC), found)
    rows = sum(count for _, count in _counted(made, sheets, wish, "Excel"))
    yield Made(path, "全部表", "every table", rows)


def _cdf(part: Path, published: Published, sheets: Sheets, wish: Wish) -> Iterator[Made]:
    del sheets
    folder = _folder(part, "cdf")
    path = folder / "results-1500-100.json"
    write_results(path, published, wish.progress, batches=wish.batches)
    yield Made(path, "NIST SP 1500-100 第2版：结果", "NIST SP 1500-100 v2: results")
    path = folder / "definitions-1500-103.json"
    write_definitions(path, published)
    yield Made(path, "NIST SP 1500-103：选举定义，不含单张选票", "NIST SP 1500-103: definitions, no single ballot")


def _counted(made: Iterator[T], sheets: Sheets, wish: Wish, name: str) -> Iterator[T]:
    return wish.progress.count(made, len(sheets.tables), f"张表写成 {name}", f"tables written as {name}")


Writer = Callable[[Path, Published, Sheets, Wish], Iterator[Made]]
FORMATS: Final[dict[str, Writer]] = {
    "csv": _csv, "parquet": _parquet, "sqlite": _sqlite, "excel": _excel, "cdf": _cdf,
}  # fmt: skip


def _folder(part: Path, name: str) -> Path:
    folder = part / name
    folder.mkdir()
    return folder


def _versions(names: tuple[str, ...]) -> dict[str, str]:
    """Of those that are installed."""
    found = {}
    for name in names:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _write_manifest(part: Path, published: Published, made: list[Made]) -> None:
    sums = {one.path: _sha256(one.path) for one in made}
    names = {one.path: one.path.relative_to(part).as_posix() for one in made}
    head = published.checkpoint
    body = {
        "record": {
            "election": published.election.id, "title": published.election.title, "test": published.election.test,
            "origin": head.origin, "size": head.size, "root": head.root.hex(),
        },
        "made_with": {
            **_versions(("changpiao", "pyarrow", "xlsxwriter")),
            "sqlite": sqlite3.sqlite_version,
        },
        "files": [
            {"path": names[one.path], "bytes": one.path.stat().st_size, "sha256": sums[one.path], "zh": one.zh,
             "en": one.en} | ({} if one.rows < 0 else {"rows": one.rows})
            for one in made
        ],
    }  # fmt: skip
    manifest = part / MANIFEST
    manifest.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
    lines = [f"{sums[one.path]}  {names[one.path]}\n" for one in made] + [f"{_sha256(manifest)}  {MANIFEST}\n"]
    (part / SUMS).write_text("".join(lines), "utf-8")


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            found.update(piece)
    return found.hexdigest()

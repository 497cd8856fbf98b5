"""The ten questions: SQL files of this package, asked of the SQLite file; no percentage without its n and N."""

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

QUESTIONS: Final = files("coordinator.exports") / "questions"
_NAME = re.compile(r"\d\d-[a-z-]+\.sql", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """One file: its name, what is asked in both languages (its first two lines), the statement."""

    name: str
    zh: str
    en: str
    sql: str

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.removesuffix(".sql")


def questions() -> list[Question]:
    """All of them, in the order of their numbers."""
    found = []
    for file in sorted(QUESTIONS.iterdir(), key=lambda file: file.name):
        if _NAME.fullmatch(file.name):
            sql = file.read_text("utf-8")
            zh, en, _ = sql.split("\n", 2)
            found.append(Question(file.name, zh.removeprefix("-- "), en.removeprefix("-- "), sql))
    return found


def ask(base: Path, sql: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """The header and the rows of an answer; the file is opened for reading only."""
    with closing(sqlite3.connect(f"{base.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        cursor = connection.execute(sql)
        return [str(column[0]) for column in cursor.description], cursor.fetchall()


def answer_all(base: Path, folder: Path) -> Iterator[tuple[Path, Question, int]]:
    """Write every question and its answer as CSV; gives each file with its question and its number of rows."""
    for question in questions():
        (folder / question.name).write_text(question.sql, "utf-8")
        yield folder / question.name, question, 0
        header, rows = ask(base, question.sql)
        path = folder / f"{question.stem}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(header)
            table.writerows(rows)
        yield path, question, len(rows)

"""The ten questions: SQL files of this package, asked of the SQLite file; no percentage without its n and N."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from coordinator.exports.columns import Cell, Column, Kind, RowOf, Table
from coordinator.exports.csv_files import write_csv

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


_WORDS: Final = """
n 分子 | N 分母 | percent 百分比 | n_blank 空白票 | N_blank 选票数 | percent_blank 空白票百分比 | place 地名路径
units 单位数 | units_left 未完成单位 | stations_open 未结束计票点 | unit 单位编号 | unit_name 单位
contest 职位编号 | title 职位 | line 行序 | person 人员编号 | name 姓名 | sex 性别 | base 计算基数 | over 超选
duplicate 重选一人 | illegible 无法辨认 | unpaired 另选未配对 | torn 损毁 | not_official 非制式票
marked 有记号 | unidentifiable 无法认定 | unstated 未说明 | sex_not_recorded 性别未登记 | last_in 最后当选人得票
first_out 首位落选人得票 | persons_opened 已公开的另选人 | written_in_elected 当选的另选人 | station 计票点编号
delivered 领取 | issued 发出 | spoiled 作废 | unused 剩余 | collected 收回 | counted 已计 | missing 缺少
code 代码 | findings 提示数 | meaning_zh 含义 | meaning_en 英文含义
"""
WORDS: Final = dict(pair.split() for line in _WORDS.strip().splitlines() for pair in line.split(" | "))


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its answer as a table for people; a whole number is a number, everything else is text."""

    question: Question
    table: Table
    rows: list[RowOf]


def answers(base: Path) -> Iterator[Answer]:
    """Every answer, in order."""
    for question in questions():
        header, found = ask(base, question.sql)
        rows: list[RowOf] = [tuple(cell if isinstance(cell, str | int) else None for cell in row) for row in found]
        columns = tuple(
            Column(name, _kind([row[place] for row in rows]), WORDS[name], name) for place, name in enumerate(header)
        )
        number, _, short = question.stem.partition("-")
        table = Table(name=short, zh=f"问{number}", en=question.en, key=(), columns=columns)
        yield Answer(question, table, rows)


def _kind(cells: list[Cell]) -> Kind:
    return Kind.TEXT if any(isinstance(cell, str) for cell in cells) else Kind.INTEGER


def answer_all(base: Path, folder: Path, *, excel: bool = False) -> Iterator[tuple[Path, Question, int]]:
    """Write every question and its answer as CSV, `excel` as for every other CSV file; gives each with its rows."""
    for answer in answers(base):
        question = answer.question
        (folder / question.name).write_text(question.sql, "utf-8")
        yield folder / question.name, question, 0
        path = folder / f"{question.stem}.csv"
        write_csv(path, answer.table.columns, answer.rows, excel=excel)
        yield path, question, len(answer.rows)

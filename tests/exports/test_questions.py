"""The ten questions: each runs, each percentage has its n and N beside it, each answer is counted again in Python."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from coordinator.exports.asking import ask, questions
from coordinator.exports.package import SQLITE
from tests.exports.conftest import verifier_table

Table = Callable[[str], list[dict[str, str]]]
Answer = list[dict[str, object]]


def answer(package: Path, stem: str) -> Answer:
    (question,) = [one for one in questions() if one.stem == stem]
    header, rows = ask(package / SQLITE, question.sql)
    return [dict(zip(header, row, strict=True)) for row in rows]


def percent(n: int, whole: int) -> str:
    """Two decimals, half up, by fractions."""
    hundredths = int(Fraction(10_000 * n, whole) + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def test_there_are_ten_in_both_languages() -> None:
    found = questions()
    assert [one.stem[:2] for one in found] == [f"{i:02d}" for i in range(1, 11)]
    for one in found:
        assert re.search(r"[\u4e00-\u9fff]", one.zh), one.name
        assert one.en.isascii(), one.name
        assert one.sql.startswith("-- "), one.name


@pytest.mark.parametrize("question", questions(), ids=lambda one: one.stem)
def test_no_percentage_without_its_base(package: Path, question: object) -> None:
    stem = str(getattr(question, "stem", ""))
    header, rows = ask(package / SQLITE, str(getattr(question, "sql", "")))
    percents = [name for name in header if name.startswith("percent")]
    assert percents, stem
    assert len(set(header)) == len(header)
    for name in percents:
        end = name.removeprefix("percent")
        n, whole, shown = header.index(f"n{end}"), header.index(f"N{end}"), header.index(name)
        for row in rows:
            if row[shown] is not None:
                assert row[shown] == percent(int(str(row[n])), int(str(row[whole]))), (stem, row)
    answers = (package / "questions" / f"{stem}.csv").read_text("utf-8").splitlines()
    assert answers[0] == ",".join(header)
    assert len(answers) == len(rows) + 1


def test_turnout(package: Path) -> None:
    # 260 of 400 in v1, 130 of 400 in v2: papers collected, as no station has recorded its voters
    (row,) = answer(package, "01-turnout-by-township")
    assert row == {"place": "清河县 / 东乡", "units": 2, "n": 390, "N": 800, "percent": "48.75"}


def test_units_left(package: Path) -> None:
    (row,) = answer(package, "02-units-not-final")
    assert (row["n"], row["N"], row["units_left"], row["stations_open"]) == (2, 2, 0, 0)


def test_the_elected_are_the_verifiers(package: Path, record: Path) -> None:
    expected = [
        (unit, contest, person)
        for unit, contest, _, _, elected, _ in verifier_table("outcomes", record)
        for person in elected.split()
    ]
    assert [(r["unit"], r["contest"], r["person"]) for r in answer(package, "03-elected")] == expected
    assert expected == [("v1", "member", "d"), ("v1", "member", "c")]


def test_first_round(package: Path, record: Path) -> None:
    full: dict[str, bool] = {}
    for unit, _, place, outcome, _, _ in verifier_table("outcomes", record):
        if place == "1":
            full[unit] = full.get(unit, True) and outcome == "full"
    (row,) = answer(package, "04-first-round-success")
    assert (row["n"], row["N"]) == (sum(full.values()), len(full))


def test_invalid_papers(package: Path, table: Table) -> None:
    reasons = ("over", "duplicate", "illegible", "unpaired", "torn", "not_official", "marked", "unidentifiable",
               "unstated")  # fmt: skip
    contests = {(row["unit"], row["contest"]): row for row in table("contests")}
    found = answer(package, "05-invalid-papers")
    assert len(found) == len(contests)
    for row in found:
        one = contests[str(row["unit"]), str(row["contest"])]
        assert row["n"] == sum(int(one[name]) for name in reasons)
        assert row["n_blank"] == int(one["blank"])
    shares = [Fraction(int(str(row["n"])), int(str(row["N"]))) for row in found]
    assert shares == sorted(shares, reverse=True)


def test_women(package: Path) -> None:
    (row,) = answer(package, "06-women-elected")
    assert (row["n"], row["N"], row["sex_not_recorded"], row["units"]) == (0, 2, 2, 1)


def test_narrowest(package: Path) -> None:
    # c 136 is the last elected, e 105 the first who is not
    (row,) = answer(package, "07-narrowest")
    assert (row["last_in"], row["first_out"], row["n"], row["N"]) == (136, 105, 31, 241)


def test_written_in(package: Path, record: Path) -> None:
    sums: dict[tuple[str, str], list[int]] = {}
    for unit, contest, person, votes in verifier_table("totals", record):
        pair = sums.setdefault((unit, contest), [0, 0])
        pair[0] += int(votes) if person.startswith("+") else 0
        pair[1] += int(votes)
    expected = {key: tuple(pair) for key, pair in sums.items() if pair[0]}
    found = answer(package, "08-written-in")
    assert {(r["unit"], r["contest"]): (r["n"], r["N"]) for r in found} == expected


def test_balance_names_only_what_does_not_balance(package: Path) -> None:
    # the forms of this record do not say what was delivered
    assert answer(package, "09-papers-balance") == []


def test_findings(package: Path, record: Path) -> None:
    units: dict[str, set[str]] = {}
    rows = verifier_table("findings", record)
    for unit, _, code, _, _ in rows:
        units.setdefault(code, set()).add(unit)
    found = answer(package, "10-findings")
    assert {r["code"]: r["n"] for r in found} == {code: len(who) for code, who in units.items()}
    assert sum(int(str(r["findings"])) for r in found) == len(rows)
    assert all(r["meaning_zh"] and r["meaning_en"] and r["N"] == 2 for r in found)

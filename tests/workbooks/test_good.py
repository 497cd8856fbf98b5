"""What comes out of a good workbook is the sealing folder that a person would write by hand."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.sealing.folder import read_tables
from coordinator.sealing.problems import Problems
from coordinator.sealing.workbooks.importing import import_workbooks
from coordinator.sealing.workbooks.template import make_template, rows_of_folder
from coordinator.settings import CountyError
from tests.workbooks.conftest import GOOD, V1, V2, Book

ROOT = Path(__file__).parents[2]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(stream)]


def test_the_tables_hold_what_was_filled_in(book: Book) -> None:
    found = book.load()
    assert (found.flaws, found.questions, found.repairs) == ([], [], [])
    for name, lines in GOOD.items():
        if name != "officials":
            assert rows(book.folder / f"{name}.csv") == lines, name
    assert found.rows == sum(len(lines) for lines in GOOD.values())
    problems = Problems()
    drafts = read_tables(book.folder, None, problems)
    assert (problems.found, list(drafts)) == ([], [V1, V2])


def test_the_plans_are_those_of_the_laptops(book: Book) -> None:
    book.load()
    plan = json.loads((book.folder / "plans" / "n1.json").read_text("utf-8"))
    head = {"id": "head", "role": "chair"}
    assert plan == {
        "election": "qinghe-test", "node": "n1",
        "stations": [
            {"unit": V1, "station": "1", "officials": [head, {"id": "jp1", "role": "scrutineer"}]},
            {"unit": V1, "station": "2", "officials": [{"id": "jp3", "role": "caller"}]},
        ],
        "units": [{"unit": V1, "committee": [head]}],
    }  # fmt: skip
    assert sorted(path.name for path in (book.folder / "plans").iterdir()) == ["n1.json", "n2.json"]
    text = "".join(path.read_text("utf-8") for path in book.folder.rglob("*.json"))
    assert "赵一" not in text


def test_names_of_officials_go_to_the_private_table_of_notice_11(book: Book) -> None:
    book.load()
    assert rows(book.folder / "paperwork" / "staff.csv")[:3] == [
        {"unit": V1, "role": "主任", "name": "赵一"},
        {"unit": V1, "role": "主任", "name": "赵一", "station": "1"},
        {"unit": V1, "role": "监票人", "name": "钱二", "station": "1"},
    ]


def test_a_workbook_a_township_makes_one_folder(tmp_path: Path) -> None:
    parts = [
        {name: [line for line in lines if line["unit"] == unit] for name, lines in GOOD.items() if name != "officials"}
        for unit in (V1, V2)
    ]
    files = [(f"{i}.xlsx", make_template(part)) for i, part in enumerate(parts)]
    found = import_workbooks(files, tmp_path, fonts=lambda _: ())
    assert found.flaws == []
    assert [row["unit"] for row in rows(tmp_path / "candidates.csv")] == [V1] * 4 + [V2]


def test_nothing_is_replaced_unasked(book: Book) -> None:
    book.load()
    before = (book.folder / "units.csv").read_bytes()
    book.put("units", 1, "name", "改名村")
    with pytest.raises(CountyError, match="--replace"):
        book.load()
    assert (book.folder / "units.csv").read_bytes() == before
    assert book.load(replace=True).flaws == []
    assert rows(book.folder / "units.csv")[0]["name"] == "改名村"
    assert not list(book.folder.rglob("*.part"))


def words() -> st.SearchStrategy[str]:
    return st.text(st.sampled_from("王李張䶮·阿不都𠀀ab "), min_size=1, max_size=8).filter(lambda text: text.strip())


@pytest.mark.property
@given(
    st.lists(
        st.tuples(
            words(), st.one_of(st.none(), st.integers(0, 10**9)), st.integers(1, 9), st.lists(words(), max_size=4)
        ),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_a_folder_comes_back_from_its_filled_template(
    tmp_path_factory: pytest.TempPathFactory, units: list[tuple[str, int | None, int, list[str]]]
) -> None:
    """[SEAL-3] Folder -> template -> import gives the same rows, whatever the names; only blanks are put right."""
    filled: dict[str, list[dict[str, str]]] = {name: [] for name in ("units", "contests", "candidates", "stations")}
    for number, (name, registered, seats, people) in enumerate(units):
        unit = f"0{number}"
        filled["units"].append(_line(unit=unit, name=name, registered=registered, node="n"))
        filled["contests"].append(_line(unit=unit, contest="c", title=name, seats=seats, max_marks=seats, write_ins=1))
        filled["stations"].append(_line(unit=unit, station="1", node="n"))
        filled["candidates"] += [
            _line(unit=unit, contest="c", candidate=f"k{place}", name=person)
            for place, person in enumerate(dict.fromkeys(_cleaned(people)))
        ]
    place = tmp_path_factory.mktemp("trip")
    found = import_workbooks([("a.xlsx", make_template(filled))], place, fonts=lambda _: ())
    assert found.flaws == []
    for name, lines in filled.items():
        expected = [
            {key: _clean(cell) if key == "name" else cell.strip() for key, cell in row.items()} for row in lines
        ]
        assert rows(place / f"{name}.csv") == expected, name
    again = import_workbooks(
        [("b.xlsx", make_template(rows_of_folder(place)))], place, replace=True, fonts=lambda _: ()
    )
    assert (again.flaws, again.repairs) == ([], [])


def _line(**values: object) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value is not None}


def _clean(text: str) -> str:
    """A second reading of the rule on blanks: none between Chinese characters, one elsewhere."""
    parts = text.split()
    return "".join(parts) if all(part.isalpha() and not part.isascii() and "·" not in part for part in parts) and all(
        ord(char) > 0x3000 for part in parts for char in part
    ) else " ".join(parts)


def _cleaned(people: list[str]) -> Iterator[str]:
    return (_clean(person) for person in people)


def test_the_commands(tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "tally-coordinator")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([program, "workbook", *words], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert run("template", "--out", "empty.xlsx").returncode == 0
    assert run("template", "--out", "empty.xlsx").returncode == 1
    empty = run("import", "empty.xlsx", "--into", "folder")
    assert empty.returncode == 1
    assert "[单位 units]" in empty.stderr
    assert "nothing was written" in empty.stderr
    (tmp_path / "good.xlsx").write_bytes(make_template({k: v for k, v in GOOD.items() if k != "officials"}))
    good = run("import", "good.xlsx", "--into", "folder", "--json")
    if good.returncode == 0:
        said = json.loads(good.stdout)
        assert sorted(said["written"]) == sorted(path.name for path in (tmp_path / "folder").iterdir())
    else:
        # a machine without a font for 䶮: the import says so, names the cell, and writes nothing
        (flaw,) = json.loads(good.stdout)["flaws"]
        assert (flaw["sheet"], flaw["row"], flaw["column"]) == ("候选人 candidates", 3, "D")
    filled = run("template", "--out", "filled.xlsx", "--filled", str(ROOT / "examples" / "qinghe"))
    assert filled.returncode == 0
    missing = run("import", "none.xlsx", "--into", "folder")
    assert (missing.returncode, "Traceback" in missing.stderr) == (1, False)

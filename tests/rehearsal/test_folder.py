"""Reading a folder: the good one whole, bad rows one by one, hostile ones without a crash."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehearsal.idents import candidate_id, plain_id, slug, whole_number
from rehearsal.notes import CODES, MappedId
from rehearsal.report import ReportWriter
from rehearsal.tables import FolderUnusable
from tests.rehearsal.folders import FILES, told, write


def test_a_good_folder_has_nothing_to_say(tmp_path: Path) -> None:
    county = told(write(tmp_path))
    assert county.said == []
    assert [unit.place for unit in county.folder.units] == [("清和县", "东屏乡")] * 2
    assert county.totals() == {("v1", "head", "a"): 110, ("v1", "head", "b"): 90, ("v2", "head", "a"): 75}
    assert [len(papers.stack) for table in county.tables for papers in table.papers] == [150, 65, 75]


@pytest.mark.parametrize(
    ("name", "row", "code"),
    [
        ("units.csv", "v1,重复,,,", "E_DUPLICATE"),
        ("units.csv", ",无名,,,", "E_EMPTY"),
        ("units.csv", "v3, ,,,", "E_NAME"),
        ("units.csv", "v3,三", "E_CELLS"),
        ("units.csv", 'v3,"三,,,', "E_CSV"),
        ("contests.csv", "v9,head,主任,1,1", "E_REF"),
        ("contests.csv", "v1,vice,副主任,0,1", "E_INT"),
        ("contests.csv", "v1,vice,副主任,1,01", "E_INT"),
        ("contests.csv", "v1,vice,副主任,1,1", "E_NO_CANDIDATE"),
        ("candidates.csv", "v1,head,a,又一个甲,", "E_DUPLICATE"),
        ("candidates.csv", "v1,vice,a,甲,", "E_REF"),
        ("candidates.csv", "v1,head,c,\u202e丁,", "E_NAME"),
        ("candidates.csv", "v1,head,c,丁,女", "E_VALUE"),
        ("stations.csv", "v1,1,,,,,,,,,", "E_DUPLICATE"),
        ("stations.csv", "v1,3,1.5,,,,,,,,", "E_INT"),
        ("votes.csv", "v1,1,head,z,3", "E_REF"),
        ("votes.csv", "v1,9,head,a,3", "E_REF"),
        ("votes.csv", "v1,1,head,a,3", "E_DUPLICATE"),
        ("votes.csv", "v1,1,head,b,+3", "E_INT"),
    ],
)
def test_one_bad_row_is_reported_with_its_line_and_the_rest_runs(
    tmp_path: Path, name: str, row: str, code: str
) -> None:
    county = told(write(tmp_path, {name: FILES[name] + row + "\n"}))
    line = FILES[name].count("\n") + 1
    assert (code, name, line) in county.problems()
    assert sum(problem[0].startswith("E_") for problem in county.problems()) == 1
    assert sum(county.totals().values()) == 275


@pytest.mark.parametrize(
    ("station", "codes"),
    [
        ("v1,1,200,210,160,2,49,3,150,140,10", {"F_BALANCE"}),
        ("v1,1,200,192,140,2,50,3,150,140,10", {"F_COLLECTED_ISSUED"}),
        ("v1,1,149,210,160,2,48,3,150,140,10", {"F_COLLECTED_REGISTERED"}),
        ("v1,1,200,210,160,2,48,161,150,140,10", {"F_PROXIES_ISSUED"}),
        ("v1,1,200,210,160,2,48,3,150,140,11", {"F_VALID_INVALID"}),
        ("v1,1,200,210,160,2,48,3,150,141,9", {"F_VOTES_VALID", "W_BLANKS"}),
        ("v1,1,200,210,160,2,48,3,150,139,11", {"F_VOTES_VALID", "F_VOTES_OVER"}),
        ("v1,1,200,210,160,2,48,3,150,80,70", {"F_VOTES_VALID", "F_VOTES_OVER", "F_CANDIDATE_OVER"}),
        ("v1,1,200,210,160,2,48,3,150,-140,10", {"F_NEGATIVE", "W_UNKNOWN"}),
        ("v1,1,200,210,160,2,48,,150,140,10", {"W_UNKNOWN"}),
    ],
)
def test_a_figure_that_cannot_be_true_has_its_code_and_stays(tmp_path: Path, station: str, codes: set[str]) -> None:
    """[CLOSE-3]: what the paper form says is recorded even if it cannot be right."""
    stations = FILES["stations.csv"].replace("v1,1,200,210,160,2,48,3,150,140,10", station)
    county = told(write(tmp_path, {"stations.csv": stations}))
    assert set(county.codes()) == codes
    written = [int(cell) if cell and cell[0] != "-" else None for cell in station.split(",")[2:]]
    figures = county.tables[0].station.figures
    assert [
        figures.registered,
        figures.delivered,
        figures.issued,
        figures.spoiled,
        figures.unused,
        figures.proxies,
        figures.collected,
        figures.valid,
        figures.invalid,
    ] == written
    assert bool(county.left_out()) == ("F_VOTES_OVER" in codes)


@pytest.mark.parametrize("name", ["election.toml", "units.csv", "contests.csv", "candidates.csv", "stations.csv"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"unit,unit\n"])
def test_without_a_required_file_there_is_nothing_to_rehearse(tmp_path: Path, name: str, content: bytes | None) -> None:
    with pytest.raises(FolderUnusable):
        told(write(tmp_path, {name: content}))


def test_missing_counts_leave_the_paper_figures(tmp_path: Path) -> None:
    county = told(write(tmp_path, {"votes.csv": None}))
    assert county.codes() == {"W_NO_SOURCE": 1}
    assert len(county.tables) == 3


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    votes = b"\xef\xbb\xbf" + FILES["votes.csv"].replace("\n", "\r\n").encode()
    county = told(write(tmp_path, {"votes.csv": votes}))
    assert county.codes() == {"W_BOM": 1}
    assert sum(county.totals().values()) == 275


def test_a_line_that_is_not_utf8_spoils_only_itself(tmp_path: Path) -> None:
    county = told(write(tmp_path, {"votes.csv": FILES["votes.csv"].encode() + b"v1,1,head,\xff,1\n"}))
    assert county.problems() == [("E_UTF8", "votes.csv", 7)]


def test_a_rehearsal_is_always_a_test(tmp_path: Path) -> None:
    """[SEAL-1]: what is played from a folder can never be sealed as a real election."""
    county = told(write(tmp_path, {"election.toml": FILES["election.toml"].replace("true", "false")}))
    assert county.codes() == {"E_NOT_TEST": 1}
    assert county.folder.election.test


def test_ids_that_the_record_cannot_carry_become_the_same_slug_everywhere(tmp_path: Path) -> None:
    """[IDENT-1]: 1 to 32 characters, no leading dot; a candidate begins with a letter, a digit or `_`."""
    changed = {
        name: FILES[name].replace("v1,", "上庄/1,").replace("head,a,", "head,-a,")
        for name in ("units.csv", "contests.csv", "candidates.csv", "stations.csv", "votes.csv")
    }
    county = told(write(tmp_path, {**changed}))
    assert county.codes() == {}
    assert county.folder.units[0].id == slug("上庄/1")
    assert {(entry.kind, entry.raw, entry.id) for entry in county.ids()} == {
        ("unit", "上庄/1", slug("上庄/1")),
        ("candidate", "-a", slug("-a")),
    }
    assert sum(county.totals().values()) == 275


def test_ids_by_the_letter() -> None:
    assert [plain_id(raw) for raw in ("-990014", "a.b", "0" * 32)] == ["-990014", "a.b", "0" * 32]
    for raw in (".a", "a b", "0" * 33, "甲", "a\n"):
        assert plain_id(raw) == slug(raw) != raw
    assert candidate_id("-1") == slug("-1")
    assert slug("甲") == "x-33e3580c09"


BALLOTS = "unit,station,ballot,contest,marks,status\n"


def test_contests_that_meet_on_a_paper_share_a_layout(tmp_path: Path) -> None:
    contests = FILES["contests.csv"] + "v1,vice,副主任,1,1\nv1,audit,监委会,1,1\n"
    people = FILES["candidates.csv"] + "v1,vice,c,丁,\nv1,audit,d,戊,\n"
    rows = "".join(f"v1,1,{n},head,a,\nv1,1,{n},vice,c +李䶮,\nv1,1,s{n},audit,d,\n" for n in range(60))
    county = told(
        write(
            tmp_path,
            {"contests.csv": contests, "candidates.csv": people, "votes.csv": None, "ballots.csv": BALLOTS + rows},
        )
    )
    unit = county.folder.units[0]
    assert [(layout.id, [c.id for c in layout.contests]) for layout in unit.layouts] == [
        ("head", ["head", "vice"]),
        ("audit", ["audit"]),
    ]
    assert [contest.write_ins for contest in unit.contests] == [0, 1, 0]
    assert [len(papers.stack) for papers in county.tables[0].papers] == [60, 60]
    assert county.folder.units[1].layouts[0].id == "1"


def test_with_votes_each_contest_has_its_own_paper_unless_the_folder_says_otherwise(tmp_path: Path) -> None:
    header, *rows = FILES["contests.csv"].splitlines()
    people = FILES["candidates.csv"] + "v1,vice,c,丁,\n"
    votes = FILES["votes.csv"] + "v1,1,vice,c,100\nv1,2,vice,c,60\n"
    cases = (("", "", ["head", "vice"]), ("both", "both", ["both"]), ("blue", "", ["blue", "vice"]))
    for head, vice, layouts in cases:
        lines = [header + ",layout", *(f"{row},{head}" for row in rows), f"v1,vice,副主任,1,1,{vice}"]
        county = told(
            write(tmp_path, {"contests.csv": "\n".join(lines) + "\n", "candidates.csv": people, "votes.csv": votes})
        )
        assert [layout.id for layout in county.folder.units[0].layouts] == layouts
        assert county.totals()["v1", "vice", "c"] == 160
        assert county.codes() == {"F_VOTES_VALID": 1, "W_BLANKS": 1}


def test_rows_of_one_paper_that_disagree_are_reported_without_their_marks(tmp_path: Path) -> None:
    rows = (
        "v1,1,1,head,a,torn\nv1,1,1,head,b,\nv1,1,2,head,zz,\nv1,1,3,head,a,burnt\nv1,1,4,head,a -a,\nv1,1,,head,a,\n"
    )
    county = told(write(tmp_path, {"votes.csv": None, "ballots.csv": BALLOTS + rows}))
    assert [problem[0::2] for problem in county.problems()] == [
        ("E_MARKS", 4),
        ("E_STATUS", 5),
        ("E_MARKS", 6),
        ("E_EMPTY", 7),
        ("E_DUPLICATE", 3),
    ]
    assert "zz" not in str([entry for entry in county.said if not isinstance(entry, MappedId)])
    assert county.tables[0].papers[0].stack.rows.tolist() == [[1, 1, 0]]
    assert county.codes()["F_COUNTED_COLLECTED"] == 3


def test_one_paper_has_one_status(tmp_path: Path) -> None:
    contests = FILES["contests.csv"] + "v1,vice,副主任,1,1\n"
    people = FILES["candidates.csv"] + "v1,vice,c,丁,\n"
    rows = "v1,1,1,head,a,\nv1,1,1,vice,c,torn\nv1,1,2,head,a,torn\nv1,1,2,vice,c,marked\n"
    changes: dict[str, str | bytes | None] = {"contests.csv": contests, "candidates.csv": people, "votes.csv": None}
    county = told(write(tmp_path, {**changes, "ballots.csv": BALLOTS + rows}))
    assert county.problems() == [("E_STATUS", "ballots.csv", 5)]
    assert sorted(county.tables[0].papers[0].stack.rows.tolist()) == [[1, 1, 0, 0], [1, 1, 0, 1]]


def test_a_contest_has_as_many_slots_as_the_most_names_on_one_paper(tmp_path: Path) -> None:
    rows = "".join(f"v1,1,{n},head,{marks},\n" for n, marks in enumerate(("+甲", "+甲 +乙 +丙", "+丁")))
    county = told(write(tmp_path, {"votes.csv": None, "ballots.csv": BALLOTS + rows}))
    assert county.folder.units[0].contests[0].write_ins == 3
    assert county.folder.units[0].layouts[0].width == 6
    assert county.tables[0].papers[0].stack.rows[:, 3:].max() == 4


def test_a_decomposed_name_is_composed_and_reported(tmp_path: Path) -> None:
    """[IDENT-2]: every string is in NFC."""
    county = told(write(tmp_path, {"candidates.csv": FILES["candidates.csv"].replace("乙", "e\u0301")}))
    assert county.codes() == {"W_NFC": 1}
    assert county.folder.units[0].contests[0].candidates[1].name == "\u00e9"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1000000000", 10**9),
        ("1000000001", None),
        ("-5", -5),
        ("-0", None),
        ("01", None),
        ("", None),
        ("1 ", None),
        ("\uff11", None),
        ("1e3", None),
        ("+1", None),
    ],
)
def test_whole_numbers_have_one_spelling(text: str, number: int | None) -> None:
    assert whole_number(text) == number


def test_a_small_table_joins_its_sibling(tmp_path: Path) -> None:
    """[CUT-2]: a table below the threshold joins a sibling; a unit below it keeps one table."""
    stations = FILES["stations.csv"].replace("65,60,5", "40,40,0")
    votes = FILES["votes.csv"].replace("v1,2,head,b,40", "v1,2,head,b,20")
    county = told(write(tmp_path, {"stations.csv": stations, "votes.csv": votes}))
    assert [(join.station, join.joined_to, join.papers) for join in county.joins()] == [("2", "1", 40)]
    host, guest = county.tables[0].papers[0], county.tables[1].papers[0]
    assert (host.joined_from, guest.joined_to) == (("2",), "1")
    assert (len(host.stack), len(guest.stack)) == (190, 0)
    assert county.totals()["v1", "head", "a"] == 110


def test_boxes_are_balanced_and_summed(tmp_path: Path) -> None:
    boxes = (
        "unit,station,box,kind,delivered,issued,spoiled,unused,proxies,collected\n"
        "v1,1,1,main,190,150,2,38,3,140\nv1,1,m,mobile,20,10,0,9,0,9\nv1,2,1,station,,,,,,\nv1,2,q,urn,,,,,,\n"
    )
    county = told(write(tmp_path, {"boxes.csv": boxes}))
    assert county.codes() == {"F_BALANCE": 1, "F_BOX_SUM": 2, "E_VALUE": 1}
    assert [(box.id, box.station) for box in county.folder.units[0].boxes] == [("1", "1"), ("m", "1"), ("2.1", "2")]


def test_the_report_holds_every_entry_and_explains_every_code(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"votes.csv": FILES["votes.csv"] + "v1,1,head,zz,3\n,,,,\n"})
    county = told(folder)
    with ReportWriter(tmp_path / "out") as writer:
        for entry in county.said:
            writer.note(entry)
        report = json.loads(writer.finish(county.folder.election, {"units": 2}).read_text("utf-8"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.json"]
    assert report["codes"]["E_REF"] == {"count": 2, "zh": CODES["E_REF"][0], "en": CODES["E_REF"][1]}
    assert [problem["line"] for problem in report["problems"]] == [7, 8]
    assert report["counts"]["problems"] == 2


def test_the_document_explains_every_code(root: Path) -> None:
    text = (root / "docs/rehearsal.md").read_text("utf-8")
    assert [code for code, (zh, en) in CODES.items() if f"| `{code}` | {zh} | {en} |" not in text] == []


HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet="v12,headab-+?\"\n\r\ufeff\x00甲;=' .9", max_size=200).map(str.encode),
    st.lists(
        st.lists(
            st.sampled_from(["v1", "head", "a", "1", "", "-1", "999999999999", "+x", '"', "..", "甲", "2"]),
            min_size=1,
            max_size=12,
        ).map(",".join),
        max_size=8,
    )
    .map("\n".join)
    .map(str.encode),
)


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([*FILES, "ballots.csv", "boxes.csv", "relations.csv", "rules.csv"]),
    body=HOSTILE,
    keep=st.booleans(),
)
def test_no_folder_makes_the_reader_crash(tmp_path: Path, name: str, body: bytes, keep: bool) -> None:
    """Whatever stands in a file, the folder is read or refused with its reasons noted."""
    headers = {
        "ballots.csv": BALLOTS,
        "boxes.csv": "unit,station,box,kind,collected\n",
        "relations.csv": "unit,person,other,relation\n",
        "rules.csv": "unit,path,value,decided_by\n",
    }
    start = (FILES.get(name) or headers[name]).encode() if keep else b""
    for path in tmp_path.iterdir():
        path.unlink()
    try:
        county = told(write(tmp_path, {name: start + body}))
    except FolderUnusable:
        return
    assert set(county.codes()) <= CODES.keys()
    with ReportWriter(tmp_path / "out") as writer:
        for entry in county.said:
            writer.note(entry)
        json.loads(writer.finish(county.folder.election, {}).read_text("utf-8"))
    (tmp_path / "out" / "report.json").unlink()
    (tmp_path / "out").rmdir()

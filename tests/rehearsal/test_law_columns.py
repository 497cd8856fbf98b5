"""What a folder says about the law: profiles, rules of a contest, rounds, women's seats, relatives, own decisions."""

import tomllib
from pathlib import Path

import pytest

from rehearsal.casting import cast_nodes, committee, officials, write_sealing_folder
from rehearsal.folder import Folder
from rehearsal.idents import UnitId
from rehearsal.notes import Problem
from rehearsal.plan import PaperFigures, RelationPlan, RulePlan
from rehearsal.rules import DEFAULT_PROFILE, RELATIONS, SHIPPED, relation_word
from rehearsal.script import unit_lines
from tests.rehearsal.folders import FILES, Told, told, write

TOML = FILES["election.toml"]
CONTESTS = "unit,contest,title,seats,max_marks,round,rule,of,female_only,profile,layout\n"
CANDIDATES = FILES["candidates.csv"] + "v1,woman,w,戊,f\n"
RELATIVES = "unit,person,other,relation\n"
OTHER = "cn-residents-2026-person"


def said(county: Told) -> list[tuple[str, str, int, str]]:
    return [(entry.code, entry.what, entry.line, entry.found) for entry in county.said if isinstance(entry, Problem)]


@pytest.mark.parametrize("line", ["", 'profile = "default"\n', 'profile = ""\n', f'profile = "{DEFAULT_PROFILE}"\n'])
def test_the_national_profile_holds_where_a_folder_names_none(tmp_path: Path, line: str) -> None:
    county = told(write(tmp_path, {"election.toml": TOML.replace('profile = "default"\n', line)}))
    assert county.said == []
    assert county.folder.election.profile == DEFAULT_PROFILE == "cn-village-2026-national"
    assert {unit.profile for unit in county.folder.units} == {DEFAULT_PROFILE}


@pytest.mark.parametrize(("value", "found"), [('"no-such"', "no-such"), ("3", "3"), ('"默认"', "默认")])
def test_an_unknown_profile_is_reported_and_the_default_used(tmp_path: Path, value: str, found: str) -> None:
    county = told(write(tmp_path, {"election.toml": TOML.replace('"default"', value)}))
    assert said(county) == [("W_PROFILE", "profile", 0, found)]
    assert county.folder.election.profile == DEFAULT_PROFILE


def test_units_and_contests_may_have_profiles_of_their_own(tmp_path: Path) -> None:
    units = FILES["units.csv"].replace("registered\n", "registered,profile\n").replace(",300\n", f",300,{OTHER}\n")
    contests = (
        CONTESTS + f"v1,head,主任,1,1,,,,,{OTHER},p\nv1,woman,妇女委员,1,1,,,,,,p\nv2,head,主任,1,1,,,,,nowhere,\n"
    )
    county = told(
        write(
            tmp_path,
            {"units.csv": units.replace(",90\n", ",90,\n"), "contests.csv": contests, "candidates.csv": CANDIDATES},
        )
    )
    assert said(county) == [("W_PROFILE", "profile", 4, "nowhere")]
    assert [unit.profile for unit in county.folder.units] == [OTHER, DEFAULT_PROFILE]
    # a contest that names its unit's profile says nothing more, not even beside one that names none
    assert [contest.profile for unit in county.folder.units for contest in unit.contests] == [None] * 3


def test_one_paper_has_one_profile(tmp_path: Path) -> None:
    """[SEAL-6]: what differs on one paper is reported, and the unit's profile holds."""
    contests = CONTESTS + f"v1,head,主任,1,1,,,,,{OTHER},p\nv1,woman,妇女委员,1,1,,,,true,,p\nv2,head,主任,1,1,,,,,,\n"
    county = told(write(tmp_path, {"contests.csv": contests, "candidates.csv": CANDIDATES}))
    codes = [entry[:2] for entry in said(county) if entry[0].startswith("W_PAPER")]
    assert codes == [("W_PAPER_PROFILE", "profile")]
    assert [contest.profile for contest in county.folder.units[0].contests] == [None, None]
    assert [contest.female_only for contest in county.folder.units[0].contests] == [False, True]


@pytest.mark.parametrize(
    ("turn", "word", "rule", "codes"),
    [
        ("", "", "election", []),
        ("1", "", "election", []),
        ("2", "", "supplementary", []),
        ("2", "runoff", "runoff", []),
        ("1", "advisory", "advisory", []),
        ("1", "nomination", "nomination", []),
        ("3", "election", "election", []),
        ("2", "rerun", "supplementary", ["E_VALUE"]),
        ("1", "recall", "election", ["E_VALUE"]),
    ],
)
def test_a_later_round_fills_missing_seats_unless_the_folder_says_else(
    tmp_path: Path, turn: str, word: str, rule: str, codes: list[str]
) -> None:
    contests = CONTESTS + f"v1,head,主任,1,1,{turn},{word},before,,,\nv2,head,主任,1,1,,,,,,\n"
    county = told(write(tmp_path, {"contests.csv": contests}))
    head = county.folder.units[0].contests[0]
    assert (head.rule, head.of) == (rule, "before")
    assert [entry[0] for entry in said(county)] == codes


def test_a_recall_asks_about_one_person(tmp_path: Path) -> None:
    contests = CONTESTS + "v1,head,主任,1,1,,,,,,\nv2,head,罢免,1,1,,recall,,,,\n"
    county = told(write(tmp_path, {"contests.csv": contests}))
    assert county.said == []
    assert county.folder.units[1].contests[0].rule == "recall"


@pytest.mark.parametrize(
    ("text", "word"),
    [(word, word) for word in RELATIONS]
    + [
        ("夫妻", "spouse"), ("配偶", "spouse"), ("父母", "parent"), ("父子", "parent"), ("子女", "child"),
        ("兄弟姐妹", "sibling"), ("姐妹", "sibling"), ("祖父母", "grandparent"), ("外孙女", "grandchild"),
        (" 其他 ", "other"), ("邻居", None), ("Spouse", None), ("", None),
    ],
)  # fmt: skip
def test_words_of_kinship(text: str, word: str | None) -> None:
    assert relation_word(text) == word


BALLOTS = "unit,station,ballot,contest,marks,status\nv1,1,1,head,a +王五,\n"


def relations(folder: Folder) -> list[tuple[str, str, str]]:
    assert all(isinstance(plan, RelationPlan) for plan in folder.relations)
    return [(plan.person, plan.other, plan.relation) for plan in folder.relations]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("v1,a,b,夫妻", ("a", "b", "spouse")),
        ("v1,甲,b,父子", ("a", "b", "parent")),
        ("v1,甲,乙,sibling", ("a", "b", "sibling")),
        ("v1,a,王五,姐妹", ("a", "+王五", "sibling")),
        ("v1,+赵六,a,子女", ("+赵六", "a", "child")),
    ],
)
def test_relatives_are_candidates_or_written_in(tmp_path: Path, row: str, found: tuple[str, str, str]) -> None:
    county = told(write(tmp_path, {"relations.csv": RELATIVES + row + "\n", "ballots.csv": BALLOTS}))
    assert relations(county.folder) == [found]
    assert county.problems() == [("W_TWO_SOURCES", "votes.csv", 0)]


@pytest.mark.parametrize(
    ("row", "codes", "kept"),
    [
        ("v1,a,b,同学", ["W_RELATION"], [("a", "b", "other")]),
        ("v1,a,无名氏,夫妻", ["E_REF"], []),
        ("v1,谁,无名氏,夫妻", ["E_REF", "E_REF"], []),
        ("v2,丙,b,夫妻", ["E_REF"], []),
        ("v1,a,甲,夫妻", ["E_VALUE"], []),
        ("v9,a,b,夫妻", ["E_REF"], []),
        ("v1,a,,夫妻", ["E_NAME"], []),
        ("v1,a,+,夫妻", ["E_REF"], []),
    ],
)
def test_an_unknown_relative_is_reported(
    tmp_path: Path, row: str, codes: list[str], kept: list[tuple[str, str, str]]
) -> None:
    county = told(write(tmp_path, {"relations.csv": RELATIVES + row + "\n"}))
    assert [code for code, file, _ in county.problems() if file == "relations.csv"] == codes
    assert relations(county.folder) == kept


def test_a_name_that_two_candidates_bear_names_nobody(tmp_path: Path) -> None:
    candidates = FILES["candidates.csv"].replace("v1,head,b,乙,m", "v1,head,b,甲,m")
    county = told(write(tmp_path, {"candidates.csv": candidates, "relations.csv": RELATIVES + "v1,甲,b,夫妻\n"}))
    assert county.problems() == [("E_REF", "relations.csv", 2)]


def test_the_roll_call_is_read_where_a_form_has_it(tmp_path: Path) -> None:
    stations = FILES["stations.csv"].replace("invalid\n", "invalid,voters,present\n", 1)
    stations = stations.replace(",140,10\n", ",140,10,160,155\n").replace(",60,5\n", ",60,5,70,\n")
    stations = stations.replace(",75,0\n", ",75,0,,\n")
    boxes = "unit,station,box,kind,voters,issued\nv1,1,m,main,160,160\n"
    county = told(write(tmp_path, {"stations.csv": stations, "boxes.csv": boxes}))
    # `present` is asked of meetings only; `voters` once somebody has it
    assert county.codes() == {"W_UNKNOWN": 1}
    figures = [table.station.figures for table in county.tables]
    assert [(one.voters, one.present) for one in figures] == [(160, 155), (70, None), (None, None)]
    assert county.folder.units[0].boxes[0].figures == PaperFigures(issued=160, voters=160)


@pytest.mark.parametrize(
    ("voters", "codes"),
    [(160, set()), (161, {"F_VOTERS_ISSUED"}), (201, {"F_VOTERS_ISSUED", "F_VOTERS_REGISTERED"}),
     (149, {"F_VOTERS_ISSUED", "F_COLLECTED_VOTERS"})],
)  # fmt: skip
def test_the_roll_call_against_the_other_figures(tmp_path: Path, voters: int, codes: set[str]) -> None:
    """Rules 108 to 110 of [FIND-1]; the box's form is read the same way, and both must add up."""
    stations = FILES["stations.csv"].replace("invalid\n", "invalid,voters\n", 1)
    stations = stations.replace(",140,10\n", f",140,10,{voters}\n").replace(",60,5\n", ",60,5,70\n")
    stations = stations.replace(",75,0\n", ",75,0,80\n")
    boxes = f"unit,station,box,kind,voters\nv1,1,m,main,{voters}\nv1,2,n,main,69\n"
    county = told(write(tmp_path, {"stations.csv": stations, "boxes.csv": boxes}))
    assert set(county.codes()) == codes | {"F_BOX_SUM"}


def test_own_decisions_are_handed_on(tmp_path: Path) -> None:
    """一村一策 [PROF-4]: read strictly, judged when the election is sealed."""
    rules = "unit,path,value,decided_by\n" + "\n".join(
        [
            "v1,ballot.dup_post,columns,村民会议 2026-10-01",
            "v1,ballot.choices,approve oppose,村民会议 2026-10-01",
            "v1,ballot.dup_post,ballot,再次",
            "v1,Ballot,columns,村民会议",
            "v1,tie,a  b,村民会议",
            "v1,roll_down,true,",
            "v9,roll_down,true,村民会议",
        ]
    )
    county = told(write(tmp_path, {"rules.csv": rules + "\n"}))
    assert [(code, line) for code, _, line in county.problems()] == [
        ("E_DUPLICATE", 4), ("E_VALUE", 5), ("E_VALUE", 6), ("E_NAME", 7), ("E_REF", 8),
    ]  # fmt: skip
    unit, decided = UnitId("v1"), "村民会议 2026-10-01"
    assert county.folder.rules == (
        RulePlan(unit=unit, path="ballot.dup_post", value="columns", decided_by=decided),
        RulePlan(unit=unit, path="ballot.choices", value="approve oppose", decided_by=decided),
    )


def test_the_profiles_are_those_that_ship(root: Path) -> None:
    assert {path.stem for path in (root / "coordinator/sealing/profiles").glob("*.json")} == SHIPPED


def test_the_document_names_every_word_of_kinship(root: Path) -> None:
    text = (root / "docs/rehearsal.md").read_text("utf-8")
    rows = [line.strip("|\n ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    words = {row[0].strip("`"): row[1] for row in rows if row[0].strip("`") in RELATIONS}
    found = {word: {relation_word(one) for one in said.split()} for word, said in words.items()}
    assert found == {word: {word} for word in RELATIONS}


def test_a_profile_is_sealed_once_and_every_contest_says_what_it_is(tmp_path: Path) -> None:
    """The sealing folder (docs/sealing.md) of a folder with profiles, rules, rounds, relatives and own decisions."""
    units = FILES["units.csv"].replace("registered\n", "registered,profile\n").replace(",300\n", f",300,{OTHER}\n")
    contests = CONTESTS + f"v1,head,主任,1,1,,,,,,\nv1,woman,妇女委员,1,1,2,,head,true,{DEFAULT_PROFILE},\n"
    files: dict[str, str | bytes | None] = {
        "units.csv": units.replace(",90\n", ",90,\n"),
        "contests.csv": contests + "v2,head,主任,1,1,,,,,,\n",
        "candidates.csv": CANDIDATES,
        "relations.csv": RELATIVES + "v1,a,戊,姐妹\n",
        "rules.csv": "unit,path,value,decided_by\nv1,ballot.dup_post,columns,村民会议\n",
    }
    folder = told(write(tmp_path / "in", files)).folder
    write_sealing_folder(folder, cast_nodes(folder.units, 1), tmp_path / "out")
    head = tomllib.loads((tmp_path / "out/election.toml").read_text("utf-8"))
    assert head["profiles"] == [DEFAULT_PROFILE, OTHER]
    sealed = {path.name: path.read_text("utf-8").splitlines() for path in (tmp_path / "out").glob("*.csv")}
    assert [line.split(",")[5] for line in sealed["units.csv"][1:]] == [OTHER, DEFAULT_PROFILE]
    assert sealed["contests.csv"] == [
        "unit,contest,title,seats,max_marks,layout,round,registered,write_ins,profile,rule,of,female_only",
        "v1,head,主任,1,1,head,1,,0,,election,,",
        f"v1,woman,妇女委员,1,1,woman,2,,0,{DEFAULT_PROFILE},supplementary,head,true",
        "v2,head,主任,1,1,1,1,,0,,election,,",
    ]
    assert sealed["relations.csv"] == ["unit,person,other,relation", "v1,a,w,sibling"]
    assert sealed["rules.csv"] == ["unit,path,value,decided_by", "v1,ballot.dup_post,columns,村民会议"]


def test_the_session_ends_with_what_the_rules_give(tmp_path: Path) -> None:
    contests = CONTESTS + "v1,head,主任,1,1,,,,,,\nv2,head,推荐,1,1,,advisory,,,,\n"
    county = told(write(tmp_path, {"contests.csv": contests}))
    last = [
        list(unit_lines(county.folder, unit, lambda _: None, lambda: 1, lambda: "1" * 12))[-1]
        for unit in county.folder.units
    ]
    assert [line["op"] for line in last] == ["declaration", "statement"]
    assert last[0] == {"op": "declaration", "unit": "v1", "time": 1}


def test_no_official_has_the_id_of_a_candidate(tmp_path: Path) -> None:
    """[SEAL-7]: whoever stands does not sign, not even by chance of an id."""
    candidates = FILES["candidates.csv"] + "v1,head,p-chair,丁,m\nv1,head,p-chief-1,戊,f\n"
    unit = told(write(tmp_path, {"candidates.csv": candidates})).folder.units[0]
    people = [*committee(unit), *officials(unit, unit.stations[0])]
    assert {person["id"] for person in people} & {person.id for person in unit.contests[0].candidates} == set()
    assert {person["id"] for person in people} >= {"p-chair_", "p-member", "p-chief-1_"}

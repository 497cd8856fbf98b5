"""What the county prints from its store: outcomes like the verifier's, notice 15, reasons, figures."""

from pathlib import Path

import pytest

from coordinator.intake.admission import Received
from coordinator.ledger.rebuilding import rebuild
from coordinator.results.explaining import explanation
from coordinator.results.figures import Figures, read_ratio
from coordinator.results.findings import HEADER as FINDINGS
from coordinator.results.findings import finding_lines, finding_rows
from coordinator.results.outcomes import HEADER, outcome_rows
from coordinator.results.reading import read_unit
from coordinator.settings import CountyError
from tally_protocol.law.ratio import Ratio
from tally_protocol.law.states import UnitWord
from tally_protocol.record.deciding import results_of
from tests.committee import Committee
from tests.coordinator.county import Bench, envelopes, make_home, whole_count
from tests.world import WRITE_IN, World, papers


@pytest.fixture
def counted(bench: Bench) -> Bench:
    """The small county, but for the second committee's names."""
    *most, last = whole_count(bench.world)[1]
    for chain in [*most, last[:1]]:
        bench.deliver(*chain)
    return bench


def test_a_unit_read_alone_is_the_unit_of_the_whole_county(counted: Bench) -> None:
    """Its notes and chains suffice; other units' records are not looked at."""
    whole = rebuild(counted.store).county.units
    for name, state in whole.items():
        alone = read_unit(counted.store, name)
        assert (alone.head, alone.statement, alone.determined) == (state.head, state.statement, state.determined)
        assert (alone.totals(), alone.final, alone.shown) == (state.totals(), state.final, state.shown)
    assert results_of(read_unit(counted.store, "v1")) == results_of(whole["v1"])


def test_a_unit_that_is_not_there(counted: Bench) -> None:
    with pytest.raises(CountyError, match="v9"):
        read_unit(counted.store, "v9")


def test_outcomes_are_those_of_the_determinations(counted: Bench) -> None:
    """[DET-2]: and a unit that waits for its names is `not_final`."""
    assert HEADER == ("unit", "contest", "round", "outcome", "elected", "base_sensitive")
    rows = list(outcome_rows(rebuild(counted.store).county.units.values()))
    assert rows == [
        # 260 papers, 240 of them valid: 2 x 121 > 260 no, but 2 x 121 > 240 yes
        ("v1", "chair", "1", "supplementary", "", "true"),
        # d 236 of 260; c 128: 256 > 260 no, 256 > 243 yes
        ("v1", "member", "1", "supplementary", "d", "true"),
        # 2 x 124 > 300 no
        ("v1", "deputy", "1", "invalid_turnout", "", "false"),
        ("v2", "chair", "1", "not_final", "", "false"),
        ("v2", "member", "1", "not_final", "", "false"),
        ("v2", "deputy", "1", "not_final", "", "false"),
    ]


def test_a_written_in_winner_is_one_word(tmp_path: Path) -> None:
    """[OUTCOME-1]: references are separated by one space, so a name's own spaces are printed as `_`."""
    world = World(values={"turnout.num": 1, "turnout.den": 100})
    bench = Bench(make_home(tmp_path / "home", world), world)
    desk = world.desk("v2", "1")
    desk.open()
    desk.batch(papers(60, WRITE_IN), ["Ma Yun", "王\u3000二"])
    desk.close(voters=60, issued=60)
    committee = Committee(world, "v2", [desk])
    notes = committee.statement(), committee.names()
    bench.deliver(*envelopes(world, desk), *[Received(note, b"", None) for note in notes])
    rows = list(outcome_rows([read_unit(bench.store, "v2")]))
    assert rows[0][3:] == ("full", "+Ma_Yun", "false")
    assert rows[1][3:] == ("full", "c +王_二", "false")


def test_a_voided_unit_is_voided(counted: Bench) -> None:
    state = rebuild(counted.store).county.units["v1"]
    state.state = UnitWord.VOIDED
    assert {row[3] for row in outcome_rows([state])} == {"voided"}


def test_figures_always_have_their_base(counted: Bench) -> None:
    """Only what is fixed is counted, and of how many is said; no percentage stands alone."""
    found = Figures.of(rebuild(counted.store).county.units.values())
    lines = list(found.lines(Ratio(211, 224)))
    assert lines == [
        "结果已定的单位 · units whose result is fixed: 1/2 (50.00 %)",
        "一次选举成功的单位 · units full in the first round: 0/1 (0.00 %)",
        "参选率 · turnout: 260/400 (65.00 %)",
        "参选率与上届 · turnout, last term, points: 260/400 (65.00 %); 211/224 (94.20 %); -29.20",
        "妇女占委员会成员 · women among committee members: 0/1 (0.00 %)",
        "有妇女成员的单位 · units with a woman: 0/1 (0.00 %)",
        "一肩挑的单位 · units with one head of both bodies: 0/1 (0.00 %)",
        "两委人数 · persons in both bodies: 0 + 1 - 0 - 0 = 1",
        "    党组织 + 村（居）委会 - 一肩挑 - 交叉任职 · party + committee - heads of both - others in both",
        "职位结果 · contests: 未完成 not_final: 3/6 (50.00 %)",
        "职位结果 · contests: 参选未过半，重新选举 invalid_turnout: 1/6 (16.67 %)",
        "职位结果 · contests: 另行选举 supplementary: 2/6 (33.33 %)",
    ]
    body = found.to_json(Ratio(211, 224))
    assert body["turnout"] == {"part": 260, "whole": 400}
    assert body["turnout_before"] == {"part": 211, "whole": 224}
    assert body["bodies"] == {"party": 0, "committee": 1, "both_heads": 0, "cross": 0, "persons": 1}
    assert body["outcomes"]["supplementary"] == {"part": 2, "whole": 6}
    assert "turnout_before" not in found.to_json()
    assert all("turnout, last" not in line for line in found.lines())


@pytest.mark.parametrize("text", ["", "1", "1/", "/2", "-1/2", "1/2/3", "98%", "一/二"])
def test_last_terms_turnout_is_two_integers(text: str) -> None:
    with pytest.raises(CountyError):
        read_ratio(text)
    assert read_ratio("12863/13067") == Ratio(12863, 13067)


def test_findings_are_listed_and_explained(counted: Bench) -> None:
    """[FIND-2]: units by id, both languages, the desk's line and the county's."""
    units = list(rebuild(counted.store).county.units.values())
    rows = list(finding_rows(units))
    assert FINDINGS == ("unit", "station", "code", "expected", "found")
    # every form of the small world says 100 valid and 20 void of 130 collected
    assert ("v1", "1", "F_VALID_INVALID", "130", "120") in rows
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    lines = list(finding_lines(units))
    assert len(lines) == 5 * len(rows)
    (head,) = [line for line in lines if line.startswith("村v1 v1 · 计票点 station 1  107 ")]
    assert head.endswith("F_VALID_INVALID: 应为 expected 130, 现为 found 120")
    assert "村v1 v1 · 主任 chair  404 W_BASE: 应为 expected 0, 现为 found 1" in lines


def test_an_explanation_shows_its_integers_and_its_source(counted: Bench) -> None:
    """[OUTCOME-2]: comparison, rule, source and date, in both languages."""
    state = read_unit(counted.store, "v1")
    whole = "\n".join(explanation(state))
    chair = "\n".join(explanation(state, "chair"))
    assert chair.startswith("村v1 v1 · 已依规则认定 DETERMINED\n\n主任：选举，第 1 轮")
    for part in ("2 x 121 > 260", "第18条（2025-10-28）", "supplementary", "另行选举"):
        assert part in chair
    assert whole.count("\n\n") == 3
    assert chair.split("\n\n")[1] == whole.split("\n\n")[1]
    with pytest.raises(CountyError, match="mayor"):
        list(explanation(state, "mayor"))


def test_a_unit_without_a_result_is_said_to_have_none(counted: Bench) -> None:
    state = read_unit(counted.store, "v2")
    assert list(explanation(state, "deputy")) == [
        "村v2 v2 · 报告单已签 SIGNED", "", "代表 (deputy): 未完成 not_final",
    ]  # fmt: skip
    state.state = UnitWord.VOIDED
    assert list(explanation(state, "deputy"))[-1] == "代表 (deputy): 选举无效 voided"

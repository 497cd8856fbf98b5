"""Every text of the public page is there in Chinese and in English, and every word that the record can hold has one."""

import json
import re
from pathlib import Path

import pytest

from coordinator.board.files import STATIC
from tally_protocol.election.unit import BOX_KINDS
from tally_protocol.election.words import ROLE_WORDS
from tally_protocol.law.result import Outcome
from tally_protocol.law.states import STATION_STEPS, UNIT_STEPS, Shown, StationWord
from tally_protocol.record.station_kinds import READERS
from tally_protocol.record.unit_kinds import UNIT_READERS

ZH: dict[str, str] = json.loads((STATIC / "texts/zh.json").read_bytes())
EN: dict[str, str] = json.loads((STATIC / "texts/en.json").read_bytes())
ROOT = Path(__file__).parents[2]
CENTRE = ROOT / "coordinator/centre"
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_both_languages_have_the_same_keys_and_the_same_places_to_fill() -> None:
    assert list(ZH) == list(EN)
    for key, text in ZH.items():
        assert text.strip(), key
        assert EN[key].strip(), key
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", EN[key])), key


def test_neither_is_the_other_by_mistake() -> None:
    """The only Chinese in English texts is the character that the strokes write."""
    assert [key for key, text in EN.items() if HAN.search(text.replace("正", ""))] == []
    plain = {"list.comma", "screen.page", "fact.own.rule"}
    assert [key for key, text in ZH.items() if not HAN.search(text) and key not in plain] == []


def test_every_word_of_the_record_has_its_text() -> None:
    keys = {f"state.{word.name}" for word in Shown}
    keys |= {f"outcome.{word.value}" for word in Outcome}
    keys |= {f"station.{word.value}" for word in StationWord}
    keys |= {f"role.{word}" for word in ROLE_WORDS}
    keys |= {f"box.{word}" for word in BOX_KINDS}
    keys |= {f"kind.{kind}" for kind in {*READERS, *UNIT_READERS, "determination", "unit", "roster"} - {"step"}}
    keys |= {f"kind.step {word}" for word in (*STATION_STEPS, *UNIT_STEPS)}
    assert keys - ZH.keys() == set()


def test_states_and_outcomes_are_worded_as_in_the_law() -> None:
    assert {word: ZH[f"state.{word.name}"] for word in Shown} == {word: word.value for word in Shown}
    assert {word: ZH[f"outcome.{word.value}"] for word in Outcome} == {word: word.zh for word in Outcome}


def test_one_state_has_one_word_for_a_village_and_for_its_stations() -> None:
    for texts in (ZH, EN):
        said = {word.name: texts[f"state.{word.name}"] for word in Shown}
        for word in StationWord:
            if word.value in said:
                assert texts[f"station.{word.value}"] == said[word.value], word


def test_no_word_of_another_trade_stands_in_a_text() -> None:
    """Quotations of the stock market, and a seal on ballots where an election's file was sealed."""
    places = [STATIC / "texts/zh.json", CENTRE / "texts/zh.json", ROOT / "spec/codes.json"]
    places += (ROOT / "docs").glob("*.md")
    places += (path for folder in ("verifier", "tally_protocol") for path in (ROOT / folder).rglob("*.py"))
    assert [path.name for path in places if re.search("行情|已密封|未始", path.read_text("utf-8"))] == []


def code_of(name: str) -> str:
    """A page or module without its comments."""
    text = (STATIC / name).read_text("utf-8")
    return re.sub(r"^\s*//.*$|/\*\*.*?\*/", "", text, flags=re.MULTILINE)


def used() -> set[str]:
    """Keys that stand in pages and modules as they are; what is put together at run time is tested above."""
    found = set()
    for path in STATIC.glob("*"):
        if path.suffix in {".js", ".html"}:
            text = code_of(path.name)
            found |= set(re.findall(r'\bt\("([^"]+)"', text))
            found |= set(re.findall(r'data-(?:text|label|hint)="([^"]+)"', text))
    return found


def test_every_key_that_a_page_uses_is_there() -> None:
    assert used() - ZH.keys() == set()


def test_no_text_is_left_that_nobody_shows() -> None:
    source = "\n".join(path.read_text("utf-8") for path in STATIC.glob("*") if path.suffix in {".js", ".html"})
    heads = set(re.findall(r"t\(`([a-z.]+)\.\$\{", source)) | set(re.findall(r'(?:line|part)\("([a-z]+)\.', source))
    shown = {key for key in ZH if f'"{key}"' in source or any(key.startswith(f"{head}.") for head in heads)}
    assert sorted(ZH.keys() - shown) == []


@pytest.mark.parametrize("name", ["zh", "en"])
def test_the_files_are_written_one_way(name: str) -> None:
    text = (STATIC / f"texts/{name}.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_modules_hold_no_words_of_their_own() -> None:
    allowed = {"dom.js": "", "zheng.js": "正", "texts.js": ""}
    for path in STATIC.glob("*.js"):
        found = set(HAN.findall(code_of(path.name))) - set(allowed.get(path.name, ""))
        assert found <= {"中", "文"}, path.name

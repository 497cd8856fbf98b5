"""How the explanation says a comparison, a person, a source: one value in, both languages out.

`compared(Share(1, 2, strict), 300, 600).en` is "2 x 300 > 600: no".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tally_protocol.election.unit import WRITTEN_IN
from tally_protocol.law.articles import article
from tally_protocol.law.persons import People
from tally_protocol.law.profile import Profile
from tally_protocol.law.profile_words import words_of
from tally_protocol.law.quantities import Known, Quantity, Source, Unknown
from tally_protocol.law.share import Share
from tally_protocol.law.sources import in_both, source_of

SOURCES = {
    Source.TOTALS: ("报告单", "statement"),
    Source.CONTEST: ("封存的职位", "sealed contest"),
    Source.UNIT: ("封存的单位", "sealed unit"),
    Source.STATIONS: ("封存的各点之和", "sealed stations, added"),
    Source.FORMS: ("各点表格之和", "stations' forms, added"),
    Source.BOXES: ("各箱记录之和", "boxes' records, added"),
}
# the article behind "most votes win", which no value of a profile carries
MOST_VOTES = {"village_2026": "VC-18", "residents_2026": "RC-19", "congress_2020": "EL-45"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation in Chinese and English."""

    zh: str
    en: str


def compared(share: Share, value: int, base: int) -> Line:
    """A share held against its base, with its integers and its answer."""
    right = f"{base}" if share.num == 1 else f"{share.num} x {base}"
    sign = ">" if share.strict else ">="
    return answered(f"{share.den} x {value} {sign} {right}", holds=share.reaches(value, base))


def answered(asked: str, *, holds: bool) -> Line:
    """A comparison and its answer."""
    return Line(f"{asked}：{'是' if holds else '否'}", f"{asked}: {'yes' if holds else 'no'}")


def quantity_words(quantity: Quantity) -> Line:
    """A quantity with its source, or that nobody recorded it."""
    zh, en = words_of(quantity.name)
    if isinstance(quantity, Unknown):
        return Line(f"{zh}未记录", f"{en} not recorded")
    where_zh, where_en = SOURCES[quantity.source]
    return Line(f"{zh} {quantity.value}（{where_zh}）", f"{en} {quantity.value} ({where_en})")


def stand_in(asked: str, found: Known) -> Line:
    """That another quantity stands in for one that is not recorded; empty where none does."""
    if found.name == asked or {found.name, asked} == {"registered", "due"}:
        return Line("", "")
    zh, en = words_of(found.name)
    asked_zh, asked_en = words_of(asked)
    return Line(f"，{asked_zh}未记录，以{zh}代替", f", {asked_en} not recorded: {en} instead")


def because(profile: Profile, *paths: str) -> Line:
    """Who stands behind some values of a profile: articles with their dates, and those who decided."""
    found = dict.fromkeys(source_of(profile, path) for path in paths)
    lines = [_source_words(kind, said) for kind, said in found if said] or [_source_words("text", profile.text)]
    return Line(f"依据：{'；'.join(line.zh for line in lines)}", f"by: {'; '.join(line.en for line in lines)}")


def _source_words(kind: str, said: str) -> Line:
    """An article, or what a profile says; a text written in both languages as `中文 / English` is read in each."""
    if kind == "national":
        return Line(article(said).zh, f"{said} {article(said).en}")
    return Line(*in_both(said))


def most_votes_win(profile: Profile) -> Line:
    """Who says that most votes win."""
    key = MOST_VOTES.get(profile.law)
    line = _source_words("text", profile.text) if key is None else _source_words("national", key)
    return Line(f"依据：{line.zh}", f"by: {line.en}")


def named(people: People, persons: Iterable[int]) -> str:
    """Persons for readers: reference, and the name of a candidate."""
    return "、".join(person_words(people, person) for person in persons) or "–"


def person_words(people: People, person: int) -> str:
    """A person's reference, with the name where the reference is an id."""
    key, name = people.keys[person]
    return people.references[person] if key in {WRITTEN_IN, name} else f"{key} {name}"

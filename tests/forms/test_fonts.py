"""Fonts made here, of a few characters each: no font of the machine is asked."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from coordinator import fonts as county
from coordinator.fonts import county_fonts, package_for, read_fonts, shown, unprintable
from coordinator.forms.typesetting import check_glyphs
from coordinator.settings import CountyError

RARE = "\U0002a6a5"  # four dragons, of Extension B


def make_font(
    path: Path, family: str, characters: str, weight: str = "Regular", *, whole: bool = True
) -> Path:
    names = {ord(char): f"g{ord(char):x}" for char in characters}
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((500, 0))
    pen.lineTo((500, 500))
    pen.closePath()
    glyph = pen.glyph()
    order = [".notdef", *names.values()]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(names)
    font.setupGlyf(dict.fromkeys(order, glyph))
    font.setupHorizontalMetrics(dict.fromkeys(order, (600, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    names_of = {"familyName": family, "styleName": weight}
    font.setupNameTable(names_of | ({"psName": family.replace(" ", "") + weight} if whole else {}))
    font.setupOS2()
    font.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    font.save(path)
    return path


def ours(folder: Path, monkeypatch: pytest.MonkeyPatch, made: Iterable[tuple[str, str]]) -> None:
    for family, characters in made:
        make_font(folder / f"{family}.ttf", family, characters)
    monkeypatch.setenv(county.SETTING, str(folder))


def test_a_character_prints_if_any_font_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours(tmp_path / "a", monkeypatch, [("Noto Serif CJK SC", "张三"), ("Noto Sans CJK SC", "张三·")])
    assert unprintable("张　三·") == ()
    assert unprintable(f"张{RARE}三{RARE}") == (RARE,)
    ours(tmp_path / "b", monkeypatch, [("Noto Serif CJK SC", "张三"), ("Rare", RARE)])
    assert unprintable(f"张{RARE}三") == ()
    assert county_fonts().others == ("Rare",)


def test_a_bold_name_must_print_too(tmp_path: Path) -> None:
    regular = make_font(tmp_path / "r.ttf", "SimSun", "张三")
    bold = make_font(tmp_path / "b.ttf", "SimSun", "张", "Bold")
    assert read_fonts([regular]).unprintable("张三") == ()
    assert read_fonts([regular, bold]).unprintable("张三") == ("三",)


def test_the_same_drawing_for_other_regions_is_not_asked(tmp_path: Path) -> None:
    mainland = make_font(tmp_path / "sc.ttf", "Noto Serif CJK SC", "骨")
    korean = make_font(tmp_path / "kr.ttf", "Noto Serif CJK KR", "骨말")
    found = read_fonts([mainland, korean])
    assert found.others == ()
    assert found.unprintable("骨말") == ("말",)


def test_without_a_chinese_font_nothing_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours(tmp_path / "latin", monkeypatch, [("DejaVu Sans", "abc")])
    with pytest.raises(CountyError) as caught:
        unprintable("张")
    assert "fonts-noto-cjk" in caught.value.zh
    assert "CHANGPIAO_FONTS" in caught.value.en
    monkeypatch.setattr(county, "SYSTEM", (str(tmp_path / "none"),))
    monkeypatch.setenv(county.SETTING, "")
    county._fonts.cache_clear()  # noqa: SLF001 - the system of this test has no fonts
    with pytest.raises(CountyError, match="fonts-noto-cjk"):
        county_fonts()
    county._fonts.cache_clear()  # noqa: SLF001 - and the next one has them again


def test_a_setting_that_leads_nowhere_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(county.SETTING, str(tmp_path / "nothing"))
    with pytest.raises(CountyError, match="nothing"):
        county_fonts()


def test_a_font_that_no_typesetter_takes_promises_nothing(tmp_path: Path) -> None:
    good = make_font(tmp_path / "good.ttf", "SimSun", "张三")
    nameless = make_font(tmp_path / "odd.ttf", "Odd", RARE, whole=False)
    assert read_fonts([good, nameless]).unprintable(RARE) == (RARE,)


def test_a_broken_font_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    with pytest.raises(CountyError, match=r"broken\.ttf"):
        read_fonts([broken])


def test_a_blank_box_is_refused_with_field_text_and_character(tmp_path: Path) -> None:
    found = read_fonts([make_font(tmp_path / "f.ttf", "SimSun", "张三abc")])
    with pytest.raises(CountyError) as caught:
        check_glyphs(found, {"contests": [{"title": "abc"}, {"rows": [{"name": f"张{RARE}"}], "qr": "<svg/>"}]})
    for said in (caught.value.zh, caught.value.en):
        assert "contests.2.rows.1.name" in said
        assert f"张{RARE}" in said
        assert "U+2A6A5" in said
        assert "fonts-hanazono" in said
    check_glyphs(found, {"name": "张三\nabc", "number": 3, "none": None})


@pytest.mark.parametrize(
    ("char", "said", "package"),
    [("䶮", "䶮 U+4DAE", "fonts-hanazono"), ("\u200b", "U+200B", "fonts-noto-core"),
     ("བ", "བ U+0F56", "fonts-noto-core"), (RARE, f"{RARE} U+2A6A5", "fonts-hanazono")],
)
def test_a_character_is_shown_with_its_number(char: str, said: str, package: str) -> None:
    assert shown(char) == said
    assert package_for(char) == package

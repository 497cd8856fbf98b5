"""Forms set with the real fonts: looks, bytes, PDF/A. `make forms` runs these; they fail by name without the fonts."""

import io
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from coordinator.fonts import Fonts, read_fonts
from coordinator.forms.catalogue import FORMS, Subject
from coordinator.forms.making import Filled, Sources, Wish, fill_from, make, make_all, prove, set_form
from coordinator.forms.paperwork import Paperwork
from coordinator.forms.press import Press
from coordinator.forms.proving import planned, proof_data
from coordinator.forms.record import Record
from coordinator.forms.typesetting import Typesetter
from coordinator.settings import CountyError
from tally_protocol.law.ratio import Ratio
from tests.coordinator.sealing_folder import SealingFolder
from tests.forms.looking import APPROVED, APPROVING, PPI, approve, difference, fonts_of, page_image, same_as_approved
from tests.forms.test_bodies import CENTRE
from tests.forms.test_days import LATER, places
from tests.forms.test_fonts import RARE
from tests.forms.village import publish, village, write_paperwork
from tests.published import PUBLISHED

pytestmark = pytest.mark.printed
PRINTED = [name for name, form in FORMS.items() if form.subject is not Subject.FOLDER]
FITS_ONE_PAGE = {"ballot", "notice-10", "notice-15", "notice-16", "statement", "tally-sheet", "daily", "flow"}


def filled(record: Record, paperwork: Paperwork, form: str, *, english: bool = False) -> Filled:
    return fill_from(record, Wish(form=form, unit="v1", township="东乡", english=english), paperwork)


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
@pytest.mark.parametrize("form", PRINTED)
def test_a_form_looks_as_approved(
    record: Record, paperwork: Paperwork, setter: Typesetter, noto: tuple[Path, ...], form: str, *, english: bool
) -> None:
    made = filled(record, paperwork, form, english=english)
    pages = [page_image(png) for png in setter.pages(made.form.template, made.data, PPI)]
    name = f"{form}-en" if english else form
    assert len(pages) == 1 or english or form not in FITS_ONE_PAGE
    if APPROVING:
        (APPROVED / "fonts.json").write_text(json.dumps(fonts_of(noto), indent=1) + "\n", "utf-8")
        for number, page in enumerate(pages, 1):
            approve(f"{name}-{number}", page)
    same = same_as_approved(noto)
    found = [difference(f"{name}-{number}", page, same_fonts=same) for number, page in enumerate(pages, 1)]
    assert [line for line in found if line] == []
    assert not (APPROVED / f"{name}-{len(pages) + 1}.png").exists(), "the approved form has more pages"


@pytest.mark.parametrize("form", ["daily", "brief", "summary"])
def test_a_report_with_what_the_centre_knows_looks_as_approved(
    record: Record, setter: Typesetter, noto: tuple[Path, ...], form: str
) -> None:
    wish = Wish(
        form=form, township="东乡", centre=CENTRE, remarks={"v2": "停电半小时"}, issue=7, before=Ratio(211, 224)
    )
    made = fill_from(record, wish, None)
    (png,) = setter.pages(made.form.template, made.data, PPI)
    page = page_image(png)
    if APPROVING:
        approve(f"{form}-centre-1", page)
    assert difference(f"{form}-centre-1", page, same_fonts=same_as_approved(noto)) == ""


def test_notice_10_of_a_later_wave_looks_as_approved(
    record: Record, setter: Typesetter, noto: tuple[Path, ...], tmp_path: Path
) -> None:
    tables = Paperwork(write_paperwork(tmp_path, places=places(LATER)))
    made = fill_from(record, Wish(form="notice-10", unit="v1", day=LATER), tables)
    (png,) = setter.pages(made.form.template, made.data, PPI)
    page = page_image(png)
    if APPROVING:
        approve("notice-10-wave-1", page)
    assert difference("notice-10-wave-1", page, same_fonts=same_as_approved(noto)) == ""


@pytest.mark.parametrize("form", PRINTED)
def test_a_form_is_an_archivable_file(record: Record, paperwork: Paperwork, setter: Typesetter, form: str) -> None:
    made = set_form(setter, filled(record, paperwork, form))
    with pikepdf.open(io.BytesIO(made.data)) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")) == ("2", "B")
            assert FORMS[form].zh in str(metadata.get("dc:title"))
        assert "/JavaScript" not in pdf.Root.get("/Names", {})
        assert "/AA" not in pdf.Root
        assert not pdf.is_encrypted
        assert "/OutputIntents" in pdf.Root
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260921")
        used = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
        assert used
        for font in used:
            for descendant in font.get("/DescendantFonts", [font]):
                assert any(f"/FontFile{number}" in descendant.FontDescriptor for number in ("", "2", "3"))


def test_two_processes_make_the_same_bytes(
    public: Path, paperwork_folder: Path, noto: tuple[Path, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "fonts"
    folder.mkdir()
    for path in noto:
        (folder / path.name).symlink_to(path)
    lines = []
    for turn in ("first", "second"):
        out = tmp_path / turn
        for form in ("statement", "ballot", "notice-13", "brief"):
            done = subprocess.run(
                [sys.executable, "-m", "coordinator", "form", form, "--public", str(public), "--unit", "v1",
                 "--paperwork", str(paperwork_folder), "--out", str(out)],
                capture_output=True, check=True, env={**os.environ, "CHANGPIAO_FONTS": str(folder)}, text=True,
            )  # fmt: skip
            lines.append(json.loads(done.stdout))
    first, second = lines[: len(lines) // 2], lines[len(lines) // 2 :]
    assert [one["sha256"] for one in first] == [one["sha256"] for one in second]
    assert [Path(one["file"]).read_bytes() for one in first] == [Path(one["file"]).read_bytes() for one in second]
    assert [one["size"] for one in first] == [22] * 4


def test_the_time_in_a_form_is_the_one_of_its_checkpoint(record: Record, paperwork: Paperwork) -> None:
    assert filled(record, paperwork, "statement").time == record.time == PUBLISHED


def test_a_form_of_an_earlier_checkpoint_is_another(public: Path, setter: Typesetter, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint"
    kept.write_bytes(village().checkpoint(12))
    now = make(setter, Wish(form="tally-sheet", unit="v1"), Sources(public=public))
    then = make(setter, Wish(form="tally-sheet", unit="v1"), Sources(public=public, checkpoint=kept))
    assert (now.size, then.size) == (22, 12)
    assert now.sha256 != then.sha256
    assert then.file == "county-test-v1-tally-sheet-12.pdf"


def test_every_unit_of_a_township_in_one_reading(public: Path, setter: Typesetter) -> None:
    made = list(make_all(setter, Wish(form="notice-15", township="东乡"), Sources(public=public)))
    assert [one.subject for one in made] == ["v1", "v2"]
    assert made[0].data == make(setter, Wish(form="notice-15", unit="v1"), Sources(public=public)).data
    with pytest.raises(CountyError, match="township"):
        list(make_all(setter, Wish(form="notice-15", township="西乡"), Sources(public=public)))


def test_a_village_proof_reads_before_anybody_has_enrolled(
    setter: Typesetter, noto: tuple[Path, ...], tmp_path: Path
) -> None:
    folder = SealingFolder(tmp_path)
    folder.files = {name: text for name, text in folder.files.items() if not name.startswith("enrolments/")}
    folder.swap("candidates.csv", "李四", "欧阳春草")
    path = folder.write()
    made = prove(setter, path, "v1")
    assert made.data == prove(setter, path, "v1").data
    assert made.file == "sealing-test-v1-proof-0.pdf"
    data = proof_data(FORMS["proof"], planned(path), "v1", english=False)
    pages = [page_image(png) for png in setter.pages("proof.typ", data, PPI)]
    if APPROVING:
        for number, page in enumerate(pages, 1):
            approve(f"proof-{number}", page)
    same = same_as_approved(noto)
    found = [difference(f"proof-{number}", page, same_fonts=same) for number, page in enumerate(pages, 1)]
    assert [line for line in found if line] == []
    with pytest.raises(CountyError, match="v7"):
        prove(setter, path, "v7")
    (path / "units.csv").unlink()
    with pytest.raises(CountyError, match=r"units\.csv"):
        prove(setter, path, "v1")


def test_a_name_that_cannot_be_printed_stops_the_form(setter: Typesetter, tmp_path: Path) -> None:
    folder = publish(village(chair=f"龚{RARE}", counted=False), tmp_path)
    with pytest.raises(CountyError) as caught:
        make(setter, Wish(form="ballot", unit="v1"), Sources(public=folder))
    assert f"龚{RARE}" in caught.value.zh
    assert "U+2A6A5" in caught.value.en


def test_a_press_prints_for_several_threads(
    public: Path, noto: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANGPIAO_FONTS", os.pathsep.join(map(str, noto)))
    press = Press()
    wishes = [Wish(form=form, unit="v1") for form in ("statement", "ballot", "flow", "notice-15") * 2]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda wish: press.print(wish, Sources(public=public)), wishes))
    assert [one.sha256 for one in made[:4]] == [one.sha256 for one in made[4:]]
    assert press.prove(SealingFolder(tmp_path).write(), "v1").form == "proof"
    press.close()
    assert press.print(wishes[1], Sources(public=public)).sha256 == made[1].sha256
    press.close()


def rare_font(path: Path, like: Path) -> Path:
    """A font of one rare character, drawn as another one of `like`."""
    font = TTFont(like, fontNumber=2)
    cut = subset.Subsetter(subset.Options(layout_features=[], name_IDs=[1, 2, 6], notdef_outline=True))
    cut.populate(text="龙")
    cut.subset(font)
    table = CmapSubtable.newSubtable(12)
    table.platformID, table.platEncID, table.language = 3, 10, 0
    table.cmap = {ord(RARE): font.getBestCmap()[ord("龙")]}
    font["cmap"].tables = [table]
    for record in font["name"].names:
        record.string = {1: "Rare Characters", 2: "Regular", 6: "RareCharacters"}[record.nameID]
    font.save(path)
    return path


def test_a_further_font_prints_it(noto: tuple[Path, ...], tmp_path: Path) -> None:
    folder = publish(village(chair=f"龚{RARE}", counted=False), tmp_path / "record")
    further = read_fonts([*noto, rare_font(tmp_path / "rare.otf", noto[0])])
    with Typesetter(further) as setter:
        made = make(setter, Wish(form="ballot", unit="v1"), Sources(public=folder))
    with pikepdf.open(io.BytesIO(made.data)) as pdf:
        names = [str(font.BaseFont) for page in pdf.pages for font in page.Resources.Font.values()]
    assert any("Noto" not in name for name in names), names


def test_even_a_form_that_was_not_checked_never_prints_a_blank_box(
    record: Record, paperwork: Paperwork, fonts: Fonts
) -> None:
    """PDF/A itself refuses a missing glyph, should the check ever miss one."""
    blind = replace(fonts, characters=fonts.characters | {ord(RARE)})
    made = filled(record, paperwork, "ballot")
    made.data["unit"]["name"] = RARE
    with Typesetter(blind) as setter, pytest.raises(CountyError, match="ballot"):
        set_form(setter, made)

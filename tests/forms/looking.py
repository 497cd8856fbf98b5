"""Comparing a page with its approved image, and approving. Test furniture.

An approved page is 16 greys at 60 dots an inch. With the very fonts it was made with, no dot may differ by more than
one grey (a processor may round the edge of a curve otherwise). With another version of the fonts (their SHA-256 stands
in `fonts.json`) at most 3 of 100 dots may differ by more than four: strokes move, nothing else may.
"""

import io
import json
import os
from hashlib import sha256
from pathlib import Path

from PIL import Image, ImageChops

APPROVED = Path(__file__).with_name("approved")
PPI = 60
STEP = 17  # from one grey to the next
APPROVING = bool(os.environ.get("CHANGPIAO_APPROVE"))


def page_image(png: bytes) -> Image.Image:
    """A page in 16 greys."""
    return Image.open(io.BytesIO(png)).convert("L").point([round(grey / STEP) * STEP for grey in range(256)])


def fonts_of(files: tuple[Path, ...]) -> dict[str, str]:
    """Name -> SHA-256."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def approve(name: str, image: Image.Image) -> None:
    """Keep an image as four bits a dot."""
    small = image.point([grey // STEP for grey in range(256)])
    small = small.convert("P")
    small.putpalette([part for grey in range(16) for part in (grey * STEP,) * 3])
    small.save(APPROVED / f"{name}.png", optimize=True, bits=4)


def difference(name: str, image: Image.Image, *, same_fonts: bool) -> str:
    """Empty, or what is wrong with a page."""
    path = APPROVED / f"{name}.png"
    if not path.exists():
        return f"{name}: no approved image; look at the page, then make forms APPROVE=1"
    known = Image.open(path).convert("L")
    if known.size != image.size:
        return f"{name}: {image.size}, approved {known.size}"
    apart = ImageChops.difference(known, image).histogram()
    greys, most = (1, 0) if same_fonts else (4, image.width * image.height * 3 // 100)
    beyond = sum(apart[greys * STEP + 1 :])
    return f"{name}: {beyond} dots differ, at most {most}" if beyond > most else ""


def same_as_approved(files: tuple[Path, ...]) -> bool:
    """Whether the fonts are those of the approved images."""
    found: dict[str, str] = json.loads((APPROVED / "fonts.json").read_text("utf-8"))
    return found == fonts_of(files)

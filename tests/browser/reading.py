"""What a person can read of a page: whether anything is cut through, and which words stand there in which language."""

import re
from collections.abc import Iterable

from playwright.sync_api import Page

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
# names of formats and of a key of the keyboard: nobody has others
FORMATS = {"SHA", "vkey", "Esc"}

# an element that hides what does not fit; one that a person can scroll hides nothing
_CUT = """() => [...document.querySelectorAll('body *')].filter((node) => {
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const hides = ['hidden', 'clip'].includes(style.overflowX);
    if (!hides || box.width <= 1 || node.closest('svg, .hash') || node.closest('[hidden]')) return false;
    // a place's list of results is as long as it likes: shortened with an ellipsis, whole under the pointer
    const whole = node.title === node.innerText && style.textOverflow === 'ellipsis';
    if (whole && node.matches('.branch .cell.result')) return false;
    return node.scrollWidth > node.clientWidth + 1;
}).map((node) => `${node.className}: ${node.innerText.slice(0, 60)} (${node.scrollWidth} > ${node.clientWidth})`)"""

# texts, and what is read aloud or shown under the pointer; code is a value to copy, not a word
_SAID = """() => {
    const said = [];
    const walk = (node) => {
        if (node.nodeType === 3) { said.push(node.textContent); return; }
        if (node.nodeType !== 1 || node.hidden || node.matches('script, style, noscript, code, #language')) return;
        for (const name of ['aria-label', 'title', 'alt', 'placeholder', 'data-word']) {
            if (node.hasAttribute(name) && !node.classList.contains('hash')) said.push(node.getAttribute(name));
        }
        node.childNodes.forEach(walk);
    };
    walk(document.body);
    return [document.title, ...said].map((text) => text.trim()).filter(Boolean);
}"""


def cut_off(page: Page) -> list[str]:
    """Elements whose text does not fit, with the text."""
    return [str(one) for one in page.evaluate(_CUT)]


def chinese_in(page: Page, names: Iterable[str]) -> list[str]:
    """Texts of a page that hold Chinese beyond the names and titles of its data."""
    return [said for said in _without(page, names) if HAN.search(said.replace("正", ""))]


def english_in(page: Page, names: Iterable[str]) -> list[str]:
    """Words of a Chinese page that are English and no name, code or title of its data."""
    return sorted({word for said in _without(page, names) for word in LATIN.findall(said)} - FORMATS)


def _without(page: Page, names: Iterable[str]) -> list[str]:
    # the longest first: a village's name may be part of a title
    ordered = sorted({name for name in names if len(name) > 1}, key=len, reverse=True)
    known = re.compile("|".join(re.escape(name) for name in ordered) or "(?!)")
    return [known.sub(" ", str(said)) for said in page.evaluate(_SAID)]

"""The files of the page: a fixed list, read once. The centre page serves the shared ones from here, too."""

from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

STATIC = Path(__file__).parent / "static"
KINDS = MappingProxyType({
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".json": "application/json", ".svg": "image/svg+xml",
})  # fmt: skip
# also the page of the county centre stands on these
SHARED = ("dom.js", "texts.js", "model.js", "tree.js", "zheng.js", "look.css", "icon.svg")
OWN = (
    "index.html", "board.js", "summary.js", "village.js", "village_parts.js", "board.css", "screen.html", "screen.js",
    "screen.css", "texts/zh.json", "texts/en.json",
)  # fmt: skip
NAMES = (*SHARED, *OWN)
HEADERS = MappingProxyType({
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
})  # fmt: skip


@lru_cache(maxsize=64)
def read_static(name: str) -> tuple[bytes, str]:
    """Bytes and media type of a file of the list; KeyError for any other name."""
    if name not in NAMES:
        raise KeyError(name)
    path = STATIC / name
    return path.read_bytes(), KINDS[path.suffix]

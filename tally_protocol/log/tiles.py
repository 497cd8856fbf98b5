"""Where everything in the log lies: C2SP tlog-tiles paths and widths, entry bundles [TILE-1]. Pure arithmetic.

`tile_path(0, 1234067)` is `tile/0/x001/x234/067`; `tile_path(1, 0, 17)` is `tile/1/000.p/17`.
"""

import struct
from collections.abc import Iterator, Sequence

from tally_protocol.errors import Malformed

WIDTH = 256
LEVEL_BITS = 8


def number_path(number: int) -> str:
    """Groups of three digits, every group but the last with an `x`."""
    text = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03d}/{text}"
    return text


def tile_path(level: int, number: int, width: int = WIDTH) -> str:
    """Path of a tile of hashes."""
    return f"tile/{level}/{number_path(number)}" + ("" if width == WIDTH else f".p/{width}")


def bundle_path(number: int, width: int = WIDTH) -> str:
    """Path of an entry bundle."""
    return f"tile/entries/{number_path(number)}" + ("" if width == WIDTH else f".p/{width}")


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """(level, number, width) of every tile that a tree of `size` has, partial ones at the right edge."""
    level = 0
    while size:
        for number in range(size // WIDTH):
            yield level, number, WIDTH
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        size //= WIDTH
        level += 1


def tiles_grown(old: int, new: int) -> Iterator[tuple[int, int, int]]:
    """(level, number, width) of the tiles that differ between two sizes, 0 <= old <= new."""
    level = 0
    while new:
        for number in range(old // WIDTH, -(-new // WIDTH)):
            width = min(WIDTH, new - number * WIDTH)
            if number * WIDTH + width > old:
                yield level, number, width
        old, new, level = old // WIDTH, new // WIDTH, level + 1


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """`u16 length || entry` of 1 to 256 entries; inverse of `split_bundle`."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def split_bundle(data: bytes, width: int) -> list[bytes]:
    """The first `width` entries of a bundle that holds exactly that many, else Malformed E_BUNDLE."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        if at + 2 > len(data):
            break
        (length,) = struct.unpack_from(">H", data, at)
        entry = data[at + 2 : at + 2 + length]
        if len(entry) != length:
            break
        entries.append(entry)
        at += 2 + length
    if at != len(data) or len(entries) != width:
        raise Malformed("E_BUNDLE", "entry bundle", expected=f"{width} entries")
    return entries

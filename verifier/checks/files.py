"""C1 and S1: the files that a checkpoint implies, the tree over the entries, and what only the whole log can tell.

Serves [TILE-1], [TILE-2], [LOG-2] (where the manifest ends), [VERIFY-2]. One pass over the bundles; nothing of an
entry is kept but its leaf hash, except the standings records.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from verifier.chain.route import MANIFEST, route
from verifier.checkpoints import Checkpoint
from verifier.findings.codes import NoVerdict, Refused
from verifier.findings.report import Finding, Tally
from verifier.hashes import leaf
from verifier.source import BUNDLE_LIMIT, Fetcher, Folder
from verifier.tree import Levels, implied_paths, split_bundle, tile_levels, tile_path, tiles_at

ENTRIES_LIMIT = 1 << 26
NOWHERE = 2**63


@dataclass(slots=True)
class LogFiles:
    """What the first pass learned."""

    head: Checkpoint
    levels: Levels = field(default_factory=lambda: Levels(b""))
    digests: list[bytes] = field(default_factory=list)  # of each bundle file, b"" if it cannot be read
    first: bytes = b""  # entry 0
    standings: list[tuple[int, bytes]] = field(default_factory=list)
    manifest_end: int = NOWHERE
    hole: int = NOWHERE
    known: int = NOWHERE  # from here on leaves are not known: neither the bundle nor its tile can be read

    @property
    def whole(self) -> bool:
        """Every leaf is known from its entry or its tile."""
        return self.known == NOWHERE


def check_size(head: Checkpoint) -> None:
    """A size beyond the limits gives no verdict."""
    if head.size > ENTRIES_LIMIT:
        raise NoVerdict(
            f"the checkpoint states {head.size} entries, more than {ENTRIES_LIMIT}",
            f"检查点声明 {head.size} 条记录，超过上限 {ENTRIES_LIMIT}",
            "E_LIMIT",
        )


def mirror_files(fetcher: Fetcher, size: int) -> None:
    """Fetch every implied file, the full one where the partial is gone."""
    for path in implied_paths(size):
        limit = BUNDLE_LIMIT if path.startswith("tile/entries/") else 8192
        if not fetcher.fetch(path, limit) and ".p/" in path:
            fetcher.fetch(path.partition(".p/")[0], limit)


def read_wide(folder: Folder, kind: str, number: int, width: int, limit: int) -> tuple[bytes | None, bool]:
    """A tile or bundle; a full file may stand in for its partial one [TILE-1]."""
    data = folder.read(tile_path(kind, number, width), limit)
    if data is None and width < 256:
        return folder.read(tile_path(kind, number, 256), limit), True
    return data, False


class FilePass:
    """The first pass over the files."""

    def __init__(self, folder: Folder, head: Checkpoint, tally: Tally) -> None:
        self.folder, self.tally = folder, tally
        self.files = LogFiles(head)
        self._leaves = bytearray()
        self._tile_leaves = bytearray()  # what the level-0 tiles say
        self._tiles_whole = True
        self._doubtful: list[int] = []  # bundles whose leaves differ from their tile

    def run(self) -> LogFiles:
        """Bundles, then the tree, then the tiles."""
        size = self.files.head.size
        for number, width in tiles_at(0, size):
            self._bundle(number, width)
        self.files.levels = Levels(bytes(self._leaves))
        reference = self._root(size)
        for level in tile_levels(size):
            if level == 0 or self.files.whole:
                for number, width in tiles_at(level, size):
                    self._tile(reference, level, number, width)
        return self.files

    def _add(self, code: str, place: str, expected: str, found: str) -> None:
        self.tally.add(Finding.of(Refused(code, expected, found), place))

    def _bundle(self, number: int, width: int) -> None:
        files, start = self.files, 256 * number
        path = tile_path("entries", number, width)
        self.tally.touch("C1")
        data, full = read_wide(self.folder, "entries", number, width, BUNDLE_LIMIT)
        tile, _ = read_wide(self.folder, "0", number, width, 8192)
        told = (tile or b"")[: 32 * width]
        entries: list[bytes] | None = None
        if data is None:
            self._add("MISSING_FILE", path, "a file", "none")
        else:
            self.tally.touch("S1")
            try:
                entries = split_bundle(data, width, full=full)
            except Refused as refused:
                self.tally.add(Finding.of(refused, path))
        files.digests.append(sha256(data).digest() if data is not None and entries is not None else b"")
        whole = len(told) == 32 * width
        self._tiles_whole = self._tiles_whole and whole
        if entries is None:
            files.hole = min(files.hole, start)
            files.known = files.known if whole else min(files.known, start)
        leaves = told if entries is None else b"".join(map(leaf, entries))
        if start < files.known:  # a checkpoint that promises a giant log must not fill the memory with nothing
            self._leaves += leaves
            self._tile_leaves += told.ljust(32 * width, b"\0")
        if entries is None:
            return
        if whole and leaves != told:
            self._doubtful.append(number)
        for place, entry in enumerate(entries):
            self._entry(start + place, entry)

    def _entry(self, index: int, entry: bytes) -> None:
        files = self.files
        if index == 0:
            files.first = entry
        if entry.startswith(b"changpiao/v1 standings\n"):
            files.standings.append((index, entry))
        if index < files.manifest_end and route(entry).kind not in MANIFEST:
            files.manifest_end = index

    def _root(self, size: int) -> Levels:
        """[TILE-2]; when the tiles give the signed root and the entries do not, the bundles are the wrong ones."""
        levels, signed = self.files.levels, self.files.head.root
        if not self.files.whole:
            return levels
        self.tally.touch("S1")
        root = levels.root(size)
        if root == signed:
            return levels
        self._add("E_ROOT", f"root of size {size}", signed.hex(), root.hex())
        by_tiles = Levels(bytes(self._tile_leaves))
        if not self._tiles_whole or by_tiles.root(size) != signed:
            return levels
        for number in self._doubtful:
            for index in range(256 * number, min(256 * number + 256, size)):
                if levels.leaf(index) != by_tiles.leaf(index):
                    self._add("E_BUNDLE", f"entry {index}", by_tiles.leaf(index).hex(), levels.leaf(index).hex())
        return by_tiles

    def _tile(self, reference: Levels, level: int, number: int, width: int) -> None:
        path = tile_path(str(level), number, width)
        self.tally.touch("C1")
        data, full = read_wide(self.folder, str(level), number, width, 8192)
        if data is None:
            self._add("MISSING_FILE", path, "a file", "none")
            return
        if level == 0 and not self.files.whole and 256 * number >= self.files.hole:
            return
        self.tally.touch("S1")
        expected = reference.tile(level, number, width)
        if (data[: 32 * width] if full and len(data) == 8192 else data) != expected:
            self._add("E_TILE", path, f"{len(expected)} bytes of the tree", f"{len(data)} bytes that differ")

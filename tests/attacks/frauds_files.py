"""Frauds on the files: bytes, tiles, bundles and what is simply not there."""

import struct

from tally_protocol.log.tiles import encode_bundle, split_bundle
from tally_protocol.merkle.hashing import leaf_hash
from tests.attacks.book import INCOMPLETE, Book
from tests.attacks.scene import Scene
from tests.published import log_files, tree_files, tree_levels

BOOK = Book()
LONG = 560  # box records that make a log of more than two bundles
BUNDLE, TILE = "tile/entries/000", "tile/0/000"
PARTIAL_BUNDLE, PARTIAL_TILE = "tile/entries/000.p/36", "tile/0/000.p/36"


def flip(data: bytes, place: int) -> bytes:
    """One bit of one byte."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@BOOK.fraud("E_BUNDLE", also=("E_ROOT", "E_SIG", "E_STANDINGS"), like="D9")
def entry_byte_altered(scene: Scene) -> None:
    """One digit of a published batch changes, nothing else [TILE-1] [TILE-2]."""
    files = scene.publish()
    at = files[PARTIAL_BUNDLE].index(b"batch\n") + 200
    while not chr(files[PARTIAL_BUNDLE][at]).isdigit():
        at += 1
    files[PARTIAL_BUNDLE] = flip(files[PARTIAL_BUNDLE], at)


@BOOK.fraud("E_BUNDLE", also=("MISSING",), like="E8")
def bundle_truncated(scene: Scene) -> None:
    """The bundle breaks off in the middle of its last entry [TILE-1]."""
    files = scene.publish()
    files[PARTIAL_BUNDLE] = files[PARTIAL_BUNDLE][:-40]


@BOOK.fraud("E_BUNDLE", also=("MISSING",), like="E8")
def bundle_with_one_entry_less(scene: Scene) -> None:
    """The bundle ends cleanly, one entry too early [TILE-1]."""
    files = scene.publish()
    files[PARTIAL_BUNDLE] = encode_bundle(split_bundle(files[PARTIAL_BUNDLE], 36)[:35])


@BOOK.fraud("E_BUNDLE", also=("MISSING",), like="E8")
def bundle_with_more(scene: Scene) -> None:
    """Bytes follow the last entry of a bundle [TILE-1]."""
    files = scene.publish()
    files[PARTIAL_BUNDLE] += b"\x00\x01x"


@BOOK.fraud("E_BUNDLE", also=("MISSING",), like="E8")
def length_of_an_entry_wrong(scene: Scene) -> None:
    """The length before the first entry points into its middle [TILE-1]."""
    files = scene.publish()
    (length,) = struct.unpack(">H", files[PARTIAL_BUNDLE][:2])
    files[PARTIAL_BUNDLE] = struct.pack(">H", length - 7) + files[PARTIAL_BUNDLE][2:]


@BOOK.fraud("E_BUNDLE", also=("E_ROOT", "E_MANIFEST"), like="E9", fillers=LONG)
def bundles_exchanged(scene: Scene) -> None:
    """A mirror serves the first two bundles under each other's names [TILE-1]."""
    files = scene.publish()
    second = "tile/entries/001"
    files[BUNDLE], files[second] = files[second], files[BUNDLE]


@BOOK.fraud("E_TILE", like="E8")
def partial_tile_altered(scene: Scene) -> None:
    """One bit of a hash in the partial tile flips [TILE-1]."""
    files = scene.publish()
    files[PARTIAL_TILE] = flip(files[PARTIAL_TILE], 100)


@BOOK.fraud("E_TILE", like="E8", fillers=LONG)
def tile_altered(scene: Scene) -> None:
    """One bit of a full tile of level 0 flips [TILE-1]."""
    files = scene.publish()
    files[TILE] = flip(files[TILE], 5000)


@BOOK.fraud("E_TILE", like="E8", fillers=LONG)
def inner_tile_altered(scene: Scene) -> None:
    """One bit of the tile of level 1 flips [TILE-1]."""
    files = scene.publish()
    files["tile/1/000.p/2"] = flip(files["tile/1/000.p/2"], 40)


@BOOK.fraud("E_TILE", like="E8")
def tile_truncated(scene: Scene) -> None:
    """A tile is one hash short [TILE-1]."""
    files = scene.publish()
    files[PARTIAL_TILE] = files[PARTIAL_TILE][:-32]


@BOOK.fraud("E_TILE", like="E8")
def tile_with_more(scene: Scene) -> None:
    """A tile holds one hash more than its width [TILE-1]."""
    files = scene.publish()
    files[PARTIAL_TILE] += bytes(32)


@BOOK.fraud("E_TILE", like="E8", fillers=LONG)
def tiles_exchanged(scene: Scene) -> None:
    """A mirror serves two tiles under each other's names [TILE-1]."""
    files = scene.publish()
    files[TILE], files["tile/0/001"] = files["tile/0/001"], files[TILE]


@BOOK.fraud("E_TILE", like="E8", fillers=LONG)
def tile_of_another_level(scene: Scene) -> None:
    """The tile of level 1 is served in the place of one of level 0 [TILE-1]."""
    files = scene.publish()
    files["tile/0/002.p/84"] = (files["tile/1/000.p/2"] * 42)[: 84 * 32]


@BOOK.fraud("E_ROOT", also=("E_TILE", "E_SIG", "E_STANDINGS"), like="B13", fillers=LONG)
def entry_and_its_tile_forged(scene: Scene) -> None:
    """An entry and its tile of level 0 are changed to fit; level 1 and checkpoint stay as signed [TILE-2]."""
    files = scene.publish()
    entries = split_bundle(files[BUNDLE], 256)
    entries[20] = entries[20].replace(b'"spoiled":5', b'"spoiled":6')
    files[BUNDLE] = encode_bundle(entries)
    files[TILE] = b"".join(leaf_hash(entry) for entry in entries)


@BOOK.fraud("E_ROOT", also=("E_SIG", "E_STANDINGS"), like="B13", fillers=LONG)
def all_tiles_forged(scene: Scene) -> None:
    """An entry and every tile above it are changed to fit; only the signed root is out of reach [TILE-2]."""
    honest = scene.publish()
    notes = scene.forger.notes()
    notes[300] = notes[300].replace(b'"spoiled":5', b'"spoiled":6')
    honest.update(tree_files(notes))


@BOOK.fraud("E_TILE", like="B13", fillers=LONG)
def hidden_leaves_under_true_inner_hashes(scene: Scene) -> None:
    """Bundles and level 1 are true, level 0 belongs to another log: who walks down the tiles is misled [TILE-1]."""
    files = scene.publish()
    files[TILE] = b"".join(tree_levels([entry[::-1] for entry in split_bundle(files[BUNDLE], 256)])[0])


@BOOK.fraud("E_TILE", like="E8", fillers=LONG)
def full_tile_with_another_tail(scene: Scene) -> None:
    """A full tile stands in for a partial one, but its first hashes are others [TILE-1]."""
    files = scene.publish()
    part = files.pop("tile/0/002.p/84")
    files["tile/0/002"] = flip(part, 3) + bytes(32 * 174)


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, like="E10")
def checkpoint_missing(scene: Scene) -> None:
    """Everything is there but the checkpoint."""
    del scene.publish()["checkpoint"]


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, also=("MISSING",), like="F4")
def checkpoint_alone(scene: Scene) -> None:
    """Nothing is there but the checkpoint."""
    files = scene.publish()
    scene.replace({"checkpoint": files["checkpoint"]})


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, like="F4")
def empty_folder(scene: Scene) -> None:
    """The published folder is empty [VERIFY-2]."""
    scene.replace({})


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, like="F4")
def folder_missing(scene: Scene) -> None:
    """There is no published folder [VERIFY-2]."""
    scene.replace({})
    scene.elsewhere = "nowhere"


@BOOK.fraud("MISSING", outcome=INCOMPLETE, also=("E_ROOT",), like="F4")
def log_of_nothing(scene: Scene) -> None:
    """A properly signed checkpoint over no entries at all [VERIFY-2]."""
    scene.replace(log_files(scene.world, []))


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, like="E10")
def tiles_missing(scene: Scene) -> None:
    """The hash tile is not published."""
    del scene.publish()[PARTIAL_TILE]


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, like="E10", fillers=LONG)
def inner_tile_missing(scene: Scene) -> None:
    """The tile of level 1 is not published."""
    del scene.publish()["tile/1/000.p/2"]


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, also=("MISSING", "NOT_FINAL"), like="E10", fillers=LONG)
def bundle_missing(scene: Scene) -> None:
    """One of three bundles is withheld."""
    del scene.publish()["tile/entries/001"]


@BOOK.fraud("MISSING_FILE", outcome=INCOMPLETE, also=("MISSING", "NOT_FINAL"), like="E10")
def all_bundles_missing(scene: Scene) -> None:
    """Only hashes are published, no entries."""
    del scene.publish()[PARTIAL_BUNDLE]

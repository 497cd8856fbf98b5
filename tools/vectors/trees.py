"""Areas `tree`, `inclusion`, `consistency`, `tile` [TILE-1] [PROOF-1]: published roots, proofs that must fail."""

import base64
from collections.abc import Iterator, Sequence
from hashlib import sha256

from tools.vectors.form import Vector, bad, good, sure
from tools.vectors.papers import naive_root

RFC_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
RFC_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
# roots of the station fixture, confirmed by golang.org/x/mod and pymerkle
FIXTURE = {
    0: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    1: "mgEd8Y8WF3apyIlbQQbQzt0lD50dUWJwQFALqC7mhzk=",
    2: "DSmxQMqXhtgSB5ReiWXdm2dQZ2+hjN0cEB3bHMldufc=",
    255: "TDsbDyWdl97AakWi7CVw64f1Xyw8wAiUn2rEwHH2QM8=",
    256: "qgWSd0BTTKGeIbD4oUGfizwt4fjDZaxH6kUn67qc8J4=",
    257: "X3I6GKUg1t1m9ii267dspf6NCEzqvk+dTAmivLHVCho=",
    300: "tQ8vdZYeLfiSa5+KwUnGYREEWU7g8rTMC3oewL9a9ZQ=",
}


def station_entry(i: int) -> bytes:
    """Entry i of the station fixture."""
    return f"station-{i % 97:04d} batch {i}\n".encode() + b"\xff\x00"


def leaf(entry: bytes) -> bytes:
    """Leaf hash."""
    return sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Node hash."""
    return sha256(b"\x01" + left + right).digest()


def _half(count: int) -> int:
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*path(index, leaves[:half]), naive_root(list(leaves[half:]))]
    return [*path(index - half, leaves[half:]), naive_root(list(leaves[:half]))]


def subproof(old: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 2.1.2, as it is written there."""
    if old == len(leaves):
        return [] if whole else [naive_root(list(leaves))]
    half = _half(len(leaves))
    if old <= half:
        return [*subproof(old, leaves[:half], whole=whole), naive_root(list(leaves[half:]))]
    return [*subproof(old - half, leaves[half:], whole=False), naive_root(list(leaves[:half]))]


def _trees() -> Iterator[Vector]:
    for size in (*range(18), 255, 256, 257, 300):
        entries = [station_entry(i) for i in range(size)]
        root = naive_root([leaf(entry) for entry in entries])
        if size in FIXTURE:
            sure(root == base64.b64decode(FIXTURE[size]), f"the published root of {size}")
        given = {"leaves_hex": [entry.hex() for entry in entries]}
        yield good("tree", f"stations-{size:03d}", "the station fixture", given, {"root_hex": root.hex()})
    given = {"leaves_hex": list(RFC_LEAVES)}
    yield good("tree", "rfc6962-8", "the published tree of eight leaves", given, {"root_hex": RFC_ROOT})
    empty = {"leaves_hex": ["", ""]}
    yield good(
        "tree", "empty-entries", "empty entries are leaves", empty, {"root_hex": node(leaf(b""), leaf(b"")).hex()}
    )
    confused = {"leaves_hex": [(b"\x01" + leaf(b"a") + leaf(b"b")).hex()]}
    yield good("tree", "node-as-leaf", "an entry that looks like a node is a leaf",
               confused, {"root_hex": leaf(b"\x01" + leaf(b"a") + leaf(b"b")).hex()})  # fmt: skip
    thrice = {"leaves_hex": [b"a".hex()] * 3}
    root = node(node(leaf(b"a"), leaf(b"a")), leaf(b"a"))
    yield good("tree", "no-doubled-last", "the last of three leaves is not doubled", thrice, {"root_hex": root.hex()})


def _inclusion(
    what: str, comment: str, index: int, size: int, leaf_hash: bytes, proof: list[bytes], root: bytes
) -> Vector:
    given = {
        "index": index, "size": size, "leaf_hash_hex": leaf_hash.hex(), "proof_hex": [part.hex() for part in proof],
        "root_hex": root.hex(),
    }  # fmt: skip
    if what.startswith("good"):
        return good("inclusion", what, comment, given)
    return bad("inclusion", what, comment, given, "E_PROOF")


def _inclusions() -> Iterator[Vector]:
    leaves = [leaf(station_entry(i)) for i in range(13)]
    for size, index in ((1, 0), (2, 1), (3, 2), (7, 6), (8, 0), (13, 0), (13, 7), (13, 12)):
        some = leaves[:size]
        yield _inclusion(
            f"good-{index}-of-{size}", "a proof", index, size, some[index], path(index, some), naive_root(some)
        )
    rfc = [leaf(bytes.fromhex(text)) for text in RFC_LEAVES]
    yield _inclusion("good-rfc6962", "in the published tree", 5, 8, rfc[5], path(5, rfc), bytes.fromhex(RFC_ROOT))
    root, proof = naive_root(leaves), path(7, leaves)
    yield _inclusion("short", "a hash is missing", 7, 13, leaves[7], proof[:-1], root)
    yield _inclusion("long", "a hash too many", 7, 13, leaves[7], [*proof, proof[0]], root)
    yield _inclusion("empty", "no proof at all", 7, 13, leaves[7], [], root)
    yield _inclusion("other-index", "the leaf is somewhere else", 6, 13, leaves[7], proof, root)
    yield _inclusion("index-is-size", "beyond the last leaf", 13, 13, leaves[7], proof, root)
    yield _inclusion("size-0", "an empty tree has no leaf", 0, 0, leaves[0], [], sha256(b"").digest())
    yield _inclusion("other-size", "a smaller tree", 7, 8, leaves[7], proof, root)
    yield _inclusion("other-leaf", "another leaf", 7, 13, leaves[8], proof, root)
    yield _inclusion("other-root", "another root", 7, 13, leaves[7], proof, naive_root(leaves[:12]))
    yield _inclusion("swapped", "two hashes swapped", 7, 13, leaves[7], [proof[1], proof[0], *proof[2:]], root)
    yield _inclusion("hash-short", "a hash of 31 bytes", 7, 13, leaves[7], [proof[0][:31], *proof[1:]], root)
    inner = node(leaves[0], leaves[1])
    yield _inclusion("node-as-leaf", "an inner node shown as a leaf", 0, 13, inner, path(0, leaves)[1:], root)
    yield _inclusion("single-with-proof", "a tree of one leaf needs no proof", 0, 1, leaves[0], [leaves[1]], leaves[0])


def _consistency(what: str, comment: str, old: int, new: int, proof: list[bytes], roots: tuple[bytes, bytes]) -> Vector:
    given = {
        "size1": old, "size2": new, "root1_hex": roots[0].hex(), "root2_hex": roots[1].hex(),
        "proof_hex": [part.hex() for part in proof],
    }  # fmt: skip
    if what.startswith("good"):
        return good("consistency", what, comment, given)
    return bad("consistency", what, comment, given, "E_PROOF")


def _consistencies() -> Iterator[Vector]:
    leaves = [leaf(station_entry(i)) for i in range(13)]

    def roots(old: int, new: int) -> tuple[bytes, bytes]:
        return naive_root(leaves[:old]), naive_root(leaves[:new])

    for old, new in ((1, 2), (1, 13), (2, 3), (3, 7), (4, 8), (6, 8), (7, 13), (8, 13), (12, 13)):
        proof = subproof(old, leaves[:new], whole=True)
        yield _consistency(f"good-{old}-to-{new}", "a proof", old, new, proof, roots(old, new))
    yield _consistency("good-same", "nothing was added", 13, 13, [], roots(13, 13))
    published = tuple(
        bytes.fromhex(text)
        for text in (
            "b9e1d62618f7fee8034e4c5010f727ab24d8e4705cb296c374bf2025a87a10d2",
            "aac66cd7a79ce4012d80762fe8eec3a77f22d1ca4145c3f4cee022e7efcd599d",
            "89d0f753f66a290c483b39cd5e9eafb12021293395fad3d4a2ad053cfbcfdc9e",
            "29e40bb79c966f4c6fe96aff6f30acfce5f3e8d84c02215175d6e018a5dee833",
        )
    )
    monkeys = tuple(
        base64.b64decode(text)
        for text in ("41smjBUiAU70EtKlT6lIOIYtRTYxYXsDB+XHfcvu/BE=", "V8K9aklZ4EPB+RMOk1/8VsJUdFZR77GDtZUQq84vSbo=")
    )
    both = monkeys[0], monkeys[1]
    yield _consistency("good-published-5-to-8", "published with transparency-dev/witness", 5, 8, list(published), both)
    proof = subproof(7, leaves, whole=True)
    yield _consistency("short", "a hash is missing", 7, 13, proof[:-1], roots(7, 13))
    yield _consistency("long", "a hash too many", 7, 13, [*proof, proof[0]], roots(7, 13))
    yield _consistency("empty", "no proof at all", 7, 13, [], roots(7, 13))
    yield _consistency("smaller", "the new tree is smaller", 13, 7, proof, roots(13, 7))
    yield _consistency(
        "same-size-other-root", "the same size with another root", 13, 13, [], (leaves[0], naive_root(leaves))
    )
    yield _consistency("same-size-with-proof", "nothing to prove", 13, 13, proof, roots(13, 13))
    yield _consistency("other-old-root", "the old root is another", 7, 13, proof, (leaves[0], naive_root(leaves)))
    yield _consistency("other-new-root", "the new root is another", 7, 13, proof, (naive_root(leaves[:7]), leaves[0]))
    yield _consistency("roots-swapped", "old for new", 7, 13, proof, (naive_root(leaves), naive_root(leaves[:7])))
    yield _consistency("other-size", "another old size", 6, 13, proof, roots(7, 13))
    yield _consistency("hash-short", "a hash of 31 bytes", 7, 13, [proof[0][:31], *proof[1:]], roots(7, 13))
    eight = [*subproof(8, leaves, whole=True), naive_root(leaves[:8])]
    yield _consistency("power-of-two-long", "a power of two starts from its own root", 8, 13, eight, roots(8, 13))
    changed = [*leaves[:6], leaf(b"forged"), *leaves[7:]]
    forged = subproof(7, changed, whole=True)
    yield _consistency(
        "history-changed", "an old entry was replaced", 7, 13, forged, (naive_root(leaves[:7]), naive_root(changed))
    )


def number(n: int) -> str:
    """Groups of three digits as in C2SP tlog-tiles."""
    text = f"{n:03d}"
    while len(text) % 3:
        text = "0" + text
    groups = [text[i : i + 3] for i in range(0, len(text), 3)]
    return "/".join([f"x{group}" for group in groups[:-1]] + groups[-1:])


def _tiles() -> Iterator[Vector]:
    for size in (0, 1, 2, 255, 256, 257, 511, 512, 600, 65_536, 65_537, 70_000, 256_001):
        paths = []
        count, level = size, 0
        while count:
            names = [(f"tile/{level}/", n, min(256, count - 256 * n)) for n in range(-(-count // 256))]
            if level == 0:
                names += [("tile/entries/", n, width) for _, n, width in names]
            paths += [head + number(n) + ("" if width == 256 else f".p/{width}") for head, n, width in names]
            count, level = count // 256, level + 1
        yield good("tile", f"size-{size:06d}", "every file of the log's tree", {"size": size}, {"paths": sorted(paths)})


def vectors() -> Iterator[Vector]:
    """Trees, proofs, files."""
    yield from _trees()
    yield from _inclusions()
    yield from _consistencies()
    yield from _tiles()

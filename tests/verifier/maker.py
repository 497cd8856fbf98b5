"""A tiny record made by hand from spec/ alone; shares no code with the producers or with the verifier.

One rehearsal, two units, three stations, written-in names, a void, a correction, statements, opened names, steps,
determinations, a declaration, standings.

`Maker().story()` fills `entries`; `publish(folder)` lays them out as spec/5 says, whatever they are.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tests.verifier.profiles import Body, profile, result
from tests.verifier.signing import (
    ELECTION,
    ORIGIN,
    ZERO,
    Fields,
    canon,
    commitment,
    hash_of,
    key_id,
    key_of,
    name_of,
    note,
    public,
    sha,
    tree,
    vkey,
)

REGISTERED = {"v1": 200, "v2": 50}
PAPER = 21  # papers, twelve integers of the one contest, four for each of its two candidates
VERDICTS = 11


class Maker:
    """Plays the election and remembers what chains and totals need."""

    def __init__(self, *, pad: int = 0, units_root: str = "", body: Body | None = None, **unit: Any) -> None:
        self.units_root = units_root
        # two villages: one where the base of the share decides, one where it does not
        self.body = body or profile(elected__base="valid")
        self.unit_fields = unit
        self.pad = pad  # further `box` records, to reach sizes around the width of a tile
        self.entries: list[bytes] = []
        self.sealed: dict[str, list[tuple[bytes, bytes]]] = {"v1": [], "v2": []}
        self.heads: dict[str, tuple[int, str]] = {}
        self.note_of: dict[str, Fields] = {}
        self.running: dict[str, dict[str, list[int]]] = {}
        self.closes: dict[str, int] = {}
        self.statements: dict[str, str] = {}
        self.election_hash = ""
        self.mldsa = MLDSA44PrivateKey.from_seed_bytes(sha(b"log"))
        self.mldsa_public = self.mldsa.public_key().public_bytes_raw()

    def append(self, kind: str, fields: Fields, labels: list[str]) -> str:
        self.entries.append(note(kind, fields, labels))
        return hash_of(self.entries[-1])

    def chained(self, kind: str, chain: str, labels: list[str], **fields: Any) -> str:
        count, head = self.heads.get(chain, (0, ZERO))
        links = {"chain": chain, "election": self.election_hash, "epoch": 1, "prev": head, "seq": count, "time": 600}
        digest = self.append(kind, {**links, **fields}, labels)
        self.heads[chain] = (count + 1, digest)
        return digest

    # --- the manifest

    def seal(self) -> None:
        ids = [sha(b"\0", unit.encode()) for unit in ("v1", "v2")]
        self.election_hash = self.append(
            "election",
            {
                "authority": public("authority"), "ballot_key": "09" + "00" * 31, "county_key": public("county"),
                "date": "2026-11-23", "id": ELECTION, "log": {
                    "ed25519": public("log"), "mldsa44": base64.b64encode(self.mldsa_public).decode()},
                "origin": ORIGIN, "policy": "none", "profiles": [self.body], "spec": 1, "test": True, "threshold": 50,
                "title": "清河县演练", "units": 2, "units_root": self.units_root or tree(ids).hex(),
            },
            ["authority"],
        )  # fmt: skip
        self.unit("v1", ["a", "b"], ["甲乡"], slots=1)
        self.unit("v2", ["a"], ["乙镇", "东片"], slots=0)

    def unit(self, unit: str, stations: list[str], place: list[str], *, slots: int) -> None:
        rosters = [{"id": station, "roster": self.roster(unit, station)} for station in stations]
        candidates = [{"id": "c1", "name": "阿依古丽·买买提", "sex": "f"}, {"id": "c2", "name": "李\\四", "sex": "m"}]
        fields: Fields = {
            "boxes": [{"id": f"box-{s}", "kind": "main", "layout": "L", "station": s} for s in stations],
            "committee": [
                {"id": "chair", "key": public(f"{unit}/chair"), "role": "chair"},
                {"id": "watch", "key": public(f"{unit}/watch"), "role": "scrutineer"},
            ],
            "contests": [{"candidates": candidates, "id": "chief", "max_marks": 1, "round": 1, "rule": "election",
                          "seats": 1, "title": "主任", "write_ins": slots}],
            "election": self.election_hash, "id": unit, "layouts": [{"contests": ["chief"], "id": "L"}],
            "name": f"{unit}村", "node": "n1", "place": place, "prev": ZERO, "profile": "p",
            "registered": REGISTERED[unit], "relations": [["c1", "+王五", "sibling"]], "rules": [],
            "stations": rosters, "version": 1, **self.unit_fields,
        }  # fmt: skip
        fields["hash"] = self.append("unit", fields, ["authority"])
        self.note_of[unit] = fields

    def roster(self, unit: str, station: str) -> str:
        people = [("jian", "scrutineer"), ("ji", "teller")]
        return self.append(
            "roster",
            {
                "election": self.election_hash, "node": "n1", "prev": ZERO, "station": station, "unit": unit,
                "station_key": public(f"{unit}/{station}"), "version": 1,
                "officials": [{"id": i, "key": public(f"{unit}/{i}"), "role": role} for i, role in people],
            },
            ["authority"],
        )  # fmt: skip

    # --- stations

    def who(self, unit: str, station: str, *people: str) -> list[str]:
        return [f"{unit}/{station}", *(f"{unit}/{person}" for person in people or ("jian",))]

    def open(self, unit: str, station: str) -> None:
        cited = next(s["roster"] for s in self.note_of[unit]["stations"] if s["id"] == station)
        self.running[f"{unit}/{station}"] = {"L": [0] * PAPER}
        self.chained(
            "open", f"s/{unit}/{station}", self.who(unit, station), nonce="012345678901", officials=["jian", "ji"],
            roster=cited, unit_note=self.note_of[unit]["hash"],
        )  # fmt: skip
        for i in range(1 + self.pad):
            self.chained("box", f"s/{unit}/{station}", self.who(unit, station), box=f"box-{station}", collected=60 + i)

    def papers(self, rows: list[bytes], table: list[int]) -> tuple[list[int], list[list[int]]]:
        """Figures of one contest of two candidates and at most one slot, max_marks 1, counted the slow way."""
        figures, votes = [0] * PAPER, dict.fromkeys(table, 0)
        for row in rows:
            figures[0] += 1
            approvals = row[1:3].count(1) + (len(row) > 3 and row[3] > 0)
            place = 6 + row[0] if row[0] else 3 if approvals > 1 else 2 if not any(row[1:]) else 1
            figures[place] += 1
            if place == 1:
                for candidate in (0, 1):
                    figures[13 + 4 * candidate + {1: 0, 2: 1, 3: 2, 0: 3}[row[1 + candidate]]] += 1
                if len(row) > 3 and row[3]:
                    figures[12] += 1
                    votes[table[row[3] - 1]] += 1
        return figures, [[0, number, count] for number, count in sorted(votes.items()) if count]

    def batch(self, unit: str, station: str, rows: list[bytes], names: list[tuple[int, str, str]], *,
              table: list[int] | None = None, kind: str = "batch", **fixes: Any) -> str:  # fmt: skip
        table = table if table is not None else [number for number, _, _ in names]
        figures, write_ins = self.papers(rows, table)
        secret = sha(f"{unit}{station}{len(self.entries)}".encode())
        tail = {"adjudications": [[0, "chief", "笔画不清"]], "from": 600, "names": names, "to": 700}
        head = b"changpiao/v1 sealed\n" + secret + len(rows).to_bytes(2, "big") + len(rows[0]).to_bytes(2, "big")
        part = head + b"".join(rows) + canon(tail).encode()
        salts = hashlib.shake_256(b"changpiao/v1 salts\n" + secret).digest(16 * len(rows))
        leaves = [sha(b"\x02", salts[16 * i : 16 * i + 16], row) for i, row in enumerate(rows)]
        running = self.running[f"{unit}/{station}"]
        effect = figures
        if kind == "correction":
            effect = [a - b for a, b in zip(figures, fixes.pop("before"), strict=True)]
            fixes["effect"] = effect
        running["L"] = [a + b for a, b in zip(running["L"], effect, strict=True)]
        digest = self.chained(
            kind, f"s/{unit}/{station}", self.who(unit, station), evidence=[], figures=figures, layout="L",
            names=[commitment(salt, name) for _, salt, name in names], root=tree(leaves).hex(), running=running["L"],
            sealed=sha(part).hex(), table=table, write_ins=write_ins, **fixes,
        )  # fmt: skip
        self.sealed[unit].append((bytes.fromhex(digest), part))
        return digest

    def close(
        self, unit: str, station: str, batches: int, names: int, write_ins: list[list[Any]], **paper: int
    ) -> None:
        findings = ["F_COLLECTED_ISSUED"] if paper.get("collected", 0) > paper.get("issued", 10**9) else []
        self.chained(
            "close", f"s/{unit}/{station}", self.who(unit, station, "jian", "ji"), batches=batches, findings=findings,
            joined_from=[], joined_to=[], names=names, paper=paper, write_ins=write_ins,
            running=[["L", self.running[f"{unit}/{station}"]["L"]]],
        )  # fmt: skip
        self.closes[f"{unit}/{station}"] = self.heads[f"s/{unit}/{station}"][0] - 1

    # --- committee and county

    def statement(self, unit: str) -> None:
        stations = [entry["id"] for entry in self.note_of[unit]["stations"]]
        closes = []
        for station in stations:
            count, head = self.heads[f"s/{unit}/{station}"]
            closes.append([station, self.closes[f"{unit}/{station}"], count - 1, head])
        sums = [sum(column) for column in zip(*(self.running[f"{unit}/{s}"]["L"] for s in stations), strict=True)]
        self.statements[unit] = self.chained(
            "statement", f"u/{unit}", [f"{unit}/chair"], closes=closes, totals=[["L", sums]],
            unit_note=self.note_of[unit]["hash"],
        )  # fmt: skip

    def names(self, unit: str, persons: list[Fields], rest: list[list[Any]]) -> None:
        self.chained(
            "names", f"u/{unit}", [f"{unit}/chair"], part=1, parts=1, persons=persons, rest=rest,
            statement=self.statements[unit],
        )  # fmt: skip

    def determination(self, unit: str, *results: Body) -> None:
        statement = self.statements[unit]
        self.chained("determination", "c", ["county"], contests=list(results), statement=statement, unit=unit)

    def step(self, chain: str, word: str, **reason: str) -> None:
        unit = chain.split("/")[1]
        labels = [f"{unit}/watch"] if chain.startswith("u/") else self.who(*chain.split("/")[1:])
        self.chained("step", chain, labels, step=word, **reason)

    def standing(self, unit: str) -> tuple[str, list[int]]:
        given = self.note_of[unit]
        rows, sums, closed = [], [0] * (PAPER - 1), 0
        for entry in given["stations"]:
            count, head = self.heads.get(f"s/{unit}/{entry['id']}", (0, ZERO))
            rows.append([entry["id"], count, head])
            running = self.running.get(f"{unit}/{entry['id']}", {"L": [0] * PAPER})["L"]
            sums = [a + b for a, b in zip(sums, running[1:], strict=True)]
            closed += f"{unit}/{entry['id']}" in self.closes
        papers, registered = sum(sums[:VERDICTS]), REGISTERED[unit]
        statement = self.statements.get(unit, ZERO)
        text = canon({"closed": closed, "contests": [["chief", sums]], "papers": papers, "registered": registered,
                      "statement": statement, "stations": rows, "unit": unit})  # fmt: skip
        digest = sha(b"changpiao/v1 unit-standing\n", text.encode(), b"\n").hex()
        return digest, [closed, papers, registered, int(statement != ZERO), len(rows), 1]

    def place(self, names: list[str], children: list[tuple[str, str, list[int]]]) -> tuple[str, list[int]]:
        sums = [sum(column) for column in zip(*(child[2] for child in children), strict=True)]
        keys = ("closed", "papers", "registered", "statements", "stations", "units")
        rows = sorted([[key, digest] for key, digest, _ in children], key=lambda row: row[0].encode())
        text = canon({**dict(zip(keys, sums, strict=True)), "children": rows, "place": names})
        return sha(b"changpiao/v1 place-standing\n", text.encode(), b"\n").hex(), sums

    def standings(self) -> None:
        east = self.place(["乙镇", "东片"], [("u/v2", *self.standing("v2"))])
        town = self.place(["乙镇"], [("p/东片", *east)])
        xiang = self.place(["甲乡"], [("u/v1", *self.standing("v1"))])
        results, sums = self.place([], [("p/乙镇", *town), ("p/甲乡", *xiang)])
        keys = ("closed", "papers", "registered", "statements", "stations", "units")
        size = len(self.entries)
        root = tree([sha(b"\0", entry) for entry in self.entries]).hex()
        totals = dict(zip(keys, sums, strict=True))
        self.chained("standings", "c", ["county"], results=results, root=root, size=size, totals=totals)

    def story(self) -> "Maker":
        salt, other = "11" * 16, "22" * 16
        self.seal()
        for unit, station in (("v1", "a"), ("v1", "b"), ("v2", "a")):
            self.open(unit, station)
        self.standings()
        rows = (
            [b"\0\1\0\0"] * 30
            + [b"\0\0\2\1"] * 6
            + [b"\0\0\0\2"]
            + [b"\0\1\1\0"] * 9
            + [b"\2\1\0\0"] * 4
            + [b"\0" * 4] * 5
        )
        first = self.batch("v1", "a", rows, [(1, salt, "王五"), (2, other, "赵六")])
        before, _ = self.papers(rows, [1, 2])
        fixed = [*rows[:-1], b"\0\3\0\0"]
        self.batch("v1", "a", fixed, [], table=[1, 2], kind="correction", before=before, reason="补记", target=first,
                   target_seq=self.heads["s/v1/a"][0] - 1)  # fmt: skip
        spoilt = self.batch("v1", "b", [b"\0\1\0\0"] * 50, [])
        figures, _ = self.papers([b"\0\1\0\0"] * 50, [])
        self.running["v1/b"]["L"] = [0] * PAPER
        self.chained(
            "void", "s/v1/b", self.who("v1", "b"), effect=[-n for n in figures], layout="L", reason="重复",
            running=[0] * PAPER, target=spoilt, target_seq=self.heads["s/v1/b"][0] - 1, write_ins=[],
        )  # fmt: skip
        self.batch("v1", "b", [b"\0\0\1\0"] * 52 + [b"\0\2\2\1"] * 2, [(1, other, "王五")])
        self.step("s/v2/a", "polls_closed")
        self.step("s/v2/a", "sorted")
        self.batch("v2", "a", [b"\0\1\0"] * 20 + [b"\0\2\1"] * 10, [])
        self.step("s/v2/a", "interrupted", reason="停电")
        self.step("s/v2/a", "resumed")
        self.standings()
        self.close("v1", "a", 1, 2, [["chief", 1, 6], ["chief", 2, 1]], collected=55, issued=54)
        self.close("v1", "b", 2, 1, [["chief", 1, 2]])
        self.close("v2", "a", 1, 0, [], collected=30, valid=30, invalid=0)
        self.statement("v2")
        self.determination("v2", result("chief", "full", base="valid", base_value=30, elected=["c1"]))
        self.statement("v1")
        entries = [["a", 1, "王五", salt], ["b", 1, "王五", other]]
        self.names("v1", [{"contest": "chief", "entries": entries, "name": "王五", "votes": 8}], [["chief", 1]])
        # 2 x 52 > 92 valid papers, but not > 109 collected: the base decides
        self.determination("v1", result("chief", "full", base="valid", base_value=92, elected=["c2"], sensitive=True))
        self.afterwards()
        self.standings()
        return self

    def afterwards(self) -> None:
        """What the committee does with the result of v2: the elected chief is not qualified."""
        self.step("u/v2", "announced")
        self.step("u/v2", "reviewed")
        self.declare([], [["chief", "c1", "disqualified", "法院判决"]])
        self.step("u/v2", "filed")

    def declare(self, elected: list[str], reasons: list[list[str]], **changes: Any) -> None:
        contests = [{"contest": "chief", "elected": elected}]
        fields = {"contests": contests, "reasons": reasons, "statement": self.statements["v2"], **changes}
        self.chained("declaration", "u/v2", ["v2/chair"], **fields)

    # --- publishing

    def checkpoint(self, entries: list[bytes], *, root: bytes | None = None) -> bytes:
        root = root or tree([sha(b"\0", entry) for entry in entries])
        text = f"{ORIGIN}\n{len(entries)}\n{base64.b64encode(root).decode()}\n".encode()
        own, time = ORIGIN.encode(), (1_790_000_000).to_bytes(8, "big")
        named = bytes((len(own),)) + own
        message = b"subtree/v1\n\0" + named + time + named + bytes(8) + len(entries).to_bytes(8, "big") + root
        signatures = (
            key_id(ORIGIN, bytes.fromhex(public("log"))) + key_of("log").sign(text),
            key_id(ORIGIN, self.mldsa_public, 6) + time + self.mldsa.sign(message),
            b"grease" * 5,
        )
        lines = [f"— {ORIGIN} {base64.b64encode(raw).decode()}\n".encode() for raw in signatures]
        return text + b"\n" + b"".join(lines)

    def publish(self, folder: Path, entries: list[bytes] | None = None) -> Path:
        entries = self.entries if entries is None else entries
        hashes = [sha(b"\0", entry) for entry in entries]
        for start in range(0, len(entries), 256):
            part = entries[start : start + 256]
            data = b"".join(len(entry).to_bytes(2, "big") + entry for entry in part)
            put(folder, "entries", start // 256, len(part), data)
        level = 0
        while hashes:
            for start in range(0, len(hashes), 256):
                part = hashes[start : start + 256]
                put(folder, str(level), start // 256, len(part), b"".join(part))
            hashes = [tree(hashes[i : i + 256]) for i in range(0, len(hashes) - 255, 256)]
            level += 1
        (folder / "checkpoint").write_bytes(self.checkpoint(entries))
        return folder

    def archive(self, folder: Path) -> Path:
        (folder / "units").mkdir(parents=True)
        for unit, parts in self.sealed.items():
            data = b"".join(digest + len(part).to_bytes(4, "big") + part for digest, part in parts)
            (folder / "units" / f"{unit}.sealed").write_bytes(data)
        return folder

    @property
    def anchor(self) -> str:
        return vkey(name_of("authority"), "authority")


def put(folder: Path, level: str, number: int, width: int, data: bytes) -> None:
    path = folder / "tile" / level / f"{number:03d}"
    if width < 256:
        path = path.with_name(f"{number:03d}.p") / str(width)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)

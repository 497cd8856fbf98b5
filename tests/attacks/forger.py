"""A competent forger: changes what he wants in a record and puts everything else right again, with every key.

The honest entries become drafts (kind, JSON object, signers). After a change, `notes()` writes them anew in log order:
citations follow changed hashes, standings and determinations are computed from what the forged log says, every text is
signed again. So exactly the rule that was meant is broken, and nothing gives the forger away by accident.
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tally_protocol.ids import Hash32
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.merkle.tree import Frontier
from tally_protocol.seal import canonical
from tally_protocol.seal.document import TYPE, decode_text, record_hash
from tally_protocol.seal.keys import Signer
from tally_protocol.seal.note import SignatureLine, format_note, parse_note
from tests.attacks.law import Believer
from tests.published import Board
from tests.world import signer

Body = dict[str, Any]
_HASH = re.compile(rb"[0-9a-f]{64}")
ZERO = "0" * 64


@dataclass
class Draft:
    """A record before it is signed; `token` is the hash under which other drafts cite it."""

    kind: str
    body: Body
    signers: list[Signer]
    token: str
    force: Body = field(default_factory=dict)  # fields of `standings` or `determination` that are not to be computed
    respell: Callable[[bytes], bytes] | None = None  # another spelling of the text, signed as it then is
    renote: Callable[[bytes], bytes] | None = None  # what is done to the note after it is signed
    resign: Callable[[list[SignatureLine]], list[SignatureLine]] | None = None

    @property
    def chain(self) -> str:
        """The chain, empty for the manifest."""
        return str(self.body.get("chain", ""))


def draft_of(note: bytes) -> Draft:
    """An entry taken apart; its signers are found by their names."""
    parsed = parse_note(note)
    kind, body = decode_text(parsed.text)
    return Draft(kind, body, [signer(line.name) for line in parsed.lines], record_hash(parsed.text).hex())


class Forger:
    """The drafts of a whole log and how to find, change, add and drop them."""

    def __init__(self, entries: list[bytes], fixed: Mapping[str, Signer]) -> None:
        """Take a log apart; `fixed` are signers whose keys do not come from their names."""
        self.drafts = [draft_of(note) for note in entries]
        self.fixed = fixed
        self.hashes: dict[str, Hash32] = {}

    def find(self, kind: str, chain: str = "", place: int = 0) -> Draft:
        """The `place`-th draft of a kind (on a chain, or a unit's or roster's)."""
        found = [draft for draft in self.drafts if draft.kind == kind and chain in ("", draft.chain)]
        return found[place]

    def chain(self, name: str) -> list[Draft]:
        """A chain's drafts in log order."""
        return [draft for draft in self.drafts if draft.chain == name]

    def copy(self, draft: Draft, mark: str = "copy") -> Draft:
        """Another draft like this one, cited under a token of its own."""
        token = sha256(f"{draft.token} {mark}".encode()).hexdigest()
        return Draft(draft.kind, deepcopy(draft.body), list(draft.signers), token)

    def after(self, draft: Draft, new: Draft) -> Draft:
        """Insert a draft behind another."""
        self.drafts.insert(self.drafts.index(draft) + 1, new)
        return new

    def drop(self, *drafts: Draft) -> None:
        """Leave drafts out."""
        for draft in drafts:
            self.drafts.remove(draft)

    def relink(self, chain: str) -> None:
        """Number a chain anew, link it, and let targets follow their batches."""
        before, moved = ZERO, {}
        for seq, draft in enumerate(self.chain(chain)):
            moved[draft.token] = seq
            draft.body |= {"seq": seq, "prev": before}
            before = draft.token
            if draft.body.get("target") in moved:
                draft.body["target_seq"] = moved[draft.body["target"]]

    def add_up(self, unit: str = "v1") -> None:
        """Recompute running totals, closes and statements of a unit from figures and effects as they stand."""
        running: dict[tuple[str, str], list[int]] = {}
        heads: dict[str, tuple[int, str]] = {}
        closes: dict[str, int] = {}
        counts: dict[str, int] = {}
        for draft in self.drafts:
            parts, body = draft.chain.split("/"), draft.body
            if len(parts) == 3 and parts[1] == unit:
                station = parts[2]
                heads[station] = body["seq"], draft.token
                counts[station] = counts.get(station, 0) + (draft.kind == "batch")
                if draft.kind in ("batch", "void", "correction"):
                    effect = body["effect"] if "effect" in body else body["figures"]
                    before = running.get((station, body["layout"]), [0] * len(effect))
                    running[station, body["layout"]] = body["running"] = [
                        a + b for a, b in zip(before, effect, strict=True)
                    ]
                elif draft.kind == "close":
                    closes[station] = body["seq"]
                    body["batches"] = counts[station]
                    body["running"] = [
                        [layout, running.get((station, layout), [0] * len(old))] for layout, old in body["running"]
                    ]
            elif draft.kind == "statement" and parts[1] == unit:
                body["closes"] = [
                    [station, closes.get(station, close), *heads.get(station, (seq, head))]
                    for station, close, seq, head in body["closes"]
                ]
                body["totals"] = [[layout, self._sum(running, layout, old)] for layout, old in body["totals"]]

    @staticmethod
    def _sum(running: dict[tuple[str, str], list[int]], layout: str, old: list[int]) -> list[int]:
        columns = [figures for (_, name), figures in running.items() if name == layout]
        return [sum(column) for column in zip(*columns, strict=True)] if columns else [0] * len(old)

    def notes(self) -> list[bytes]:
        """Every draft written, in order; `hashes` then tells what became of each token."""
        frontier, board, law = Frontier(), Board(), Believer()
        roots, standings, notes = [frontier.root()], [board.tree.root()], []
        for draft in list(self.drafts):
            if draft.kind == "determination" and not draft.force and not law.is_final(draft.body["unit"]):
                # who hides a record hides the determination too that would give him away
                self._withdraw(draft)
                continue
            note = self._write(draft, roots, standings, law)
            notes.append(note)
            frontier.append(leaf_hash(note))
            roots.append(frontier.root())
            board.take(note)
            law.take(note)
            standings.append(board.tree.root())
        return notes

    def _withdraw(self, draft: Draft) -> None:
        """Take a county record out; those behind it move up."""
        later = self.chain("c")[self.chain("c").index(draft) + 1 :]
        for number, other in enumerate(later):
            other.body["seq"] -= 1
            if number == 0:
                other.body["prev"] = draft.body["prev"]
        self.drop(draft)

    def _write(
        self, draft: Draft, roots: list[bytes], standings: list[tuple[bytes, Body]], law: Believer
    ) -> bytes:
        body = draft.body
        if draft.kind == "determination":
            found = law.results(body["unit"])
            body = body | ({} if found is None else {"contests": found}) | draft.force
        if draft.kind == "standings":
            size = draft.force.get("size", len(roots) - 1)
            results, totals = standings[min(size, len(roots) - 1)]
            root = roots[min(size, len(roots) - 1)]
            body = body | {"results": results.hex(), "root": root.hex(), "size": size, "totals": totals} | draft.force
        text = TYPE.encode() + draft.kind.encode() + b"\n" + canonical.encode(body) + b"\n"
        text = _HASH.sub(lambda found: self._follow(found.group()), text)
        if draft.respell is not None:
            text = draft.respell(text)
        lines = [self.fixed.get(who.name, who).sign(text) for who in draft.signers]
        if draft.resign is not None:
            lines = draft.resign(lines)
        self.hashes[draft.token] = record_hash(text)
        note = format_note(text, tuple(lines))
        return note if draft.renote is None else draft.renote(note)

    def _follow(self, found: bytes) -> bytes:
        known = self.hashes.get(found.decode())
        return found if known is None else known.hex().encode()

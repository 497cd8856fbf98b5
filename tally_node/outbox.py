"""What is still owed to the county, in order, and what the county has said about it. No network here, no clock.

Order: each chain by `seq`, all chains in the order of making, and a unit's own records only after everything its
tables made before them is acknowledged, because a statement cites their heads. The county's answers and receipts are
checked against the journal [RECEIPT-2]; a chain whose head the county knows differently stops (E_ROLLBACK)
[INTAKE-7]; a refused record stops its chain and no other [INTAKE-1]. Losing this object loses nothing: the next
Resume rebuilds it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tally_node.journal import EPOCH, Delivered, Journal, Row
from tally_node.voice import text_of
from tally_protocol.errors import ProtocolError
from tally_protocol.ids import ChainName, UnitChain, parse_chain

GROUP_ENVELOPES = 16
GROUP_BYTES = 900_000  # the county takes messages below 1 MiB; the rest is framing
PAGE = 64


class Verdict(Enum):
    """The county's three answers [INTAKE-1]."""

    ACCEPTED = 1
    DUPLICATE = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyAnswer:
    """One answer, free of protobuf."""

    hash: bytes
    verdict: Verdict
    code: str = ""
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class ChainPosition:
    """Where the county stands in a chain."""

    chain: str
    epoch: int
    next_seq: int
    head: bytes
    # 0, or from where on the county has lost the sealed parts
    again_from: int = 0


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """A receipt whose signature and election have been checked; `head` is the record hash at `to`."""

    chain: ChainName
    to: int
    head: bytes


class AnswersDoNotFitError(Exception):
    """The county's answers are not those of the group sent: give up the connection and resume."""


class Outbox:
    """Follows the journal and the answers of one connection after another."""

    def __init__(
        self,
        journal: Journal,
        *,
        chains: Sequence[ChainName],
        read_receipt: Callable[[bytes], CheckedReceipt],
        now: Callable[[], int],
    ) -> None:
        """`chains`: those this laptop hosts; `read_receipt` raises ProtocolError for a receipt that does not hold."""
        self._journal = journal
        self._read_receipt = read_receipt
        self._now = now
        self.chains = tuple(chains)
        self._hosted = frozenset(chains)
        self._delivered: dict[ChainName, Delivered] = journal.delivered()
        self.stopped: dict[ChainName, str] = {}
        self.progress = 0
        self.accepted = 0
        self.duplicates = 0
        self.restart()

    def restart(self) -> None:
        """A connection begins: nothing is on the way, nothing is sent before the county has said where it stands."""
        self._from: dict[ChainName, int] = {}
        self._on_the_way: deque[list[Row]] = deque()
        self._page: deque[Row] = deque()
        self._blocked: dict[ChainName, deque[Row]] = {}
        self._cursor = 0
        # a chain that the county refused is offered once more on a new connection; an unsafe one is not
        self.stopped = {chain: code for chain, code in self.stopped.items() if code == "E_ROLLBACK"}

    # where the county stands

    def resume(self, positions: Iterable[ChainPosition]) -> None:
        """Take the county's positions of the chains [INTAKE-7]."""
        with self._journal.write(new_work=False):
            for position in positions:
                chain = ChainName(position.chain)
                if chain in self._hosted and chain not in self.stopped:
                    self._resume_chain(chain, position)

    def _resume_chain(self, chain: ChainName, position: ChainPosition) -> None:
        held = position.next_seq
        last = self._journal.record(chain, held - 1) if held else None
        if held and (position.epoch != EPOCH or last is None or last.hash != position.head):
            # the county holds what this journal does not: going on would make a second history
            self._stop(chain, max(held - 1, 0), position.head, "E_ROLLBACK")
            return
        known = self._delivered.get(chain, Delivered())
        if held - 1 > known.answered:
            # an answer was lost on the way, but the county's head is our record: it is durable there
            self._set(chain, replace(known, answered=held - 1))
        # the last record goes out once more if its receipt was lost: a duplicate is legal and is answered
        start = held - 1 if known.receipted < held - 1 else held
        # a county that was rebuilt from the public record asks for the ballots again [INTAKE-8]
        self._from[chain] = min(start, position.again_from) if position.again_from else start

    def begin(self) -> None:
        """All positions are known: find the oldest record that is owed."""
        lengths = self._journal.lengths()
        places = [
            row.at
            for chain, start in self._from.items()
            if start < lengths.get(chain, 0) and (row := self._journal.record(chain, start)) is not None
        ]
        newest = self._journal.newest()
        self._cursor = (min(places) - 1) if places else newest

    # what goes out

    @property
    def on_the_way(self) -> int:
        """Groups sent and not answered."""
        return len(self._on_the_way)

    @property
    def envelopes_on_the_way(self) -> int:
        """Envelopes sent and not answered."""
        return sum(len(group) for group in self._on_the_way)

    def next_group(self, most: int = GROUP_ENVELOPES) -> list[Row]:
        """The next records to send, now counted as on the way; empty if nothing may go out at the moment."""
        group: list[Row] = []
        size = 0
        while len(group) < min(most, GROUP_ENVELOPES):
            row = self._next_row()
            if row is None:
                break
            weight = len(row.note) + len(row.sealed) + 16
            if group and size + weight > GROUP_BYTES:
                self._page.appendleft(row)
                break
            group.append(row)
            size += weight
        if group:
            # sizes alone matter from here on: memory stays flat however large the papers are
            self._on_the_way.append([replace(row, note=b"", sealed=b"") for row in group])
        return group

    def _next_row(self) -> Row | None:
        for chain, rows in list(self._blocked.items()):
            if chain in self.stopped:
                del self._blocked[chain]
            elif self._may_go(rows[0]):
                row = self._journal.at(rows.popleft().at)
                if not rows:
                    del self._blocked[chain]
                return row
        while True:
            if not self._page:
                self._page.extend(self._journal.records(after=self._cursor, limit=PAGE))
                if not self._page:
                    return None
                self._cursor = self._page[-1].at
            row = self._page.popleft()
            if not row.own or row.chain in self.stopped or row.seq < self._from.get(row.chain, 0):
                continue
            if row.chain in self._blocked or not self._may_go(row):
                self._blocked.setdefault(row.chain, deque()).append(replace(row, note=b"", sealed=b""))
                continue
            return row

    def _may_go(self, row: Row) -> bool:
        """A unit's record waits for what its tables on this laptop have said before it."""
        chain = parse_chain(row.chain)
        if not isinstance(chain, UnitChain):
            return True
        for table, seq in self._journal.tables_before(chain.unit, row.at):
            if table in self.stopped:
                self._stop_quietly(row.chain, self.stopped[table])
                return False
            if self._delivered.get(table, Delivered()).answered < seq:
                return False
        return True

    def _stop_quietly(self, chain: ChainName, code: str) -> None:
        self.stopped[chain] = code

    @property
    def drained(self) -> bool:
        """Nothing on the way, nothing left to send but what a stopped chain holds back."""
        if self._on_the_way or self._page or self._cursor < self._journal.newest():
            return False
        return all(chain in self.stopped for chain in self._blocked)

    # what comes back

    def answered(self, answers: Sequence[CountyAnswer], receipts: Sequence[bytes]) -> None:
        """Take the answers of the oldest group on the way, in order, and the receipts that came with them."""
        if not self._on_the_way:
            raise AnswersDoNotFitError("answers to nothing")
        group = self._on_the_way.popleft()
        if [answer.hash for answer in answers] != [row.hash for row in group]:
            raise AnswersDoNotFitError("answers to other records")
        with self._journal.write(new_work=False):
            changed: dict[ChainName, Delivered] = {}
            for row, answer in zip(group, answers, strict=True):
                if answer.verdict is Verdict.REFUSED:
                    if row.chain not in self.stopped:
                        self._journal.add_refusal(
                            row.chain,
                            row.seq,
                            row.hash,
                            code=answer.code,
                            words=(answer.zh, answer.en),
                            time=self._now(),
                        )
                        self.stopped[row.chain] = answer.code
                    continue
                self.accepted += answer.verdict is Verdict.ACCEPTED
                self.duplicates += answer.verdict is Verdict.DUPLICATE
                known = changed.get(row.chain) or self._delivered.get(row.chain, Delivered())
                changed[row.chain] = replace(known, answered=max(known.answered, row.seq))
            for note in receipts:
                self._take_receipt(note, changed)
            for chain, state in changed.items():
                self._set(chain, state)
        self.progress += 1

    def _take_receipt(self, note: bytes, changed: dict[ChainName, Delivered]) -> None:
        """[RECEIPT-2]: signature and election (by `read_receipt`), chain, place and head against the journal."""
        try:
            receipt = self._read_receipt(note)
        except ProtocolError as error:
            self._refuse_receipt(ChainName(""), 0, str(error))
            return
        row = self._journal.record(receipt.chain, receipt.to)
        if receipt.chain not in self._hosted or row is None or row.hash != receipt.head:
            self._refuse_receipt(receipt.chain, receipt.to, "not the record in this journal")
            return
        self._journal.add_receipt(receipt.chain, receipt.to, note)
        known = changed.get(receipt.chain) or self._delivered.get(receipt.chain, Delivered())
        changed[receipt.chain] = replace(known, receipted=max(known.receipted, receipt.to))

    def _refuse_receipt(self, chain: ChainName, seq: int, found: str) -> None:
        zh, en = text_of("E_RECEIPT")
        self._journal.add_refusal(
            chain, seq, b"", code="E_RECEIPT", words=(zh, f"{en}: {found}"[:200]), time=self._now()
        )

    def _stop(self, chain: ChainName, seq: int, head: bytes, code: str) -> None:
        self.stopped[chain] = code
        self._journal.add_refusal(chain, seq, head, code=code, words=text_of(code), time=self._now())

    def _set(self, chain: ChainName, state: Delivered) -> None:
        self._delivered[chain] = state
        self._journal.set_delivered(chain, state)

    def state(self, chain: ChainName) -> Delivered:
        """How far a chain is with the county."""
        return self._delivered.get(chain, Delivered())

    def owed_proofs(self, kinds: Sequence[str] = ("close",)) -> list[Row]:
        """Acknowledged records whose tlog-proof is wanted and has not come yet [RECEIPT-4].

        Those of some kinds, and the last of every chain whose receipt was lost with its connection.
        """
        owed = {
            row.hash: row
            for row in self._journal.without_proof(kinds)
            if row.chain in self._hosted and row.seq <= self.state(row.chain).answered
        }
        for chain in self.unreceipted():
            row = self._journal.record(chain, self.state(chain).answered)
            if row is not None:
                owed[row.hash] = replace(row, note=b"", sealed=b"")
        return list(owed.values())

    def add_proofs(self, proofs: Sequence[tuple[Row, bytes]]) -> None:
        """Keep proofs that the caller has checked [PROOF-1]; durable together."""
        if not proofs:
            return
        with self._journal.write(new_work=False):
            for row, proof in proofs:
                self._journal.add_proof(row.hash, row.chain, row.seq, proof)
        self.progress += 1

    def undelivered(self) -> dict[ChainName, int]:
        """Records of each chain that the county has not acknowledged."""
        owed = {
            chain: length - 1 - self.state(chain).answered
            for chain, length in self._journal.lengths().items()
            if chain in self._hosted
        }
        return {chain: count for chain, count in owed.items() if count > 0}

    def unreceipted(self) -> dict[ChainName, int]:
        """Acknowledged records of each chain without receipt; a receipt or a proof covers all before it."""
        proved = self._journal.proved()
        owed = {
            chain: state.answered - max(state.receipted, proved.get(chain, -1))
            for chain, state in self._delivered.items()
        }
        return {chain: count for chain, count in owed.items() if count > 0}

"""A process that only reads sees the same events as the one that wrote, batches on a short way of their own."""

from dataclasses import replace

import pytest

from coordinator.board.following import event_of_entry
from coordinator.ledger.fold import event_of
from coordinator.settings import CountyError
from coordinator.store.entries import Entry
from tally_protocol.errors import ProtocolError
from tally_protocol.merkle.hashing import leaf_hash
from tally_protocol.record.kinds import decode_record
from tests.board.played import Played


def stored(index: int, note: bytes) -> Entry:
    found = decode_record(note)
    return Entry(index, found.hash, leaf_hash(note), "", 0, found.kind, note)


def test_the_short_way_gives_the_same_events() -> None:
    kinds = set()
    for index, note in enumerate(Played().entries):
        found = decode_record(note)
        assert event_of_entry(stored(index, note)) == event_of(index, found.kind, found.body, found.hash)
        kinds.add(found.kind)
    assert {"batch", "void", "correction", "close", "statement", "determination"} <= kinds


def test_an_edited_batch_is_not_shown() -> None:
    entries = Played().entries
    index = next(i for i, note in enumerate(entries) if note.startswith(b"changpiao/v1 batch\n"))
    entry = stored(index, entries[index])
    for note in (entry.note.replace(b'"figures":[6', b'"figures":[7', 1), entry.note.replace(b"batch", b"void", 1)):
        assert note != entry.note
        with pytest.raises((CountyError, ProtocolError)):
            event_of_entry(replace(entry, note=note))

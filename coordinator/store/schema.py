"""Tables of the store. The record log (`entries`) is the only truth; everything else helps or is evidence.

- entries: one row an admitted record, in the order of the public log. `hash` is unique [LOG-3], and so is a place in a
  chain [INTAKE-5]. `leaf` is the leaf hash of the bytes as received; the publisher compares it [PUB-3].
- sealed: the encrypted papers of a batch or correction, by log index.
- refusals: what was refused, with its code, bounded for each chain [INTAKE-4].
- forks: the second record for a place that is taken; the first stands in entries [INTAKE-5].
- receipts: the newest receipt of each chain [RECEIPT-1].
"""

STORE = (
    """CREATE TABLE entries (
        idx INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, leaf BLOB NOT NULL, chain TEXT, epoch INTEGER, seq INTEGER,
        kind TEXT NOT NULL, note BLOB NOT NULL, UNIQUE (chain, epoch, seq)) STRICT""",
    "CREATE TABLE sealed (idx INTEGER PRIMARY KEY, blob BLOB NOT NULL) STRICT",
    """CREATE TABLE refusals (
        id INTEGER PRIMARY KEY, chain TEXT NOT NULL, code TEXT NOT NULL, node TEXT NOT NULL, time INTEGER NOT NULL,
        detail TEXT NOT NULL, note BLOB NOT NULL, sealed BLOB NOT NULL) STRICT""",
    "CREATE INDEX refusals_chain ON refusals (chain)",
    """CREATE TABLE forks (
        id INTEGER PRIMARY KEY, chain TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
        first INTEGER NOT NULL REFERENCES entries (idx), hash BLOB NOT NULL UNIQUE, time INTEGER NOT NULL,
        note BLOB NOT NULL, sealed BLOB NOT NULL) STRICT""",
    """CREATE TABLE receipts (
        chain TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, note BLOB NOT NULL) STRICT, WITHOUT ROWID""",
)
STAGING = (
    "CREATE TABLE staged (path TEXT NOT NULL PRIMARY KEY, data BLOB NOT NULL) STRICT",
    "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), checkpoint BLOB NOT NULL) STRICT",
)
LOCK = (
    """CREATE TABLE lock (
        origin TEXT NOT NULL PRIMARY KEY, checkpoint BLOB NOT NULL, time INTEGER NOT NULL) STRICT""",
)

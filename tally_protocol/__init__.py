"""What station and county agree on: records, notes, trees, chains; pure (no files, sockets, clock)."""

SPEC_VERSION = 1

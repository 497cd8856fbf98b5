"""Version 1 of the transport; made by `make proto` from proto/tally_protocol/wire/v1, never edited."""

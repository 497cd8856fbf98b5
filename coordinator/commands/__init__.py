"""Commands of tally-coordinator that have a room of their own; `cli.py` adds them."""

"""Watching a running county: stored data against what was signed, silent stations, the machine, calls, logs, traces."""

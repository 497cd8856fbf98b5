"""`python -m coordinator`: the program, for children of `up` and for places without scripts."""

from coordinator.cli import main

main()

"""`python -m tally_node` is `tally-node`."""

from tally_node.cli import main

main()

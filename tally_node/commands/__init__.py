"""The commands of tally-node, one file for each thing people come to do."""

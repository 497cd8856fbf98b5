"""Mutation testing of the two rule packages: make one small mistake, and some test must fail."""

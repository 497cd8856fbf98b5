"""The counting desk (计票点): journal, batches, outbox, uplink; works without a network."""

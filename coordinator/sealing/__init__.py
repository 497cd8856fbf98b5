"""Before the first paper: the sealing folder read, every fault found at once, keys, certificates, notes, bundles."""

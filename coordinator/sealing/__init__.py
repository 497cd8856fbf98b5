"""Before the first paper: read the sealing folder, find every fault at once, make keys, certificates, notes, bundles."""

"""The public log: tree and tiles, the lock on what was signed, the folder, `standings`, proofs."""

"""The public log as C2SP tiles: paths, checkpoints, proofs, the results tree (spec/5, spec/6)."""

"""How anything is signed, whatever it says: canonical JSON, notes, keys, the type line (spec/2)."""

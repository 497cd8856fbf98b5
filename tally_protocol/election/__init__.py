"""What is being decided and how a paper counts: manifest, layout, validity, figures; no bytes here (spec/1)."""

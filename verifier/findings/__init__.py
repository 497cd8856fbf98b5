"""What the verifier says: codes with their sentences, findings with their evidence, the report as data."""

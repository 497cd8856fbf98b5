"""A whole election played through the real programs (演练); imports no verifier code."""

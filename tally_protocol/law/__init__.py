"""The law as data and small exact functions: profiles, validity of a paper, outcomes, states (spec/8)."""

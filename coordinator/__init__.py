"""The county (总台): intake, store, tally, public log, board."""

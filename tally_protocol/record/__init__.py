"""What a station and a committee say and the county answers: kinds, signers, chains, ballots, receipts (spec/2-4)."""

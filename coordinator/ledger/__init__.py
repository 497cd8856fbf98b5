"""What the store amounts to: chains, live totals, outcomes, totals of a published prefix. The log is the only truth."""

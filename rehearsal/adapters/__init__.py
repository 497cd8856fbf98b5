"""Real election data, each source with its own way of writing, turned into rehearsal folders."""

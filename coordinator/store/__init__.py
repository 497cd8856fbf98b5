"""The county's database: tables, connections, the few statements on the hot path. SQL lives here alone."""

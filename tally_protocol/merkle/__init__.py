"""RFC 6962 hashing, for the public log, the ballot commitments and the unit tree."""

"""The county centre's own page: silence, incidents, complaints, plan, decisions; a journal of signed acts (ADR 8)."""

"""What a process of the county does: everything, or one job of several processes beside each other (ADR 7)."""

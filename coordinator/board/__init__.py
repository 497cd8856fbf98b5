"""The plain live page of the centre: units by place, progress, totals, each with the log size it comes from."""

"""The law decided again, from plain data to plain data: people, measures, committees, outcomes, findings, reasons."""

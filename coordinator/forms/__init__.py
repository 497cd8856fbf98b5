"""The paperwork: notices, result forms, papers and reports as PDF/A, the same bytes from the same record every time."""

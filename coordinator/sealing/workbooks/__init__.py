"""Excel workbooks for the sealing folder: templates to fill in, and an import that says everything that is wrong."""

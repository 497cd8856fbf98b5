"""The verifier's own reading of bytes: JSON tokens, shapes of fields, kinds, layouts. No meaning across records."""

"""The log walked record by record: manifest, station chains, unit chains, the chain of totals."""

"""The history of the schema, for both databases: one file a step in `versions/`, each written with `migrating.run`."""

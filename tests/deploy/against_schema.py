"""Runs in .venv-deploy: judges {schema, objects: {name: object}} by a JSON schema; a line a fault."""

import importlib
import json
import sys

# not in the product's environment, so no import statement that mypy would have to follow
jsonschema = importlib.import_module("jsonschema")

given = json.load(sys.stdin)
jsonschema.Draft202012Validator.check_schema(given["schema"])
judge = jsonschema.Draft202012Validator(given["schema"])
for name, item in given["objects"].items():
    for error in judge.iter_errors(item):
        print(f"{name}: {error.json_path}: {error.message[:200]}")  # noqa: T201 - the answer

"""Runs in .venv-deploy: judges a JSON list of core objects by the API server's schemas, strictly; a line a fault."""

import importlib
import json
import sys

# not in the product's environment, so no import statement that mypy would have to follow
validate = importlib.import_module("kubernetes_validate")
VERSIONS = ("1.31", "1.37")  # the oldest that the manifests ask for, and the newest that the schemas know

for item in json.load(sys.stdin):
    for version in VERSIONS:
        try:
            validate.validate(item, version, strict=True)
        except validate.ValidationError as error:
            print(f"{item['kind']}/{item['metadata']['name']}: {version}: {error.message}")  # noqa: T201 - the answer
        except validate.SchemaNotFoundError as error:
            print(f"{item['kind']}/{item['metadata']['name']}: {version}: {error}")  # noqa: T201 - the answer

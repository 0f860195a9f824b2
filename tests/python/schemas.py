"""A JSON document is as a JSON Schema says, and the schema is strict: it knows every property of every object.

    python schemas.py SCHEMA DOCUMENT...
"""

import json
import sys

from jsonschema import Draft202012Validator


def loose(schema, place="#"):
    """Places of object schemas that would let an unknown property pass."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("additionalProperties") is not False:
            yield place
        for name, part in schema.items():
            yield from loose(part, f"{place}/{name}")
    elif isinstance(schema, list):
        for at, part in enumerate(schema):
            yield from loose(part, f"{place}/{at}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


schema, wrong = read(sys.argv[1]), 0
Draft202012Validator.check_schema(schema)
for place in loose(schema):
    wrong += 1
    print(f"{sys.argv[1]}: {place} lets unknown properties pass")
for path in sys.argv[2:]:
    for error in Draft202012Validator(schema).iter_errors(read(path)):
        wrong += 1
        print(f"{path}: {error.json_path}: {error.message[:200]}")
print(f"{len(sys.argv) - 2} documents, {wrong} complaints")
sys.exit(1 if wrong or len(sys.argv) < 3 else 0)

"""Prints every table of the three stores as JSON: store -> table -> columns, rows; cells as texts.

    python stores_json.py ROOT
"""

import json
import sys

from stores import tables, text


def printable(table):
    """The columns and rows of a table; NULL is null."""
    rows = [[text(value) for value in row.values()] for row in table.to_pylist()]
    return {"columns": table.column_names, "rows": rows}


root = sys.argv[1]
stores = {
    store: {name: printable(table) for name, table in tables(root, store).items()}
    for store in ("retail", "transmission", "quarantine")
}
json.dump(stores, sys.stdout, ensure_ascii=False)

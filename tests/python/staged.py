"""Prints a staged table of texts as JSON, its rows in their order.

    python staged.py CUSTODY TABLE
"""

import json
import pathlib
import sys

import pyarrow.parquet as pq

custody, table = sys.argv[1:]
rows = pq.read_table(pathlib.Path(custody) / "staging" / table / "part-00000.parquet").to_pylist()
print(json.dumps([list(row.values()) for row in rows]))

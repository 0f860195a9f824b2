"""Prints a table of a store, a row a line, as texts.

    python show.py ROOT STORE TABLE
"""

import sys

from stores import rows, tables

root, store, table = sys.argv[1:]
found = rows(tables(root, store)[table])
for row in found:
    print(" ".join(f"{name}={'NULL' if value is None else value}" for name, value in row.items()))
print(f"{len(found)} rows")

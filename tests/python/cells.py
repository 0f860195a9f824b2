"""What stands in the three stores, counted by DuckDB: rows of every table, and in every column the values that are not NULL and
their bytes before any compression. Printed as JSON; nothing of bunri's own code.

    python cells.py ROOT
"""

import json
import sys
from pathlib import Path

import duckdb

STORES = {"retail": "retail", "transmission": "custody/transmission", "quarantine": "custody/quarantine"}
WIDTH = {"BIGINT": 8, "DOUBLE": 8, "TIMESTAMP": 8, "DATE": 4, "BOOLEAN": 1}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def size(name, kind):
    if kind == "VARCHAR":
        return f"strlen({quoted(name)})"
    if kind == "BLOB":
        return f"octet_length({quoted(name)})"
    return str(16 if kind.startswith("DECIMAL") else WIDTH[kind])


def count(database, folder):
    files = f"read_parquet('{folder}/*.parquet')"
    columns = database.sql(f"DESCRIBE FROM {files}").fetchall()
    names = [(name, kind) for name, kind, *_ in columns if name != "bunri_reason"]
    sums = [part for name, kind in names
            for part in (f"count({quoted(name)})", f"coalesce(sum({size(name, kind)}) FILTER ({quoted(name)} IS NOT NULL), 0)")]
    [(rows, *values)] = database.sql(f"SELECT {', '.join(['count(*)', *sums])} FROM {files}").fetchall()
    cells = {name: int(values[2 * at]) for at, (name, _) in enumerate(names)}
    sizes = {name: int(values[2 * at + 1]) for at, (name, _) in enumerate(names)}
    return {"rows": rows, "cells": cells, "bytes": sizes}


def main(root):
    database = duckdb.connect()
    stores = {}
    for store, below in STORES.items():
        folders = sorted(path for path in (Path(root) / below).iterdir() if path.is_dir())
        stores[store] = {folder.name: count(database, folder) for folder in folders}
    print(json.dumps(stores))


main(*sys.argv[1:])

"""Runs what `bunri check JOB --explain=sql` printed, in DuckDB, and holds the tables that it makes against the Parquet
files of the stores: the same tables, columns, types, rows and cells, in the same order.

    python sql.py FOLDER...      each with stores.sql, whose paths begin there, retail/ and custody/

A folder that also holds a file `refused` is one that the script must refuse; `rekey.json` holds secrets by their names.
"""

import json
import os
import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from rekey import stored as rekeyed

STORES = {"retail": "retail", "transmission": "custody/transmission", "quarantine": "custody/quarantine"}


def made(db, store):
    """Table -> names and types of its columns, as the script made them."""
    query = """SELECT table_name, column_name, data_type FROM information_schema.columns
               WHERE table_schema = ? ORDER BY table_name, ordinal_position"""
    found = {}
    for table, column, kind in db.execute(query, [store]).fetchall():
        found.setdefault(table, []).append((column, kind))
    return found


def stored(db, folder):
    """The same of a store's Parquet files, and the parts of each table."""
    found, parts = {}, {}
    for table in sorted(path for path in folder.iterdir() if path.is_dir()):
        parts[table.name] = [str(part) for part in sorted(table.glob("*.parquet"))]
        described = db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [parts[table.name]]).fetchall()
        found[table.name] = [(row[0], row[1]) for row in described]
    return found, parts


def compare(db, store, folder):
    """Yields what differs, and for each table its rows and cells."""
    ours, (theirs, parts) = made(db, store), stored(db, folder)
    for table in sorted(ours.keys() | theirs.keys()):
        if ours.get(table) != theirs.get(table):
            yield f"{store}.{table}: the script makes {ours.get(table)}, the store holds {theirs.get(table)}"
            continue
        wanted = db.execute(f'SELECT * FROM {store}."{table}"').fetchall()
        held = db.execute("SELECT * FROM read_parquet(?)", [parts[table]]).fetchall()
        if wanted != held:
            pairs = enumerate(zip(wanted, held))
            at = next((at for at, (one, other) in pairs if one != other), min(len(wanted), len(held)))
            counts = f"{len(wanted)} and {len(held)} rows"
            yield f"{store}.{table}: {counts}, number {at + 1} is {wanted[at:at + 1]} and {held[at:at + 1]}"
        yield len(held), len(ours[table]) * len(held)


def add_hashes(db):
    """The functions that the script leaves to its reader."""
    file = Path("rekey.json")
    secrets = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def hasher(kind):
        def one(name, value):
            return None if value is None else rekeyed(
                {"name": name, "secret": secrets[name], "type": kind, "value": value})

        return lambda names, values: pa.array(map(one, names.to_pylist(), values.to_pylist()), pa.string())

    for kind, sql in (("int", "BIGINT"), ("text", "VARCHAR")):
        hashed, types = hasher(kind), ["VARCHAR", sql]
        db.create_function(f"bunri_rekey_{kind}", hashed, types, "VARCHAR", type="arrow", null_handling="special")


def told(folder):
    """Everything that the script and the stores of one folder have to say."""
    db = duckdb.connect()
    # Paths may be relative to the folder.
    os.chdir(folder)
    add_hashes(db)
    script = Path("stores.sql").read_text(encoding="utf-8")
    try:
        db.execute(script)
    except duckdb.InvalidInputException as refusal:
        if not Path("refused").exists() or not any(why in str(refusal) for why in ("has no key", "any row's parent", "decides nothing")):
            yield f"the script fails: {refusal}"
        return
    if Path("refused").exists():
        yield "nothing may be decided here, and the script goes on"
    for store, below in STORES.items():
        yield from compare(db, store, Path(below))


def main(*folders):
    wrong, tables, rows, cells = 0, 0, 0, 0
    here = os.getcwd()
    for folder in folders:
        os.chdir(here)
        for one in told(folder):
            if isinstance(one, str):
                wrong += 1
                print(f"{folder}: {one}")
            else:
                tables, rows, cells = tables + 1, rows + one[0], cells + one[1]
    print(f"{len(folders)} folders, {tables} tables, {rows} rows, {cells} cells, {wrong} differ")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""What lies in the three stores and in staging, read with pyarrow: nothing of bunri's own code, and not its manifests
either, because what a stranger finds in a store is its Parquet files."""

import json
import sqlite3
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

STORES = {
    "retail": "retail",
    "transmission": "custody/transmission",
    "quarantine": "custody/quarantine",
    "staging": "custody/staging",
}


def tables(root, store):
    """Table id -> all its parts, for every folder of the store."""
    folder = Path(root) / STORES[store]
    found = {}
    for table in sorted(path for path in folder.iterdir() if path.is_dir()):
        parts = sorted(table.glob("*.parquet"))
        assert parts, f"{table} has no part"
        found[table.name] = pa.concat_tables([pq.read_table(part) for part in parts])
    return found


def text(value):
    """The text of a cell, as the list of planted cells writes it; None is NULL."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (int, float, Decimal, date)):
        return str(value)
    raise TypeError(f"a cell of {type(value)} in a store")


def rows(table):
    """The rows of a table as dictionaries of texts."""
    return [{name: text(value) for name, value in row.items()} for row in table.to_pylist()]


def rejects(root):
    """Table id -> rejected rows, column name -> the text of the source."""
    found = {}
    for path in sorted((Path(root) / "custody/rejects").glob("*.jsonl")):
        with open(path, encoding="utf-8") as lines:
            found[path.stem] = [json.loads(line) for line in lines]
    return found


def raw(value):
    """What a reject holds of one cell, as a text; None is NULL."""
    if value is None or value == "null":
        return None
    ((kind, content),) = value.items() if isinstance(value, dict) else (("text", value),)
    return None if kind == "null" else str(content)


def legacy(root):
    """The legacy system, and the columns of each of its tables."""
    database = sqlite3.connect(f"file:{Path(root) / 'legacy.db'}?mode=ro", uri=True)
    database.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns = {
        name: [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')] for name in sorted(names)
    }
    return database, columns

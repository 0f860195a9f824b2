"""Control totals as the legacy team would make them, and counts in the stores: nothing of bunri but the query that it printed.

    python control.py sqlite legacy.db QUERIES.sql OUT.csv...   each query's answer, run in SQLite itself
    python control.py duckdb custody QUERIES.sql ID NAME...     the answers over staging, printed; ID is a table's folder, NAME its name
    python control.py stores REPORT.json                        every group of every control, counted in the stores in DuckDB
"""

import csv
import json
import sqlite3
import sys
from pathlib import Path

import duckdb


def queries(path):
    return [query for query in Path(path).read_text(encoding="utf-8").split(";\n") if query.strip()]


def answered(cursor, query):
    cursor.execute(query)
    return [column[0] for column in cursor.description], cursor.fetchall()


def in_sqlite(database, script, *outs):
    connection = sqlite3.connect(database)
    every = queries(script)
    assert len(every) == len(outs), (len(every), outs)
    for query, out in zip(every, outs):
        header, rows = answered(connection.cursor(), query)
        with open(out, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])


def in_duckdb(custody, script, *tables):
    db = duckdb.connect()
    for table, name in zip(tables[::2], tables[1::2]):
        db.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{custody}/staging/{table}/*.parquet')")
    for query in queries(script):
        header, rows = answered(db.cursor(), query)
        print(json.dumps([header, [[None if cell is None else str(cell) for cell in row] for row in rows]]))


def counted(db, folder, control):
    """Rows by group; of a table that this store has not: none."""
    files = sorted(str(path) for path in Path(folder, control["table"]).glob("*.parquet"))
    if not files:
        return {}
    parts = [f"NULLIF(CAST(\"{name}\" AS VARCHAR), '')" for name in control["by"]]
    if control["month_of"]:
        parts.append(f"strftime(\"{control['month_of']}\", '%Y-%m')")
    selected = ", ".join(parts)
    if not parts:
        return {(): db.execute("SELECT COUNT(*) FROM read_parquet(?)", [files]).fetchone()[0]}
    rows = db.execute(f"SELECT {selected}, COUNT(*) FROM read_parquet(?) GROUP BY {selected}", [files]).fetchall()
    return {tuple(row[:-1]): row[-1] for row in rows}


def in_stores(report):
    db, groups = duckdb.connect(), 0
    for control in json.loads(Path(report).read_text(encoding="utf-8"))["controls"]:
        retail, transmission, quarantine = (
            counted(db, folder, control) for folder in ("retail", "custody/transmission", "custody/quarantine"))
        seen = set()
        for group in control["groups"]:
            if group["group"] is None:
                continue
            key = tuple(group["group"])
            seen.add(key)
            count = group["figures"][0]
            own, other, undecided, reference = map(int, count["regions"])
            assert own + other + undecided + reference == int(count["staged"]), (key, count)
            assert retail.get(key, 0) == own, (key, retail.get(key), count)
            # Rows that only keep retail's cells company in the quarantine have no other cells: they are in the group without values.
            if any(part is not None for part in key):
                assert quarantine.get(key, 0) == undecided, (key, quarantine.get(key), count)
            else:
                assert quarantine.get(key, 0) >= undecided, (key, quarantine.get(key), count)
            assert transmission.get(key, 0) == own + other + undecided, (key, transmission.get(key), count)
            groups += 1
        assert set(retail) | set(transmission) | set(quarantine) <= seen
    print(f"{groups} groups are in the stores as the report says")


if __name__ == "__main__":
    {"sqlite": in_sqlite, "duckdb": in_duckdb, "stores": in_stores}[sys.argv[1]](*sys.argv[2:])

"""The peer of benches/run.py: DuckDB over bunri's staging and stores.

`peer.py split CUSTODY OUT`, and `peer.py verify RIGHT STORES`, where both hold `retail`, `transmission` and `quarantine`.
The second is given what nobody has on the night, stores that are known to be right (here a copy), and compares them with
those that came: the work of a comparison that finds nothing. Threads and memory are bunri's own limits.
"""

import json
import os
import pathlib
import sys

import duckdb

OWN = """EXISTS (SELECT 1 FROM read_parquet({ledger}) p WHERE trim(p.cancelled_flag) = '0' AND p.supply_point_id = t.supply_point_id
         AND trim(p.retailer_code) = '99010' AND p.supply_kind = 'normal'
         AND p.valid_from <= {day} AND p.valid_until >= {day})"""
DAYS = {"meter_reading_monthly": "t.period_until", "meter_reading_halfhour": "t.reading_date"}


def tables(custody):
    manifest = json.loads((custody / "staging/manifest.json").read_text())
    return [(table["id"], custody / "staging" / table["id"] / "part-*.parquet") for table in manifest["tables"]]


def split(custody, out):
    ledger = [str(dict(tables(custody))[id]) for id in ("supply_period", "supply_period_old")]
    for name, path in tables(custody):
        columns = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()]
        for store in ("transmission", "retail"):
            folder = out / store / name
            folder.mkdir(parents=True)
            where = "true"
            if store == "retail":
                day = DAYS.get(name, "DATE '2026-04-01'")
                where = OWN.format(ledger=ledger, day=day) if "supply_point_id" in columns else "true"
            order = ", ".join(f'"{column}"' for column in columns[:2])
            duckdb.sql(f"""COPY (SELECT * FROM read_parquet('{path}') t WHERE {where} ORDER BY {order})
                           TO '{folder}/part.parquet' (FORMAT parquet, COMPRESSION zstd)""")


def verify(right, came):
    for part in sorted(right.glob("*/*/part-*.parquet")):
        sides = [f"SELECT * FROM read_parquet('{path}')" for path in (part, came / part.relative_to(right))]
        for left, other in (sides, sides[::-1]):
            rows = duckdb.sql(f"SELECT count(*) FROM ({left} EXCEPT ALL {other})").fetchall()[0][0]
            if rows:
                sys.exit(f"{part}: {rows} rows differ")


def limits():
    duckdb.sql(f"SET memory_limit = '{os.environ.get('MEMORY', '2GiB')}'")
    duckdb.sql(f"SET threads = {os.environ.get('THREADS', '2')}")
    duckdb.sql(f"SET temp_directory = '{os.environ.get('TMPDIR', '/tmp')}/bunri-bench-duckdb'")


limits()
work = {"split": split, "verify": verify}[sys.argv[1]]
work(*map(pathlib.Path, sys.argv[2:]))


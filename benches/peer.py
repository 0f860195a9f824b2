"""The peer of benches/run.py: DuckDB over bunri's staging. `peer.py split CUSTODY OUT`, `peer.py verify CUSTODY _`."""

import json
import pathlib
import sys

import duckdb

OWN = """EXISTS (SELECT 1 FROM read_parquet('{ledger}') p WHERE p.supply_point_id = t.supply_point_id
         AND trim(p.retailer_code) = '99010' AND p.supply_kind = 'normal'
         AND p.valid_from <= {day} AND p.valid_until >= {day})"""
DAYS = {"meter_reading_monthly": "t.period_until", "meter_reading_halfhour": "t.reading_date"}


def tables(custody):
    manifest = json.loads((custody / "staging/manifest.json").read_text())
    return [(table["id"], custody / table["file"]["path"]) for table in manifest["tables"]]


def split(custody, out):
    ledger = dict(tables(custody))["supply_period"]
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


def verify(custody):
    for name, path in tables(custody):
        store = custody / f"transmission/{name}/part-00000.parquet"
        if not store.exists():
            continue
        columns = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{store}')").fetchall()]
        names = ", ".join(f'"{column}"' for column in columns)
        ours, theirs = (f"SELECT {names} FROM read_parquet('{file}')" for file in (path, store))
        for left, right in ((ours, theirs), (theirs, ours)):
            duckdb.sql(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchall()


custody = pathlib.Path(sys.argv[2])
split(custody, pathlib.Path(sys.argv[3])) if sys.argv[1] == "split" else verify(custody)

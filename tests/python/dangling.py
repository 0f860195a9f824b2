"""References that find nothing in a store, counted there by DuckDB, beside what a plan said before the stores were written.

    python dangling.py ROOT PLAN [TABLE ...]

Rows of the named TABLEs refer by `cases`, which no store tells: they are left out.
"""

import json
import sys
from pathlib import Path

import duckdb

STORES = {"retail": "retail", "transmission": "custody/transmission", "quarantine": "custody/quarantine"}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def main(root, plan, *by_cases):
    database = duckdb.connect()
    looked, found, wrong = 0, 0, []
    for reference in json.loads(Path(plan).read_text(encoding="utf-8"))["references"]:
        assert reference["not_followed"] is None, reference
        if reference["table"] in by_cases:
            continue
        for told in reference["stores"]:
            folder = Path(root) / STORES[told["store"]]
            here = f"read_parquet('{folder / reference['table']}/*.parquet')"
            there = folder / reference["to"]
            whole = " AND ".join(f"a.{quoted(name)} IS NOT NULL" for name in reference["columns"])
            pairs = zip(reference["columns"], reference["references"])
            same = " AND ".join(f"a.{quoted(own)} = b.{quoted(other)}" for own, other in pairs)
            held = set()
            if there.is_dir():
                held = {name for name, *_ in database.sql(f"DESCRIBE FROM read_parquet('{there}/*.parquet')").fetchall()}
            finds = "false"
            if held.issuperset(reference["references"]):
                finds = f"EXISTS (SELECT 1 FROM read_parquet('{there}/*.parquet') b WHERE {same})"
            sql = f"SELECT count(*), count(*) FILTER (NOT {finds}) FROM {here} a WHERE {whole}"
            [(rows, dangling)] = database.sql(sql).fetchall()
            looked, found = looked + 1, found + dangling
            if (rows, dangling) != (told["rows"], sum(told["dangling"].values())):
                wrong.append(f"{reference['table']} {reference['columns']} in {told['store']}: {rows}, {dangling}; the plan {told}")
    print("\n".join(wrong))
    print(f"{looked} looks, {found} rows find nothing, {len(wrong)} differ")
    return 1 if wrong or not looked or not found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

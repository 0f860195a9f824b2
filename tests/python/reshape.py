"""Gives the parts of a table in a store another shape, and reseals the store.

    python reshape.py STORE TABLE drop COLUMN         without a column
    python reshape.py STORE TABLE text COLUMN         a column as text
    python reshape.py STORE TABLE turn                the columns in the opposite order
    python reshape.py STORE TABLE exchange            the contents of its first two parts
    python reshape.py STORE TABLE forget              no such table, in the folder and in the manifest
"""

import json
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tamper import reseal


def reshaped(table, what, column):
    if what == "drop":
        return table.drop_columns([column])
    if what == "text":
        place = table.schema.get_field_index(column)
        return table.set_column(place, column, table[column].cast(pa.string()))
    assert what == "turn", what
    return table.select(table.column_names[::-1])


def main(store, name, what, column=None):
    store = Path(store)
    parts = sorted((store / name).glob("part-*.parquet"))
    assert parts, f"{store} has no {name}"
    if what == "exchange":
        one, other = (part.read_bytes() for part in parts[:2])
        parts[0].write_bytes(other)
        parts[1].write_bytes(one)
    elif what == "forget":
        shutil.rmtree(store / name)
        place = store / "manifest.json"
        manifest = json.loads(place.read_text(encoding="utf-8"))
        manifest["tables"] = [table for table in manifest["tables"] if table["id"] != name]
        place.write_text(json.dumps(manifest, ensure_ascii=False, indent=2), encoding="utf-8")
    else:
        for part in parts:
            pq.write_table(reshaped(pq.read_table(part), what, column), part)
    reseal(store)


if __name__ == "__main__":
    main(*sys.argv[1:])

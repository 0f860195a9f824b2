"""Puts texts where a store should not have them, one a row, and reseals the store: every digest is right again.

    python plant.py STORE PLANTS.json      PLANTS: [PLANT, ...]; prints, as JSON, how findings name the rows of each

A PLANT is one of
    {"table": id, "column": name, "texts": [...]}        the first rows' cells of this column, in key order, become these
    {"table": id, "new": name, "texts": [...]}           a column too many, with these texts in its first rows
    {"table": id, "copy": name, "of": OTHER, "new": name}    a column of the same rows in another store, under another name
    {"table": id, "copy": name, "of": OTHER, "column": name}    the same, into a column that the store has
    {"table": id, "metadata": {...}}                     key-value metadata of the file
    {"table": id, "packed": codec}                       the same rows, compressed in another way
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stores import text
from tamper import cast, entry, key_of, part, relist, reseal, write


def named(row, key):
    return " ".join(f"{name}={text(row[name])}" for name in key)


def texts_of(plant, rows, key):
    """A text for each row; None leaves the cell as it is."""
    if "copy" in plant:
        _, other = part(Path(plant["of"]), plant["table"])
        theirs = {named(row, key): row[plant["copy"]] for row in other.to_pylist()}
        return [theirs[named(row, key)] for row in rows]
    texts = plant["texts"]
    assert len(texts) <= len(rows), f"{plant['table']} has only {len(rows)} rows"
    return texts + [None] * (len(rows) - len(texts))


def plant_one(store, plant):
    table = plant["table"]
    path, there = part(store, table)
    rows, schema, key = there.to_pylist(), there.schema.remove_metadata(), key_of(store, table)
    if "packed" in plant:
        pq.write_table(there, path, compression=plant["packed"], store_schema=False)
        return []
    if "metadata" in plant:
        told = pa.Table.from_pylist(rows, schema=schema.with_metadata(plant["metadata"]))
        pq.write_table(told, path, compression="zstd")
        return []
    rows.sort(key=lambda row: [row[name] for name in key])
    column = plant.get("new") or plant["column"]
    if "new" in plant:
        schema = schema.append(pa.field(column, pa.string()))
        relist(store, lambda manifest: entry(manifest, table)["columns"].append({"name": column, "type": "text"}))
    places = []
    for row, planted in zip(rows, texts_of(plant, rows, key)):
        if planted is not None:
            row[column] = cast(text(planted), schema.field(column).type)
            places.append(named(row, key))
    write(path, rows, schema)
    return places


def main(store, plants):
    store = Path(store)
    places = [plant_one(store, plant) for plant in json.loads(Path(plants).read_text(encoding="utf-8"))]
    reseal(store)
    print(json.dumps(places))


if __name__ == "__main__":
    main(*sys.argv[1:])

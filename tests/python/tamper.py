"""Damages a store the way somebody would who knows the formats: rewrites a part of a table with pyarrow and reseals the
store, so that every digest in its manifest and sums is right again and only the content can tell.

    python tamper.py STORE DAMAGE.json     DAMAGE: {"table": id, "edits": [EDIT, ...]}
    python tamper.py STORE --reseal              only recomputes digests, sizes, row counts and sums
    python tamper.py STORE --adopt OTHER TABLE   copies a table of another store, listed as if it belonged here
    python tamper.py STORE --pad TABLE           puts bytes that nothing refers to between the data and the footer
    python tamper.py STORE --reverse TABLE       turns the order of the rows round
    python tamper.py CUSTODY --unstage TABLE     loses the last row of a staged table, staging resealed

An EDIT is one of (a row is found by its key, values are texts as pyarrow casts them):
    ["set", {key}, column, value]      ["drop", {key}]      ["double", {key}]
    ["swap", {key}, {key}, column]     ["add", {column: value, ...}]
    ["column", name, {key}, value]     a new text column with one value, in the file and in the manifest
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from stores import text


def number_of(rows, key):
    """The number of the one row with this key."""
    found = [number for number, row in enumerate(rows) if all(text(row[name]) == part for name, part in key.items())]
    assert len(found) == 1, f"{len(found)} rows have the key {key}"
    return found[0]


def cast(value, kind):
    return None if value is None else pa.array([value], pa.string()).cast(kind)[0].as_py()


def edit(rows, schema, word, *rest):
    if word == "add":
        (cells,) = rest
        assert set(cells) <= set(schema.names), f"no such column: {set(cells) - set(schema.names)}"
        rows.append({field.name: cast(cells.get(field.name), field.type) for field in schema})
    elif word == "swap":
        one, other = (number_of(rows, key) for key in rest[:2])
        column = rest[2]
        assert rows[one][column] != rows[other][column], "swapping two equal values damages nothing"
        rows[one][column], rows[other][column] = rows[other][column], rows[one][column]
    elif word == "set":
        key, column, value = rest
        row = rows[number_of(rows, key)]
        value = cast(value, schema.field(column).type)
        assert row[column] != value, "setting a cell to what it holds damages nothing"
        row[column] = value
    elif word == "drop":
        rows.pop(number_of(rows, rest[0]))
    elif word == "double":
        number = number_of(rows, rest[0])
        rows.insert(number, dict(rows[number]))
    else:
        raise ValueError(f"unknown edit {word!r}")


def damage(store, table, edits):
    path, there = part(store, table)
    rows, schema = there.to_pylist(), there.schema
    for one in edits:
        if one[0] == "column":
            _, name, key, value = one
            schema = schema.append(pa.field(name, pa.string()))
            at = number_of(rows, key)
            rows = [{**row, name: value if number == at else None} for number, row in enumerate(rows)]
            listed = {"name": name, "type": "text"}
            relist(store, lambda manifest: entry(manifest, table)["columns"].append(listed))
        else:
            edit(rows, schema, *one)
    key = key_of(store, table)
    rows.sort(key=lambda row: [(row[name] is not None, row[name]) for name in key])
    write(path, rows, schema)


def part(store, table):
    (path,) = sorted((store / table).glob("*.parquet"))
    return path, pq.read_table(path)


def write(path, rows, schema):
    """As near to the canonical file as pyarrow comes: what must tell is the content."""
    table = pa.Table.from_pylist(rows, schema=schema.remove_metadata())
    pq.write_table(
        table, path, compression="zstd", use_dictionary=False, write_statistics=False, store_schema=False
    )


def key_of(store, table):
    return entry(manifest_of(store), table)["key"]


def manifest_of(store):
    return json.loads((store / "manifest.json").read_text(encoding="utf-8"))


def entry(manifest, table):
    return next(entry for entry in manifest["tables"] if entry["id"] == table)


def relist(store, change):
    """Changes the manifest; its digests are made right later."""
    manifest = manifest_of(store)
    change(manifest)
    (store / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def adopt(store, other, table):
    shutil.copytree(other / table, store / table)
    adopted = entry(manifest_of(other), table)

    def change(manifest):
        manifest["tables"] = sorted(manifest["tables"] + [adopted], key=lambda entry: entry["id"])

    relist(store, change)


def pad(store, table):
    """Offsets of the data count from the file's beginning, the footer's place from its end: both stay right."""
    path, _ = part(store, table)
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    path.write_bytes(data[:footer] + "丙野カナリア零一".encode() + data[footer:])


def reverse(store, table):
    path, there = part(store, table)
    write(path, there.to_pylist()[::-1], there.schema)


def unstage(custody, table):
    path, there = part(custody / "staging", table)
    write(path, there.to_pylist()[:-1], there.schema)
    manifest = manifest_of(custody / "staging")
    entry(manifest, table)["files"][0].update(digests(path.read_bytes()), rows=there.num_rows - 1)
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (custody / "staging/manifest.json").write_text(text, encoding="utf-8")


def digests(data):
    return {"bytes": len(data), "blake3": blake3(data).hexdigest(), "sha256": hashlib.sha256(data).hexdigest()}


def reseal(store):
    """Manifest and sums as if bunri had written what now lies here."""
    place, manifest = store / "manifest.json", manifest_of(store)
    files = [file for table in manifest["tables"] for file in table["files"]]
    for file in files:
        path = store / file["path"]
        file.update(digests(path.read_bytes()), rows=pq.read_metadata(path).num_rows)
    sealed = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
    place.write_bytes(sealed)
    listed = files + [{"path": "manifest.json", **digests(sealed)}]
    for name, digest in (("B3SUMS", "blake3"), ("SHA256SUMS", "sha256")):
        (store / name).write_text("".join(f"{file[digest]}  {file['path']}\n" for file in listed), encoding="utf-8")


def main(store, what, *rest):
    store = Path(store)
    if what == "--adopt":
        adopt(store, Path(rest[0]), rest[1])
    elif what == "--unstage":
        return unstage(store, *rest)
    elif what == "--pad":
        pad(store, *rest)
    elif what == "--reverse":
        reverse(store, *rest)
    elif what != "--reseal":
        told = json.loads(Path(what).read_text(encoding="utf-8"))
        damage(store, told["table"], told["edits"])
        if told.get("sealed") is False:
            return
    reseal(store)


if __name__ == "__main__":
    main(*sys.argv[1:])

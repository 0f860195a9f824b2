"""Every text of a store that a scanner could read: text cells, names of columns, files and folders, what a Parquet file says
beside its rows, manifest, other files."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq

# Digests that the manifest has to hold; they say nothing, and change with every byte.
DIGESTS = ("blake3", "sha256")
# What reading a file that is not what it should be ends with.
UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)
COLUMN_NAME = "name of a column"
READ = {}


def texts(folder):
    """(place, column, text) of a store."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder)).encode("utf-8", "replace").decode("utf-8")
        yield "names", "path", name
        # A pipe would be waited for.
        if path.is_file():
            yield from known(name, path)


def known(name, path):
    """Most files of a damaged run are those of the good one: what has the same name and bytes is read once."""
    file = name, hashlib.blake2b(path.read_bytes()).digest()
    if file not in READ:
        READ[file] = list(contents(name, path))
    return READ[file]


def contents(name, path):
    if path.suffix == ".parquet":
        yield from cells(path.parent.name, path)
        return
    written = path.read_text(encoding="utf-8", errors="replace")
    if path.name in ("B3SUMS", "SHA256SUMS"):
        yield from ((name, "path", line.split("  ", 1)[-1]) for line in written.splitlines())
        return
    try:
        yield from entries(name, "", json.loads(written))
    except ValueError:
        yield from ((name, "line", line) for line in written.splitlines())


def cells(table, path):
    """Texts, and bytes that are text. Numbers and times are left out: no pattern means them."""
    file = pq.ParquetFile(path)
    there = file.read()
    told = file.metadata.metadata or {}
    yield from ((table, "file metadata", part.decode("utf-8", "ignore")) for pair in told.items() for part in pair)
    for column, values in zip(there.column_names, there.columns):
        yield table, COLUMN_NAME, column
        if any(kind(values.type) for kind in (pa.types.is_string, pa.types.is_dictionary, pa.types.is_binary)):
            for value in values.to_pylist():
                if value is not None:
                    yield table, column, value.decode("utf-8", "ignore") if isinstance(value, bytes) else value


def entries(name, under, value):
    """Every text and number of a JSON file with the name it stands under, and every such name."""
    if isinstance(value, dict):
        for word, inner in value.items():
            yield name, "name of an entry", word
            if word not in DIGESTS:
                yield from entries(name, word, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from entries(name, under, inner)
    else:
        yield name, under, str(value)

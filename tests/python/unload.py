"""Unloads an SQLite database into a folder of delimited files, as a vendor's tool would: with Python's csv module, so that the
writer is not ours. NULL is nothing, the empty text is a pair of quotes. What the encoding cannot write is replaced and counted.

    python unload.py DATABASE FOLDER [--encoding cp932] [--delimiter TAB] [--pack gz|zst] [--rows N] [--mend]

With --rows, a table of more rows becomes several files (NAME-000.csv, …). With --mend, what the encoding cannot write is replaced in the
database first, which then holds what the files hold.
"""

import argparse
import csv
import gzip
import pathlib
import sqlite3
from decimal import Decimal


class Null:
    """The csv module quotes what is no number, and nothing must not be quoted."""

    def __int__(self):
        return 0

    def __str__(self):
        return ""


class Number:
    """Unquoted, as it is printed."""

    def __init__(self, text):
        self.text = text

    def __int__(self):
        return 0

    def __str__(self):
        return self.text


def printed(value):
    if value is None:
        return Null()
    if isinstance(value, int):
        return Number(str(value))
    if isinstance(value, float):
        # Without an exponent: a decimal has none.
        return Number(format(Decimal(repr(value)), "f"))
    if isinstance(value, bytes):
        return value.hex()
    return value


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def opened(path, pack, encoding):
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    if pack == "gz":
        raw = gzip.GzipFile(path, "wb", mtime=0)
    elif pack == "zst":
        import pyarrow

        raw = pyarrow.CompressedOutputStream(str(path), "zstd")
    else:
        raw = open(path, "wb")
    return raw, encoding, errors


class Lines:
    """What the csv module writes to: bytes in the encoding, and how many characters it had not."""

    def __init__(self, raw, encoding, errors):
        self.raw, self.encoding, self.errors, self.replaced = raw, encoding, errors, 0

    def write(self, text):
        if self.encoding == "utf-8":
            self.raw.write(text.encode("utf-8", "surrogateescape"))
            return
        try:
            data = text.encode(self.encoding)
        except UnicodeEncodeError:
            data = text.encode(self.encoding, "replace")
            self.replaced += 1
        self.raw.write(data)


def mend(database, encoding):
    """Replaces in the database what the encoding cannot write; how many values had such characters."""
    mended = 0
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    for (table,) in database.execute(tables).fetchall():
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({quoted(table)})")]
        for column in columns:
            name = quoted(column)
            found = database.execute(f"SELECT DISTINCT {name} FROM {quoted(table)} WHERE typeof({name}) = 'text'")
            for (text,) in found.fetchall():
                plain = text.encode(encoding, "replace").decode(encoding)
                if plain != text:
                    raw = text.encode("utf-8", "surrogateescape")
                    database.execute(f"UPDATE {quoted(table)} SET {name} = ? WHERE CAST({name} AS BLOB) = ?", (plain, raw))
                    mended += 1
    database.commit()
    return mended


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--encoding", default="utf-8")
    parser.add_argument("--delimiter", default=",")
    parser.add_argument("--pack", choices=["gz", "zst"])
    parser.add_argument("--rows", type=int)
    parser.add_argument("--mend", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir()
    database = sqlite3.connect(options.database)
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    if options.mend:
        print(f"mended: {mend(database, options.encoding)} values")
    names = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ending = ".csv" + ("." + options.pack if options.pack else "")
    delimiter = "\t" if options.delimiter == "TAB" else options.delimiter
    replaced = 0
    for (name,) in database.execute(names).fetchall():
        rows = database.execute(f"SELECT * FROM {quoted(name)}")
        header = [column[0] for column in rows.description]
        part = 0
        while True:
            batch = rows.fetchmany(options.rows) if options.rows else rows.fetchall()
            if not batch and part > 0:
                break
            label = f"{name}-{part:03}" if options.rows else name
            raw, encoding, errors = opened(options.folder / f"{label}{ending}", options.pack, options.encoding)
            lines = Lines(raw, encoding, errors)
            writer = csv.writer(lines, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC)
            writer.writerow(header)
            for row in batch:
                writer.writerow([printed(value) for value in row])
            raw.close()
            replaced += lines.replaced
            part += 1
            if not options.rows:
                break
    print(f"{replaced} rows have characters that {options.encoding} cannot write")


main()

"""Puts an SQLite database into a schema of a PostgreSQL server: the same tables, columns, keys and values, as exactly as the types
of the server allow, as a script for `psql`. SQLite does not bind a column to a type, so a column becomes the narrowest type that
holds all of its values.

    load_postgresql.py DATABASE [SCHEMA] | psql -v ON_ERROR_STOP=1 -q
"""

import sqlite3
import sys


def kinds(database, table, column):
    """The storage classes of a column."""
    rows = database.execute(f'SELECT DISTINCT typeof("{column}") FROM "{table}"')
    return {kind for (kind,) in rows} - {"null"}


def type_of(database, table, column):
    """A type that holds every value of the column as it is; [None]: there is none."""
    found = kinds(database, table, column)
    if not found:
        return "text"
    if found <= {"integer"}:
        return "bigint"
    if found <= {"real"}:
        return "double precision"
    if found <= {"integer", "real"}:
        return "numeric"
    if found <= {"text"}:
        return "text"
    if found <= {"blob"}:
        return "bytea"
    return "text"


def text_of(value):
    """A value in the text form of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    text = repr(value) if isinstance(value, float) else str(value)
    for plain, escaped in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return text


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def main():
    path = sys.argv[1]
    schema = sys.argv[2] if len(sys.argv) > 2 else "public"
    database = sqlite3.connect(path)
    tables = [name for (name,) in database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    out = sys.stdout
    out.write("SET client_encoding = 'UTF8';\nBEGIN;\n")
    out.write(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)};\nSET search_path = {quoted(schema)};\n")
    for table in tables:
        columns = list(database.execute(f"PRAGMA table_info({quoted(table)})"))
        names = [column[1] for column in columns]
        key = [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]
        spelt = []
        for name in names:
            kind = type_of(database, table, name)
            # By bytes, which is the order that bunri reads keys in.
            spelt.append(f"{quoted(name)} {kind}" + (' COLLATE "C"' if kind == "text" else ""))
        if key:
            spelt.append(f"PRIMARY KEY ({', '.join(map(quoted, key))})")
        out.write(f"CREATE TABLE {quoted(table)} ({', '.join(spelt)});\n")
        listed = ", ".join(map(quoted, names))
        out.write(f"COPY {quoted(table)} ({listed}) FROM stdin;\n")
        for row in database.execute(f"SELECT {listed} FROM {quoted(table)}"):
            out.write("\t".join(map(text_of, row)) + "\n")
        out.write("\\.\n")
    out.write("COMMIT;\nANALYZE;\n")


main()

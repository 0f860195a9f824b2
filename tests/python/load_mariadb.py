"""Puts an SQLite database into a database of a MariaDB server: the same tables, columns, keys and values, as exactly as the types of
the server allow, as a script for `mariadb`. SQLite does not bind a column to a type, so a column becomes the narrowest type that
holds all of its values.

    load_mariadb.py DATABASE | mariadb legacy
"""

import sqlite3
import sys


def kinds(database, table, column):
    """The storage classes of a column."""
    rows = database.execute(f'SELECT DISTINCT typeof("{column}") FROM "{table}"')
    return {kind for (kind,) in rows} - {"null"}


def type_of(database, table, column, in_key):
    """A type that holds every value of the column as it is."""
    found = kinds(database, table, column)
    if found and found <= {"integer"}:
        return "BIGINT"
    if found and found <= {"real"}:
        return "DOUBLE"
    if found and found <= {"integer", "real"}:
        return "DECIMAL(38,10)"
    if found and found <= {"blob"}:
        return "LONGBLOB"
    return "VARCHAR(120)" if in_key else "LONGTEXT"


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return "x'" + value.hex() + "'"
    if isinstance(value, str):
        return "_utf8mb4 x'" + value.encode().hex() + "'"
    return repr(value)


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def main():
    database = sqlite3.connect(sys.argv[1])
    tables = [name for (name,) in database.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]
    out = sys.stdout
    out.write("SET NAMES utf8mb4; SET sql_mode = 'STRICT_ALL_TABLES'; SET autocommit = 0;\n")
    for table in tables:
        columns = list(database.execute(f'PRAGMA table_info("{table}")'))
        names = [column[1] for column in columns]
        key = [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]
        spelt = [f"{quoted(name)} {type_of(database, table, name, name in key)}" for name in names]
        if key:
            spelt.append(f"PRIMARY KEY ({', '.join(map(quoted, key))})")
        # Texts of a key by their code points, and blanks at the end count.
        out.write(f"CREATE TABLE {quoted(table)} ({', '.join(spelt)}) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n")
        listed = ", ".join(map(quoted, names))
        rows = []
        for row in database.execute(f'SELECT * FROM "{table}"'):
            rows.append("(" + ",".join(map(literal, row)) + ")")
            if len(rows) == 500:
                out.write(f"INSERT INTO {quoted(table)} ({listed}) VALUES {','.join(rows)};\n")
                rows = []
        if rows:
            out.write(f"INSERT INTO {quoted(table)} ({listed}) VALUES {','.join(rows)};\n")
    out.write("COMMIT;\n")


main()

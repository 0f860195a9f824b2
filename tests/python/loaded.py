"""What a server wrote of its tables, held against a store's files read with pyarrow: neither side is bunri's code.

    python loaded.py ROOT STORE DUMPS

DUMPS holds a file of `COPY table TO` (text form) for each table, by its id."""

import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from stores import tables


def text_of(value):
    """A value in the text form of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, datetime):
        text = value.isoformat(sep=" ")
        return text.rstrip("0") if "." in text else text
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, (int, Decimal, date)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    for plain, escaped in (("\\", "\\\\"), ("\b", "\\b"), ("\f", "\\f"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\v", "\\v")):
        value = value.replace(plain, escaped)
    return value


def main():
    root, store, dumps = sys.argv[1:]
    found = tables(root, store)
    differ, rows = [], 0
    for name, table in found.items():
        lines = sorted("\t".join(map(text_of, row.values())) for row in table.to_pylist())
        dump = (Path(dumps) / name).read_bytes().decode("utf-8")
        if sorted(dump.split("\n")[:-1]) != lines:
            differ.append(name)
        rows += len(lines)
    print(f"{len(found)} tables, {rows} rows, {len(differ)} differ", *differ)
    sys.exit(1 if differ or not rows else 0)


main()

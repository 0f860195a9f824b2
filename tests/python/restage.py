"""Makes staging what a faulty extractor would have made of the same source: changes the rows of a staged table, or its
rejects, and seals staging again, so that files, rows and the source's own sums agree and only the source can tell.

    python restage.py PRISTINE CUSTODY FAULT.json     CUSTODY becomes a copy of PRISTINE with the fault in it

FAULT: {"table": id, "do": [WORD, ...]}; a row is named by its place in key order:
    ["swap", row, row, column]        ["exchange", column, column]     two columns' values, in every row
    ["every", function, column, ...]  a function below of every value  ["double", row]
    ["last", count]                   so many rows from the end on are lost
    ["reject_lost", line]             ["reject_fitting", row, column, rule]
    ["reject_value", line, place, raw]
"""

import datetime
import json
import re
import shutil
import sys
import unicodedata
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tamper import digests, entry, manifest_of, part, write

FUNCTIONS = {
    "midnight": lambda value: value.replace(hour=0, minute=0, second=0, microsecond=0),
    "whole_seconds": lambda value: value.replace(microsecond=0),
    "round": lambda value: value.quantize(Decimal(1)).quantize(value),
    "strip": lambda value: value.strip(),
    "cut": lambda value, letters: value[:letters],
    "emptied": lambda value: None,
    "empty_is_null": lambda value: None if value == "" else value,
    "shift": lambda value, days: value + datetime.timedelta(days=days),
    "half_width": lambda value: unicodedata.normalize("NFKC", value),
    "negate": lambda value: not value,
    "absolute": lambda value: abs(value),
    "plus_zero": lambda value: value + 0.0,
    "nul_cut": lambda value: value.split("\0")[0],
    "no_leading_zeros": lambda value: value.lstrip("0"),
    "nul_bytes": lambda value: value.rstrip(b"\0"),
    "to": lambda value, before, after: datetime.date.fromisoformat(after) if str(value) == before else value,
}


def change(rows, word, *rest):
    """Changes the rows; whether anything has changed."""
    before = [dict(row) for row in rows]
    if word == "swap":
        one, other, column = rest
        rows[one][column], rows[other][column] = rows[other][column], rows[one][column]
    elif word == "exchange":
        one, other = rest
        for row in rows:
            row[one], row[other] = row[other], row[one]
    elif word == "every" and rest[0] == "null_is_empty":
        for row in rows:
            row[rest[1]] = "" if row[rest[1]] is None else row[rest[1]]
    elif word == "every":
        function, column, *more = rest
        for row in rows:
            if row[column] is not None:
                row[column] = FUNCTIONS[function](row[column], *more)
    elif word == "double":
        rows.insert(rest[0], dict(rows[rest[0]]))
    elif word == "last":
        del rows[-rest[0]:]
    elif word == "reject_fitting":
        rows.pop(rest[0])
    # Compared as written: 0.0 equals -0.0, and True equals 1.
    assert repr(rows) != repr(before), f"{word} {rest} changes nothing"


def staged(value):
    """A value as the rejects write it."""
    if value is None:
        return "null"
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    if isinstance(value, bool):
        return {"int": int(value)}
    if isinstance(value, float):
        return {"real": repr(value)}
    if isinstance(value, int):
        return {"int": value}
    return {"text": str(value)}


def weights(rows, schema):
    """What a source would count and sum of rows, by column."""
    sums = {}
    for field in schema:
        values = [row[field.name] for row in rows if row[field.name] is not None]
        total = 0
        if pa.types.is_string(field.type):
            total = sum(len(value.encode()) for value in values)
        elif pa.types.is_int64(field.type):
            total = sum(values)
        elif pa.types.is_decimal(field.type):
            total = sum(int(value.scaleb(field.type.scale)) for value in values)
        sums[field.name] = (len(values), total)
    return sums


def plain(text, scale):
    """Whether a text is a decimal that a source without types sums."""
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) and Decimal(text).scaleb(scale) % 1 == 0


def rejected(lines, schema, untyped):
    """The same of rejected rows, of values that are stored as the column's own kind; where nothing has one, as the declared type reads them."""
    sums = {field.name: (0, 0) for field in schema}
    for line in lines:
        for field, raw in zip(schema, json.loads(line)["values"]):
            count, total = sums[field.name]
            if raw == "null":
                continue
            kind, value = next(iter(raw.items()))
            if pa.types.is_string(field.type) and kind in ("text", "text_hex"):
                total += len(value.encode()) if kind == "text" else len(value) // 2
            elif pa.types.is_string(field.type) and kind == "int":
                total += len(str(value))
            elif pa.types.is_int64(field.type) and kind == "int":
                total += value
            elif pa.types.is_decimal(field.type) and kind in ("int", "real"):
                total += int(Decimal(str(value)).scaleb(field.type.scale))
            elif pa.types.is_decimal(field.type) and untyped and kind == "text" and plain(value, field.type.scale):
                total += int(Decimal(value).scaleb(field.type.scale))
            sums[field.name] = (count + 1, total)
    return sums


def reseal(custody, listed, before, after, rows):
    """The table's entry as the faulty extractor and its source would have written it."""
    listed["source_rows"] += rows
    for total in listed["totals"]:
        name = total["column"]
        count, weight = (now - then for now, then in zip(after[name], before[name]))
        total["non_null"] += count
        if total["total"] is not None:
            field = "bytes" if total["total"]["kind"] == "text_bytes" else "sum"
            there = total["total"][field]
            total["total"][field] = type(there)(int(there) + weight)


def both(one, other):
    return {name: tuple(a + b for a, b in zip(one[name], other[name])) for name in one}


def restage(custody, table, word, *rest):
    manifest = manifest_of(custody / "staging")
    listed = entry(manifest, table)
    path, there = part(custody / "staging", table)
    rows, schema = there.to_pylist(), there.schema
    rejects = custody / f"rejects/{table}.jsonl"
    lines = rejects.read_text(encoding="utf-8").splitlines() if rejects.exists() else []
    untyped = manifest["source"]["kind"] == "delimited"
    before, count = both(weights(rows, schema), rejected(lines, schema, untyped)), len(rows) + len(lines)
    if word == "reject_lost":
        lines.pop(rest[0])
    elif word == "reject_value":
        line, place, raw = rest
        reject = json.loads(lines[line])
        assert reject["values"][place] != raw, "a value that is there changes nothing"
        reject["values"][place] = raw
        lines[line] = json.dumps(reject, ensure_ascii=False, separators=(",", ":"))
    else:
        if word == "reject_fitting":
            row, column, rule = rest
            values = [staged(rows[row][field.name]) for field in schema]
            reject = {"table": table, "column": column, "rule": rule, "values": values}
            lines.append(json.dumps(reject, ensure_ascii=False, separators=(",", ":")))
        change(rows, word, *rest)
        write(path, rows, schema)
    lines.sort(key=lambda line: line.encode())
    listed["rejects"] = None
    if lines:
        rejects.write_bytes("".join(line + "\n" for line in lines).encode())
        named = {"path": f"rejects/{table}.jsonl", "rows": len(lines)}
        listed["rejects"] = named | digests(rejects.read_bytes())
    elif rejects.exists():
        rejects.unlink()
    listed["files"][0].update(digests(path.read_bytes()), rows=pq.read_metadata(path).num_rows)
    after = both(weights(rows, schema), rejected(lines, schema, untyped))
    reseal(custody, listed, before, after, len(rows) + len(lines) - count)
    sealed = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (custody / "staging/manifest.json").write_text(sealed, encoding="utf-8")


def main(pristine, custody, fault):
    custody = Path(custody)
    if custody.exists():
        shutil.rmtree(custody)
    shutil.copytree(pristine, custody)
    told = json.loads(Path(fault).read_text(encoding="utf-8"))
    restage(custody, told["table"], *told["do"])


if __name__ == "__main__":
    main(*sys.argv[1:])

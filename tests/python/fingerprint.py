"""The fingerprint of docs/fingerprint.md, written to be read: slow, obvious, and not derived from the Rust.

    python3 fingerprint.py vectors.json            check every element and sum; exit 0 or 1
    python3 fingerprint.py --fill vectors.json     compute them and write the file

Needs the package `blake3`.
"""

import json
import sys

from blake3 import blake3


def number(value, size, signed=True):
    return int(value).to_bytes(size, "little", signed=signed)


def prefixed(data):
    return number(len(data), 8, signed=False) + data


def encode_value(cell):
    kind = cell["type"]
    if kind == "null":
        return b"\x00"
    value = cell["value"]
    if kind == "text":
        return b"\x01" + prefixed(value.encode("utf-8"))
    if kind == "int":
        return b"\x02" + number(value, 8)
    if kind == "decimal":
        return b"\x03" + number(cell["scale"], 1, signed=False) + number(value, 16)
    if kind == "date":
        return b"\x04" + number(value, 4)
    if kind == "timestamp":
        return b"\x05" + number(value, 8)
    if kind == "bool":
        return b"\x06" + (b"\x01" if value else b"\x00")
    if kind == "bytes":
        return b"\x07" + prefixed(bytes.fromhex(value))
    if kind == "real":  # the 64 bits as hex digits, highest first
        return b"\x08" + number(int(value, 16), 8, signed=False)
    raise ValueError(f"unknown type {kind!r}")


def encode_row(table, ownership, class_, row):
    out = b""
    for word in ("bunri/row/1", table, ownership, class_):
        out += prefixed(word.encode("utf-8"))
    out += number(len(row["key"]), 8, signed=False)
    for part in row["key"]:
        out += encode_value(part)
    out += number(len(row["columns"]), 8, signed=False)
    for column in row["columns"]:
        out += prefixed(column["name"].encode("utf-8"))
        out += encode_value(column)
    return out


def element(key, table, ownership, class_, row):
    return blake3(encode_row(table, ownership, class_, row), key=key).digest(length=64)


def add(elements):
    lanes = [0] * 8
    for one in elements:
        for lane in range(8):
            word = int.from_bytes(one[8 * lane : 8 * lane + 8], "little")
            lanes[lane] = (lanes[lane] + word) % 2**64
    return b"".join(number(lane, 8, signed=False) for lane in lanes)


def compute(vectors):
    """The same document with every element and sum computed anew."""
    key = bytes.fromhex(vectors["key"])
    cases = []
    for case in vectors["cases"]:
        region = (case["table"], case["ownership"], case["class"])
        elements = [element(key, *region, row) for row in case["rows"]]
        rows = [{**row, "element": one.hex()} for row, one in zip(case["rows"], elements)]
        cases.append({**case, "rows": rows, "sum": {"lanes": add(elements).hex(), "count": len(elements)}})
    return {**vectors, "cases": cases}


def differences(expected, found):
    """Names what differs, case by case."""
    for case, other in zip(expected["cases"], found["cases"]):
        for at, (row, other_row) in enumerate(zip(case["rows"], other["rows"])):
            if row.get("element") != other_row["element"]:
                yield f"{case['name']}: the element of row {at} differs"
        if case.get("sum") != other["sum"]:
            yield f"{case['name']}: the sum differs"


def main(arguments):
    fill = "--fill" in arguments
    (path,) = [argument for argument in arguments if argument != "--fill"]
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    computed = compute(vectors)
    if fill:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(computed, file, ensure_ascii=False, indent=1)
            file.write("\n")
    wrong = list(differences(computed if fill else vectors, computed))
    for line in wrong:
        print(line)
    rows = sum(len(case["rows"]) for case in computed["cases"])
    print(f"{len(computed['cases'])} cases, {rows} elements: {'differ' if wrong else 'all agree'}")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

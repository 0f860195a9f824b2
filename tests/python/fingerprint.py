"""The fingerprint of docs/fingerprint.md, written to be read: slow, obvious, and not derived from the Rust.

    python3 fingerprint.py vectors.json            check every element and sum; exit 0 or 1
    python3 fingerprint.py --fill vectors.json     compute them and write the file

Needs the package `blake3`.
"""

import json
import sys

from blake3 import blake3


def length(value):
    """Seven bits a byte, the lowest first; all bytes but the last have the highest bit."""
    out = b""
    while value >= 128:
        out += bytes([value % 128 + 128])
        value //= 128
    return out + bytes([value])


def number(value):
    """0, -1, 1, -2 and so on as 0, 1, 2, 3 and so on."""
    value = int(value)
    return length(2 * value if value >= 0 else -2 * value - 1)


def prefixed(data):
    return length(len(data)) + data


def encode_value(cell):
    kind = cell["type"]
    if kind == "null":
        return b"\x00"
    value = cell["value"]
    if kind == "text":
        return b"\x01" + prefixed(value.encode("utf-8"))
    if kind == "int":
        return b"\x02" + number(value)
    if kind == "decimal":
        return b"\x03" + bytes([cell["scale"]]) + number(value)
    if kind == "date":
        return b"\x04" + number(value)
    if kind == "timestamp":
        return b"\x05" + number(value)
    if kind == "bool":
        return b"\x06" + (b"\x01" if value else b"\x00")
    if kind == "bytes":
        return b"\x07" + prefixed(bytes.fromhex(value))
    if kind == "real":  # the 64 bits as hex digits, highest first
        return b"\x08" + bytes.fromhex(value)[::-1]
    raise ValueError(f"unknown type {kind!r}")


def region_key(key, case):
    words = ["bunri/row/2", case["table"], case["ownership"], case["class"], *case["columns"]]
    return blake3(b"".join(prefixed(word.encode("utf-8")) for word in words), key=key).digest()


def encode_row(columns, row):
    out = length(len(row["key"]))
    for part in row["key"]:
        out += encode_value(part)
    for column in row["columns"]:
        out += length(columns.index(column["name"]))
        out += encode_value(column)
    return out


def element(key, columns, row):
    return blake3(encode_row(columns, row), key=key).digest(length=64)


def add(elements):
    lanes = [0] * 8
    for one in elements:
        for lane in range(8):
            word = int.from_bytes(one[8 * lane : 8 * lane + 8], "little")
            lanes[lane] = (lanes[lane] + word) % 2**64
    return b"".join(lane.to_bytes(8, "little") for lane in lanes)


def compute(vectors):
    """The same document with every element and sum computed anew."""
    key = bytes.fromhex(vectors["key"])
    cases = []
    for case in vectors["cases"]:
        under = region_key(key, case)
        elements = [element(under, case["columns"], row) for row in case["rows"]]
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

"""The hashes of docs/rules.md, "Rekeyed columns", written to be read: not derived from the Rust.

    python3 rekey.py vectors.json            check every hash; exit 0 or 1
    python3 rekey.py --fill vectors.json     compute them and write the file

Needs the package `blake3`.
"""

import json
import sys

from blake3 import blake3


def prefixed(data):
    return len(data).to_bytes(8, "little") + data


def encode_value(case):
    if case["type"] == "int":
        return b"\x02" + int(case["value"]).to_bytes(8, "little", signed=True)
    return b"\x01" + prefixed(case["value"].encode("utf-8"))


def stored(case):
    material = prefixed(case["name"].encode("utf-8")) + case["secret"].encode("utf-8")
    key = blake3(material, derive_key_context="bunri/rekey/1").digest()
    return blake3(encode_value(case), key=key).hexdigest(length=16)


def main(arguments):
    fill = arguments[0] == "--fill"
    path = arguments[-1]
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    wrong = 0
    for number, case in enumerate(vectors["cases"]):
        if fill:
            case["stored"] = stored(case)
        elif case["stored"] != stored(case):
            print(f"the hash of case {number} differs")
            wrong += 1
    if fill:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(vectors, file, ensure_ascii=False, indent=1)
            file.write("\n")
    elif not wrong:
        print(f"{len(vectors['cases'])} hashes, all agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

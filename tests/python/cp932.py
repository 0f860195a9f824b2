"""Every code of code page 932, by Python's codec, which is not ours.

    python cp932.py write FILE DELIMITER              a line for each byte and each two bytes: its hex digits, and itself
    python cp932.py check CUSTODY GAIJI WAVE_DASH DELIMITER     what extraction made of them
"""

import json
import pathlib
import sys

import pyarrow.parquet as pq

LEADS = [*range(0x81, 0xA0), *range(0xE0, 0xFD)]
TRAILS = [*range(0x40, 0x7F), *range(0x80, 0xFD)]
# What ends a field or a record, or is a quote.
STRUCTURE = b'\n\r"'
# Bytes that no table of the code page has, but Python's.
NOTHING = [0x80, 0xA0, 0xFD, 0xFE, 0xFF]
AS_JIS = {
    "\u2015": "\u2014",
    "\uff5e": "\u301c",
    "\u2225": "\u2016",
    "\uff0d": "\u2212",
    "\uffe0": "\u00a2",
    "\uffe1": "\u00a3",
    "\uffe2": "\u00ac",
}


def codes(delimiter):
    # A first byte alone is half a character.
    singles = [bytes([one]) for one in range(256) if one not in STRUCTURE and one != delimiter]
    return singles + [bytes([lead, trail]) for lead in LEADS for trail in TRAILS]


def expected(code, gaiji, wave_dash):
    """The character; none where there is none."""
    if len(code) == 1 and code[0] in NOTHING:
        return None
    try:
        sign = code.decode("cp932")
    except UnicodeDecodeError:
        return None
    if 0xF0 <= code[0] <= 0xF9 and gaiji == "reject":
        return None
    return AS_JIS.get(sign, sign) if wave_dash == "as-jis" else sign


def write(path, delimiter):
    lines = [b"retailer_code" + delimiter + b"retailer_name"]
    lines += [code.hex().encode() + delimiter + code for code in codes(delimiter[0])]
    pathlib.Path(path).write_bytes(b"\n".join(lines) + b"\n")


def check(custody, gaiji, wave_dash, delimiter):
    custody = pathlib.Path(custody)
    staged = pq.read_table(custody / "staging/code_retailer/part-00000.parquet").to_pylist()
    staged = {row["retailer_code"]: row["retailer_name"] for row in staged}
    rejected = set()
    for line in (custody / "rejects/code_retailer.jsonl").read_text().splitlines():
        reject = json.loads(line)
        assert reject["rule"] == "undecodable" and reject["column"] == "retailer_name", reject
        key, value = reject["values"]
        assert value == {"text_hex": key["text"]}, reject
        rejected.add(key["text"])
    wrong = 0
    for code in codes(delimiter[0]):
        sign = expected(code, gaiji, wave_dash)
        key = code.hex()
        right = key in rejected if sign is None else staged.get(key) == sign
        wrong += not right
        if not right:
            print(f"{key}: {sign!r} was expected, not {staged.get(key)!r}")
    assert len(staged) + len(rejected) == len(codes(delimiter[0]))
    print(f"{len(staged)} characters, {len(rejected)} codes without one, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3].encode())
else:
    check(*sys.argv[2:5], sys.argv[5].encode())

"""Every planted cell of the sample is where the list beside it says: in which store, staged or rejected, and, where
it waits in the quarantine, for which reason.

    python planted.py ROOT        ROOT holds legacy.db, legacy.db.planted.json, custody/ and retail/
"""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from reasons import reason_of
from stores import legacy, raw, rejects, rows, tables

STORE_WORDS = {"present", "null", "absent"}
STAGING_WORDS = {"typed", "rejected"}


class Found:
    """The rows of one store by table and key."""

    def __init__(self, by_table):
        self.columns = {id: table.column_names for id, table in by_table.items()}
        self.rows = {id: rows(table) for id, table in by_table.items()}
        self.index = {}

    def with_key(self, table, key):
        """Rows of the table that have this key; None if the store has no such table or key column."""
        names = tuple(sorted(key))
        if not set(names) <= set(self.columns.get(table, [])):
            return None
        place = (table, names)
        if place not in self.index:
            self.index[place] = defaultdict(list)
            for row in self.rows[table]:
                self.index[place][tuple(row[name] for name in names)].append(row)
        return self.index[place][tuple(key[name] for name in names)]


def cell_is(found, entry, word):
    """Whether the store holds the planted cell as the word says."""
    there = found.with_key(entry["table"], entry["key"])
    has_column = entry["column"] in found.columns.get(entry["table"], [])
    if word == "absent":
        return not there or not has_column
    if not there or not has_column:
        return False
    expected = entry["staged"] if word == "present" else None
    assert word != "present" or expected is not None, f"{entry['id']}: present without a value"
    return all(row[entry["column"]] == expected for row in there)


def rejected(found, columns, entry):
    """Whether the row stands in the rejects with exactly this value."""
    names = columns[entry["source_table"]]
    for line in found.get(entry["table"], []):
        row = dict(zip(names, map(raw, line["values"])))
        value = None if entry["value"] is None else str(entry["value"])
        if all(row[name] == part for name, part in entry["key"].items()) and row[entry["column"]] == value:
            return True
    return False


def complaints(root):
    list_ = json.loads((Path(root) / "legacy.db.planted.json").read_text(encoding="utf-8"))
    found = {store: Found(tables(root, store)) for store in ("retail", "transmission", "quarantine", "staging")}
    turned_away, (_, columns) = rejects(root), legacy(root)
    seen = Counter()
    for entry in list_:
        name = f"{entry['id']} {entry['trap']} {entry['table']}.{entry['column']} {entry['key']}"
        expect = dict(entry["expect"])
        staging = expect.pop("staging")
        if staging not in STAGING_WORDS or set(expect) != {"retail", "transmission", "quarantine"}:
            yield f"{name}: unknown expectation {entry['expect']}"
            continue
        for store, word in expect.items():
            seen[store, word] += 1
            if word not in STORE_WORDS:
                yield f"{name}: unknown expectation {word!r} of {store}"
            elif not cell_is(found[store], entry, word):
                yield f"{name}: expected to be {word} in {store}"
        seen["staging", staging] += 1
        staged = cell_is(found["staging"], entry, "null" if entry["staged"] is None else "present")
        if (staging == "typed") != staged:
            yield f"{name}: expected to be {staging}, is {'staged' if staged else 'not staged'}"
        if staging == "rejected" and not rejected(turned_away, columns, entry):
            yield f"{name}: not among the rejects"
        if expect["quarantine"] != "absent" and staging == "typed":
            yield from wrong_reason(found["quarantine"], entry, name)
    for store in expect:
        for word in STORE_WORDS:
            if not seen[store, word]:
                yield f"nothing was planted to be {word} in {store}"
    print(f"{len(list_)} planted cells looked at")
    for (store, word), count in sorted(seen.items()):
        print(f"  {store}: {count} {word}")


def wrong_reason(quarantine, entry, name):
    expected = reason_of(entry)
    for row in quarantine.with_key(entry["table"], entry["key"]) or []:
        if row["bunri_reason"] != expected:
            yield f"{name}: waits for {row['bunri_reason']!r}, expected {expected!r}"


def main(root):
    wrong = list(complaints(root))
    for line in wrong:
        print(line)
    print(f"{len(wrong)} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

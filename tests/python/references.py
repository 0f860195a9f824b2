"""References that dangle, counted again from what lies in staging and in the stores: by sets and dictionaries, with nothing of
bunri's own code. Every count of the report must be the same.

    python references.py ROOT [TABLE ...]

Which references there are is the report's word; those of the named TABLEs, whose rows refer by `cases`, and tables that stores hold under replaced keys are left to the
chance worlds. Causes are told from where rows stand: other rows are in transmission alone, undecided ones wait.
"""

import json
import sys
from pathlib import Path

from stores import raw, rejects, rows, tables

STORES = ("retail", "transmission", "quarantine")


def main(root, *by_cases):
    root = Path(root)
    report = json.loads((root / "custody/evidence/report.json").read_text(encoding="utf-8"))
    held = {store: {id: rows(table) for id, table in tables(root, store).items()} for store in (*STORES, "staging")}
    rejected = rejects(root)
    keys = keys_of(root)
    looked, wrong = 0, []
    for reference in report["references"]:
        assert reference["not_followed"] is None, reference
        if reference["table"] in by_cases:
            continue
        for told in reference["stores"]:
            ours = count(reference, told["store"], held, rejected.get(reference["to"], []), keys)
            theirs = {cause: rows for cause, rows in told["dangling"].items() if rows}
            looked += 1
            if (told["rows"], theirs) != ours:
                wrong.append(f"{reference['table']} {reference['columns']} -> {reference['to']} in {told['store']}: {ours}, the report {told}")
    print("\n".join(wrong))
    print(f"{looked} looks, {len(wrong)} differ")
    return 1 if wrong or not looked else 0


def keys_of(root):
    """Key columns by table, from the manifests of the companies' stores."""
    found = {}
    for store in ("custody/transmission", "retail"):
        manifest = json.loads((root / store / "manifest.json").read_text(encoding="utf-8"))
        found.update({table["id"]: table["key"] for table in manifest["tables"]})
    return found


def value(row, columns):
    """What a row says in these columns; None if it is not all there."""
    key = tuple(row.get(column) for column in columns)
    return None if None in key else key


def count(reference, store, held, rejected, keys):
    columns, to, references = reference["columns"], reference["to"], reference["references"]
    here = held[store].get(to, [])
    there = {value(row, references) for row in here}
    staged = {}
    for row in held["staging"][to]:
        staged.setdefault(value(row, references), []).append(row)
    lost = {tuple(raw(cell) for cell in cells) for cells in (reject_cells(line, held["staging"][to], references) for line in rejected)}
    places = places_of(to, held, keys[to])
    total, causes = 0, {}
    for row in held[store].get(reference["table"], []):
        key = value(row, columns)
        if key is None:
            continue
        total += 1
        if key in there:
            continue
        if key not in staged:
            cause = "rejected" if key in lost else "absent"
        elif to not in held[store]:
            cause = "withheld"
        else:
            cause = fate(staged[key], store, places, keys[to])
        causes[cause] = causes.get(cause, 0) + 1
    return total, causes


def reject_cells(line, staged, references):
    names = list(staged[0])
    return [line["values"][names.index(name)] for name in references]


def places_of(to, held, key):
    """Where the rows of a table stand, by their keys."""
    return {word: {value(row, key) for row in held[word].get(to, []) if row.get("bunri_reason") != "retail_only_of_other"}
            for word in STORES}


def fate(rows, store, places, key):
    """Whose the rows are, by where they stand."""
    whose = set()
    for row in rows:
        name = value(row, key)
        whose.add("undecided" if name in places["quarantine"] else "own" if name in places["retail"] else "other")
    if store == "retail":
        return next((word for word in ("undecided", "other") if word in whose), "withheld")
    if store == "quarantine":
        return next((word for word in ("own", "other") if word in whose), "withheld")
    return "withheld"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""What `mutants.py --keep` left: good runs, damaged copies of them, and which mutant each copy is."""

import dataclasses
import importlib
import json
import sys
from functools import cached_property
from pathlib import Path

STORES = {"retail": "retail", "transmission": "custody/transmission", "quarantine": "custody/quarantine"}
STAGING = "custody/staging"

@dataclasses.dataclass(frozen=True)
class Run:
    """A run's folder, good or damaged."""

    root: Path

    def store(self, name):
        return self.root / STORES[name]

    def parts(self, name):
        """Table -> its Parquet files, for every folder of a store that has one."""
        folders = sorted(path for path in self.store(name).iterdir() if path.is_dir())
        # Pipes would be waited for, so only what is a file in the end is a part.
        found = {folder.name: sorted(str(part) for part in folder.glob("*.parquet") if part.is_file()) for folder in folders}
        return {id: parts for id, parts in found.items() if parts}

    def key(self, name, id):
        """Key columns as the manifest lists them; none for a table that may hold equal rows."""
        manifest = json.loads((self.store(name) / "manifest.json").read_text(encoding="utf-8"))
        return next(table["key"] for table in manifest["tables"] if table["id"] == id)

    def staged(self):
        """The Parquet files of staging."""
        return sorted(map(str, (self.root / STAGING).glob("*/*.parquet")))


@dataclasses.dataclass(frozen=True)
class Case:
    """One mutant at one place."""

    number: int
    title: str
    place: str
    kind: str
    good: Run
    run: Run

    @cached_property
    def broken(self):
        """The claims that `bunri verify` found broken when the mutant was made."""
        report = self.run.root / "custody/evidence/report.json"
        if not report.exists():
            return ()
        claims = json.loads(report.read_text(encoding="utf-8"))["claims"]
        return tuple(claim["code"] for claim in claims if claim["status"] == "broken")


def cases(kept):
    listed = json.loads((kept / "cases.json").read_text(encoding="utf-8"))
    kinds = kinds_by_number()
    runs = lambda one: (Run(kept / one["good"]), Run(kept / one["folder"]))
    return [Case(one["number"], one["title"], one["place"], kinds[one["number"]], *runs(one)) for one in listed]


def kinds_by_number():
    """The module of tests/python/mutant that declares a mutant says what kind it is."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))
    importlib.import_module("mutants")
    mutants = importlib.import_module("mutant.registry").MUTANTS
    return {one.number: one.places.__module__.rsplit(".", 1)[-1] for one in mutants}


def same_bytes(parts, others):
    """Whether two tables are the same files, which no comparison of rows need look at."""
    contents = ([Path(part).read_bytes() for part in side] for side in (parts, others))
    return next(contents) == next(contents)


def changed(good, seen, store):
    """Tables of a store to be compared: (id, parts of the good run, parts of the other); either may be None."""
    ours, theirs = good.parts(store), seen.parts(store)
    for id in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(id), theirs.get(id)
        if one is None or other is None or good == seen or not same_bytes(one, other):
            yield id, one, other

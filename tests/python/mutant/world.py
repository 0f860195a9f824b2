"""Good runs of the real binary over the smallest sample, and runs of a splitter that believes something wrong.

A world is a folder with a source, a catalogue, a job and three stores. The mistakes of a splitter are made by the real
splitter: it believes another catalogue or another source, and its stores are put beside the true ones.
"""

import shutil
import sqlite3
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from tamper import entry, manifest_of

REPOSITORY = Path(__file__).resolve().parents[3]
STORES = {"retail": "retail", "transmission": "custody/transmission", "quarantine": "custody/quarantine"}
FOLDERS = {**STORES, "staging": "custody/staging"}

JOB = """label = "story"
kind = "rehearsal"
cutover = "2026-04-01"
[source]
sqlite = "legacy.db"
[catalogue]
path = "catalogue"
[output]
custody = "custody"
retail = "retail"
"""

# Class B opened on other rows, for the mistakes that only such a release makes possible.
OPENED = [("catalogue.toml", "any_retailer_on_other_rows = []", 'any_retailer_on_other_rows = ["supply_point", "meter"]')]


class World:
    """One run. `rows` of every store and of staging can be read; nothing here is changed afterwards."""

    def __init__(self, bunri, root, edits=(), sql=(), seed=1):
        self.bunri, self.root = bunri, Path(root)
        shutil.copytree(REPOSITORY / "schemas/denryoku", self.root / "catalogue")
        for file, truth, mistake in edits:
            edit(self.root / "catalogue" / file, truth, mistake)
        (self.root / "job.toml").write_text(JOB, encoding="utf-8")
        self.run(0, "sample", "--points", "60", "--seed", str(seed), "--out", "legacy.db")
        with sqlite3.connect(self.root / "legacy.db") as database:
            changed = sum(database.execute(statement).rowcount for statement in sql)
        database.close()
        assert changed or not sql, f"no row was touched by {sql}"
        self.run(1, "extract", "job.toml")
        self.run(1, "split", "job.toml")
        self.known = {}

    def run(self, expected, *arguments):
        ended = subprocess.run([self.bunri, *arguments], cwd=self.root, capture_output=True, text=True)
        assert ended.returncode == expected, f"{arguments}: exit code {ended.returncode}\n{ended.stdout}{ended.stderr}"
        return ended

    def tables(self, store):
        """Ids of the store's tables, in order."""
        return [table["id"] for table in manifest_of(self.root / FOLDERS[store])["tables"]]

    def table(self, store, id):
        if (store, id) not in self.known:
            (path,) = sorted((self.root / FOLDERS[store] / id).glob("*.parquet"))
            self.known[store, id] = pq.read_table(path)
        return self.known[store, id]

    def rows(self, store, id):
        """The rows as dictionaries of the caller's own."""
        return self.table(store, id).to_pylist()

    def columns(self, store, id):
        return self.table(store, id).column_names

    def key(self, store, id):
        """Key columns; empty for a table without a key."""
        return entry(manifest_of(self.root / STORES[store]), id)["key"]

    @cached_property
    def keyed(self):
        """Row keys of staging tables: what the retail store or the transmission store calls the key."""
        stores = ("retail", "transmission")
        return {id: self.key(store, id) for store in stores for id in self.tables(store)}

    def staged_by_key(self, id):
        return {tuple(row[name] for name in self.keyed[id]): row for row in self.rows("staging", id)}


class Worlds:
    """The worlds of a session, each made when it is first asked for."""

    def __init__(self, bunri, root):
        self.bunri, self.root, self.made = bunri, Path(root), {}

    def get(self, edits=(), sql=(), seed=1):
        asked = (tuple(edits), tuple(sql), seed)
        if asked not in self.made:
            self.made[asked] = World(self.bunri, tempfile.mkdtemp(prefix="world-", dir=self.root), edits, sql, seed)
        return self.made[asked]

    def named(self, name):
        return {"ordinary": self.ordinary, "opened": self.opened}[name]

    @property
    def ordinary(self):
        return self.get()

    @property
    def opened(self):
        return self.get(OPENED)


def edit(path, truth, mistake):
    text = path.read_text(encoding="utf-8")
    assert truth in text, f"{path} does not hold {truth!r}"
    path.write_text(text.replace(truth, mistake), encoding="utf-8")

"""A copy of a good run that is about to be damaged, and sealed again so that every digest is right.

Tables are rewritten by the canonical writer wherever the point of a mutant is content, so that no check of bytes finds
trivially what a check of content must find. In which order rows lie is kept right too, unless order is the point.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tamper import entry, manifest_of, relist, reseal

from .world import FOLDERS, STORES

PART = "part-00000.parquet"


class Damaged:
    """The copy. Whatever is changed in `stores` is sealed by `seal`; what comes `afterwards` is not."""

    def __init__(self, world, root, rewriter):
        self.world, self.root, self.rewriter = world, Path(root), rewriter
        shutil.copytree(world.root, self.root, ignore=shutil.ignore_patterns("legacy.db*", "ownership"))
        # The lock names where the run was; the source is never opened by verification.
        lock = self.root / "custody/job.lock.json"
        lock.write_text(lock.read_text(encoding="utf-8").replace(str(world.root), str(self.root)), encoding="utf-8")
        self.changed, self.canonical, self.afterwards = set(), [], []

    def store(self, store):
        return self.root / FOLDERS[store]

    def path(self, store, id):
        return self.store(store) / id / PART

    def rows(self, store, id):
        return self.world.rows(store, id)

    def put(self, store, id, rows, schema=None, ordered=True):
        """These rows are the table now, as the canonical writer writes them."""
        schema = (schema or self.world.table(store, id).schema).remove_metadata()
        if ordered:
            rows = sorted(rows, key=self.order(store, id, schema.names))
        plain = self.path(store, id).with_suffix(".plain")
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), plain, compression="none", store_schema=False)
        self.canonical.append((plain, self.path(store, id)))
        self.changed.add(store)

    def order(self, store, id, columns):
        """The store's order: key, then every column; NULL first."""
        key = entry(manifest_of(self.store(store)), id)["key"]
        return lambda row: [(row[name] is not None, row[name]) for name in [*key, *columns] if name in row]

    def change(self, store, id, change):
        """Changes the rows of a table: `change(rows)` gives the new ones, which must differ."""
        rows = self.rows(store, id)
        before = json.dumps(rows, default=str)
        after = change(rows)
        after = rows if after is None else after
        assert json.dumps(after, default=str) != before, f"nothing was changed in {store}/{id}"
        self.put(store, id, after)

    def rewrite(self, store, id, *words):
        """Another writer's choice, see tests/rewrite."""
        path, old = self.path(store, id), self.path(store, id).with_suffix(".old")
        path.rename(old)
        self.helper(*words, old, path)
        assert old.read_bytes() != path.read_bytes(), f"{words}: the bytes of {id} are the same"
        old.unlink()
        self.changed.add(store)

    def helper(self, *words):
        subprocess.run([self.rewriter, *map(str, words)], check=True)

    def raw(self, store, id, write):
        """Writes the file by other means: `write(path)`."""
        write(self.path(store, id))
        self.changed.add(store)

    def list(self, store, change):
        """Changes what the manifest says; digests are made right by sealing."""
        relist(self.store(store), change)
        self.changed.add(store)

    def list_column(self, store, id, name, kind="text"):
        self.list(store, lambda manifest: entry(manifest, id)["columns"].append({"name": name, "type": kind}))

    def adopt(self, store, other, id):
        """A table of another store, listed as if it belonged here."""
        self.transplant(self.world, store, [id], other)

    def transplant(self, world, store, ids, other=None):
        """Tables of a store of another world (or of another store), in the place of those that are here."""
        other = other or store
        theirs = manifest_of(world.root / STORES[other])
        for id in ids:
            shutil.rmtree(self.store(store) / id, ignore_errors=True)
            if (world.root / STORES[other] / id).is_dir():
                shutil.copytree(world.root / STORES[other] / id, self.store(store) / id)

        def change(manifest):
            kept = [table for table in manifest["tables"] if table["id"] not in ids]
            taken = [table for table in theirs["tables"] if table["id"] in ids]
            manifest["tables"] = sorted(kept + taken, key=lambda table: table["id"])

        self.list(store, change)

    def replace(self, world, store):
        """The whole store of another world, as it is; staging too."""
        shutil.rmtree(self.store(store))
        shutil.copytree(world.root / FOLDERS[store], self.store(store))

    def seal(self):
        """Canonical files, digests, sums; then what nobody seals."""
        if self.canonical:
            self.helper("canonical", *(path for pair in self.canonical for path in pair))
        for plain, _ in self.canonical:
            plain.unlink()
        for store in sorted(self.changed):
            reseal(self.store(store))
            self.keep_private(store)
        for after in self.afterwards:
            after()

    def keep_private(self, store):
        """Files as the writer makes them: readable by nobody but the owner."""
        for path in self.store(store).rglob("*"):
            if path.is_file() and not path.is_symlink():
                path.chmod(0o600)

    def after(self, act):
        self.afterwards.append(act)

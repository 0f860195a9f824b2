"""reladiff, the maintained successor of data-diff: the rows of each table of the expected stores against the run's, by key.

Both sides are tables of one DuckDB database. All columns of both sides are named to it. It is asked with the hash method,
which copes with equal rows, and, if that sees nothing, with the join method, which tests keys for being unique. Keys that it
cannot use (a day; text with other signs than letters and digits) are replaced by a number that we make for it.
"""

import itertools
import logging

import duckdb
from reladiff import Algorithm, connect, connect_to_table, diff_tables

from except_all import described
from runs import STORES, changed

logging.disable(logging.WARNING)
NUMBER = "peer_key"


class RowDiffer:
    columns = ("reladiff",)

    def __init__(self):
        # Tables that it could not compare by their own key, with what it said.
        self.replaced, self.faults = {}, {}

    def complaints(self, good, seen):
        """The first one: a table takes half a second."""
        found = (complaint for store in STORES for complaint in self.store(good, seen, store))
        return {"reladiff": list(itertools.islice(found, 1))}

    def store(self, good, seen, store):
        for id, ours, theirs in changed(good, seen, store):
            if ours is None or theirs is None:
                yield f"{store}/{id}: a table on one side only"
            else:
                yield from self.table(f"{store}/{id}", good.key(store, id), ours, theirs)

    def table(self, name, key, ours, theirs):
        db = connect("duckdb://main@:memory:")
        db._conn.execute("SET threads = 2")
        try:
            columns = set()
            for side, parts in (("good", ours), ("seen", theirs)):
                db._conn.execute(f"CREATE TABLE {side} AS SELECT * FROM read_parquet({parts!r})")
                columns |= {name for name, _ in described(db._conn, f"FROM {side}")}
            # A good run against itself is asked about in earnest, once; other files with equal rows are not.
            if ours != theirs and not tables_differ(db):
                return []
            methods = [Algorithm.HASHDIFF, Algorithm.JOINDIFF] if key and ours != theirs else [Algorithm.HASHDIFF]
            return self.differences(db, name, methods, key or sorted(columns), sorted(columns))
        except (duckdb.Error, ValueError, KeyError, TypeError) as error:  # unreadable, no such column, other types, doubled keys
            return [f"{name}: {type(error).__name__}"]
        except NotImplementedError as error:  # no answer: it does not count as caught
            self.faults[name] = str(error)
            return []
        finally:
            db.close()

    def differences(self, db, name, methods, key, columns):
        for method in methods:
            try:
                rows = compared(db, key, columns, method)
            except NotImplementedError as error:
                self.replaced[name] = str(error)
                number_keys(db, key)
                rows = compared(db, [NUMBER], columns, method)
            if rows:
                return [f"{name}: rows differ"]
        return []


def tables_differ(db):
    """Whether there is anything to find: other columns, types or rows. (Two columns cannot be compared with three.)"""
    if described(db._conn, "FROM good") != described(db._conn, "FROM seen"):
        return True
    counts = "SELECT count(*) FROM (FROM {} EXCEPT ALL FROM {})"
    return any(db._conn.execute(counts.format(*sides)).fetchone()[0] for sides in (("good", "seen"), ("seen", "good")))


def compared(db, key, columns, method):
    others = tuple(name for name in columns if name not in key)
    sides = [connect_to_table(db, side, tuple(key), extra_columns=others) for side in ("good", "seen")]
    with diff_tables(*sides, algorithm=method, allow_empty_tables=True, skip_sort_results=True) as diff:
        return len(list(diff))


def number_keys(db, key):
    """Gives every key of either side a number of its own, the same on both."""
    if NUMBER in dict(described(db._conn, "FROM good")):
        return
    names = ", ".join(f'"{name}"' for name in key)
    same = " AND ".join(f'side."{name}" IS NOT DISTINCT FROM keys."{name}"' for name in key)
    both = f"SELECT {names} FROM good UNION SELECT {names} FROM seen"
    db._conn.execute(f"CREATE TABLE keys AS SELECT row_number() OVER () AS {NUMBER}, * FROM ({both})")
    for side in ("good", "seen"):
        db._conn.execute(f"CREATE TABLE numbered AS SELECT {NUMBER}, side.* FROM {side} side JOIN keys ON {same}")
        db._conn.execute(f"DROP TABLE {side}")
        db._conn.execute(f"ALTER TABLE numbered RENAME TO {side}")

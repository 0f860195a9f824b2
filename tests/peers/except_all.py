"""DuckDB: `EXCEPT ALL` both ways between each table of the expected stores and the same table of the run.

Tables are the folders with Parquet files, all parts of a folder together. Two answers: the statement alone, which needs
that both sides have as many columns, and the statement after a comparison of what `DESCRIBE` says.
"""

import duckdb

from runs import STORES, changed

ROWS = "SELECT count(*) FROM (SELECT * FROM read_parquet({0}) EXCEPT ALL SELECT * FROM read_parquet({1}))"


class ExceptAll:
    columns = ("except_all", "described")

    def complaints(self, good, seen):
        rows, columns = [], []
        with duckdb.connect() as db:
            db.execute("SET threads = 2")
            for store in STORES:
                for id, ours, theirs in changed(good, seen, store):
                    if ours is None or theirs is None:
                        rows.append(f"{store}/{id}: a table on one side only")
                        continue
                    rows += rows_differ(db, f"{store}/{id}", ours, theirs)
                    columns += columns_differ(db, f"{store}/{id}", ours, theirs)
        return {"except_all": rows, "described": rows + columns}


def rows_differ(db, name, ours, theirs):
    for left, right in ((ours, theirs), (theirs, ours)):
        try:
            ((count,),) = db.execute(ROWS.format(repr(left), repr(right))).fetchall()
        except duckdb.Error as error:  # an answer that a person reads, too
            yield f"{name}: {type(error).__name__}"
            return
        if count:
            yield f"{name}: rows on one side only"


def columns_differ(db, name, ours, theirs):
    try:
        one, other = (described(db, f"SELECT * FROM read_parquet({parts!r})") for parts in (ours, theirs))
    except duckdb.Error as error:
        yield f"{name}: {type(error).__name__}"
        return
    if one != other:
        yield f"{name}: columns or types differ"


def described(db, query):
    """Names and types of the columns, in order."""
    return [row[:2] for row in db.execute(f"DESCRIBE {query}").fetchall()]

"""What the peers of extraction read."""

import sqlite3


def tables(legacy):
    """The names of a legacy database's tables."""
    source = sqlite3.connect(f"file:{legacy}?mode=ro", uri=True)
    rows = source.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in rows]

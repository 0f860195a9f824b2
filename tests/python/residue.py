"""Residue that other programs leave in a store's file, written by them and resealed.

    python residue.py STORE TABLE KIND

KIND is one of
    statistics      pyarrow with minimum and maximum of every column
    arrow-schema    pyarrow with the Arrow schema in base64
    duckdb          DuckDB's own COPY
    words           a dictionary of pyarrow's that keeps words of rows that were filtered out
    rows            the same rows in row groups of seven
"""

import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tamper import part, reseal

QUIET = {"compression": "zstd", "write_statistics": False, "store_schema": False}


def words(table):
    """Every text column as a dictionary that has one word more than its rows."""
    columns = []
    for column in table.columns:
        if pa.types.is_string(column.type):
            whole = pa.concat_arrays([column.combine_chunks(), pa.array(["丙野カナリア零一"], pa.string())])
            column = whole.dictionary_encode().slice(0, table.num_rows)
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def main(store, table, kind):
    store = Path(store)
    path, rows = part(store, table)
    rows = rows.replace_schema_metadata(None)
    if kind == "statistics":
        pq.write_table(rows, path, **{**QUIET, "write_statistics": True})
    elif kind == "arrow-schema":
        pq.write_table(rows, path, **{**QUIET, "store_schema": True})
    elif kind == "duckdb":
        duckdb.sql("SELECT * FROM rows").write_parquet(str(path), compression="zstd")
    elif kind == "words":
        pq.write_table(words(rows), path, **QUIET)
    elif kind == "rows":
        pq.write_table(rows, path, row_group_size=7, **QUIET)
    else:
        raise ValueError(f"unknown kind {kind!r}")
    reseal(store)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Packs a file, a member (gzip) or a frame (zstd) for every line of it, and removes it.

    python pack.py FILE gz|zst
"""

import gzip
import pathlib
import sys

import pyarrow

path, kind = pathlib.Path(sys.argv[1]), sys.argv[2]
lines = path.read_bytes().splitlines(keepends=True)
packed = b""
for line in lines:
    if kind == "gz":
        packed += gzip.compress(line, mtime=0)
    else:
        packed += pyarrow.compress(line, codec="zstd", asbytes=True)
path.with_name(f"{path.name}.{kind}").write_bytes(packed)
path.unlink()

"""Every line of a store's B3SUMS names a file with that BLAKE3 digest, and every file of the store is named.

    python sums.py STORE
"""

import sys
from pathlib import Path

from blake3 import blake3

store = Path(sys.argv[1])
listed = dict(reversed(line.split("  ", 1)) for line in (store / "B3SUMS").read_text().splitlines())
wrong = [path for path, digest in listed.items() if blake3((store / path).read_bytes()).hexdigest() != digest]
files = {path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()}
unlisted = files - set(listed) - {"B3SUMS", "SHA256SUMS"}
print(f"{len(listed)} files, wrong: {wrong}, unlisted: {sorted(unlisted)}")
sys.exit(1 if wrong or unlisted or not listed else 0)

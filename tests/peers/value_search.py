"""`grep -F`: the texts that only withheld cells hold, searched for in everything that a store says.

Needs the staged tables and a store that is known to be right, to know which values are withheld. Searched in three
spellings: as it is, folded by NFKC, and folded without blanks and hyphens; and, if it is long enough, in the bytes of every
file. Values that the good store holds too, anywhere in a text, are left out.
"""

import functools
import os
import re
import subprocess
import tempfile
import unicodedata
from pathlib import Path


from texts import COLUMN_NAME, UNREADABLE, cells, texts

SCANNED = ("retail", "transmission")
SHORTEST = 4
# Bytes of compressed pages spell short values by chance.
SHORTEST_IN_BYTES = 8
SEPARATORS = re.compile(r"[\s()\-−‐‑–—―ー・]")


@functools.cache
def spellings(text):
    line = " ".join(text.splitlines())
    folded = " ".join(unicodedata.normalize("NFKC", line).splitlines())
    return {line, folded, SEPARATORS.sub("", folded)}


class ValueSearch:
    columns = ("grep",)

    def __init__(self):
        self.forget()

    def forget(self):
        self.withheld, self.in_vain = {}, {}

    def complaints(self, good, seen):
        found = []
        for store in SCANNED:
            if (good, store) not in self.withheld:
                self.withheld[good, store] = self.only_withheld(good, store)
            try:
                lines = written(seen.store(store))
            except UNREADABLE as error:
                found.append(f"{store}: {type(error).__name__}")
                continue
            withheld = self.withheld[good, store]
            found += sorted(matches(withheld, lines) | in_bytes(withheld, seen.store(store)))
        return {"grep": found}

    def only_withheld(self, good, store):
        """Spellings of staged texts that the good store does not hold, not even inside another text."""
        lines = written(good.store(store))
        staged = (cell for part in good.staged() for cell in cells("", Path(part)))
        values = {spelling for _, column, text in staged if column != COLUMN_NAME for spelling in spellings(text)}
        values = {value for value in values if len(value.strip()) >= SHORTEST} - lines
        granted = set()
        # One match hides another that begins inside it, so until nothing is left.
        while there := matches(values - granted, lines) | in_bytes(values - granted, good.store(store)):
            granted |= there
        self.in_vain[good, store] = len(granted), len(values)
        return values - granted


def written(folder):
    return {spelling for *_, text in texts(folder) for spelling in spellings(text)}


def matches(values, lines):
    """The values that occur in a line."""
    with tempfile.TemporaryDirectory(prefix="bunri-peers-") as folder:
        (Path(folder) / "lines").write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
        return grep(values, f"{folder}/lines")


def in_bytes(values, folder):
    """The values that occur in a file of the store as it lies there."""
    long = {value for value in values if len(value.encode()) >= SHORTEST_IN_BYTES}
    return grep(long, "--recursive", "--text", "--no-filename", "--devices=skip", folder)


def grep(values, *where):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="bunri-peers-") as patterns:
        patterns.write("".join(f"{value}\n" for value in sorted(values)))
        patterns.flush()
        command = ["grep", "--fixed-strings", "--only-matching", "--file", patterns.name, *where]
        told = subprocess.run(command, capture_output=True, env={**os.environ, "LC_ALL": "C"})
        assert told.returncode < 2, told.stderr
    return set(filter(None, told.stdout.decode("utf-8").split("\n")))

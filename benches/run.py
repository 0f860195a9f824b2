"""Time and memory of each stage as a whole process, against DuckDB on the same data in the same run.

The peer does less: beside `extract`, DuckDB's SQLite scanner copies every table to Parquet (nothing is checked, typed, summed
or sorted), and `sqlite3` prints every row, which says what it takes to step through them; `split` by one SQL statement a table (own periods only: no quarantine, no reasons, no polymorphic
cells, no digests), `verify` by EXCEPT ALL both ways over the three stores, each beside a store that is known to be
right: it does not decide anything and looks at no byte that is no row. The ratio says what bunri's extra work costs. Commands alternate, so that a drift of the machine's speed touches both.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from legacy import tables

POINTS = int(os.environ.get("POINTS", "100000"))
RUNS = int(os.environ.get("RUNS", "3"))
# The limits of both sides; the peer reads them from the environment.
MEMORY = os.environ.setdefault("MEMORY", "2GiB")
THREADS = os.environ.setdefault("THREADS", str(os.cpu_count()))
ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", pathlib.Path.home() / ".cache/bunri/target"))
SCANNER = os.environ.get("BUNRI_SCANNER", sys.executable)
BUNRI = pathlib.Path(os.environ.get("BUNRI", TARGET / "debug/bunri"))

JOB = """label = "bench"
kind = "rehearsal"
cutover = 2026-04-01
[source]
sqlite = "legacy.db"
[catalogue]
path = "{catalogue}"
[output]
custody = "{run}/custody"
retail = "{run}/retail"
[limits]
memory = "{memory}"
threads = {threads}
"""


def timed(command, allowed):
    """Seconds and peak MiB of one process."""
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        code = os.waitstatus_to_exitcode(status)
        if code not in allowed:
            said.seek(0)
            last = b"".join(said.readlines()[-20:]).decode(errors="replace")
            sys.exit(f"{last}{' '.join(map(str, command))}: exit code {code}")
    return seconds, usage.ru_maxrss / 1024


def main():
    with tempfile.TemporaryDirectory(prefix="bunri-bench-") as folder:
        folder = pathlib.Path(folder)
        legacy = folder / "legacy.db"
        subprocess.run([BUNRI, "sample", "--points", str(POINTS), "--out", legacy], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        every_row = [f'SELECT * FROM "{name}"' for name in tables(legacy)]
        figures = {}
        for run in range(RUNS):
            job = folder / f"job-{run}.toml"
            job.write_text(JOB.format(catalogue=ROOT / "schemas/denryoku", run=f"run-{run}", memory=MEMORY,
                                      threads=THREADS))
            custody = folder / f"run-{run}/custody"
            retail = folder / f"run-{run}/retail"
            peer = [sys.executable, ROOT / "benches/peer.py"]
            before = [
                ("bunri extract", [BUNRI, "extract", job], (0, 1)),
                ("DuckDB SQLite scanner", [SCANNER, ROOT / "benches/scanner.py", legacy, folder / f"scanned-{run}"], (0,)),
                ("sqlite3 prints rows", ["sqlite3", "-readonly", legacy, *every_row], (0,)),
                ("bunri split", [BUNRI, "split", job], (0, 1)),
                ("DuckDB split", [*peer, "split", custody, folder / f"peer-{run}"], (0,)),
            ]
            right, came = folder / f"right-{run}", folder / f"came-{run}"
            after = [
                ("bunri verify", [BUNRI, "verify", job], (0, 1)),
                ("DuckDB EXCEPT ALL", [*peer, "verify", right, came], (0,)),
            ]
            for name, command, allowed in before:
                figures.setdefault(name, []).append(timed(command, allowed))
            came.mkdir()
            for store, root in (("retail", retail), *((word, custody / word) for word in ("transmission", "quarantine"))):
                shutil.copytree(root, right / store)
                (came / store).symlink_to(root)
            for name, command, allowed in after:
                figures.setdefault(name, []).append(timed(command, allowed))
            for left in (folder / f"run-{run}", folder / f"scanned-{run}", folder / f"peer-{run}", right, came):
                shutil.rmtree(left)
        tell(figures)


def tell(figures):
    """Prints the figures, and writes them to PAGE as a Markdown page if that is named."""
    head = f"{POINTS:,} supply points, {RUNS} runs in turn, {os.cpu_count()} cores, {MEMORY}, {THREADS} threads"
    rows = [["stage", "seconds: minimum", "median", "maximum", "MiB at the peak: minimum", "median", "maximum"]]
    for name, runs in figures.items():
        seconds, memory = zip(*runs)
        rows.append([name, *(f"{pick(seconds):.2f}" for pick in (min, statistics.median, max)),
                     *(f"{pick(memory):.0f}" for pick in (min, statistics.median, max))])
    ratios = []
    for ours, theirs in (("bunri extract", "DuckDB SQLite scanner"), ("bunri extract", "sqlite3 prints rows"), ("bunri split", "DuckDB split"),
                         ("bunri verify", "DuckDB EXCEPT ALL")):
        pairs = [a[0] / b[0] for a, b in zip(figures[ours], figures[theirs])]
        ratios.append(f"{ours} / {theirs}: {statistics.median(pairs):.2f} (pair by pair, median)")
    print(head)
    for name, *cells in rows[1:]:
        print(f"{name:22}", *(f"{cell:>9}" for cell in cells))
    print(*ratios, sep="\n")
    if page := os.environ.get("PAGE"):
        table = ["| " + " | ".join(row) + " |" for row in rows]
        table.insert(1, "|---" * len(rows[0]) + "|")
        words = [f"# Time and memory\n\nWritten by `make bench`. {head}.\n", *table, "", *(f"* {one}" for one in ratios), "",
                 "What each command does, and what the peer does not, is said at the head of `benches/run.py` and `benches/peer.py`. "
                 "Quote the ratios: seconds belong to one machine on one day."]
        pathlib.Path(page).write_text("\n".join(words) + "\n", encoding="utf-8")


main()

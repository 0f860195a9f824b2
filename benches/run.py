"""Time and memory of each stage as a whole process, against DuckDB on the same staging in the same run.

The peer does less: `split` by one SQL statement a table (own periods only: no quarantine, no reasons, no polymorphic
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

POINTS = int(os.environ.get("POINTS", "100000"))
RUNS = int(os.environ.get("RUNS", "3"))
# The limits of both sides; the peer reads them from the environment.
MEMORY = os.environ.setdefault("MEMORY", "2GiB")
THREADS = os.environ.setdefault("THREADS", str(os.cpu_count()))
ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", pathlib.Path.home() / ".cache/bunri/target"))
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
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in allowed:
        sys.exit(f"{' '.join(map(str, command))}: exit code {code}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    with tempfile.TemporaryDirectory(prefix="bunri-bench-") as folder:
        folder = pathlib.Path(folder)
        subprocess.run([BUNRI, "sample", "--points", str(POINTS), "--out", folder / "legacy.db"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
            for left in (folder / f"run-{run}", folder / f"peer-{run}", right, came):
                shutil.rmtree(left)
        print(f"{POINTS} supply points, {RUNS} runs, {os.cpu_count()} cores; seconds and MiB: minimum, median, maximum")
        for name, runs in figures.items():
            seconds, memory = zip(*runs)
            row = [f"{pick(seconds):9.2f}" for pick in (min, statistics.median, max)]
            row += [f"{pick(memory):9.0f}" for pick in (min, statistics.median, max)]
            print(f"{name:20}", *row)
        for ours, theirs in (("bunri split", "DuckDB split"), ("bunri verify", "DuckDB EXCEPT ALL")):
            ratios = [a[0] / b[0] for a, b in zip(figures[ours], figures[theirs])]
            print(f"{ours} / {theirs}: {statistics.median(ratios):.2f} (pair by pair, median)")


main()

"""What several sessions bring where a connection, and not the machine, sets the pace.

    postgresql_sessions.py BUNRI REPOSITORY [ROWS]      prints a table; needs what postgresql.py needs of a server

The server stands behind a relay that lets 15 MB a second through for each connection, which takes little of the machine. The same table as
in postgresql.py, with 3,000,000 rows if nothing else is said; one run for each number of threads."""

import os
import shutil
import socket
import sys
import threading
import time

sys.argv[3:] = [*(sys.argv[3:4] or ["3000000"]), "1"]
import postgresql  # noqa: E402  it reads the arguments

BYTES_PER_SECOND = 15e6


def pump(source, target, is_slow):
    """Carries bytes until one side ends."""
    begun, carried = time.monotonic(), 0
    try:
        while piece := source.recv(1 << 16):
            target.sendall(piece)
            carried += len(piece)
            if is_slow:
                ahead = carried / BYTES_PER_SECOND - (time.monotonic() - begun)
                if ahead > 0:
                    time.sleep(ahead)
                else:
                    # Time that was not used is not saved up.
                    begun -= ahead
    except OSError:
        pass
    for side in (source, target):
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def relay(port):
    listener = socket.create_server(("127.0.0.1", 0))

    def carry():
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            for source, target, is_slow in ((server, client, True), (client, server, False)):
                threading.Thread(target=pump, args=(source, target, is_slow), daemon=True).start()

    threading.Thread(target=carry, daemon=True).start()
    return listener.getsockname()[1]


def bench(folder, port):
    postgresql.load(folder, port)
    through = relay(port)
    print(f"{postgresql.ROWS:,} rows of one table, {BYTES_PER_SECOND / 1e6:.0f} MB a second for each connection; {os.cpu_count()} cores.\n")
    print("| threads | seconds | of its own processor | peak MiB |")
    print("|---:|---:|---:|---:|")
    for threads in (1, 2, 4, 8):
        postgresql.write_job(folder, through, threads)
        shutil.rmtree(folder / "out", ignore_errors=True)
        seconds, processor, memory = postgresql.timed([postgresql.BUNRI, "extract", folder / "job.toml"])
        print(f"| {threads} | {seconds:.1f} | {processor:.1f} | {memory:.0f} |", flush=True)


if __name__ == "__main__":
    postgresql.main(bench)

"""Runs a command on a terminal of so many columns and prints what it printed there; ends as it ended.

usage: terminal.py COLUMNS COMMAND...       0 columns: a terminal that does not know its size
"""

import fcntl
import os
import pty
import struct
import sys
import termios

columns, command = int(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    rows = 24 if columns else 0
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.environ["TERM"] = "xterm"
    os.execvp(command[0], command)
printed = b""
while True:
    try:
        more = os.read(terminal, 65536)
    except OSError:
        break  # The other side was closed.
    if not more:
        break
    printed += more
_, status = os.waitpid(child, 0)
sys.stdout.write(printed.decode("utf-8", "replace"))
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(status))

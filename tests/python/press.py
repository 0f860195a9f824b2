"""Runs a command on a terminal and presses keys when something stands on it; prints all that was shown, and ends as the command ends.

    press.py COLUMNS STEPS COMMAND...     STEPS is a file with a JSON list

A step is `[TEXT, KEYS]`: when what was shown since the step before ends with TEXT (blanks and line breaks are one blank), and a moment later, as
somebody does who reads, KEYS are pressed. `[TEXT, KEYS, "ahead"]` waits for no moment. `[TEXT, {"run": COMMAND}]` runs a shell's command in the
place of keys, `[TEXT, {"signal": NAME}]` sends a signal, `[TEXT, {"hold": KEY}]` holds a key down for two seconds. Of a terminal that was not given back as it was, the last line says so."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

columns, command = int(sys.argv[1]), sys.argv[3:]
with open(sys.argv[2], encoding="utf-8") as file:
    steps = json.load(file)
# A shell has the terminal open too, so that it outlives the command.
side, terminal = pty.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
before = termios.tcgetattr(terminal)
child = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True, env={**os.environ, "TERM": "dumb"})
shown = since = ""


def more(seconds):
    """Whether something more was shown within this time."""
    global shown, since
    if not select.select([side], [], [], seconds)[0]:
        return False
    read = os.read(side, 65536).decode("utf-8", "replace")
    shown, since = shown + read, since + read
    return True


for until, keys, *ahead in steps:
    while not " ".join(since.split()).endswith(until):
        if not more(30) or child.poll() is not None:
            print(shown, f"\n`{until}` was not shown", file=sys.stderr)
            child.kill()
            sys.exit(99)
    if not ahead:
        while more(0.3):
            pass
    since = ""
    match keys:
        case {"run": told}:
            subprocess.run(told, shell=True, check=True)
        case {"signal": name}:
            child.send_signal(getattr(signal, name))
        case {"hold": key}:
            for _ in range(60):
                os.write(side, key.encode())
                time.sleep(1 / 30)
        case _:
            os.write(side, keys.encode())
while child.poll() is None:
    more(0.1)
while more(0.1):
    pass
sys.stdout.write(shown.replace("\r\n", "\n"))
if termios.tcgetattr(terminal) != before:
    print("the terminal is not as it was")
sys.exit(child.returncode if child.returncode >= 0 else 128 - child.returncode)

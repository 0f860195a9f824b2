"""Runs commands in a terminal multiplexer, as a person does who works on a server, and looks at what stands on the screen.

    tmux.py COLUMNS ROWS FOLDER BUNRI COMMAND...     each COMMAND is what is typed behind `bunri`; all in the same FOLDER

FOLDER is copied first, and there the same commands run without a terminal: what they print is what has to stand on the screen. Asserts
that the terminal broke no line (captured with and without joining what it wrapped, the pane has the same lines) and none is wider than the
screen; that every result stands there whole and in order, the last table too; that at any moment at most one line of progress stands
there, as the last, in whole numbers, that its share of a stage never falls, and that none is left when the command has ended.

The server of tmux is one of its own, below FOLDER, and ends with this script."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata

BAR = re.compile(
    r"^ *(?P<stage>[a-z]+) [━╸─]{20} +(?P<share>\d{1,3}) % +(?P<rate>[\d,]+) rows/s"
    r"(?: +(?:\d+ s|\d+ m \d\d s|\d+ h \d\d m) left)?(?: +(?P<table>\S+))?$"
)
# What a run cost is another time every time.
TIMES = re.compile(r"\d+(\.\d+)? s\b")


def columns(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


class Terminal:
    def __init__(self, folder, width, height):
        self.place = tempfile.mkdtemp(prefix="tmux-")
        self.environment = {**os.environ, "TMUX_TMPDIR": self.place, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "ENV": ""}
        self.environment.pop("TMUX", None)
        settings = pathlib.Path(self.place, "settings")
        settings.write_text("set -g status off\nset -g history-limit 100000\n", encoding="utf-8")
        self.start = ["tmux", "-u", "-f", str(settings)]
        self.tell("new-session", "-d", "-x", str(width), "-y", str(height), "-s", "s", "-c", str(folder), "exec sh")
        assert self.tell("display", "-p", "-t", "s", "#{pane_width} #{pane_height}") == f"{width} {height}\n"

    def tell(self, *arguments):
        told = subprocess.run(
            [*self.start, *arguments], env=self.environment, capture_output=True, check=True, timeout=60
        )
        return told.stdout.decode("utf-8")

    def lines(self, *options):
        captured = self.tell("capture-pane", "-p", "-t", "s", *options)
        return [line.rstrip() for line in captured.rstrip("\n").split("\n")]

    def run(self, typed):
        """Types a command and gives what stood on the screen while it ran, and everything that it printed."""
        self.tell("clear-history", "-t", "s")
        raw, ended = pathlib.Path(self.place, "raw"), pathlib.Path(self.place, "ended")
        for file in (raw, ended):
            file.unlink(missing_ok=True)
        self.tell("pipe-pane", "-t", "s", f"cat > {raw}")
        self.tell("send-keys", "-t", "s", "-l", f"clear; {typed}; echo $? > {ended}")
        self.tell("send-keys", "-t", "s", "Enter")
        frames, until = [], time.monotonic() + 300
        while not (ended.exists() and ended.read_text()):
            assert time.monotonic() < until, f"{typed} does not end"
            frames.append(self.lines())
            time.sleep(0.02)
        time.sleep(0.2)
        self.tell("pipe-pane", "-t", "s")
        code = int(ended.read_text())
        return code, frames, self.lines("-S", "-"), self.lines("-S", "-", "-J"), raw.read_text("utf-8", "replace")

    def end(self):
        self.tell("kill-server")
        shutil.rmtree(self.place, ignore_errors=True)


def rows_of(text, width):
    """What is written without a line's end goes on in the next row when one is full, as the lines above the bar do."""
    rows = [""]
    for letter in text:
        if columns(rows[-1]) + columns(letter) > width:
            rows.append("")
        rows[-1] += letter
    return rows


def progress(command, frames, raw, width):
    """Every line of progress that was drawn, and those that somebody saw."""
    draws = re.split(r"\x1b\[[0-9;?]*[A-Za-ln-z]|[\r\n]", re.sub(r"\x1b\[[0-9;]*m", "", raw))
    draws = [line.rstrip() for draw in draws for line in rows_of(draw, width) if "━" in line or "──" in line]
    last = {}
    for draw in draws:
        bar = BAR.match(draw)
        assert bar, f"{command}: no line of progress: {draw!r}"
        share, stage = int(bar["share"]), bar["stage"]
        assert last.get(stage, 0) <= share <= 100, f"{command}: {draw!r} after {last[stage]} %"
        last[stage] = share
    for frame in frames:
        bars = [place for place, line in enumerate(frame) if "rows/s" in line]
        assert len(bars) < 2, f"{command}: two lines of progress: {frame}"
        assert not any(line for place in bars for line in frame[place + 1 :]), f"{command}: {frame}"
    return len(draws)


def main():
    width, height, folder, bunri, *commands = sys.argv[1:]
    width, height, folder = int(width), int(height), pathlib.Path(folder).resolve()
    beside = pathlib.Path(tempfile.mkdtemp(prefix="plain-"))
    plain = beside / "plain"
    shutil.copytree(folder, plain)
    terminal = Terminal(folder, width, height)
    try:
        for command in commands:
            words = command.split()
            expected = subprocess.run([bunri, *words], cwd=plain, capture_output=True, check=False)
            code, frames, seen, joined, raw = terminal.run(f"{bunri} {command}")
            assert code == expected.returncode, f"{command}: {code}, and {expected.returncode} without a terminal"
            wrapped = [line for line in joined if line not in seen]
            # What was typed may be longer than a line, and is nobody's output.
            wrapped = [line for line in wrapped if bunri not in line]
            assert not wrapped, f"{command}: the terminal broke {wrapped}"
            typed = next(place for place, line in enumerate(joined) if bunri in line) if any(bunri in line for line in joined) else -1
            screen = joined[typed + 1 :]
            wide = [line for line in screen if columns(line) > width]
            assert not wide, f"{command}: wider than {width} columns: {wide}"
            at = 0
            lines = expected.stdout.decode("utf-8").split("\n")
            lines = [TIMES.sub("… s", line.rstrip()) for line in lines if line.strip()]
            assert lines, f"{command} prints nothing"
            there = [TIMES.sub("… s", line) for line in screen]
            for line in lines:
                assert line in there[at:], f"{command}: {line!r} does not stand on the screen in its place"
                at = there.index(line, at) + 1
            assert not any("━" in line or "rows/s" in line for line in screen), f"{command}: progress is left: {screen}"
            # Behind the last line stands the prompt and nothing else.
            left = "".join(there[at:])
            assert left in ("", "$", "#"), f"{command}: {left}"
            tables = sum(1 for line in lines if re.search(r"\S {2,}\S", line))
            draws = progress(command, frames, raw, width)
            print(f"{words[0]}: {len(lines)} lines whole, {tables} of tables, {draws} lines of progress drawn, {len(frames)} looks")
    finally:
        terminal.end()
        shutil.rmtree(beside, ignore_errors=True)


if __name__ == "__main__":
    main()

"""A catalogue reviewed at a terminal by a person who is made up: `bunri answers --review` on a pseudo-terminal, key by key.

    review.py BUNRI SOURCE LEDGER REVIEW FOLDER [COLUMNS]     prints a table of Markdown; ends with 1 unless `check` accepts

Makes a proposal in FOLDER and answers it as REVIEW says (the file of typed.py, whose answers these are; its `hold` that an answer moves is by
column and table). Of each question it presses the fewest keys: Enter where the suggestion is right, a class's letter where it is not, and for many
at one time where all that would be listed get the answer: of the table, of the name, of the suggestion.

Keys are those that are pressed, the commands that are typed in the shell among them. Minutes by the keystroke-level model (Card, Moran, Newell:
The keystroke-level model for user performance time with interactive systems, CACM 23 (7), 1980): 0.28 s a key (a typist of 40 words a minute) and 1.35 s
for each time that somebody has to think, which here is once for every question that waits, also of those that a list answers together, and once
for every reason that is typed. Nobody was timed."""

import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import tomllib

KEY, THINK = 0.28, 1.35  # seconds
LETTERS = {
    "any_retailer": "a", "own_customer": "o", "transmission_only": "t", "retail_only": "r",
    "hold": "h", "reference": "f", "discard": "d",
}  # fmt: skip
CATEGORIES = {
    "personal": "p", "free_text": "f", "grid_operation": "g", "security": "s", "derived": "d", "audit": "a",
}  # fmt: skip
ROWS = 50


class Column:
    """A class that waits, with what its comment suggests and what the person will say."""

    def __init__(self, table, name, suggested, why, review):
        self.table, self.name, self.suggested, self.why, self.open = table, name, suggested, why, True
        self.category = None
        self.word = told(f"{suggested}: {why}", review["classes"]) or suggested
        for word, columns in review.get("move", {}).items():
            if table in columns.get(name, []):
                self.word = word
                self.category = review.get("category", {}).get(f"move {word}")


def told(heading, answers):
    return next((answer for start, answer in answers.items() if start and heading.startswith(start)), None)


def columns(catalogue, review):
    """Every class that waits, in the order of the files."""
    found = []
    for path in sorted((catalogue / "tables").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)["table"]
        for line in text[text.index("[columns]") :].split("\n\n", 1)[0].split("\n"):
            read = re.match(r"(.+?) = .*\"\?\".* # (\w+): (.*)", line)
            if read:
                (name,) = tomllib.loads(read[1] + " = 1")
                found.append(Column(table, name, read[2], read[3], review))
    return found


class Terminal:
    def __init__(self, command, width):
        self.keys, self.thoughts, self.seen, self.all = 0, 0, "", ""
        self.child, self.side = pty.fork()
        if self.child == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, width, 0, 0))
            os.environ.update(TERM="dumb", NO_COLOR="1")
            os.execvp(command[0], command)

    def until(self, *words):
        """Reads until one of the words stands at the end of what was shown; [None]: the program ended."""
        while True:
            plain = " ".join(self.seen.split())
            for word in words:
                if plain.endswith(word):
                    shown, self.seen = plain, ""
                    return word, shown
            if not select.select([self.side], [], [], 60)[0]:
                raise SystemExit(f"nothing more was shown after: {self.all[-2000:]}")
            try:
                more = os.read(self.side, 65536).decode("utf-8", "replace")
            except OSError:
                more = ""
            if not more:
                return None, plain
            self.seen += more
            self.all += more

    def press(self, keys):
        # Somebody who reads is never faster; what is pressed before that is no answer.
        quiet = 0.25
        while select.select([self.side], [], [], quiet)[0]:
            more = os.read(self.side, 65536).decode("utf-8", "replace")
            self.seen += more
            self.all += more
        os.write(self.side, keys.encode())
        self.keys += len(keys)
        self.seen = ""


QUESTION, BASIS, MANY, LIST, VALUE, REASON, CATEGORY = (
    "? keys]", "basis:", "Esc none", "Esc leaves the list", "value:", "reason:", "Enter none",
)  # fmt: skip


class Person:
    def __init__(self, terminal, review, waiting):
        self.terminal, self.review, self.waiting = terminal, review, waiting
        self.bases, self.given, self.many = {}, {}, {}

    def choose(self, column):
        """The keys that answer most, and what they answer."""
        scopes = [
            ("", [column]),
            ("T", [one for one in self.waiting if one.open and one.table == column.table]),
            ("N", [one for one in self.waiting if one.open and one.name == column.name]),
            ("G", [one for one in self.waiting if one.open and (one.suggested, one.why) == (column.suggested, column.why)]),
        ]
        best = None
        for key, listed in scopes:
            alike = {(one.word, one.category) for one in listed} == {(column.word, column.category)}
            agreed = all(one.word == one.suggested and one.category is None for one in listed)
            if (alike or agreed) and (best is None or len(listed) > len(best[1])):
                best = (key, listed, "\r" if agreed else LETTERS[column.word])
        return best

    def basis(self, shown):
        word = re.search(r"is the basis of (\w+)\?", shown)[1]
        basis = told(word, self.review.get("basis", {})) or self.review.get("basis", {}).get("", "")
        earlier = re.findall(r"(\d): \"([^\"]*)\"", shown)
        again = next((number for number, one in earlier if one == basis), None)
        self.terminal.thoughts += 1
        self.terminal.press((again or basis) + "\r")

    def answer(self):
        while True:
            word, shown = self.terminal.until(QUESTION, BASIS, MANY, LIST, VALUE, REASON, CATEGORY)
            if word is None:
                return shown
            if word == BASIS:
                self.basis(shown)
            elif word == LIST:
                self.terminal.press(" ")
            elif word == CATEGORY:
                self.terminal.press(CATEGORIES[self.category])
            elif word == MANY:
                # A list that is not what the person expects to see is not answered.
                names = [f"{one.table}.{one.name}:" for one in self.listed]
                assert all(name in self.pages + shown for name in names), (names, shown)
                self.terminal.press(self.key)
                self.done()
            elif word == VALUE:
                self.terminal.press(self.value + "\r")
            elif word == REASON:
                self.terminal.press(self.reason + "\r")
            else:
                self.question(shown)
            self.pages = self.pages + shown if word == LIST else ""

    pages = ""

    def done(self):
        for one in self.listed:
            one.open = False

    def question(self, shown):
        self.terminal.thoughts += 1
        asked = shown.rsplit("[", 1)[0]
        column = next((one for one in self.waiting if one.open), None)
        if "for what reason?" in asked or "why is it ignored?" in asked:
            of = re.findall(r"(rows|known_at|when), for what reason|why is it (ignored)", asked)[-1]
            self.reason = self.review["reasons"]["".join(of)]
            self.terminal.press("w" if "Enter again" not in shown.rsplit("[", 1)[1] else "\r")
            return
        key = next((key for key in self.review["main"] if re.search(rf"\.{key} ", asked)), None)
        if "w write in TOML" in shown:
            self.value = self.review["main"][key]
            self.terminal.press("w")
            return
        if f"{column.table}.{column.name} known:" not in asked:
            # Asked again, after the category was said.
            assert self.category is not None and "with the category" in asked, (column.table, column.name, asked)
        if column.category and not shown.rsplit("]", 1)[0].count("with the category") and self.category is None:
            self.category = column.category
            self.terminal.press("c")
            return
        self.scope, self.listed, self.key = self.choose(column)
        self.category = None
        # Whoever reads a list thinks of each of its names.
        self.terminal.thoughts += len(self.listed) - 1
        if self.scope:
            self.terminal.press(self.scope)
        else:
            self.terminal.press(self.key)
            self.done()

    category = None


def main():
    bunri, source, ledger, review, folder, *width = sys.argv[1:]
    review = tomllib.loads(pathlib.Path(review).read_text(encoding="utf-8"))
    folder = pathlib.Path(folder)
    folder.mkdir()
    catalogue = folder / "catalogue"
    typed = 0

    def command(*arguments):
        nonlocal typed
        typed += len(" ".join(["bunri", *(pathlib.Path(one).name for one in arguments)])) + 1
        return [bunri, *arguments]

    made = subprocess.run(command("init", source, "--out", str(catalogue), "--ledger", ledger), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    waiting = columns(catalogue, review)
    terminal = Terminal(command("answers", str(catalogue), "--review", "--source", source), int(width[0]) if width else 80)
    terminal.until("who answers, and when:")
    terminal.press(review["by"] + "\r")
    end = Person(terminal, review, waiting).answer()
    _, status = os.waitpid(terminal.child, 0)
    code = os.waitstatus_to_exitcode(status)
    checked = subprocess.run(command("check", str(catalogue)), capture_output=True, text=True, check=False)
    told_by_check = (checked.stdout + checked.stderr).splitlines()
    keys = typed + terminal.keys
    seconds = keys * KEY + terminal.thoughts * THINK
    warnings = [line for line in told_by_check if line.startswith("warning: ")]
    print("| | |\n|---|---:|")
    for what, figure in [
        ("questions", re.search(r"(\d+) questions wait", terminal.all)[1]),
        ("keys", f"{keys:,}"),
        ("of them typed in the shell", typed),
        ("thoughts", terminal.thoughts),
        ("minutes by the model", f"{seconds / 60:.1f}"),
        ("warnings of `bunri check`", len(warnings)),
    ]:
        print(f"| {what} | {figure} |")
    (folder / "seen.txt").write_text(terminal.all, encoding="utf-8")
    accepted = code == 0 and checked.returncode in (0, 1)
    if not accepted:
        print(end, *told_by_check, sep="\n", file=sys.stderr)
    sys.exit(0 if accepted else 1)


if __name__ == "__main__":
    main()

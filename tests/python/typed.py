"""From nothing to an accepted catalogue, as a person types it, and how much that is.

    typed.py BUNRI SOURCE LEDGER REVIEW FOLDER     prints a table of Markdown; ends with 1 unless `check` accepts

Makes a proposal in FOLDER, has its questions asked on a sheet, answers as REVIEW says, takes the answers and checks. REVIEW is TOML:

    by = "…"                              who answers
    [main]                                key of catalogue.toml = what is typed in the place of its "?"
    [classes]                             beginning of a group's heading = the class typed for it; "" = any other; else as suggested
    [move.CLASS]                          column = its tables: lines that the person moves into a group of their own
    [category]                            "move CLASS" = the category typed in the group of moved lines
    [basis]                               the same = the reason typed below that class, which then stands at every column of the group
    [reasons]                             rows, known_at, when, ignored = the reason typed

Counted: every character of the commands and of what comes in the place of a `"?"`, and one key for the `?` that goes; of a moved line two
keys to cut it and all of its letters, as if nobody could paste. Not counted: moving about in the editor, and reading. Decisions are
answers typed; names are the lines that somebody has to read to give them."""

import pathlib
import subprocess
import sys
import tomllib

RATE = 200  # characters a minute: a trained typist


class Typist:
    def __init__(self, bunri):
        self.bunri, self.typed, self.decisions, self.refusals = bunri, 0, 0, 0

    def command(self, *arguments):
        """As typed in a shell, with the key that ends the line; the program by its name."""
        self.typed += len(" ".join(["bunri", *(pathlib.Path(one).name for one in arguments)])) + 1
        return subprocess.run([self.bunri, *arguments], capture_output=True, text=True, check=False)

    def answer(self, text, at, written):
        """Writes in the place of the `?` at `at`; quotes stand there already."""
        self.typed += len(written) + 1
        self.decisions += 1
        return text[:at] + written + text[at + 1 :]


def groups(text):
    """The sheet in pieces: what stands before the first group, and each group with the heading above it."""
    head, *rest = text.split("\n\n# ")
    while rest and "[[" not in rest[0]:
        head += "\n\n# " + rest.pop(0)
    return head, rest


def typed_for(heading, answers):
    told = [answer for start, answer in answers.items() if start and heading.startswith(start)]
    return told[0] if told else answers.get("")


def with_key(typist, piece, word, key, told):
    if told is None:
        return piece
    added = f'{key} = "{told}"\n'
    typist.typed += len(added)
    typist.decisions += 1
    line = f'class = "{word}"\n'
    return piece.replace(line, line + added, 1)


def review_sheet(typist, sheet, review):
    head, pieces = groups(sheet.read_text(encoding="utf-8"))
    head = typist.answer(head, head.index('by = "?"') + 6, review["by"])
    moves = {column: tables for of in review.get("move", {}).values() for column, tables in of.items()}
    named, names, made = set(), 0, []
    for piece in pieces:
        heading = piece.split("\n", 1)[0]
        if "[[reasons]]" in piece:
            of = piece.split('of = "', 1)[1].split('"', 1)[0]
            piece = typist.answer(piece, piece.index('basis = "?"') + 9, review["reasons"][of])
        else:
            lines = []
            columns = tomllib.loads(piece[piece.index("[[classes]]") :])["classes"][0]["columns"]
            names += len(columns)
            for line in piece.split("\n"):
                column = line.split(" = ", 1)[0]
                if columns.get(column) == moves.get(column, 0) and line.endswith("]"):
                    typist.typed += 2
                    named.add(column)
                else:
                    lines.append(line)
            piece = "\n".join(lines)
            if not lines[-1].strip() == "[classes.columns]":
                word = typed_for(heading, review["classes"]) or heading.split(":", 1)[0]
                piece = typist.answer(piece, piece.index('class = "?"') + 9, word)
                piece = with_key(typist, piece, word, "basis", typed_for(heading, review.get("basis", {})))
        made.append(piece)
    assert named == set(moves), f"not moved: {set(moves) - named}"
    text = "\n\n# ".join([head, *made])
    for word, columns in review.get("move", {}).items():
        tables = {column: ", ".join(f'"{one}"' for one in of) for column, of in columns.items()}
        lines = [f"{column} = [{of}]" for column, of in tables.items()]
        added = "\n".join(["", "[[classes]]", f'class = "{word}"', "[classes.columns]", *lines, ""])
        typist.typed += len(added)
        typist.decisions += 1
        added = with_key(typist, added, word, "basis", typed_for(word, review.get("basis", {})))
        added = with_key(typist, added, word, "category", review.get("category", {}).get(f"move {word}"))
        text += added
    sheet.write_text(text, encoding="utf-8")
    return names


def main():
    bunri, source, ledger, review, folder = sys.argv[1:]
    review = tomllib.loads(pathlib.Path(review).read_text(encoding="utf-8"))
    folder = pathlib.Path(folder)
    folder.mkdir()
    catalogue, sheet = folder / "catalogue", folder / "answers.toml"
    typist = Typist(bunri)
    made = typist.command("init", source, "--out", str(catalogue), "--ledger", ledger)
    assert made.returncode == 0, made.stderr
    texts = lambda: [path.read_text(encoding="utf-8") for path in sorted(catalogue.rglob("*.toml"))]
    waiting = sum(line.split(" # ")[0].count('"?"') for text in texts() for line in text.splitlines() if not line.startswith("#"))
    asked = typist.command("answers", str(catalogue), "--ask", str(sheet))
    assert asked.returncode == 0, asked.stderr
    names = review_sheet(typist, sheet, review)
    main_file = catalogue / "catalogue.toml"
    text = main_file.read_text(encoding="utf-8")
    for key, written in review["main"].items():
        # Without its quotes: what comes in their place is a list, or brings its own.
        at = text.index(f'\n{key} = "?"') + len(key) + 4
        typist.typed += 2
        text = typist.answer(text[:at] + "?" + text[at + 3 :], at, written)
    main_file.write_text(text, encoding="utf-8")
    taken = typist.command("answers", str(catalogue), "--take", str(sheet))
    checked = typist.command("check", str(catalogue))
    told = (checked.stdout + checked.stderr).splitlines()
    refusals = [line for line in told if ": " in line and ".toml:" in line and not line.startswith("warning")]
    warnings = [line for line in told if line.startswith("warning: ")]
    accepted = taken.returncode == 0 and checked.returncode in (0, 1)
    print("| | |\n|---|---:|")
    for what, figure in [
        ('`"?"` in the proposal', waiting),
        ("names on the sheet", names),
        ("decisions typed", typist.decisions),
        ("characters typed", f"{typist.typed:,}"),
        (f"minutes of typing at {RATE} characters a minute", f"{typist.typed / RATE:.1f}"),
        ("refusals of `bunri check`", len(refusals)),
        ("warnings of `bunri check`", len(warnings)),
    ]:
        print(f"| {what} | {figure} |")
    if not accepted or "--list" in review:
        print(taken.stdout, taken.stderr, *told, sep="\n", file=sys.stderr)
    sys.exit(0 if accepted else 1)


if __name__ == "__main__":
    main()

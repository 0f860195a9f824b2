"""The two forms of a text (docs/formats.md, "Spelling"), once more and slowly: from the published table and Python's own
Unicode data. Says of every published vector whether both forms come out.

    python spelling.py SCHEMAS      SCHEMAS holds spelling-variants.json and spelling-vectors.json
"""

import json
import sys
import unicodedata
from pathlib import Path

# Characters that nobody sees: first and last of each range.
INVISIBLE = [
    ("\u00ad", "\u00ad"), ("\u034f", "\u034f"), ("\u061c", "\u061c"), ("\u115f", "\u1160"), ("\u17b4", "\u17b5"),
    ("\u180b", "\u180f"), ("\u200b", "\u200f"), ("\u202a", "\u202e"), ("\u2060", "\u206f"), ("\u3164", "\u3164"),
    ("\ufe00", "\ufe0f"), ("\ufeff", "\ufeff"), ("\uffa0", "\uffa0"), ("\ufff0", "\ufffb"), ("\U000e0000", "\U000e0fff"),
]
SMALL, LARGE = "ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ"


def invisible(sign):
    return any(first <= sign <= last for first, last in INVISIBLE)


def control(sign):
    return unicodedata.category(sign) == "Cc" or sign in "\u2028\u2029"


def strict(text):
    normal = unicodedata.normalize("NFKC", "".join(sign for sign in text if not invisible(sign)))
    return "".join(sign for sign in normal if not invisible(sign) and not control(sign))


class Loose:
    def __init__(self, table):
        self.first = {member: group[0] for group in table["same"] for member in group}
        self.dropped = set(table["dropped"])
        words = table["dropped_words"]
        self.anywhere, self.start, self.end = (
            sorted(("".join(map(self.written, word)) for word in words[place]), key=len, reverse=True)
            for place in ("anywhere", "at_start", "at_end")
        )
        self.prefixes = [(prefix["from"], prefix["to"]) for prefix in table["prefixes"]]

    def fold(self, sign):
        """What becomes of a character; None where it separates."""
        if sign in self.dropped or not sign.isalnum():
            return None
        sign = self.first.get(sign, sign)
        if "\u3041" <= sign <= "\u3096":
            sign = chr(ord(sign) + 0x60)
        if sign in SMALL:
            sign = LARGE[SMALL.index(sign)]
        return sign.lower() if sign.isascii() else sign

    def written(self, sign):
        return self.fold(sign) or sign

    def of(self, text):
        signs, loose, at = "".join(map(self.written, strict(text))), "", 0
        while at < len(signs):
            length = self.word(signs, at)
            if length:
                at += length
                continue
            means, length = self.prefix(signs, at)
            if length:
                loose += means
                at += length
                continue
            loose += self.fold(signs[at]) or ""
            at += 1
        return loose

    def word(self, signs, at):
        rest = signs[at:]
        places = self.anywhere + (self.start if at == 0 else [])
        found = [word for word in places if rest.startswith(word)] or [word for word in self.end if at > 0 and rest == word]
        return len(found[0]) if found else 0

    def prefix(self, signs, at):
        for means_from, means_to in self.prefixes:
            if not signs.startswith(means_from, at):
                continue
            end = self.separators(signs, at + len(means_from))
            if signs.startswith(means_to, end):
                end = self.separators(signs, end + len(means_to))
            if signs[end : end + 1] in tuple("0123456789"):
                return means_to, end - at
        return "", 0

    def separators(self, signs, at):
        while at < len(signs) and self.fold(signs[at]) is None:
            at += 1
        return at


def main(schemas):
    read = lambda name: json.loads((Path(schemas) / name).read_text(encoding="utf-8"))
    table, vectors = read("spelling-variants.json"), read("spelling-vectors.json")
    assert vectors["variants"] == table["version"], "the vectors are of another version of the table"
    loose, wrong = Loose(table), 0
    for vector in vectors["vectors"]:
        made = {"strict": strict(vector["text"]), "loose": loose.of(vector["text"])}
        for form, value in made.items():
            if value != vector[form]:
                wrong += 1
                print(f"{form} of {ascii(vector['text'])} is {ascii(value)}, published is {ascii(vector[form])}")
    print(f"{len(vectors['vectors'])} vectors, {wrong} differ")
    return 1 if wrong or not vectors["vectors"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

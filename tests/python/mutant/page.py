"""docs/mutants.md: which claim catches which mutant, as a run has it."""

CLAIMS = ("C1", "C2", "C3", "C4", "C5", "C6", "C7")

HEAD = """# Leak mutants: which claim catches what

Written by `make mutants`, which damages good runs of the smallest sample in every way below, each at several places, and
lets `bunri verify` judge every one. A story of `make test` judges the first place of each mutant and holds the lines
below against what it saw. Every mutant ends with exit code 10, and its **named claim** (bold) is broken at every place.

* A *store* mutant edits a sealed store and seals it again: manifest, digests and sums are right. Where its point is
  content, the table goes through the canonical writer once more, so that no comparison of bytes is needed to find it.
* A *rule* mutant is a splitter that believes something wrong: another catalogue or another ledger. The real splitter
  makes the stores, the true ones judge them. A place is one table of such a run, taken alone.
* A number says at how many of the places the claim was broken, of all places in the second column; · means at none.
* 1 to 24 are the ways in which such separations are known to leak; the rest were thought of here. Whoever finds one that
  is missing adds it to `tests/python/mutant`.

What the table does not say: that no other mistake exists; that C6 is needed where it is broken together with another
claim (any change of a retail file breaks it, because retail files are rebuilt); or that C7 saw nothing (a claim that
`verify` does not check itself is a · in its column).
"""


def page(results):
    return "\n".join([HEAD, *table(results), "", "## Every place", "", *places(results), ""])


def table(results):
    yield "| | mutant | kind | places | " + " | ".join(CLAIMS) + " |"
    yield "|---|---|---|---|" + "---|" * len(CLAIMS)
    by_mutant = {}
    for one, place, verdict in results:
        by_mutant.setdefault(one.number, []).append((one, place, verdict))
    for number, of in by_mutant.items():
        named = {one.named(place) for one, place, _ in of}
        cells = (cell(claim, sum(claim in verdict.claims for *_, verdict in of), named) for claim in CLAIMS)
        one = of[0][0]
        yield f"| {number} | {one.title} | {'rule' if one.splitter else 'store'} | {len(of)} | {' | '.join(cells)} |"


def cell(claim, times, named):
    if claim in named:
        return f"**{times}**"
    return str(times) if times else "·"


def places(results):
    yield "Rules of findings (`schemas/report.schema.json` has them in words), behind the claim that they break."
    yield ""
    yield "| | place | named | findings |"
    yield "|---|---|---|---|"
    yield from (line(*result) for result in results)


def line(one, place, verdict):
    grouped = {}
    for rule in verdict.rules:
        claim, word = rule.split(" ", 1)
        grouped.setdefault(claim, []).append(f"`{word}`")
    found = "; ".join(f"{claim} {' '.join(words)}" for claim, words in sorted(grouped.items()))
    return f"| {one.number} | {place.name} | {one.named(place)} | {found} |"


def unlike(results, committed):
    """Lines that a run has and the committed page has not."""
    known = set(committed.splitlines())
    return [seen for seen in (line(*result) for result in results) if seen not in known]

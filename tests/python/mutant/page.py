"""docs/evidence/mutants.md: which claim catches which mutant, as a run has it."""

# Mutants up to this number are the known ways, from the incidents and from earlier separations.
KNOWN = 24
CLAIMS = ("C1", "C2", "C3", "C4", "C5", "C6", "C7")

HEAD = """# Leak mutants: which claim catches what

Written by `make mutants`, which damages good runs of the smallest sample in every way below, each at several places, and
lets `bunri verify` judge every one. A story of `make test` judges the first place of each mutant and holds the lines
below against what it saw. Before anything is damaged, the good runs must have no certain finding.

**{mutants} mutants at {places} places: {caught} are caught by their named claim, with exit code 10 (mutants 133 to 135: for review, with exit code 1).**

What this does not say: that no other mistake exists; that the named claim is the only one (it is the one whose promise
the mistake breaks, in bold; a store of which nobody has the staging has fewer claims, see
[what-verify-proves.md](../what-verify-proves.md)); or anything of C7 and C8. C7 is not verified but proved by `bunri prove`,
and its mutants are splitters that interfere, in `crates/bunri-prove/src/tests`. C8 is about signatures, not stores.

How to read it:

* A *store* mutant edits a sealed store and seals it again: manifest, digests and sums are right. Where its point is
  content, the table goes through the canonical writer once more, so that no comparison of bytes is needed to find it.
* A *rule* mutant is a splitter that believes something wrong: another catalogue, another ledger, other decisions, another
  secret. The real splitter makes the stores, the true inputs judge them. A place is one table of such a run, taken alone.
* A number says at how many of the places the claim was broken; · means at none; bold is a claim that is named at some of them.
* C6 stands beside almost every mutant of retail, because retail files are rebuilt and any other byte breaks it. C5 stands beside
  many rows that C4 finds: a row of somebody else's holds somebody else's values.
* Where C5 is named, its finding says of which column the value is. Mutant 107 is for what C5 does not know: values in encodings
  that it does not take off. There the changed cell itself is what tells (C3), and without staging nobody would see it.
"""


def page(results):
    known = [result for result in results if result[0].number <= KNOWN]
    others = [result for result in results if result[0].number > KNOWN]
    caught = sum(verdict.caught_by(one.named(place), place.told) for one, place, verdict in results)
    head = HEAD.format(mutants=len({one.number for one, *_ in results}), places=len(results), caught=caught)
    return "\n".join([head, "## Known ways to leak", "", *table(known), "", "## Thought of here", "", *table(others), "",
                      "## Every place", "", *places(results), ""])


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

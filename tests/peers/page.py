"""docs/evidence/peers.md: which peer catches which mutant, as a run has it."""

from words import FOOT, HEAD, KINDS, PEERS


def page(listed, caught, answers):
    """`caught` says for every case which column caught it; `answers` what the peers said, and what they cost."""
    parts = (
        [HEAD],
        summary(listed, caught, answers),
        loud(listed, caught),
        [FOOT.format(**figures(listed, caught, answers))],
        by_kind(listed, caught),
        every_mutant(listed, caught),
    )
    return "\n".join(line for part in parts for line in [*part, ""])


def row(*cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def by_number(listed):
    """Mutant -> places of cases in the list."""
    found = {}
    for place, case in enumerate(listed):
        found.setdefault(case.number, []).append(place)
    return found


def summary(listed, caught, answers):
    mutants = by_number(listed)
    yield f"{len(mutants)} mutants at {len(listed)} places. A mutant is caught *everywhere* if it is at each of its places."
    yield ""
    yield row("peer", "must be given", "places caught", "mutants caught everywhere", "mutants caught nowhere", "processor seconds")
    yield "|---|---|---|---|---|---|"
    for column, (name, needs, timer) in PEERS.items():
        found = [[caught[place][column] for place in places] for places in mutants.values()]
        counts = (sum(map(sum, found)), sum(map(all, found)), sum(not any(one) for one in found))
        seconds = answers["seconds"][timer]
        yield row(name, needs, *counts, "< 0.1" if seconds < 0.1 else f"{seconds:.1f}")


def loud(listed, caught):
    yield "## Caught by a peer, and not by bunri"
    yield ""
    missed = [(case, of) for case, of in zip(listed, caught) if not of["bunri"] and any(of.values())]
    if not missed:
        yield "Nothing in this run. The mutants were thought of by those who wrote bunri, so read that with the next section."
    for case, of in missed:
        peers = ", ".join(PEERS[column][0] for column in PEERS if of[column])
        yield f"* **{case.number}, {case.title}: {case.place}. bunri does not see it**; seen by {peers}."
    nobody = [case for case, of in zip(listed, caught) if not any(of.values())]
    for case in nobody:
        yield f"* Seen by nobody: {case.number}, {case.title}: {case.place}."


def figures(listed, caught, answers):
    """The numbers that the text speaks of."""
    alarms, texts = answers["pattern_scan"]["alarms"]
    in_vain = answers["value_search"]["in_vain"]["retail"]
    replaced = answers["row_differ"]["keys_replaced"]
    count = lambda test: sum(test(case, of) for case, of in zip(listed, caught))
    leak = lambda case: case.kind in ("leaked_values", "hidden_values")
    return {
        "alarms": alarms,
        "texts": texts,
        "share": round(100 * alarms / texts),
        "in_vain": in_vain[0],
        "values": in_vain[1],
        "replaced": len(replaced),
        "residue": count(lambda case, of: case.kind == "residue"),
        "residue_rows": count(lambda case, of: case.kind == "residue" and of["described"]),
        "diff_missed": count(lambda case, of: not of["diff"]),
        "only_described": count(lambda case, of: of["described"] and not of["except_all"]),
        "leaks": count(lambda case, of: leak(case)),
        "scan_leaks": count(lambda case, of: leak(case) and of["presidio"]),
        "policy_leaks": count(lambda case, of: leak(case) and of["policy"]),
        "grep_leaks": count(lambda case, of: leak(case) and of["grep"]),
        "lost": count(lambda case, of: case.kind == "lost_rows"),
        "scan_lost": count(lambda case, of: case.kind == "lost_rows" and of["policy"]),
        "grep_lost": count(lambda case, of: case.kind == "lost_rows" and of["grep"]),
    }


def by_kind(listed, caught):
    yield "## By kind of mutant"
    yield ""
    yield "Places caught."
    yield ""
    yield row("kind", "places", *(name for name, *_ in PEERS.values()))
    yield "|---" * (len(PEERS) + 2) + "|"
    for kind in dict.fromkeys(sorted((case.kind for case in listed), key=list(KINDS).index)):
        of = [caught[place] for place, case in enumerate(listed) if case.kind == kind]
        yield row(KINDS[kind], len(of), *(sum(one[column] for one in of) or "·" for column in PEERS))


def every_mutant(listed, caught):
    yield "## Every mutant"
    yield ""
    yield "At how many of its places each peer catches it; · at none, **bold** at all. Places and claims are in docs/evidence/mutants.md."
    yield ""
    yield row("", "mutant", "places", *(name for name, *_ in PEERS.values()))
    yield "|---" * (len(PEERS) + 3) + "|"
    for number, places in by_number(listed).items():
        counts = (sum(caught[place][column] for place in places) for column in PEERS)
        cells = (f"**{count}**" if count == len(places) else count or "·" for count in counts)
        yield row(number, listed[places[0]].title, len(places), *cells)

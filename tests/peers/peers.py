"""Peers on the leak mutants: what else is there, and what does it catch?

    python peers.py KEPT BUNRI [--page FILE]

KEPT is what `mutants.py --keep` left; KEPT/answers holds what the peers said of it, and is used again. Prints what a peer
catches and bunri does not, and ends with 1 if there is such a mutant. A peer that finds fault with a good run ends it too.
"""

import argparse
import sys
from pathlib import Path

from ask import PEERS, ask_all
from page import page
from runs import cases


def columns(listed, answers):
    """For every case: column of the page -> whether it is caught there."""
    caught = [{} for _ in listed]
    for name in PEERS:
        for of, said in zip(caught, answers[name]["said"], strict=True):
            of.update({column: bool(complaints) for column, complaints in said.items()})
    for of, case in zip(caught, listed):
        of["bunri"] = bool(case.broken)
    return caught


def main(told):
    kept = told.kept.resolve()
    listed, answers = cases(kept), ask_all(kept, told.bunri)
    caught = columns(listed, answers)
    only_peers = [case for of, case in zip(caught, listed) if any(of.values()) and not of["bunri"]]
    for case in only_peers:
        print(f"bunri does not catch, a peer does: {case.number} {case.title} | {case.place}")
    for name in PEERS:
        for table, why in answers[name]["faults"].items():
            print(f"{name} had no answer about {table}: {why}")
    if told.page:
        told.page.write_text(page(listed, caught, answers), encoding="utf-8")
    for column in caught[0]:
        print(f"{column}: {sum(of[column] for of in caught)} of {len(listed)}")
    return 1 if only_peers else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kept", type=Path)
    parser.add_argument("bunri", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--page", type=Path)
    sys.exit(main(parser.parse_args()))

"""The leak mutants: damages a good run in every way that we know and lets `bunri verify` judge it.

    python mutants.py BUNRI REWRITER [--only NUMBER,...] [--first] [--keep FOLDER] [--table FILE] [--check FILE] [--show]

Prints every mutant that its named claim does not catch, and ends with 1 if there is one. `--first` takes one place of
each mutant. `--table` writes docs/evidence/mutants.md; `--check` holds what was seen against it. `--keep` leaves the damaged runs
and the good ones for tests/peers, `--show` prints every verdict.
"""

import argparse
import concurrent.futures
import itertools
import json
import sys
import tempfile
from pathlib import Path

from mutant.judge import judged, verified
from mutant.page import page, unlike
from mutant.registry import MUTANTS
from mutant.world import Worlds
from mutant import (  # noqa: F401  each declares its mutants
    altered_values,
    copies,
    files_and_manifests,
    hidden_values,
    keys_and_people,
    leaked_values,
    ledgers_and_times,
    lost_rows,
    references,
    residue,
    staging,
    waiting,
    whole_stores,
    wrong_rules,
)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("bunri", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("rewriter", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--only", default="", help="numbers, separated by commas")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


def chosen(worlds, only, first):
    """Every mutant with each of its places (or its first one), by number."""
    wanted = {int(number) for number in only.split(",") if number}
    for one in sorted(MUTANTS, key=lambda one: one.number):
        if not wanted or one.number in wanted:
            # The worlds of places that nobody asked for are not made.
            places = list(itertools.islice(one.places(worlds), 1 if first else None))
            names = [place.name for place in places]
            assert places and len(set(names)) == len(names), f"places of mutant {one.number}: {names}"
            yield from ((one, place) for place in places)


def good_runs_hold(worlds, cases):
    """A harness that finds fault with an undamaged run proves nothing."""
    for world in sorted({place.world for _, place in cases}):
        world = worlds.named(world)
        verdict = verified(worlds.bunri, world.root)
        assert verdict.code == 1 and not verdict.claims and not verdict.rules, f"a good run is found broken: {verdict}"


def main(told, folder):
    worlds = Worlds(told.bunri, folder)
    cases = list(chosen(worlds, told.only, told.first))
    good_runs_hold(worlds, cases)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        judge = lambda case: judged(worlds, told.rewriter, *case[1], folder / f"case-{case[0]:03}", bool(told.keep))
        verdicts = list(pool.map(judge, enumerate(cases)))
    results = [(one, place, verdict) for (one, place), verdict in zip(cases, verdicts)]
    missed = [(one, place, verdict) for one, place, verdict in results if not verdict.caught_by(one.named(place), place.told)]
    for one, place, verdict in results if told.show else missed:
        print(f"{one.number} {one.title} | {place.name} | named {one.named(place)}, exit code {verdict.code}, "
              f"broken {' '.join(verdict.claims)}: {'; '.join(verdict.rules)}")
    differ = unlike(results, told.check.read_text(encoding="utf-8")) if told.check else []
    for line in differ:
        print(f"{told.check} does not say (`make mutants` writes it anew): {line}")
    if told.table:
        told.table.write_text(page(results), encoding="utf-8")
    if told.keep:
        listed = [{"number": one.number, "title": one.title, "place": place.name, "folder": f"case-{number:03}",
                   "good": worlds.named(place.world).root.name}
                  for number, (one, place, _) in enumerate(results)]
        (folder / "cases.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len({one.number for one, *_ in results})} mutants at {len(results)} places, {len(missed)} not caught by the named claim")
    return 1 if missed or differ else 0


if __name__ == "__main__":
    told = arguments()
    if told.keep:
        told.keep.mkdir()
        sys.exit(main(told, told.keep.resolve()))
    with tempfile.TemporaryDirectory(prefix="bunri-mutants-") as folder:
        sys.exit(main(told, Path(folder)))

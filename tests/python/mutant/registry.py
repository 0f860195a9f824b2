"""What a mutant is, and the list of all of them.

A mutant is one mistake, numbered as in docs/evidence/mutants.md, with the claim that must catch it. A place is where it is made:
a table, a column, a store. The order of both is the order in which they are declared, so that every run is the same.
"""

import dataclasses
import random
from collections.abc import Callable

MUTANTS = []


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a mistake is made. `damage` gets a `Damaged` and a `random.Random` of this place's own.

    `told` is a pattern: a finding of the named claim must say it, where another one could come by accident. `review`: it is for a person to judge, and breaks nothing.
    """

    name: str
    damage: Callable
    world: str = "ordinary"
    claim: str | None = None
    told: str = ""
    review: bool = False


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One mistake. `places` gets the worlds and yields places."""

    number: int
    title: str
    claim: str
    splitter: bool
    places: Callable

    def named(self, place):
        return place.claim or self.claim


def mutant(number, title, claim, splitter=False):
    """Declares the function below it as the places of a mutant."""

    def declare(places):
        assert all(other.number != number for other in MUTANTS), f"two mutants are number {number}"
        MUTANTS.append(Mutant(number, title, claim, splitter, places))
        return places

    return declare


def dice(one, place):
    """The same for the same mutant and place, whatever else is run."""
    return random.Random(f"{one.number} {place.name}")

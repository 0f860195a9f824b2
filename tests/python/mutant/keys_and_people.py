"""Keys that retail gets in place of surrogate numbers, and the last words of people: other than the catalogue and the
decisions have them. As in `wrong_rules`, the real splitter makes most of these stores from other inputs.
"""

import hashlib

from .leaked_values import set_cell
from .registry import Place, mutant
from .world import DECIDED, decided, rekeyed
from .wrong_rules import taken

KEYED = ("consumer", "consumer_point", "retail_contract")


def renumbered(worlds, new):
    """Retail's keys by `new(number, ordinal)` of the name-holder's number, in every table that has them."""

    def damage(damaged, _):
        staged = damaged.rows("staging", "consumer")
        names = {row["consumer_id"]: new(row["consumer_id"], ordinal) for ordinal, row in enumerate(staged)}
        for id in KEYED:
            rows = [{**row, "consumer_id": names.get(row["consumer_id"])} for row in worlds.ordinary.rows("retail", id)]
            damaged.put("retail", id, rows, damaged.world.table("retail", id).schema)

    return damage


@mutant(91, "surrogate numbers that retail was to get as keyed hashes, given as they are", "C4")
def plain_numbers(worlds):
    for id in KEYED:
        yield Place(f"retail/{id}.consumer_id", taken(worlds.ordinary, id), "rekeyed")
    yield Place("retail, as text", renumbered(worlds, lambda number, _: str(number)), "rekeyed")


@mutant(92, "surrogate numbers hashed without a secret", "C4")
def unkeyed(worlds):
    forms = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5, "BLAKE2": hashlib.blake2b}
    for form, digest in forms.items():
        new = lambda number, _, digest=digest: digest(str(number).encode()).hexdigest()[:32]
        yield Place(f"retail, {form}", renumbered(worlds, new), "rekeyed")


@mutant(93, "surrogate numbers replaced by running ones in the same order", "C4")
def running(worlds):
    yield Place("retail, from 1", renumbered(worlds, lambda _, ordinal: f"{ordinal + 1:032x}"), "rekeyed")
    yield Place("retail, in tens", renumbered(worlds, lambda _, ordinal: f"{10 * ordinal:08}"), "rekeyed")
    yield Place("retail, from the end", renumbered(worlds, lambda _, ordinal: f"{99999999 - ordinal}"), "rekeyed")


@mutant(94, "keys hashed under the secret of another rehearsal", "C4", splitter=True)
def another_secret(worlds):
    other = worlds.get(**rekeyed("another fictional secret, of 32 bytes and more"))
    for id in KEYED:
        yield Place(f"retail/{id}.consumer_id", taken(other, id), "rekeyed")


@mutant(109, "the original of a replaced key in a field of retail's", "C5")
def original(worlds):
    forms = {
        "as it is": lambda number: f"旧番号 {number}",
        "SHA-256": lambda number: hashlib.sha256(number.encode()).hexdigest(),
        "MD5": lambda number: hashlib.md5(number.encode()).hexdigest(),
    }

    def own(world, dice):
        held = {row["billing_addressee"] for row in world.rows("retail", "wheeling_contract")}
        rows = [row for row in world.rows("staging", "wheeling_contract") if row["billing_addressee"] in held]
        return dice.choice(rows)["wheeling_contract_no"]

    for form, write in forms.items():
        value = lambda world, dice, write=write: write(own(world, dice))
        yield Place(f"retail/retail_contract.sales_memo, {form}", set_cell("retail", "retail_contract", "sales_memo", value), "rekeyed", told="wheeling_contract.wheeling_contract_no")


@mutant(95, "a decision of a person passed over", "C3", splitter=True)
def passed_over(worlds):
    for id, ownership in DECIDED:
        # What was decided to be another's is in no store that it would be missing from; it must not wait on.
        yield Place(f"{id}, decided {ownership}", taken(worlds.ordinary, id), "decided", "C3" if ownership == "own" else "C4")


@mutant(96, "a decision carried over to another row", "C4", splitter=True)
def carried_over(worlds):
    other = worlds.get(**decided(worlds.decisions(nth=1)))
    for id, ownership in DECIDED:
        yield Place(f"{id}, decided {ownership}", taken(other, id), "decided")


@mutant(97, "what people decided to be another's taken as own, and the other way round", "C4", splitter=True)
def turned_round(worlds):
    turned = {"own": "other", "other": "own"}
    lines = [(id, key, turned[ownership]) for id, key, ownership in worlds.decisions()]
    wrong = worlds.get(**decided(lines))
    for id, ownership in DECIDED:
        yield Place(f"{id}, decided {ownership}", taken(wrong, id), "decided", "C3" if ownership == "own" else "C4")

"""Mistakes about text that waits for a person (`hold`) and about conditions that a row's parents answer.

The good run is of the shipped catalogue with such text and such conditions in it.
"""

from .registry import mutant
from .world import WAITING
from .wrong_rules import spoiled

REMARKS = WAITING[0][2]
SHOWN = 'class = "own_customer"\ncategory = "audit"'
SIZE = 'column = "contract_power_kw", at_least = 4'


def waiting(worlds, word, file, truth, mistake, **others):
    edits = [(file, truth, mistake)]
    yield from spoiled(worlds, word, edits, base="waiting", **others)


def remarks(of):
    return REMARKS.replace('class = "hold"\ncategory = "free_text"', of)


@mutant(180, "text of both companies given to retail", "C4", splitter=True)
def held_shown(worlds):
    yield from waiting(worlds, ".remarks", "tables/consumer.toml", REMARKS, remarks(SHOWN))


@mutant(181, "text of both companies given to the transmission store", "C4", splitter=True)
def held_kept(worlds):
    yield from waiting(worlds, ".remarks", "tables/consumer.toml", REMARKS,
                       remarks('class = "transmission_only"\ncategory = "free_text"'), store="transmission")


@mutant(182, "text of both companies taken as the retailer's own", "C4", splitter=True)
def held_as_own(worlds):
    yield from waiting(worlds, ".remarks", "tables/consumer.toml", REMARKS,
                       remarks('class = "retail_only"\ncategory = "free_text"'))


@mutant(183, "text that waits for a person thrown away", "C3", splitter=True)
def held_lost(worlds):
    yield from waiting(worlds, ".remarks", "tables/consumer.toml", REMARKS,
                       remarks('class = "discard"\ncategory = "free_text"'), store="quarantine", lost=True)


@mutant(184, "a condition that makes text wait left out", "C4", splitter=True)
def held_by_condition(worlds):
    yield from waiting(worlds, ".remarks", "tables/meter_reading_monthly.toml", "at_least = 100", "at_least = 99999999",
                       store="transmission")


@mutant(185, "the size in the parent's row not asked", "C4", splitter=True)
def size_not_asked(worlds):
    yield from waiting(worlds, "", "tables/load_equipment.toml", SIZE, SIZE.replace("at_least = 4", "at_least = 99999"))


@mutant(186, "another column of the parent asked", "C4", splitter=True)
def another_column(worlds):
    yield from waiting(worlds, "", "tables/load_equipment.toml", SIZE, 'column = "voltage_class", in = ["extra_high"], compare = "exact"')


@mutant(187, "rows that nobody may see large given as if they were small", "C4", splitter=True)
def other_side(worlds):
    yield from waiting(worlds, "", "tables/load_equipment.toml", SIZE, SIZE.replace("at_least", "below"))

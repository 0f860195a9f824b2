"""What retail holds in the open of somebody else's customers: a list of people to visit, a note that says who supplies next, a number in
the plain of which retail has a hash. The stores are as the catalogue says, so C5 tells a person; what is copied on is a leak."""

from .hidden_values import digits
from .leaked_values import set_cell
from .registry import Place, mutant

PHONE, NAME = r"consumer\.consumer_phone", r"consumer\.contract_holder_name"


def listed(column):
    """A value of the list: of another retailer's customer, and of nobody whom the incumbent supplies."""

    def value(world, dice):
        own = {row[of] for row in world.rows("retail", "consumer") for of in ("consumer_phone", "contract_holder_name")}
        return dice.choice([row[column] for row in world.rows("retail", "canvass") if row[column] not in own])

    return value


def as_it_is(damaged, dice):
    """The run itself is what is judged."""


@mutant(131, "a competitor's customer of a canvassing list, copied elsewhere", "C5")
def copied_on(worlds):
    for id, column, of, told in (("retail_contract", "sales_memo", "phone", PHONE), ("supply_point", "service_address", "name", NAME)):
        yield Place(f"retail/{id}.{column}, {of}", set_cell("retail", id, column, listed(of)), "canvassed", told=told)


@mutant(132, "a telephone number of a canvassing list in the name of a file", "C5")
def named_by(worlds):
    def damage(damaged, dice):
        number = digits(listed("phone")(damaged.world, dice))
        (damaged.store("retail") / f"{number}.csv").write_text("", encoding="utf-8")
        damaged.changed.add("retail")

    yield Place("retail, a file's name", damage, "canvassed", told=PHONE)


@mutant(133, "a canvassing list of competitors' customers", "C5")
def canvassing_list(worlds):
    for column, told in (("phone", PHONE), ("name", NAME)):
        yield Place(f"retail/canvass.{column}", as_it_is, "canvassed", told=told, review=True)


@mutant(134, "a competitor's code or name in a text of an own row", "C5")
def retailer_named(worlds):
    yield Place("retail/retail_contract.sales_memo", as_it_is, "noted", told="the list of retailers", review=True)


@mutant(135, "a number in the plain, of which retail has a hash", "C5")
def number_in_the_plain(worlds):
    yield Place("retail/retail_contract.sales_memo", as_it_is, "numbered", told=r"consumer\w*\.consumer_id", review=True)

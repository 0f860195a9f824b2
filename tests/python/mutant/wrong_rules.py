"""Mistakes of a splitter that decides wrongly: the rule is wrong, everything after it is done right.

The real splitter makes the stores, canonical and sealed, from another catalogue or another ledger; they are verified
against the true ones. A place is a table whose retail rows came out otherwise, taken alone.
"""

from collections import Counter

from .registry import Place, mutant
from .world import OPENED, WAITING

OWN = "TRIM(retailer_code) = '99010' AND supply_kind = 'normal'"
STORES = ("retail", "transmission", "quarantine")
# The catalogues of good runs that are not the shipped one.
BASES = {"opened": OPENED, "waiting": WAITING}


def cells(world, store, id):
    """The rows of a table as a multiset; empty if the store has no such table."""
    if id not in world.tables(store):
        return Counter()
    return Counter(repr(sorted((name, value) for name, value in row.items() if value is not None))
                   for row in world.rows(store, id))


def spoiled(worlds, word, edits=(), sql=(), base="ordinary", store="retail", lost=False, at_most=6, claim=None, **others):
    """Places of a wrong rule: tables of which the store has what it must not have, or (`lost`) lacks what it must have.

    `claim` is for a mistake that breaks another claim here than the mutant names.
    """
    right = worlds.named(base)
    wrong = worlds.get([*BASES.get(base, []), *edits], sql, **others)
    found = 0
    for id in right.tables("staging"):
        good, bad = cells(right, store, id), cells(wrong, store, id)
        # A changed ledger would be staged otherwise: what follows from it is the point, not the change.
        if (sql and id.startswith(("supply_period", "surplus_purchase"))) or not (good - bad if lost else bad - good) or found == at_most:
            continue
        found += 1
        yield Place(f"{store}/{id}{word}", taken(wrong, id), base, claim)
    assert found, f"no table of {store} shows {edits} {sql} {others}"


def taken(wrong, id):
    def damage(damaged, _):
        for store in STORES:
            damaged.transplant(wrong, store, [id])

    return damage


# One statement each: a later period of the point is thrown away, and the own one never ends.
FIRST_OWN = f"(SELECT MIN(period_no) FROM supply_period o WHERE o.supply_point_id = supply_period.supply_point_id AND {OWN})"
NO_UPPER_BOUND = [
    f"DELETE FROM supply_period WHERE period_no > {FIRST_OWN}",
    f"UPDATE supply_period SET valid_until = '9999-12-31' WHERE period_no = {FIRST_OWN} AND {OWN}",
]


@mutant(1, "the upper bound of the supply period dropped", "C4", splitter=True)
def upper_bound(worlds):
    yield from spoiled(worlds, "", sql=NO_UPPER_BOUND)


@mutant(2, "a NULL retailer taken as own", "C4", splitter=True)
def null_retailer(worlds):
    yield from spoiled(worlds, "", sql=["UPDATE supply_period SET retailer_code = '99010' WHERE retailer_code IS NULL"])


@mutant(3, "codes compared untrimmed", "C3", splitter=True)
def untrimmed(worlds):
    own_rows = 'column = "retailer_code", compare = "trim"'
    edits = [("catalogue.toml", 'compare = "trim"\nopen', 'compare = "exact"\nopen'),
             *((f"tables/{id}.toml", own_rows, own_rows.replace("trim", "exact")) for id in ("supply_period", "supply_period_old"))]
    yield from spoiled(worlds, "", edits, lost=True)


@mutant(4, "契約高 released whatever its unit", "C4", splitter=True)
def whatever_its_unit(worlds):
    file, truth = "tables/supply_point.toml", 'else = "transmission_only"'
    yield from spoiled(worlds, ", unit unknown", [(file, truth, 'else = "any_retailer"')])
    yield from spoiled(worlds, ", unit unknown, class B open", [(file, truth, 'else = "any_retailer"')], base="opened")
    yield from spoiled(worlds, ", unit kW, class B open", [(file, '"kW" = "own_customer"', '"kW" = "any_retailer"')],
                       base="opened")


@mutant(5, "a value written after the customer left", "C4", splitter=True)
def written_after(worlds):
    touched, either = 'column = "updated_at"', 'latest_of = ["updated_at", "created_at"]'
    for id, known, early in (("consumer", touched, "{ days = 60 }"), ("supply_point", touched, '"undecided"'),
                             ("wheeling_contract", either, "{ days = 60 }")):
        yield from spoiled(worlds, f", {id} without known_at",
                           [(f"tables/{id}.toml", f"known_at = {{ {known}, early = {early} }}", 'known_at = { none = "x" }')])


@mutant(6, "the island tariff taken as own", "C4", splitter=True)
def island(worlds):
    truth = 'own = ["normal"], other = ["island", "last_resort"]'
    yield from spoiled(worlds, ", island",
                       [("catalogue.toml", truth, 'own = ["normal", "island"], other = ["last_resort"]')], at_most=3)
    yield from spoiled(worlds, ", last resort",
                       [("catalogue.toml", truth, 'own = ["normal", "last_resort"], other = ["island"]')], at_most=3)


@mutant(7, "updated_by kept", "C4", splitter=True)
def updated_by(worlds):
    inline = 'updated_by = { class = "transmission_only"'
    for id in ("meter", "consumer_point", "wheeling_contract", "supply_period"):
        yield from spoiled(worlds, ".updated_by", [(f"tables/{id}.toml", inline, 'updated_by = { class = "own_customer"')])
    section = '[columns.updated_by]                              # 更新者\nclass = "transmission_only"'
    yield from spoiled(worlds, ".updated_by", [("tables/consumer.toml", section, section.replace("transmission_only", "own_customer"))])


@mutant(10, "≥ 500 kW given class B, class B opened on other rows", "C4", splitter=True)
def large_points(worlds):
    file, whole = "tables/supply_point.toml", 'at_least = "500"'
    yield from spoiled(worlds, ", never", [(file, whole, 'at_least = "99999999"')], base="opened")
    yield from spoiled(worlds, ", above 500 only", [(file, whole, 'at_least = "500.1"')], base="opened")


@mutant(25, "the last own day handed to nobody: the ledger's until read as exclusive", "C3", splitter=True)
def exclusive(worlds):
    yield from spoiled(worlds, "", [("catalogue.toml", 'until_is = "inclusive"', 'until_is = "exclusive"')], lost=True)


@mutant(26, "full-width codes folded before they are compared", "C4", splitter=True)
def folded(worlds):
    yield from spoiled(worlds, "", sql=["UPDATE supply_period SET retailer_code = '99010' WHERE retailer_code = '９９０１０'"])


@mutant(27, "a merged company's code taken as the incumbent's", "C4", splitter=True)
def merged(worlds):
    truth = '{ code = "99010" }'
    for code in ("99011", "99015"):
        yield from spoiled(worlds, f", {code}", [("catalogue.toml", truth, f'{truth}, {{ code = "{code}" }}')], at_most=4)


@mutant(28, "grace days doubled", "C4", splitter=True)
def grace(worlds):
    for days in ("46", "60", '90, basis = "x"'):
        yield from spoiled(worlds, f", {days[:2]} days", [("tables/meter_reading_monthly.toml", "grace_days = 45", f"grace_days = {days}")])


# A ledger rule needs none.
REQUEST_BASIS = ('basis = "項目区分表 注15：申込は申込者のものであり、その日の供給者には渡さない'
                 '（取戻し営業の防止、承認：甲送配電 情報分離統括責任者 2026-02-20）"')


@mutant(29, "child rows follow a key to more rows", "C4", splitter=True)
def more_rows(worlds):
    yield from spoiled(worlds, ", one own point is enough",
                       [("tables/consumer.toml", 'match = "all"', 'match = "any"')])
    contract = '    { by = "parent", table = "retail_contract", key = ["retail_contract_no"], references = ["retail_contract_no"], match = "all" },\n'
    yield from spoiled(worlds, ", bills without their contract",
                       [("tables/billing.toml", contract, '    { by = "ledger", at = "usage_from" },\n')])
    yield from spoiled(worlds, ", the ledger alone", [("tables/wheeling_contract.toml",
                       '    { by = "column", column = "retailer_code", compare = "trim" },\n', '    { by = "ledger", at = "contract_from" },\n')])
    yield from spoiled(worlds, ", the requested day alone", [("tables/switching_request.toml",
                       'by = "column", column = "requester_code", compare = "trim", ' + REQUEST_BASIS, 'by = "ledger", at = "requested_start"')])


@mutant(30, "own periods merged over another supplier's between them", "C4", splitter=True)
def came_back(worlds):
    between = f"""DELETE FROM supply_period WHERE NOT ({OWN}) AND EXISTS (SELECT 1 FROM supply_period a, supply_period b
        WHERE a.supply_point_id = supply_period.supply_point_id AND b.supply_point_id = supply_period.supply_point_id
        AND TRIM(a.retailer_code) = '99010' AND TRIM(b.retailer_code) = '99010'
        AND a.period_no < supply_period.period_no AND b.period_no > supply_period.period_no)"""
    until_next = f"""UPDATE supply_period SET valid_until = (SELECT DATE(MIN(n.valid_from), '-1 day') FROM supply_period n
        WHERE n.supply_point_id = supply_period.supply_point_id AND n.period_no > supply_period.period_no)
        WHERE {OWN} AND EXISTS (SELECT 1 FROM supply_period n WHERE n.supply_point_id = supply_period.supply_point_id
        AND n.period_no > supply_period.period_no AND TRIM(n.retailer_code) = '99010'
        AND n.valid_from > DATE(supply_period.valid_until, '+1 day'))"""
    yield from spoiled(worlds, "", sql=[between, until_next])


@mutant(31, "a vacancy taken for an unknown supplier", "C4", splitter=True)
def vacancy(worlds):
    yield from spoiled(worlds, "", [("catalogue.toml", 'vacant = ["00000"]', "vacant = []")], store="quarantine")


@mutant(32, "only the present supplier asked: the past of those who left is lost", "C3", splitter=True)
def present_only(worlds):
    left = f"""DELETE FROM supply_period WHERE {OWN} AND valid_until < '2026-04-01'"""
    yield from spoiled(worlds, "", sql=[left], lost=True)


@mutant(33, "a day of the month taken as its first: readings that span the switch count as own", "C4", splitter=True)
def spanning(worlds):
    for id, first, last in (("meter_reading_monthly", "period_from", "period_until"), ("retail_contract", "contract_from", "contract_until"),
                            ("bk_kenshin_20160331", "検針開始日", "検針終了日")):
        file = f"tables/{id}.toml"
        grace = [] if id == "retail_contract" else [(file, ", grace_days = 45", "")]
        truth = f'by = "ledger", during = ["{first}", "{last}"], until_is = "inclusive"'
        yield from spoiled(worlds, f", {first} asked", [(file, truth, f'by = "ledger", at = "{first}"'), *grace])


@mutant(34, "slots that no day has taken as the day's own", "C4", splitter=True)
def slots(worlds):
    truth = 'at = { date = "reading_date", slot = "slot" }'
    yield from spoiled(worlds, "", [("tables/meter_reading_halfhour.toml", truth, 'at = "reading_date"')])


@mutant(35, "retail's own items given to the transmission store", "C4", splitter=True)
def retail_items(worlds):
    yield from spoiled(worlds, ".legacy_customer_no",
                       [("tables/supply_point.toml", 'class = "retail_only"', 'class = "own_customer"')], store="transmission")
    for id, key, column in (("retail_contract", "retail_contract_no", "tariff_code"), ("billing", "billing_no", "amount_yen"),
                            ("billing", "billing_no", "supply_point_id")):
        edits = [(f"tables/{id}.toml", f'{name} = "retail_only"', f'{name} = "own_customer"') for name in (key, column)]
        yield from spoiled(worlds, f".{column}", edits, store="transmission")


@mutant(9, "the area total kept", "C4", splitter=True)
def area_total(worlds):
    edits = [("tables/area_total.toml", '"transmission_only"', '"reference"'),
             ("tables/area_total.toml", 'rows = "all_transmission"', 'rows = "reference"')]
    yield from spoiled(worlds, ", as a public table", edits)

    def adopted(damaged, _):
        damaged.adopt("retail", "transmission", "area_total")

    def column(damaged, _):
        total = damaged.world.rows("staging", "area_total")[0]["total_usage_kwh"]
        schema = damaged.world.table("retail", "supply_point").schema
        kind = damaged.world.table("staging", "area_total").schema.field("total_usage_kwh")
        rows = [{**row, "area_usage_kwh": total} for row in damaged.rows("retail", "supply_point")]
        damaged.put("retail", "supply_point", rows, schema.append(kind.with_name("area_usage_kwh")))
        damaged.list_column("retail", "supply_point", "area_usage_kwh", "decimal(15,1)")

    yield Place("retail/area_total, copied", adopted)
    yield Place("retail/supply_point, as a column", column)

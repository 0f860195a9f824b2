"""Mistakes of a splitter about what a ledger's records mean, about which time a cell speaks of, whose a row of several kinds
is, what a value of the source means, where a meter hung, and which of two ledgers is asked. As in `wrong_rules`, the real splitter makes the stores from another catalogue, and the true one judges them.
"""

from .registry import Place, mutant
from .wrong_rules import cells, spoiled

LEDGER_TABLES = ("supply_period", "supply_period_old")
COUNTS = 'in = ["0"], never = ["1"]'
TABLES = 'tables = ["supply_period", "supply_period_old"]'
OWN_WHEN = 'own_when = [{ column = "supply_kind", own = ["normal"], other = ["island", "last_resort"], compare = "trim" }]\n'
PERIOD = '{ by = "ledger", during = ["valid_from", "valid_until"] }'
PAPERS = 'CONSUMER = { by = "parent", table = "consumer", key = ["owner_id"], references = ["consumer_id"], match = "all" }'
LETTERS = (
    'REQUEST = { by = "parent", table = "switching_request", key = ["owner_id"], references = ["receipt_no"], match = "all", '
    'basis = "項目区分表 注18：受付番号は申込ごとに一つであり、重ねて付番しない（承認：甲送配電 情報分離統括責任者 2026-02-20）" }'
)
BILLED = '    { by = "ledger", during = ["usage_from", "usage_until"], until_is = "inclusive" },\n'


@mutant(200, "a cancelled record of the ledger counted", "C4", splitter=True)
def cancelled(worlds):
    edits = [("catalogue.toml", COUNTS, 'in = ["0", "1"], never = ["x"]')]
    yield from spoiled(worlds, "", edits)
    # Who took the application back is the incumbent's customer as before.
    yield from spoiled(worlds, ", lost", edits, lost=True, at_most=3, claim="C3")


@mutant(201, "a cancellation flag that nobody listed taken as counting", "C4", splitter=True)
def unlisted_flag(worlds):
    yield from spoiled(worlds, "", [("catalogue.toml", COUNTS, 'in = ["0", "9"], never = ["1"]')])


@mutant(202, "the ledger's history table forgotten", "C3", splitter=True)
def history(worlds):
    edits = [("catalogue.toml", TABLES, 'tables = ["supply_period"]'),
             ("tables/supply_period_old.toml", PERIOD, PERIOD.replace("] }", '], until_is = "inclusive" }')),
             ("tables/supply_period_old.toml", ', at = "valid_from" }', " }")]
    yield from spoiled(worlds, ", lost", edits, lost=True)
    yield from spoiled(worlds, ", nobody else known", edits, at_most=2, claim="C4")


@mutant(203, "the kind of supply not asked", "C4", splitter=True)
def kind_of_supply(worlds):
    yield from spoiled(worlds, "", [("catalogue.toml", OWN_WHEN, "")])


@mutant(204, "a period taken to last until the next one begins", "C4", splitter=True)
def until_the_next(worlds):
    edits = [("catalogue.toml", 'until = "valid_until"\n', ""), ("catalogue.toml", 'until_is = "inclusive"', 'until_is = "next"'),
             ("catalogue.toml", 'open = ["9999-12-31"]\n# 取消', "# 取消")]
    edits += [(f"tables/{id}.toml", PERIOD, '{ by = "ledger", at = "valid_from" }') for id in LEDGER_TABLES]
    yield from spoiled(worlds, "", edits)


@mutant(205, "the columns of a sheet's days off by one", "C4", splitter=True)
def off_by_one(worlds):
    file = "tables/meter_reading_daily.toml"
    later = [(file, '"d29", "d30", "d31",', '"d29", "d30",'), (file, '    "d01", "d02",', '    "d31", "d01", "d02",')]
    earlier = [(file, '    "d01", "d02",', '    "d02",'), (file, '"d29", "d30", "d31",', '"d29", "d30", "d31", "d01",')]
    yield from spoiled(worlds, ", a day later", later)
    yield from spoiled(worlds, ", a day earlier", earlier)
    yield from spoiled(worlds, ", a day later, lost", later, lost=True, claim="C3")


@mutant(206, "a value of another time taken for the row's own", "C4", splitter=True)
def another_time(worlds):
    file, now = "tables/supply_point.toml", '{ by = "ledger", at = "cutover" }'
    yield from spoiled(worlds, ", the peak", [(file, '{ by = "ledger", month = "peak_month" }', now)])
    yield from spoiled(worlds, ", the holder before", [(file, '{ by = "ledger", at = "previous_until" }', now)])
    file, total = "tables/meter_reading_daily.toml", '{ by = "ledger", month = "reading_month" }'
    yield from spoiled(worlds, ", the total by its first day", [(file, total, '{ by = "ledger", at = "month_start" }')])
    yield from spoiled(worlds, ", the total by its last day", [(file, total, '{ by = "ledger", at = "month_end" }')])


@mutant(207, "every day of a sheet given as its row is", "C4", splitter=True)
def whole_sheet(worlds):
    yield from spoiled(worlds, "", [("tables/meter_reading_daily.toml", 'days = { from = "month_start" }',
                                     'rows = { any = [{ by = "ledger", at = "month_start" }, { by = "ledger", at = "month_end" }], basis = "x" }')])


@mutant(208, "a scan that follows the number and not the kind of its owner", "C4", splitter=True)
def kind_of_owner(worlds):
    file = "tables/document.toml"
    yield from spoiled(worlds, ", letters by name-holders", [(file, LETTERS, PAPERS.replace("CONSUMER", "REQUEST"))])
    yield from spoiled(worlds, ", papers by requests", [(file, PAPERS, LETTERS.replace("REQUEST", "CONSUMER"))])


@mutant(209, "a kind of owner that nobody listed taken for a name-holder", "C4", splitter=True)
def unlisted_kind(worlds):
    yield from spoiled(worlds, "", [("tables/document.toml", PAPERS, f'{PAPERS}\n{PAPERS.replace("CONSUMER", "STAFF")}')])


@mutant(210, "one own reason taken as enough where all must hold", "C4", splitter=True)
def any_for_all(worlds):
    for id in ("wheeling_contract", "billing"):
        file = f"tables/{id}.toml"
        yield from spoiled(worlds, "", [(file, "rows = { all = [", "rows = { any = ["), (file, "\n] }\n", '\n], basis = "x" }\n')])


@mutant(211, "the ledger half of the billing rule dropped", "C4", splitter=True)
def contract_alone(worlds):
    file = "tables/billing.toml"
    alone = [(file, 'rows = { all = [\n    {', "rows = {"), (file, f"}},\n{BILLED}] }}\n", "}\n")]
    yield from spoiled(worlds, ", the contract alone", alone)
    first = BILLED.replace('during = ["usage_from", "usage_until"], until_is = "inclusive"', 'at = "cutover"')
    # The bills of those who left would be nobody's.
    yield from spoiled(worlds, ", the cutover asked, lost", [(file, BILLED, first)], lost=True, claim="C3")


@mutant(212, "the day of the registration asked, and not that of the last change", "C4", splitter=True)
def first_written(worlds):
    yield from spoiled(worlds, "", [("tables/wheeling_contract.toml", 'latest_of = ["updated_at", "created_at"]',
                                     'column = "created_at", basis = "x"')])


@mutant(213, "what was written in somebody else's time taken as own, however early", "C4", splitter=True)
def early(worlds):
    yield from spoiled(worlds, "", [("tables/supply_point.toml", 'early = "undecided"', 'early = "own"')])
    # And the other way round: what every contract is would wait for a person.
    for id in ("wheeling_contract", "consumer"):
        yield from spoiled(worlds, f", {id} never early", [(f"tables/{id}.toml", "early = { days = 60 }", 'early = "undecided"')], lost=True, at_most=1, claim="C3")


@mutant(214, "ends of supply after the cutover shown", "C4", splitter=True)
def ends_shown(worlds):
    for id in ("consumer_point", "wheeling_contract", "retail_contract"):
        file = f"tables/{id}.toml"
        for day, word in (("9999-12-31", "only the open end withheld"), ("2026-04-02", "the bound a day late")):
            yield from spoiled(worlds, f", {word}", [(file, 'at_least = "cutover"', f'at_least = "{day}"')])
    file = "tables/supply_period.toml"
    yield from spoiled(worlds, ", with a basis that nobody gave", [
        (file, 'at_least = "cutover"', 'at_least = "9999-12-31"'),
        (file, 'valid_until = "own_customer" ', 'valid_until = { class = "own_customer", basis = "x" } ')])


@mutant(215, "a stop of the supply asked of the day on which it began", "C4", splitter=True)
def stop_of_a_day(worlds):
    yield from spoiled(worlds, "", [("tables/supply_interruption.toml", 'during = ["stopped_at", "resumed_at"], until_is = "exclusive"',
                                     'at = "stopped_at"')])


@mutant(216, "an end that no longer belongs to it counted as its last day", "C3", splitter=True)
def end_included(worlds):
    yield from spoiled(worlds, "", [("tables/supply_interruption.toml", 'until_is = "exclusive"', 'until_is = "inclusive"')], lost=True)


@mutant(217, "the control centre's clock taken for Japan's", "C4", splitter=True)
def clock(worlds):
    yield from spoiled(worlds, "", [("tables/supply_interruption.toml", 'clock = "UTC"', 'clock = "Japan"')])


@mutant(218, "a half hour asked of the moment at which it ended", "C4", splitter=True)
def end_stamp(worlds):
    edits = [("tables/meter_reading_daily.toml", ', stamp = "end"', "")]
    yield from spoiled(worlds, "", edits)
    yield from spoiled(worlds, ", lost", edits, lost=True, claim="C3")


@mutant(219, "nobody's number taken for a name-holder's", "C4", splitter=True)
def nobodys_number(worlds):
    yield from spoiled(worlds, "", [("tables/document.toml", '{ type = "int", nothing = ["0"] }', '"int"')])


@mutant(220, "text of both companies given with its row", "C4", splitter=True)
def text_of_both(worlds):
    truth = 'class = "hold", category = "free_text"'
    for store, kind in (("retail", "own_customer"), ("transmission", "transmission_only")):
        mistake = f'class = "{kind}", category = "personal"'
        yield from spoiled(worlds, "", [("tables/document.toml", truth, mistake)], store=store)


@mutant(221, "an era counted on behind its end", "C4", splitter=True)
def era_counted_on(worlds):
    for store in ("transmission", "quarantine"):
        yield from spoiled(worlds, "", [("tables/document.toml", 'era = "strict"', 'era = "continued"')], store=store)


@mutant(222, "no end yet taken for an end that nobody knows", "C3", splitter=True)
def no_end_yet(worlds):
    yield from spoiled(worlds, "", [("tables/supply_interruption.toml", 'open = ["9999', 'nothing = ["9999')], lost=True)


@mutant(223, "a receipt number given with the incumbent's own letter", "C4", splitter=True)
def receipt_number(worlds):
    yield from spoiled(worlds, "", [("tables/document.toml", '"REQUEST" = "transmission_only"', '"REQUEST" = "own_customer"')])


HUNG, SPOT = "meter_installation", "meter_reading_spot"
# The book of installations made another by one statement; the readings are what follows from it.
TODAY = [f"DELETE FROM {HUNG} WHERE removed_on IS NOT NULL", f"UPDATE {HUNG} SET installed_on = '1990-01-01'"]
NEIGHBOUR = f"FROM {HUNG} o WHERE o.meter_no = {HUNG}.meter_no AND o.rowid <> {HUNG}.rowid AND o"
BRIDGED_BACK = [f"""UPDATE {HUNG} SET installed_on = (SELECT DATE(MAX(o.removed_on), '+1 day') {NEIGHBOUR}.removed_on < {HUNG}.installed_on)
    WHERE EXISTS (SELECT 1 {NEIGHBOUR}.removed_on < {HUNG}.installed_on)"""]
FIRST = [f"UPDATE {HUNG} SET installed_on = DATE(installed_on, '+1 day') WHERE EXISTS (SELECT 1 {NEIGHBOUR}.removed_on = {HUNG}.installed_on)"]
LAST = [f"UPDATE {HUNG} SET removed_on = DATE(removed_on, '-1 day') WHERE EXISTS (SELECT 1 {NEIGHBOUR}.installed_on = {HUNG}.removed_on)"]
UNREADABLE = [f"DELETE FROM {HUNG} WHERE removed_on LIKE '%-02-30'"]


def readings(worlds, word, edits=(), sql=(), lost=False):
    """Whose the readings out of turn are by a wrong book. What the book itself says of its own rows is another matter."""
    right, wrong = worlds.ordinary, worlds.get(edits, sql)
    good, bad = cells(right, "retail", SPOT), cells(wrong, "retail", SPOT)
    assert good - bad if lost else bad - good, f"no reading shows{word} of {edits} {sql}"
    yield Place(f"retail/{SPOT}{word}", lambda damaged, _: damaged.transplant(wrong, "retail", [SPOT]), claim="C3" if lost else "C4")


@mutant(224, "a reading taken for the customer's at whose place its meter hangs today", "C4", splitter=True)
def meter_of_today(worlds):
    yield from readings(worlds, "", sql=TODAY)
    yield from readings(worlds, ", lost", sql=TODAY, lost=True)


@mutant(225, "the days of a meter in store taken for its next customer's", "C4", splitter=True)
def in_store(worlds):
    yield from readings(worlds, "", sql=BRIDGED_BACK)


@mutant(226, "one of two points taken on a day on which the meter hung at both", "C4", splitter=True)
def one_of_two(worlds):
    yield from readings(worlds, ", the first", sql=FIRST)
    yield from readings(worlds, ", the last", sql=LAST)


@mutant(227, "a meter that hangs there still taken for one that nobody knows the end of", "C3", splitter=True)
def hangs_still(worlds):
    yield from readings(worlds, ", lost", [(f"tables/{SPOT}.toml", 'open = ["NULL"]', "open = []")], lost=True)


@mutant(228, "the day on which a meter was taken off no longer counted", "C3", splitter=True)
def taken_off(worlds):
    edits = [(f"tables/{SPOT}.toml", 'until_is = "inclusive"', 'until_is = "exclusive"')]
    yield from readings(worlds, ", lost", edits, lost=True)
    # And of two points on the day, the old one forgotten.
    yield from readings(worlds, "", edits)


@mutant(229, "a rejected line of the yard's book left out", "C4", splitter=True)
def unreadable_line(worlds):
    yield from readings(worlds, "", sql=UNREADABLE)


# Where the meter hung on the day of the reading, and where on the day on which it was written down.
PLACE = f"(SELECT h.supply_point_id FROM {HUNG} h WHERE h.meter_no = {SPOT}.meter_no AND DATE({{}}) BETWEEN h.installed_on AND coalesce(h.removed_on, '9999-12-31'))"
MOVED = f"{PLACE.format(f'{SPOT}.read_on')} <> {PLACE.format(f'{SPOT}.written_at')}"


@mutant(230, "who wrote a reading asked of the place where its meter hung by then", "C4", splitter=True)
def written_where(worlds):
    # The incumbent supplied there: as if it had been written on the day. Another did: as if nobody knew when.
    yield from readings(worlds, "", sql=[f"UPDATE {SPOT} SET written_at = read_on || ' 16:00:00' WHERE {MOVED}"])
    yield from readings(worlds, ", lost", sql=[f"UPDATE {SPOT} SET written_at = NULL WHERE {MOVED}"], lost=True)


@mutant(231, "what a roof feeds in asked of who sells the house its light", "C4", splitter=True)
def roof_by_the_light(worlds):
    edits = [("tables/surplus_reading.toml", 'ledger = "surplus"\n', "")]
    yield from spoiled(worlds, "", edits)
    yield from spoiled(worlds, ", lost", edits, lost=True, claim="C3")


@mutant(232, "a roof of which the operator has to buy taken for the incumbent's", "C4", splitter=True)
def roof_of_the_operator(worlds):
    yield from spoiled(worlds, "", [("catalogue.toml", 'own = ["retail"], other = ["grid"]', 'own = ["retail", "grid"], other = ["x"]')])


@mutant(233, "a scheme of purchase that nobody wrote down taken for a retailer's", "C4", splitter=True)
def roof_in_doubt(worlds):
    yield from spoiled(worlds, "", sql=["UPDATE surplus_purchase SET scheme = 'retail' WHERE scheme IS NULL"])


@mutant(234, "that a roof will go to another buyer shown", "C4", splitter=True)
def roof_will_go(worlds):
    file = "tables/surplus_purchase.toml"
    # `check` refuses that without a reason.
    yield from spoiled(worlds, ", with a basis that nobody gave", [
        (file, 'at_least = "cutover"', 'at_least = "9999-12-31"'),
        (file, 'purchased_until = "own_customer" ', 'purchased_until = { class = "own_customer", basis = "x" } ')])

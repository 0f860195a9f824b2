"""Values and rows that a store must not have, put into it by hand: a contractor's shortcut, a debugging column, a field
that somebody needed. Everything else about the files is as it should be. Values in disguise are in `hidden_values`."""

import pyarrow as pa

from .registry import Place, mutant

# Retail tables in which a row of another customer can be made from staging.
ROW_TABLES = ("meter_reading_monthly", "consumer", "supply_point", "meter_reading_halfhour", "wheeling_contract", "meter")


def withheld(world, id):
    """Staged rows that the retail store does not have, as it would hold them: its columns only."""
    columns = world.columns("retail", id)
    key = world.key("retail", id)
    there = {tuple(row[name] for name in key) for row in world.rows("retail", id)}
    staged = [row for row in world.rows("staging", id) if tuple(row[name] for name in key) not in there]
    return [{name: row[name] for name in columns} for row in staged]


def set_cell(store, id, column, value):
    """Puts `value(world, dice)` into a cell of a random row."""

    def damage(damaged, dice):
        def change(rows):
            dice.choice(rows)[column] = value(damaged.world, dice)

        damaged.change(store, id, change)

    return damage


@mutant(13, "own_customer cells of other rows, class B opened on them", "C4")
def cells_of_others(worlds):
    world = worlds.opened
    own = {row["supply_point_id"] for row in worlds.ordinary.rows("retail", "supply_point")}
    staged = world.staged_by_key("supply_point")
    columns = ("contract_power_kw", "connection_service_menu", "power_factor_pct", "contract_amount")

    def damage_of(column):
        def damage(damaged, dice):
            def change(rows):
                hidden = [row for row in rows if row["supply_point_id"] not in own and row[column] is None
                          and staged[row["supply_point_id"],][column] is not None]
                row = dice.choice(hidden)
                row[column] = staged[row["supply_point_id"],][column]

            damaged.change("retail", "supply_point", change)

        return damage

    for column in columns:
        yield Place(f"retail/supply_point.{column}", damage_of(column), "opened")


@mutant(11, "a billing cell in the transmission store", "C4")
def billing_cell(worlds):
    def column(id, name):
        def damage(damaged, dice):
            bill = dice.choice([row for row in damaged.rows("retail", "billing") if row["payer_name"]])
            schema = damaged.world.table("transmission", id).schema.append(pa.field(name, pa.string()))
            rows = damaged.rows("transmission", id)
            at = dice.randrange(len(rows))
            value = str(bill[name])
            damaged.put("transmission", id, [{**row, name: value if number == at else None} for number, row in enumerate(rows)], schema)
            damaged.list_column("transmission", id, name)

        return damage

    yield Place("transmission/billing", lambda damaged, _: damaged.adopt("transmission", "retail", "billing"))
    yield Place("transmission/retail_contract", lambda damaged, _: damaged.adopt("transmission", "retail", "retail_contract"))
    yield Place("transmission/supply_point, new column", column("supply_point", "amount_yen"))
    yield Place("transmission/consumer, new column", column("consumer", "payer_name"))


@mutant(36, "a billing value in a field that the transmission store does have", "C5")
def billing_value(worlds):
    account = lambda world, dice: dice.choice([row["bank_account"] for row in world.rows("retail", "retail_contract") if row["bank_account"]])
    memo = lambda world, dice: dice.choice([row["sales_memo"] for row in world.rows("retail", "retail_contract") if row["sales_memo"]])
    for id, column, value in (("supply_point", "remarks_1", account), ("consumer", "remarks", memo), ("meter_reading_monthly", "remarks", account)):
        yield Place(f"transmission/{id}.{column}", set_cell("transmission", id, column, value))


@mutant(16, "a withheld column copied under another name", "C5")
def copied_column(worlds):
    def damage_of(id, column, name):
        def damage(damaged, _):
            staged = damaged.world.staged_by_key(id)
            key = damaged.world.key("retail", id)
            kind = damaged.world.table("staging", id).schema.field(column).with_name(name)
            rows = [{**row, name: staged[tuple(row[part] for part in key)][column]} for row in damaged.rows("retail", id)]
            damaged.put("retail", id, rows, damaged.world.table("retail", id).schema.append(kind))
            damaged.list_column("retail", id, name, "timestamp" if column == "updated_at" else "text")

        return damage

    for id, column, name in (("supply_point", "remarks_1", "note"), ("consumer", "search_name_kana", "sort_name"), ("meter", "updated_by", "source"),
                             ("supply_point", "batch_id", "load_id"), ("switching_request", "current_retailer_code", "previous_code"),
                             ("wheeling_contract", "updated_at", "valid_as_of")):
        # Codes of five digits are too short to be searched for, and times are not searched.
        claim = "C4" if column in ("current_retailer_code", "updated_at") else None
        yield Place(f"retail/{id}.{column} as {name}", damage_of(id, column, name), claim=claim)


@mutant(37, "a withheld column written over a granted one", "C3")
def overwritten_column(worlds):
    def damage_of(id, granted, hidden):
        def damage(damaged, _):
            staged = damaged.world.staged_by_key(id)
            key = damaged.world.key("retail", id)

            def change(rows):
                for row in rows:
                    row[granted] = staged[tuple(row[part] for part in key)][hidden]

            damaged.change("retail", id, change)

        return damage

    for id, granted, hidden in (("supply_point", "service_pole_no", "batch_id"), ("consumer", "contract_holder_kana", "search_name_kana"),
                                ("meter", "meter_kind", "updated_by"), ("switching_request", "request_kind", "current_retailer_code")):
        yield Place(f"retail/{id}.{granted} holds {hidden}", damage_of(id, granted, hidden))


@mutant(39, "the row of another supplier's customer", "C4")
def foreign_row(worlds):
    def damage_of(id):
        def damage(damaged, dice):
            damaged.change("retail", id, lambda rows: [*rows, dice.choice(withheld(damaged.world, id))])

        return damage

    for id in ROW_TABLES:
        yield Place(f"retail/{id}", damage_of(id))


@mutant(40, "only the key of another supplier's customer, every other cell NULL", "C4")
def key_only(worlds):
    def damage_of(id):
        def damage(damaged, dice):
            key = damaged.world.key("retail", id)
            hidden = dice.choice(withheld(damaged.world, id))
            row = {name: value if name in key else None for name, value in hidden.items()}
            damaged.change("retail", id, lambda rows: [*rows, row])

        return damage

    for id in ("supply_point", "meter", "consumer", "meter_reading_halfhour"):
        yield Place(f"retail/{id}", damage_of(id))


@mutant(41, "another customer's row under an own row's key", "C3")
def foreign_content(worlds):
    def damage_of(id):
        def damage(damaged, dice):
            key = damaged.world.key("retail", id)

            def change(rows):
                number, hidden = dice.randrange(len(rows)), dice.choice(withheld(damaged.world, id))
                rows[number] = {**hidden, **{name: rows[number][name] for name in key}}

            damaged.change("retail", id, change)

        return damage

    for id in ("consumer", "supply_point", "wheeling_contract", "meter"):
        yield Place(f"retail/{id}", damage_of(id))


@mutant(42, "undecided rows released without waiting for a person", "C4")
def undecided(worlds):
    def damage_of(id):
        def damage(damaged, _):
            columns = damaged.world.columns("retail", id)
            waiting = [{name: row.get(name) for name in columns} for row in damaged.rows("quarantine", id)]
            damaged.change("retail", id, lambda rows: [*rows, *waiting])

        return damage

    for id in ("supply_point", "meter_reading_monthly", "consumer", "billing"):
        yield Place(f"retail/{id}", damage_of(id))


@mutant(43, "why rows waited, told to retail", "C4")
def reasons(worlds):
    def damage_of(id):
        def damage(damaged, dice):
            schema = damaged.world.table("retail", id).schema.append(pa.field("bunri_reason", pa.string()))
            rows = damaged.rows("retail", id)
            at = dice.randrange(len(rows))
            damaged.put("retail", id, [{**row, "bunri_reason": "ledger_overlap" if number == at else None}
                                       for number, row in enumerate(rows)], schema)
            damaged.list_column("retail", id, "bunri_reason")

        return damage

    for id in ("consumer", "meter_reading_monthly", "bk_kenshin_20160331"):
        yield Place(f"retail/{id}", damage_of(id))


@mutant(44, "a withheld code in the microseconds of a time", "C3")
def microseconds(worlds):
    def damage_of(store, id, column):
        def damage(damaged, _):
            def change(rows):
                for number, row in enumerate(rows):
                    if row[column]:
                        row[column] = row[column].replace(microsecond=99020 + number % 2 * 10)

            damaged.change(store, id, change)

        return damage

    for store, id, column in (("retail", "switching_request", "received_at"), ("retail", "billing", "updated_at"), ("retail", "retail_contract", "updated_at")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, column))


@mutant(15, "off by one slot on the day of the switch", "C4")
def slots_of_the_switch(worlds):
    def damage_of(gain, lose):
        def damage(damaged, _):
            rows = damaged.rows("retail", "meter_reading_halfhour")
            own = {(row["supply_point_id"], row["reading_date"].toordinal()) for row in rows}
            at = lambda row, days: (row["supply_point_id"], row["reading_date"].toordinal() + days)
            gained = [row for row in withheld(damaged.world, "meter_reading_halfhour")
                      if row["slot"] == gain and at(row, 0) not in own and at(row, -1) in own]
            lost = [row for row in rows if row["slot"] == lose and at(row, 1) not in own]
            assert (gained or not gain) and (lost or not lose), "no day of a switch with readings"
            damaged.put("retail", "meter_reading_halfhour", [row for row in rows if row not in lost] + gained)

        return damage

    yield Place("retail/meter_reading_halfhour, slot 1 of the next supplier's first day", damage_of(1, None))
    yield Place("retail/meter_reading_halfhour, slot 48 of the last own day", damage_of(None, 48), claim="C3")
    yield Place("retail/meter_reading_halfhour, both", damage_of(1, 48))


@mutant(45, "a retail table taken whole from the other store, unsplit", "C4")
def unsplit(worlds):
    for id in ("supply_period", "meter", "consumer", "switching_request"):
        yield Place(f"retail/{id}", lambda damaged, _, id=id: damaged.adopt("retail", "transmission", id))

"""Rows that a store lacks, has twice, or has in the place of another: batches, borders, joins and clean-ups."""

from .registry import Place, mutant


def changed(store, id, change):
    """Damage that changes rows by `change(rows, dice)`."""
    return lambda damaged, dice: damaged.change(store, id, lambda rows: change(rows, dice))


@mutant(24, "one row lost and another doubled", "C3")
def lost_and_doubled(worlds):
    def change(rows, dice):
        lost, doubled = dice.sample(range(len(rows)), 2)
        return [row for number, row in enumerate(rows) if number != lost] + [dict(rows[doubled])]

    for store, id in (("retail", "meter_reading_monthly"), ("retail", "billing"), ("transmission", "meter_reading_halfhour"),
                      ("quarantine", "consumer"), ("retail", "bk_kenshin_20160331")):
        yield Place(f"{store}/{id}", changed(store, id, change))


@mutant(46, "a row sampled out at every border of a batch", "C3")
def batch_borders(worlds):
    def change(rows, _):
        return [row for number, row in enumerate(rows) if number % 16 != 15]

    for store, id in (("retail", "meter_reading_monthly"), ("retail", "supply_period"), ("transmission", "consumer"), ("transmission", "supply_point")):
        yield Place(f"{store}/{id}", changed(store, id, change))


@mutant(47, "the last row group cut off", "C3")
def last_group(worlds):
    def change(rows, _):
        return rows[: len(rows) * 9 // 10]

    for store, id in (("retail", "meter_reading_monthly"), ("retail", "meter"), ("transmission", "meter_reading_halfhour"), ("quarantine", "billing")):
        yield Place(f"{store}/{id}", changed(store, id, change))


@mutant(48, "a row of the transmission store lost where the retailer is NULL", "C3")
def null_retailer_lost(worlds):
    def where(column):
        return lambda rows, _: [row for row in rows if row[column] is not None]

    for id, column in (("supply_period", "retailer_code"), ("wheeling_contract", "retailer_code"), ("switching_request", "requester_code")):
        if any(row[column] is None for row in worlds.ordinary.rows("transmission", id)):
            yield Place(f"transmission/{id}.{column}", changed("transmission", id, where(column)))


@mutant(49, "DISTINCT over a table without a key", "C3")
def distinct(worlds):
    def change(rows, _):
        seen = {tuple(row.items()): row for row in rows}
        return list(seen.values())

    for store in ("retail", "transmission"):
        yield Place(f"{store}/bk_kenshin_20160331", changed(store, "bk_kenshin_20160331", change))


@mutant(50, "logically deleted rows filtered out", "C3")
def soft_deleted(worlds):
    for store in ("transmission", "quarantine", "retail"):
        if any(row["deleted_flag"] for row in worlds.ordinary.rows(store, "supply_point")):
            yield Place(f"{store}/supply_point", changed(store, "supply_point", lambda rows, _: [row for row in rows if not row["deleted_flag"]]))


@mutant(51, "a code table restricted to the codes in use", "C3")
def codes_in_use(worlds):
    def change(column, id, used_in, used_by):
        def damage(damaged, _):
            used = {row[used_by] for row in damaged.rows("retail", used_in)}
            damaged.change("retail", id, lambda rows: [row for row in rows if row[column] in used])

        return damage

    yield Place("retail/code_retailer", change("retailer_code", "code_retailer", "supply_period", "retailer_code"))
    yield Place("retail/code_tariff", change("tariff_code", "code_tariff", "retail_contract", "tariff_code"))


@mutant(52, "the quarantine emptied before the hand-over", "C3")
def quarantine_emptied(worlds):
    for id in ("supply_point", "billing", "meter_reading_monthly"):
        yield Place(f"quarantine/{id}", changed("quarantine", id, lambda rows, _: []))


@mutant(53, "an inner join with a table that knows fewer keys", "C3")
def inner_join(worlds):
    def damage_of(store, id, column):
        def damage(damaged, _):
            known = {row["supply_point_id"] for row in damaged.rows(store, "supply_point")}
            damaged.change(store, id, lambda rows: [row for row in rows if row[column] in known])

        return damage

    for store, id, column in (("retail", "meter_reading_monthly", "supply_point_id"), ("retail", "billing", "supply_point_id"), ("retail", "bk_kenshin_20160331", "供給地点特定番号")):
        yield Place(f"{store}/{id}", damage_of(store, id, column))


@mutant(54, "an outer join that doubles rows with two partners", "C3")
def join_doubles(worlds):
    def change(rows, dice):
        return [dict(row) for row in rows for _ in range(2 if dice.random() < 0.1 else 1)]

    for store, id in (("retail", "consumer"), ("retail", "wheeling_contract"), ("transmission", "supply_point")):
        yield Place(f"{store}/{id}", changed(store, id, change))


@mutant(55, "a table left out because its rows were thought to be of no use", "C2")
def table_left_out(worlds):
    def damage_of(store, id):
        return lambda damaged, _: damaged.transplant(worlds.ordinary, store, [id], "retail" if store == "transmission" else "transmission")

    for store, id in (("transmission", "customer_statement"), ("transmission", "account"), ("retail", "billing")):
        yield Place(f"{store}/{id}", damage_of(store, id))


@mutant(56, "a stale table of an earlier rehearsal", "C3")
def stale(worlds):
    earlier = worlds.get(seed=2)

    def damage_of(store, id):
        return lambda damaged, _: damaged.transplant(earlier, store, [id])

    for store, id in (("retail", "meter_reading_monthly"), ("retail", "consumer"), ("transmission", "supply_point"), ("retail", "billing")):
        if worlds.ordinary.rows(store, id) != earlier.rows(store, id):
            yield Place(f"{store}/{id}", damage_of(store, id))


@mutant(57, "a row moved to the wrong store", "C4")
def wrong_store(worlds):
    def damage_of(id):
        def damage(damaged, dice):
            columns = damaged.world.columns("retail", id)
            own = {tuple(row[name] for name in damaged.world.key("retail", id)) for row in damaged.rows("retail", id)}
            rows = damaged.rows("transmission", id)
            others = [row for row in rows if tuple(row[name] for name in damaged.world.key("retail", id)) not in own]
            moved = dice.choice(others)
            damaged.put("transmission", id, [row for row in rows if row is not moved])
            damaged.change("retail", id, lambda rows: [*rows, {name: moved[name] for name in columns}])

        return damage

    for id in ("consumer", "meter_reading_monthly", "meter"):
        yield Place(f"transmission/{id} to retail", damage_of(id))

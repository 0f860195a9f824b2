"""Rows that belong together and go two ways: somebody who mends that in a store, or makes it worse, is found out."""

from .registry import Place, mutant


@mutant(150, "a row that others refer to dropped", "C3")
def referred_dropped(worlds):
    def damage_of(store, id, column, by, by_column):
        def damage(damaged, dice):
            referring = {row[by_column] for row in damaged.rows(store, by)}
            rows = damaged.rows(store, id)
            lost = dice.choice([row for row in rows if row[column] in referring])
            damaged.put(store, id, [row for row in rows if row is not lost])

        return damage

    for store, id, column, by, by_column in (
        ("retail", "consumer_point", "consumer_id", "consumer", "consumer_id"),
        ("retail", "retail_contract", "retail_contract_no", "billing", "retail_contract_no"),
        ("transmission", "supply_point", "supply_point_id", "load_equipment", "supply_point_id"),
    ):
        yield Place(f"{store}/{id}", damage_of(store, id, column, by, by_column))


@mutant(151, "another customer's row copied in, so that a reference finds it", "C4")
def dangling_mended(worlds):
    def damage_of(id, by):
        def damage(damaged, dice):
            own = {row["supply_point_id"] for row in damaged.rows("retail", id)}
            dangling = {row["supply_point_id"] for row in damaged.rows("retail", by)} - own
            found = [row for row in damaged.rows("transmission", id) if row["supply_point_id"] in dangling]
            columns = damaged.world.columns("retail", id)
            row = dice.choice(found)
            # What only the retailer writes stands in no row of transmission.
            copied = {name: row.get(name) for name in columns}
            damaged.change("retail", id, lambda rows: [*rows, copied])

        return damage

    for id, by in (("supply_point", "meter_reading_monthly"), ("meter", "supply_period")):
        yield Place(f"retail/{id}, referred to by {by}", damage_of(id, by))


@mutant(152, "a reference emptied where it dangles", "C3")
def dangling_emptied(worlds):
    def damage_of(store, id, column, to):
        def damage(damaged, _):
            known = {row[column] for row in damaged.rows(store, to)}

            def change(rows):
                for row in rows:
                    if row[column] is not None and row[column] not in known:
                        row[column] = None

            damaged.change(store, id, change)

        return damage

    yield Place("quarantine/billing", damage_of("quarantine", "billing", "retail_contract_no", "retail_contract"))

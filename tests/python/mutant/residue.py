"""The rows are right, and the file says more than its rows: what libraries leave behind, and what a clever hand puts there."""

import json

import pyarrow as pa
import pyarrow.parquet as pq

from tamper import pad

from .registry import Place, mutant

CODES = (("supply_period", "retailer_code"), ("wheeling_contract", "retailer_code"), ("retail_contract", "tariff_code"), ("switching_request", "requester_code"))


def plainly(table, path, **options):
    pq.write_table(table, path, **{"compression": "zstd", "write_statistics": False, "store_schema": False, **options})


def dictionary(values, kept):
    """Dictionary-encoded values whose dictionary holds `kept` too."""
    known = list(dict.fromkeys([*kept, *values]))
    indices = pa.array([None if value is None else known.index(value) for value in values], pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array([value for value in known if value is not None], pa.string()))


def dictionary_leak(id, column, kept):
    def damage(damaged, _):
        there = damaged.world.table("retail", id)
        codes = [value for value in kept(damaged.world) if value is not None]
        values = there.column(column).to_pylist()
        assert set(codes) - set(values), "every value of the dictionary is in use"
        encoded = there.set_column(there.column_names.index(column), column, dictionary(values, codes))
        damaged.raw("retail", id, lambda path: plainly(encoded, path))

    return damage


@mutant(8, "an Enum column for a code: every declared value in the file", "C6")
def enum(worlds):
    codes = {"retailer_code": ("code_retailer", "retailer_code"), "requester_code": ("code_retailer", "retailer_code"), "tariff_code": ("code_tariff", "tariff_code")}
    for id, column in CODES:
        table, name = codes[column]
        yield Place(f"retail/{id}.{column}", dictionary_leak(id, column, lambda world, table=table, name=name: [row[name] for row in world.rows("staging", table)]))


@mutant(78, "a dictionary with the values of rows that were filtered out", "C6")
def filtered_dictionary(worlds):
    for id, column in (("consumer", "contract_holder_name"), ("consumer", "consumer_phone"), ("supply_point", "service_address"), ("wheeling_contract", "balancing_group_code")):
        yield Place(f"retail/{id}.{column}", dictionary_leak(id, column, lambda world, id=id, column=column: world.table("staging", id).column(column).to_pylist()))


@mutant(19, "unreferenced bytes in a file", "C6")
def unreferenced(worlds):
    for id in ("meter", "consumer", "billing", "code_retailer"):
        def damage(damaged, _, id=id):
            pad(damaged.store("retail"), id)
            damaged.changed.add("retail")

        yield Place(f"retail/{id}", damage)


@mutant(20, "rows in an order given by a withheld column", "C6")
def hidden_order(worlds):
    def damage_of(id, column):
        def damage(damaged, _):
            staged, key = damaged.world.staged_by_key(id), damaged.world.key("retail", id)
            hidden = lambda row: staged[tuple(row[name] for name in key)][column]
            rows = damaged.rows("retail", id)
            ordered = sorted(rows, key=lambda row: (hidden(row) is not None, hidden(row)))
            assert ordered != rows, "the order is the same"
            damaged.put("retail", id, ordered, ordered=False)

        return damage

    for id, column in (("consumer", "updated_at"), ("supply_point", "batch_id"), ("supply_period", "updated_at"), ("wheeling_contract", "updated_at")):
        yield Place(f"retail/{id} by {column}", damage_of(id, column))

    def multiset(damaged, _):
        staged = damaged.rows("staging", "bk_kenshin_20160331")
        columns = damaged.world.columns("retail", "bk_kenshin_20160331")
        written = {tuple(row[name] for name in columns): row["更新日時"] for row in staged}
        rows = damaged.rows("retail", "bk_kenshin_20160331")
        time = lambda row: written[tuple(row[name] for name in columns)]
        damaged.put("retail", "bk_kenshin_20160331", sorted(rows, key=lambda row: (time(row) is not None, time(row))), ordered=False)

    yield Place("retail/bk_kenshin_20160331 by 更新日時", multiset)


@mutant(21, "least and greatest value of the unsplit column", "C6")
def unsplit_statistics(worlds):
    def damage_of(id):
        def damage(damaged, _):
            wide = damaged.path("retail", id).with_suffix(".wide")
            kept = damaged.world.table("staging", id).select(damaged.world.columns("retail", id))
            pq.write_table(kept, damaged.root / "kept.parquet", compression="none", store_schema=False)
            damaged.helper("careless", "statistics", damaged.root / "kept.parquet", wide)
            damaged.rewrite("retail", id, "statistics", wide)
            wide.unlink()

        return damage

    for id in ("meter_reading_monthly", "consumer", "supply_period", "meter_reading_halfhour"):
        yield Place(f"retail/{id}", damage_of(id))


@mutant(79, "what a data frame library leaves in the footer", "C6")
def pandas(worlds):
    def damage_of(id):
        def damage(damaged, _):
            named = {"index_columns": [{"kind": "range", "start": 0, "stop": len(damaged.rows("staging", id)), "step": 1}], "columns": [], "creator": {"library": "pyarrow"}}
            told = damaged.world.table("retail", id).replace_schema_metadata({"pandas": json.dumps(named)})
            damaged.raw("retail", id, lambda path: plainly(told, path, store_schema=True))

        return damage

    for id in ("consumer", "meter_reading_monthly", "supply_point"):
        yield Place(f"retail/{id}", damage_of(id))


@mutant(80, "one choice of the writer left at its default", "C6")
def careless(worlds):
    tables = ("meter_reading_monthly", "consumer", "supply_period", "billing")
    choices = ("row_groups", "pages", "statistics", "page_index", "bloom_filter", "arrow_schema", "created_by", "metadata", "no_dictionary", "version_2", "level", "uncompressed")
    for number, choice in enumerate(choices):
        id = tables[number % len(tables)]
        yield Place(f"retail/{id}, {choice}", lambda damaged, _, id=id, choice=choice: damaged.rewrite("retail", id, "careless", choice))


@mutant(108, "files that others may read, folders that anybody may write to", "C6")
def permissions(worlds):
    def damage_of(path, mode):
        def damage(damaged, _):
            damaged.after(lambda: (damaged.root / path).chmod(mode))

        return damage

    for path, mode in (("retail/consumer/part-00000.parquet", 0o644), ("retail/meter/part-00000.parquet", 0o660), ("custody/transmission/consumer/part-00000.parquet", 0o604),
                       ("custody/quarantine/billing/part-00000.parquet", 0o640), ("retail/billing", 0o777)):
        yield Place(f"{path}, {mode:04o}", damage_of(path, mode))


@mutant(81, "row groups as the rows came: one for each batch of the unsplit table", "C6")
def source_chunks(worlds):
    def damage_of(id):
        def damage(damaged, _):
            key = damaged.world.key("retail", id)
            there = damaged.world.table("retail", id)
            place = {tuple(row[name] for name in key): number for number, row in enumerate(damaged.rows("staging", id))}
            batches = [place[tuple(row[name] for name in key)] // 32 for row in there.to_pylist()]

            def write(path):
                with pq.ParquetWriter(path, there.schema, compression="zstd", write_statistics=False, store_schema=False) as writer:
                    for batch in sorted(set(batches)):
                        writer.write_table(there.take([number for number, of in enumerate(batches) if of == batch]))

            damaged.raw("retail", id, write)

        return damage

    for id in ("meter_reading_monthly", "supply_point", "consumer"):
        yield Place(f"retail/{id}", damage_of(id))

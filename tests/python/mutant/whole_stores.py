"""Stores that are wrong as wholes: exchanged, without a manifest, cut otherwise, with empty things in them, or written by
somebody else's writer into the stores that are not rebuilt."""

import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq

from tamper import entry, pad

from .files_and_manifests import sums_only
from .registry import Place, mutant
from .world import STORES
from .wrong_rules import spoiled


@mutant(110, "why rows wait, altered in the quarantine", "C3")
def reasons_altered(worlds):
    def damage_of(id):
        def damage(damaged, _):
            def change(rows):
                for row in rows:
                    row["bunri_reason"] = "ledger_gap" if row["bunri_reason"] != "ledger_gap" else "ledger_overlap"

            damaged.change("quarantine", id, change)

        return damage

    for id in ("supply_point", "meter_reading_monthly", "billing"):
        yield Place(f"quarantine/{id}.bunri_reason", damage_of(id))


@mutant(111, "a message in the spaces and the order of manifest and sums", "C1")
def spaces(worlds):
    def manifest(change):
        def damage(damaged, _):
            path = damaged.store("retail") / "manifest.json"

            def act():
                path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
                sums_only(damaged.store("retail"))

            damaged.changed.add("retail")
            damaged.after(act)

        return damage

    def sums(name, change):
        def damage(damaged, _):
            path = damaged.store("retail") / name
            lines = path.read_text(encoding="utf-8").splitlines()
            path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")

        return damage

    yield Place("retail/manifest.json, spaces", manifest(lambda text: text.replace(": ", ":  ", 3)))
    yield Place("retail/manifest.json, at the end", manifest(lambda text: text + " \t \n"))
    yield Place("retail/B3SUMS, order", sums("B3SUMS", lambda lines: lines[::-1]))
    yield Place("retail/SHA256SUMS, capitals", sums("SHA256SUMS", lambda lines: [lines[0].upper(), *lines[1:]]))


@mutant(112, "a table cut into parts by other bounds than the job's", "C2")
def cut(worlds):
    def damage_of(store, id, at):
        def damage(damaged, _):
            rows, schema = damaged.rows(store, id), damaged.world.table(store, id).schema.remove_metadata()
            key = damaged.world.key(store, id)
            bound = at(len(rows))
            assert 0 < bound < len(rows) and [rows[bound][name] for name in key]
            damaged.put(store, id, rows[:bound], ordered=False)
            plain = damaged.path(store, id).with_name("rest.plain")
            pq.write_table(pa.Table.from_pylist(rows[bound:], schema=schema), plain, compression="none", store_schema=False)
            damaged.canonical.append((plain, plain.with_name("part-00001.parquet")))
            more = f"{id}/part-00001.parquet"
            damaged.list(store, lambda manifest: entry(manifest, id)["files"].append({**entry(manifest, id)["files"][0], "path": more}))

        return damage

    for store, id in (("retail", "consumer"), ("retail", "meter_reading_monthly"), ("transmission", "supply_point")):
        yield Place(f"{store}/{id}", damage_of(store, id, lambda rows: rows // 3))


@mutant(113, "an empty table or column that the store should not know of", "C2")
def empty(worlds):
    def table(store, other, id):
        def damage(damaged, _):
            damaged.adopt(store, other, id)
            damaged.put(store, id, [], damaged.world.table(other, id).schema, ordered=False)

        return damage

    def column(store, id, name):
        def damage(damaged, _):
            field = damaged.world.table("staging", id).schema.field(name)
            rows = [{**row, name: None} for row in damaged.rows(store, id)]
            damaged.put(store, id, rows, damaged.world.table(store, id).schema.append(field))
            damaged.list_column(store, id, name)

        return damage

    yield Place("retail/customer_statement", table("retail", "transmission", "customer_statement"))
    yield Place("transmission/billing", table("transmission", "retail", "billing"))
    yield Place("retail/consumer.remarks", column("retail", "consumer", "remarks"))
    yield Place("transmission/supply_point.legacy_customer_no", column("transmission", "supply_point", "legacy_customer_no"))


@mutant(114, "the type of times changed: marked as UTC, or in thousandths", "C2")
def times(worlds):
    def damage_of(store, id, column, kind):
        def damage(damaged, _):
            there = damaged.world.table(store, id)
            told = there.set_column(there.column_names.index(column), column, there.column(column).cast(kind))
            damaged.raw(store, id, lambda path: pq.write_table(told, path, compression="zstd", write_statistics=False, store_schema=False))

        return damage

    for store, id, column, kind in (("retail", "billing", "updated_at", pa.timestamp("us", "UTC")), ("retail", "switching_request", "received_at", pa.timestamp("ms")),
                                    ("transmission", "supply_point", "updated_at", pa.timestamp("us", "UTC"))):
        yield Place(f"{store}/{id}.{column}, {kind}", damage_of(store, id, column, kind))


@mutant(115, "one store handed over as another", "C2")
def exchanged(worlds):
    def damage_of(store, other):
        def damage(damaged, _):
            shutil.rmtree(damaged.store(store))
            shutil.copytree(damaged.world.root / STORES[other], damaged.store(store))

        return damage

    for store, other in (("retail", "transmission"), ("retail", "quarantine"), ("transmission", "retail"), ("quarantine", "transmission")):
        yield Place(f"{store} is {other}", damage_of(store, other))


@mutant(116, "a store without a manifest, or with a part of one", "C1")
def no_manifest(worlds):
    for store in ("retail", "transmission"):
        yield Place(f"{store}, none", lambda damaged, _, store=store: (damaged.store(store) / "manifest.json").unlink())

    def half(damaged, _):
        path = damaged.store("retail") / "manifest.json"
        path.write_bytes(path.read_bytes()[:-100])

    yield Place("retail, cut off", half)


@mutant(117, "another day of cutover", "C4", splitter=True)
def another_day(worlds):
    for day in ("2026-05-01", "2027-04-01"):
        yield from spoiled(worlds, f", {day}", cutover=day, at_most=2)
    # An earlier day also withholds ends that are past; what leaks is the place of a customer who has left since.
    for day in ("2026-03-31", "2025-04-01"):
        places = [place for place in spoiled(worlds, f", {day}", cutover=day, at_most=20)
                  if place.name.startswith(("retail/meter,", "retail/supply_point,"))]
        assert len(places) == 2, f"who left since {day} is in {[place.name for place in places]}"
        yield from places


@mutant(118, "another writer's choices in the stores that are not rebuilt", "C6")
def other_writers(worlds):
    stores = (("transmission", "meter_reading_monthly"), ("transmission", "supply_point"), ("quarantine", "billing"))
    choices = ("row_groups", "pages", "statistics", "page_index", "bloom_filter", "arrow_schema", "created_by", "metadata", "no_dictionary", "version_2", "level", "uncompressed")
    for number, choice in enumerate(choices):
        store, id = stores[number % len(stores)]
        # The quarantine's tables are too small for some choices to show.
        store, id = stores[0] if choice in ("row_groups", "pages") else (store, id)
        yield Place(f"{store}/{id}, {choice}", lambda damaged, _, store=store, id=id, choice=choice: damaged.rewrite(store, id, "careless", choice))

    def padded(damaged, _):
        pad(damaged.store("transmission"), "consumer")
        damaged.changed.add("transmission")

    yield Place("transmission/consumer, unreferenced bytes", padded)


@mutant(119, "a pipe, a folder or a link where a table's file should be", "C1")
def no_file(worlds):
    def damage_of(id, make):
        def damage(damaged, _):
            path = damaged.path("retail", id)
            path.rename(damaged.root / "elsewhere.parquet")
            make(path)

        return damage

    def linked(damaged, _):
        folder = damaged.store("retail") / "consumer"
        folder.rename(damaged.root / "elsewhere")
        os.symlink(damaged.root / "elsewhere", folder)

    yield Place("retail/meter, a pipe", damage_of("meter", os.mkfifo))
    yield Place("retail/billing, a folder", damage_of("billing", os.mkdir))
    yield Place("retail/consumer, the folder a link", linked)

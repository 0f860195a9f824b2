"""Losses between the source and staging: everything after them is done right, from staging that lacks or says something
else, with a manifest that fits what lies there. Only the source's own figures can tell."""

import json
import shutil
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq

from tamper import digests, entry, manifest_of, part, write

from .registry import Place, mutant
from .world import LOSING, STORES, VIEWED


def staged(id, change):
    """Changes staged rows and seals staging; for `World`."""

    def damage(custody):
        path, there = part(custody / "staging", id)
        rows = change(there.to_pylist())
        changed = pa.Table.from_pylist(rows, schema=there.schema)
        assert not changed.equals(there), f"nothing was changed in staging/{id}"
        pq.write_table(changed, path, compression="zstd", write_statistics=False, store_schema=False)
        path.chmod(0o600)
        sealed(custody, lambda manifest: entry(manifest, id)["files"][0].update(digests(path.read_bytes()), rows=len(rows)))

    return damage


def sealed(custody, change):
    """A staging manifest as bunri writes it, otherwise."""
    manifest = manifest_of(custody / "staging")
    change(manifest)
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (custody / "staging/manifest.json").write_text(text, encoding="utf-8")


def from_staging(worlds, change):
    """Damage: staging and stores of a run whose extraction made this change."""
    return in_place_of(worlds.get(staged=change))


def in_place_of(wrong):
    def damage(damaged, _):
        for store in ("staging", *STORES):
            damaged.replace(wrong, store)
        shutil.copytree(wrong.root / "custody/rejects", damaged.root / "custody/rejects", dirs_exist_ok=True)

    return damage


def first_not_null(rows, column, new):
    for row in rows:
        if row[column] is not None and new(row[column]) != row[column]:
            row[column] = new(row[column])
            return rows
    raise AssertionError(f"no value of {column} to change")


@mutant(99, "a row lost between the source and staging", "C3")
def row_lost(worlds):
    for id, where in (("meter", -1), ("meter_reading_monthly", 0), ("consumer_point", 7), ("billing", 3)):
        yield Place(f"staging/{id}", from_staging(worlds, staged(id, lambda rows, where=where: [row for row in rows if row is not rows[where]])))


@mutant(100, "a value lost or altered between the source and staging", "C3")
def value_altered(worlds):
    changes = (
        ("consumer", "contact_phone", "emptied", lambda _: None),
        ("meter_reading_monthly", "usage_kwh", "altered", lambda value: value + 1),
        ("supply_point", "service_address", "cut off", lambda text: text[:-1]),
        ("billing", "amount_yen", "altered", lambda value: value + 1),
        ("supply_period", "updated_at", "emptied", lambda _: None),
    )
    for id, column, word, new in changes:
        change = lambda rows, column=column, new=new: first_not_null(rows, column, new)
        yield Place(f"staging/{id}.{column}, {word}", from_staging(worlds, staged(id, change)))


@mutant(120, "a rejected row dropped, so that nobody hears of it", "C3")
def reject_dropped(worlds):
    def damage_of(id):
        def damage(custody):
            path = custody / f"rejects/{id}.jsonl"
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(lines[1:]))

            def change(manifest):
                entry(manifest, id)["rejects"].update(digests(path.read_bytes()), rows=len(lines) - 1)

            sealed(custody, change)

        return damage

    for id in ("meter_reading_monthly", "supply_point", "bk_kenshin_20160331"):
        yield Place(f"rejects/{id}", from_staging(worlds, damage_of(id)))


@mutant(121, "rows rejected that fit their types", "C3")
def rejected_rows(worlds):
    def damage_of(id, key, column, rule):
        def damage(custody):
            path, there = part(custody / "staging", id)
            rows = there.to_pylist()
            (lost,) = rows[:1]
            write(path, rows[1:], there.schema)
            path.chmod(0o600)
            rejects = custody / f"rejects/{id}.jsonl"
            line = {"table": id, "column": column, "rule": rule, "values": stored(custody.parent / "legacy.db", id, key, lost)}
            lines = rejects.read_bytes().splitlines(keepends=True) if rejects.exists() else []
            lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            rejects.write_bytes(b"".join(sorted(lines)))
            rejects.chmod(0o600)

            def change(manifest):
                entry(manifest, id)["files"][0].update(digests(path.read_bytes()), rows=len(rows) - 1)
                told = {"path": f"rejects/{id}.jsonl", **digests(rejects.read_bytes()), "rows": len(lines)}
                entry(manifest, id)["rejects"] = told

            sealed(custody, change)

        return damage

    for id, key, column, rule in (("billing", "billing_no", "amount_yen", "not_an_integer"), ("consumer", "consumer_id", "contract_holder_name", "not_utf8"),
                                  ("meter", "meter_no", "installed_on", "not_a_date")):
        yield Place(f"rejects/{id}.{column}, {rule}", from_staging(worlds, damage_of(id, key, column, rule)))


def stored(source, id, key, row):
    """A row as the source stores it, in the words of the rejects."""
    words = {int: "int", float: "real", str: "text", bytes: "blob"}
    columns = ", ".join(f'"{name}"' for name in row)
    database = sqlite3.connect(source)
    (values,) = database.execute(f'SELECT {columns} FROM "{id}" WHERE "{key}" = ?', [row[key]]).fetchall()
    database.close()
    text = lambda value: repr(value) if isinstance(value, float) else value.hex() if isinstance(value, bytes) else value
    return ["null" if value is None else {words[type(value)]: text(value)} for value in values]


@mutant(153, "a row lost by a view that is read like a table", "C3")
def lost_by_a_view(worlds):
    def joined(custody):
        # All of it as the extraction of a losing view says it, its own count too, but for what the view is made of.
        lost = worlds.viewing(LOSING).root / "custody"
        shutil.rmtree(custody / "staging/v_point")
        shutil.copytree(lost / "staging/v_point", custody / "staging/v_point")
        sealed(custody, lambda manifest: entry(manifest, "v_point").update(entry(manifest_of(lost / "staging"), "v_point")))

    def uncounted(custody):
        sealed(custody, lambda manifest: entry(manifest, "v_point").pop("made_of"))

    def miscounted(custody):
        def change(manifest):
            view = entry(manifest, "v_point")
            (base,) = [base for base in view["made_of"] if base["name"] == "supply_point"]
            base["rows"] = view["source_rows"] - 1

        sealed(custody, change)

    counted = r"\d+ rows, and \d+ of supply_point"
    for name, wrong, told in (
        ("staging/v_point, by a join", joined, counted),
        ("staging/v_point, what it is made of not counted", uncounted, "other tables than the catalogue says"),
        ("staging/v_point, more rows than it is made of", miscounted, counted),
    ):
        yield Place(name, in_place_of(worlds.viewing(VIEWED, wrong)), "viewed", told=told)

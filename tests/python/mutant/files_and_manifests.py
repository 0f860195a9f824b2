"""Files and folders that should not be there or are not what they say, and manifests that say too much."""

import hashlib
import json
import os
import shutil

from tamper import entry, reseal

from .registry import Place, mutant
from .world import STORES


def manifest_after(damaged, store, change):
    """Changes the manifest's text after sealing; only the sums are not made anew for it unless the change does so."""

    def act():
        place = damaged.store(store) / "manifest.json"
        manifest = json.loads(place.read_text(encoding="utf-8"))
        change(manifest)
        place.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    damaged.after(act)


def resealed(damaged, store, change):
    damaged.list(store, change)


@mutant(12, "unkeyed digests in the retail manifest", "C5")
def digests(worlds):
    def values(damaged, id, column):
        return [hashlib.sha256(str(row[column]).encode()).hexdigest() for row in damaged.rows("staging", id) if row[column]]

    def at_table(damaged, _):
        told = values(damaged, "consumer", "consumer_phone")
        damaged.list("retail", lambda manifest: entry(manifest, "consumer").update(value_digests=told))

    def at_column(damaged, _):
        told = values(damaged, "supply_point", "supply_point_id")
        damaged.list("retail", lambda manifest: entry(manifest, "supply_point")["columns"][0].update(digests=told))

    def whole(damaged, _):
        data = damaged.path("transmission", "consumer").read_bytes()
        damaged.list("retail", lambda manifest: manifest.update(source_sha256=hashlib.sha256(data).hexdigest()))

    def sums(damaged, _):
        told = "".join(f"{digest}  withheld/{number}\n" for number, digest in enumerate(values(damaged, "consumer", "consumer_phone")))
        damaged.after(lambda: (damaged.store("retail") / "SHA256SUMS").open("a").write(told) and None)

    yield Place("retail/manifest.json, of a column's values", at_table, told="SHA-256")
    yield Place("retail/manifest.json, of keys", at_column, told="SHA-256")
    # The digest of a file is nobody's value: that it is there at all is what is wrong.
    yield Place("retail/manifest.json, of the unsplit table", whole, claim="C1")
    yield Place("retail/SHA256SUMS", sums, told="SHA-256")


@mutant(14, "a quarantine file inside the retail folder", "C4")
def quarantine_file(worlds):
    def beside(damaged, _):
        (damaged.store("retail") / "quarantine").mkdir()
        shutil.copy(damaged.path("quarantine", "consumer"), damaged.store("retail") / "quarantine/consumer.parquet")

    def as_part(damaged, _):
        shutil.copy(damaged.path("quarantine", "meter_reading_monthly"), damaged.path("retail", "meter_reading_monthly").with_name("part-00001.parquet"))

    def listed(damaged, _):
        name = "consumer/part-00001.parquet"
        shutil.copy(damaged.path("quarantine", "consumer"), damaged.store("retail") / name)
        damaged.list("retail", lambda manifest: entry(manifest, "consumer")["files"].append({**entry(manifest, "consumer")["files"][0], "path": name}))

    yield Place("retail/quarantine/consumer.parquet", beside)
    yield Place("retail/meter_reading_monthly, as a second part", as_part)
    yield Place("retail/consumer, as a second part that the manifest lists", listed)


@mutant(22, "an extra file", "C1")
def extra_file(worlds):
    def damage_of(store, name, text):
        def damage(damaged, _):
            path = damaged.store(store) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

        return damage

    for store, name in (("retail", "README.txt"), ("retail", "consumer/.part-00000.parquet.crc"), ("retail", "_SUCCESS"), ("transmission", "meter/split.log"),
                        ("retail", "99020/notes.csv")):
        yield Place(f"{store}/{name}", damage_of(store, name, "48213 rows read, 20771 written\n"))


@mutant(82, "a part doubled under another name", "C1")
def doubled_part(worlds):
    def damage_of(store, id, name):
        return lambda damaged, _: shutil.copy(damaged.path(store, id), damaged.path(store, id).with_name(name)) and None

    for store, id, name in (("retail", "billing", "part-00001.parquet"), ("retail", "meter", "part-00000 (1).parquet"), ("transmission", "consumer", "part-00000.parquet.bak")):
        yield Place(f"{store}/{id}", damage_of(store, id, name))


@mutant(83, "a part doubled, and listed", "C3")
def doubled_and_listed(worlds):
    def damage_of(store, id):
        def damage(damaged, _):
            name = f"{id}/part-00001.parquet"
            shutil.copy(damaged.path(store, id), damaged.store(store) / name)
            damaged.list(store, lambda manifest: entry(manifest, id)["files"].append({**entry(manifest, id)["files"][0], "path": name}))

        return damage

    for store, id in (("retail", "billing"), ("retail", "bk_kenshin_20160331"), ("transmission", "consumer")):
        yield Place(f"{store}/{id}", damage_of(store, id))


@mutant(84, "a hidden value in a file's name", "C2")
def telling_name(worlds):
    def damage_of(id, name):
        def damage(damaged, _):
            damaged.path("retail", id).rename(damaged.store("retail") / id / name)
            damaged.list("retail", lambda manifest: entry(manifest, id)["files"][0].update(path=f"{id}/{name}"))

        return damage

    for id, name in (("consumer", "part-99020.parquet"), ("meter_reading_monthly", "90_99020_202601.parquet"), ("supply_point", "part-00000-of-60.parquet")):
        yield Place(f"retail/{id}", damage_of(id, name))


@mutant(85, "the retail manifest counts the source", "C2")
def counts_source(worlds):
    def damage_of(id):
        def damage(damaged, _):
            def change(manifest):
                entry(manifest, id)["files"][0]["rows"] = len(damaged.rows("staging", id))

            manifest_after(damaged, "retail", change)
            damaged.after(lambda: sums_only(damaged.store("retail")))

        return damage

    for id in ("consumer", "meter_reading_monthly", "supply_point"):
        yield Place(f"retail/manifest.json, {id}", damage_of(id))


def sums_only(store):
    """The sums of a manifest that keeps what it says."""
    manifest = (store / "manifest.json").read_bytes()
    reseal(store)
    (store / "manifest.json").write_bytes(manifest)
    for name, digest in (("B3SUMS", blake3_of), ("SHA256SUMS", lambda data: hashlib.sha256(data).hexdigest())):
        lines = (store / name).read_text(encoding="utf-8").splitlines()
        lines[-1] = f"{digest(manifest)}  manifest.json"
        (store / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def blake3_of(data):
    from blake3 import blake3

    return blake3(data).hexdigest()


@mutant(86, "the manifest tells more than it may", "C1")
def says_more(worlds):
    for name, more in (("source_rows", 48213), ("withheld", {"rows": 37}), ("host", "legacy-db-01"), ("written_at", "2026-03-31T23:12:05")):
        yield Place(f"retail/manifest.json, {name}", lambda damaged, _, name=name, more=more: damaged.list("retail", lambda manifest: manifest.update({name: more})))


@mutant(87, "the manifest of another run", "C2")
def another_run(worlds):
    def damage_of(store, change):
        return lambda damaged, _: damaged.list(store, change)

    yield Place("retail, label", damage_of("retail", lambda manifest: manifest.update(label="99020")))
    yield Place("transmission, kind", damage_of("transmission", lambda manifest: manifest.update(kind="cutover")))
    yield Place("retail, catalogue", damage_of("retail", lambda manifest: manifest["catalogue"].update(blake3="0" * 64)))


@mutant(88, "a link instead of a file", "C1")
def link(worlds):
    def damage_of(store, id, make):
        def damage(damaged, _):
            path = damaged.path(store, id)
            path.rename(damaged.root / "elsewhere.parquet")
            make(damaged.root / "elsewhere.parquet", path)

        return damage

    yield Place("retail/meter, symbolic", damage_of("retail", "meter", os.symlink))
    yield Place("retail/billing, hard", damage_of("retail", "billing", os.link))
    yield Place("transmission/consumer, hard", damage_of("transmission", "consumer", os.link))


@mutant(89, "the files of two tables exchanged", "C2")
def exchanged_files(worlds):
    def damage_of(store, one, other):
        def damage(damaged, _):
            spare = damaged.root / "spare.parquet"
            damaged.path(store, one).rename(spare)
            damaged.path(store, other).rename(damaged.path(store, one))
            spare.rename(damaged.path(store, other))
            damaged.changed.add(store)

        return damage

    for store, one, other in (("retail", "code_retailer", "code_tariff"), ("retail", "meter_reading_monthly", "meter_reading_halfhour"), ("transmission", "consumer", "consumer_point")):
        yield Place(f"{store}/{one}, {other}", damage_of(store, one, other))


@mutant(90, "a bit turned over, and the digests made right again", "C3")
def turned_bit(worlds):
    def damage_of(store, id):
        def damage(damaged, dice):
            path = damaged.path(store, id)
            data = bytearray(path.read_bytes())
            footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
            data[dice.randrange(4, footer)] ^= 1 << dice.randrange(8)
            path.write_bytes(data)
            # Rows are what the manifest said: the file may not be readable any more.
            damaged.after(lambda: resealed_bytes(damaged.store(store)))

        return damage

    for store, id in (("retail", "meter_reading_monthly"), ("retail", "consumer"), ("transmission", "supply_point")):
        yield Place(f"{store}/{id}", damage_of(store, id))


def resealed_bytes(store):
    """Digests of files that nobody can read: only their bytes are asked."""
    from tamper import digests, manifest_of

    manifest = manifest_of(store)
    files = [file for table in manifest["tables"] for file in table["files"]]
    for file in files:
        file.update(digests((store / file["path"]).read_bytes()))
    sealed = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
    (store / "manifest.json").write_bytes(sealed)
    listed = files + [{"path": "manifest.json", **digests(sealed)}]
    for name, digest in (("B3SUMS", "blake3"), ("SHA256SUMS", "sha256")):
        (store / name).write_text("".join(f"{file[digest]}  {file['path']}\n" for file in listed), encoding="utf-8")

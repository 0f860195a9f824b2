"""Withheld values where nobody would look for them: other spellings, other encodings, inside longer texts, in names, manifests
and metadata. All of them are searched for by C5, but those of the last mutant, which it does not know."""

import base64
import functools
import hashlib
import json
import unicodedata
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from .leaked_values import set_cell, withheld
from .registry import Place, mutant

# Where a text can be put without being conspicuous.
FIELDS = (("retail_contract", "sales_memo"), ("supply_point", "service_address"), ("wheeling_contract", "billing_addressee"),
          ("consumer", "contact_phone"), ("supply_point", "change_request_received_date"), ("switching_request", "request_kind"))


# Whoever is 髙橋 in retail is no secret as 高橋.
VARIANTS = str.maketrans("髙﨑邊邉𠮷", "高崎辺辺吉")


def plain(text):
    return "".join(unicodedata.normalize("NFKC", text).translate(VARIANTS).split())


def digits(text):
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isdigit())


@functools.cache
def granted(world):
    """All text that the retail store rightly has, in one spelling, and the digits of each cell."""
    cells = {value for id in world.tables("retail") for row in world.rows("retail", id) for value in row.values() if isinstance(value, str)}
    return "\n".join(sorted(map(plain, cells))), "\n".join(sorted(filter(None, map(digits, cells))))


def of_others(world, id, column):
    """Values that only other suppliers' rows hold, in no spelling elsewhere in retail."""
    texts, numbers = granted(world)
    values = {row[column] for row in withheld(world, id) if row[column] and row[column].strip()}
    unknown = lambda value: plain(value) not in texts and (not digits(value) or digits(value) not in numbers)
    found = sorted(value for value in values if unknown(value))
    assert found, f"retail rightly has every value of {id}.{column}"
    return found


def phone(world, dice):
    return dice.choice([value for value in of_others(world, "consumer", "consumer_phone") if len(digits(value)) >= 10 and value[0] != "+"])


def name(world, dice):
    return dice.choice([value for value in of_others(world, "consumer", "contract_holder_name") if len(plain(value)) >= 4])


def kana(world, dice):
    return dice.choice([value for value in of_others(world, "consumer", "contract_holder_kana") if len(plain(value)) >= 6])


def point(world, dice):
    # Of fewer than three different digits a number is taken for a dummy, and not searched for.
    return dice.choice([value for value in of_others(world, "supply_point", "supply_point_id") if len(value) == 22 and len(set(value)) > 2])


# Of which column a finding may say that the value is.
TOLD = {phone: r"\.\w*phone", name: r"\.(\w*name|previous_holder)", kana: r"\.\w*kana", point: r"\.(supply_point_id|供給地点特定番号)"}


def forms(fields, take, of, told=True):
    """One place for each form: in one field after the other."""
    for number, (form, write) in enumerate(of.items()):
        id, column = fields[number % len(fields)]
        value = lambda world, dice, write=write: write(take(world, dice))
        yield Place(f"retail/{id}.{column}, {form}", set_cell("retail", id, column, value), told=TOLD[take] if told else "")


HYPHENS = {"hyphens U+2212": "\u2212", "hyphens U+2010": "\u2010", "hyphens U+30FC": "\u30fc", "no hyphens": "", "brackets": ")", "full width": "－"}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@mutant(17, "a telephone number moved into a free field with other hyphens", "C5")
def telephone(worlds):
    def spelled(form):
        def write(text):
            number = digits(text)
            written = HYPHENS[form].join((number[:3], number[3:-4], number[-4:]))
            return f"℡{written.translate(WIDE) if form == 'full width' else written}まで"

        return write

    yield from forms(FIELDS, phone, {form: spelled(form) for form in HYPHENS})


@mutant(18, "base64 or hash of a withheld value", "C5")
def encoded(worlds):
    encodings = {
        "base64": lambda text: base64.b64encode(text.encode()).decode(),
        "base64 for addresses, without padding": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        "hex": lambda text: text.encode().hex(),
        "MD5": lambda text: hashlib.md5(text.encode()).hexdigest(),
        "SHA-1": lambda text: hashlib.sha1(text.encode()).hexdigest(),
        "SHA-256": lambda text: hashlib.sha256(text.encode()).hexdigest(),
        "SHA-256 in base64": lambda text: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode(),
        "BLAKE3": lambda text: blake3(text.encode()).hexdigest(),
    }
    yield from forms(FIELDS, name, {form: encodings[form] for form in ("base64", "base64 for addresses, without padding")})
    yield from forms(FIELDS[2:], phone, {form: encodings[form] for form in ("hex", "MD5", "SHA-1")})
    yield from forms(FIELDS, point, {form: encodings[form] for form in ("SHA-256", "SHA-256 in base64", "BLAKE3")})


@mutant(38, "a withheld value in the middle of a longer text", "C5")
def embedded(worlds):
    def damage_of(id, column, take):
        def damage(damaged, dice):
            def change(rows):
                row = dice.choice([row for row in rows if row[column]])
                row[column] += f"（{take(damaged.world, dice)}様より）"

            damaged.change("retail", id, change)

        return damage

    for id, column, take in (("retail_contract", "sales_memo", name), ("supply_point", "service_address", kana), ("consumer", "contract_holder_name", point)):
        yield Place(f"retail/{id}.{column}, {take.__name__}", damage_of(id, column, take), told=TOLD[take])


HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFFA0)} | {"\u3099": "ﾞ", "\u309a": "ﾟ"}


@mutant(98, "a name in another spelling", "C5")
def spelled_otherwise(worlds):
    half = lambda text: "".join(HALF.get(sign, sign) for sign in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)))
    hiragana = lambda text: "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in unicodedata.normalize("NFKC", text))
    yield from forms(FIELDS, name, {"full-width spaces between": "　".join, "zero-width characters between": "\u200b".join, "line breaks between": "\n".join})
    yield from forms(FIELDS[2:], kana, {"half width": half, "hiragana": hiragana})


@mutant(101, "a supply point number that nobody would read as one", "C5")
def broken_number(worlds):
    groups = lambda text: "-".join(text[at : at + 4] for at in range(0, len(text), 4))
    yield from forms(FIELDS, point, {"full width": lambda text: text.translate(WIDE), "broken by a line": lambda text: f"{text[:9]}\n{text[9:]}",
                                     "in groups of four": groups, "in a longer number": lambda text: f"20260331{text}01", "in a code": lambda text: f"SW23-{text}-0001"})


@mutant(102, "a withheld value in the name of a file or folder", "C5")
def in_names(worlds):
    def renamed(id, take, pattern):
        def damage(damaged, dice):
            file = pattern.format(take(damaged.world, dice))
            damaged.path("retail", id).rename(damaged.store("retail") / id / file)
            damaged.list("retail", lambda manifest: listed(manifest, id)["files"][0].update(path=f"{id}/{file}"))

        return damage

    def folder(damaged, dice):
        (damaged.store("retail") / name(damaged.world, dice)).mkdir()

    yield Place("retail/supply_point", renamed("supply_point", point, "part-{}.parquet"), told=TOLD[point])
    yield Place("retail/consumer", renamed("consumer", name, "{}様.parquet"), told=TOLD[name])
    yield Place("retail, an empty folder", folder, told=TOLD[name])


def listed(manifest, id):
    return next(table for table in manifest["tables"] if table["id"] == id)


@mutant(103, "a withheld value in what a file says beside its rows", "C5")
def in_metadata(worlds):
    def written(id, take, change):
        def damage(damaged, dice):
            value = take(damaged.world, dice)
            told = change(damaged.world.table("retail", id), value)
            options = {"compression": "zstd", "write_statistics": False}
            damaged.raw("retail", id, lambda path: pq.write_table(told, path, store_schema=True, **options))

        return damage

    def column(damaged, dice):
        named = f"memo {point(damaged.world, dice)}"
        there = damaged.world.table("retail", "supply_point")
        told = there.append_column(pa.field(named, pa.string()), pa.nulls(there.num_rows, pa.string()))
        damaged.raw("retail", "supply_point", lambda path: pq.write_table(told, path, store_schema=False, compression="zstd", write_statistics=False))
        damaged.list_column("retail", "supply_point", named)

    comment = lambda table, value: table.replace_schema_metadata({"comment": f"asked by {value}"})
    encoded = lambda table, value: table.replace_schema_metadata({"state": base64.b64encode(json.dumps({"last": value}).encode()).decode()})
    yield Place("retail/consumer, metadata", written("consumer", phone, comment), told=TOLD[phone])
    yield Place("retail/meter, metadata in base64", written("meter", name, encoded), told=TOLD[name])
    yield Place("retail/supply_point, a column's name", column, told=TOLD[point])


@mutant(104, "withheld values in the manifest", "C5")
def in_manifest(worlds):
    def changed(take, change):
        def damage(damaged, dice):
            value = take(damaged.world, dice)
            damaged.list("retail", lambda manifest: change(manifest, value))

        return damage

    def sums(damaged, dice):
        value = phone(damaged.world, dice)
        damaged.after(lambda: (damaged.store("retail") / "B3SUMS").open("a").write(f"# {value}\n") and None)

    yield Place("retail/manifest.json, label", changed(name, lambda manifest, value: manifest.update(label=f"for {value}")), told=TOLD[name])
    yield Place("retail/manifest.json, examples", changed(phone, lambda manifest, value: listed(manifest, "consumer").update(examples=[value])), told=TOLD[phone])
    yield Place("retail/manifest.json, a column", changed(point, lambda manifest, value: listed(manifest, "meter")["columns"][0].update(first=value)), told=TOLD[point])
    yield Place("retail/B3SUMS", sums, told=TOLD[phone])


@mutant(105, "a withheld value in escapes", "C5")
def escaped(worlds):
    yield from forms(FIELDS, name, {
        "JSON": lambda text: json.dumps({"name": text}),
        "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
        "HTML": lambda text: "".join(f"&#x{ord(sign):X};" for sign in text),
    })


@mutant(106, "withheld digits in a column of numbers", "C5")
def as_number(worlds):
    number = lambda world, dice: int(digits(phone(world, dice)))
    for id, column in (("billing", "amount_yen"), ("consumer", "consumer_id"), ("supply_point", "meter_reading_day")):
        yield Place(f"retail/{id}.{column}", set_cell("retail", id, column, number), told=TOLD[phone])


@mutant(107, "a withheld value in an encoding that the search does not know", "C3")
def unknown_encodings(worlds):
    yield from forms(FIELDS, phone, {
        "backwards": lambda text: digits(text)[::-1],
        "every digit one more": lambda text: "".join(str((int(sign) + 1) % 10) for sign in digits(text)),
        "a salted hash": lambda text: hashlib.sha256(b"salt" + text.encode()).hexdigest(),
    }, told=False)
    yield from forms(FIELDS, name, {
        "Shift_JIS in hex": lambda text: text.encode("cp932", "replace").hex(),
        "compressed": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    }, told=False)
    yield Place("retail/supply_point, in two cells", halves)


def halves(damaged, dice):
    number = point(damaged.world, dice)

    def change(rows):
        row = dice.choice(rows)
        row["service_pole_no"], row["change_request_received_date"] = number[:11], number[11:]

    damaged.change("retail", "supply_point", change)

"""Values that a store has otherwise than they were: well-meant cleaning, lossy types, wrong clocks, mixed-up columns."""

import datetime
import unicodedata
from decimal import Decimal

import pyarrow as pa

from tamper import entry

from .registry import Place, mutant


def every(store, id, column, change):
    """Changes a column of every row that is not NULL there; something must come out otherwise."""

    def damage(damaged, _):
        def rows_changed(rows):
            for row in rows:
                if row[column] is not None:
                    row[column] = change(row[column])

        damaged.change(store, id, rows_changed)

    return damage


def applicable(worlds, change, kind, columns=None, stores=("retail", "transmission"), at_most=5):
    """Places (store, table, column) of this type in which the change changes something, in order."""
    found = []
    for store in stores:
        world = worlds.ordinary
        for id in world.tables(store):
            schema, rows = world.table(store, id).schema, world.rows(store, id)
            for field in schema:
                fits = kind(field.type) and (columns is None or field.name in columns) and field.name not in world.key(store, id)
                if fits and any(row[field.name] is not None and change(row[field.name]) != row[field.name] for row in rows):
                    found.append((store, id, field.name))
    # Spread over the tables instead of the first of them only.
    return found[:: max(1, len(found) // at_most)][:at_most]


def columns(worlds, change, kind, **asked):
    for store, id, column in applicable(worlds, change, kind, **asked):
        yield Place(f"{store}/{id}.{column}", every(store, id, column, change))


@mutant(23, "two rows' values swapped", "C3")
def swapped(worlds):
    def damage_of(store, id, column):
        def damage(damaged, dice):
            def change(rows):
                one = dice.choice([row for row in rows if row[column] is not None])
                other = dice.choice([row for row in rows if row[column] is not None and row[column] != one[column]])
                one[column], other[column] = other[column], one[column]

            damaged.change(store, id, change)

        return damage

    for store, id, column in (("retail", "meter_reading_monthly", "usage_kwh"), ("retail", "consumer", "consumer_phone"), ("retail", "billing", "amount_yen"),
                              ("transmission", "supply_point", "service_address"), ("quarantine", "meter_reading_monthly", "usage_kwh")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, column))


@mutant(58, "blanks trimmed in the data, not only when comparing", "C3")
def trimmed(worlds):
    yield from columns(worlds, str.strip, pa.types.is_string)


@mutant(59, "text normalised to NFKC on the way", "C3")
def nfkc(worlds):
    yield from columns(worlds, lambda text: unicodedata.normalize("NFKC", text), pa.types.is_string)


@mutant(60, "variant characters unified: 髙 to 高, 﨑 to 崎", "C3")
def variants(worlds):
    table = str.maketrans("髙﨑邊邉濵𠮷", "高崎辺辺浜吉")
    yield from columns(worlds, lambda text: text.translate(table), pa.types.is_string)


@mutant(61, "NULL turned into empty text", "C3")
def null_to_empty(worlds):
    def damage_of(store, id, column):
        def damage(damaged, _):
            def change(rows):
                for row in rows:
                    if row[column] is None:
                        row[column] = ""

            damaged.change(store, id, change)

        return damage

    for store, id, column in (("retail", "consumer", "contact_phone"), ("retail", "retail_contract", "sales_memo"), ("transmission", "supply_point", "remarks_1"),
                              ("transmission", "supply_period", "retailer_code")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, column))


@mutant(62, "empty text turned into NULL", "C3")
def empty_to_null(worlds):
    yield from columns(worlds, lambda text: text if text.strip() else None, pa.types.is_string)


@mutant(63, "decimals re-scaled: the type of the file changed, the values not", "C2")
def rescaled(worlds):
    def damage_of(store, id, column):
        def damage(damaged, _):
            schema = damaged.world.table(store, id).schema
            at = schema.get_field_index(column)
            wider = schema.set(at, pa.field(column, pa.decimal128(schema.field(at).type.precision + 1, schema.field(at).type.scale + 1)))
            damaged.put(store, id, damaged.rows(store, id), wider)

        return damage

    for store, id, column in (("retail", "meter_reading_monthly", "usage_kwh"), ("retail", "meter_reading_halfhour", "usage_kwh"), ("transmission", "supply_point", "contract_power_kw")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, column))


@mutant(64, "decimals re-scaled: the values tenfold, the type not changed", "C3")
def tenfold(worlds):
    yield from columns(worlds, lambda value: value * 10, pa.types.is_decimal)


@mutant(65, "decimals rounded: the 13th month and older", "C3")
def rounded(worlds):
    old = datetime.date(2025, 3, 1)

    def damage_of(store, id, day, column):
        def damage(damaged, _):
            def change(rows):
                for row in rows:
                    if row[column] is not None and row[day] is not None and row[day] < old:
                        row[column] = row[column].quantize(Decimal(1))

            damaged.change(store, id, change)

        return damage

    for store, id, day, column in (("retail", "meter_reading_monthly", "period_from", "usage_kwh"), ("transmission", "meter_reading_monthly", "period_from", "meter_indication"),
                                   ("retail", "billing", "usage_from", "billed_kwh")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, day, column))


@mutant(66, "times read as UTC: nine hours off", "C3")
def utc(worlds):
    yield from columns(worlds, lambda time: time - datetime.timedelta(hours=9), pa.types.is_timestamp)


@mutant(67, "days a day off, after a detour through UTC", "C3")
def day_off(worlds):
    shift = lambda day: day - datetime.timedelta(days=1) if day.year > 1 and day.year < 9999 else day
    yield from columns(worlds, shift, pa.types.is_date)


@mutant(68, "times cut to whole minutes", "C3")
def minutes(worlds):
    def damage_of(store, id, column):
        return every(store, id, column, lambda time: time.replace(hour=0, minute=0, second=0))

    for store, id, column in (("retail", "billing", "updated_at"), ("retail", "switching_request", "received_at"), ("transmission", "supply_point", "updated_at")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, column))


@mutant(69, "numbers of 22 digits read as floating point", "C3")
def floating(worlds):
    yield from columns(worlds, lambda text: f"{float(text):.0f}" if text.isdigit() and len(text) == 22 else text, pa.types.is_string)


@mutant(70, "the sentinel of an open end replaced by NULL", "C3")
def sentinel(worlds):
    for store, id, column in (("transmission", "supply_period", "valid_until"), ("transmission", "consumer_point", "valid_until"), ("transmission", "wheeling_contract", "contract_until")):
        yield Place(f"{store}/{id}.{column}", every(store, id, column, lambda day: None if day.year == 9999 else day))


@mutant(71, "free text made unreadable where it should have been kept", "C3")
def scrubbed(worlds):
    for id, column in (("supply_point", "remarks_1"), ("customer_statement", "statement_text"), ("consumer", "remarks")):
        yield Place(f"transmission/{id}.{column}", every("transmission", id, column, lambda text: "＊" * len(text)))


@mutant(72, "own cells emptied that looked personal", "C3")
def wiped(worlds):
    for id, column in (("consumer", "consumer_phone"), ("supply_point", "service_address"), ("retail_contract", "bank_account"), ("wheeling_contract", "seal_image")):
        yield Place(f"retail/{id}.{column}", every("retail", id, column, lambda _: None))


@mutant(73, "two columns of one type exchanged", "C3")
def exchanged(worlds):
    def damage_of(store, id, one, other):
        def damage(damaged, _):
            def change(rows):
                for row in rows:
                    row[one], row[other] = row[other], row[one]

            damaged.change(store, id, change)

        return damage

    for store, id, one, other in (("retail", "consumer", "consumer_phone", "contact_phone"), ("retail", "meter_reading_monthly", "usage_kwh", "meter_indication"),
                                  ("transmission", "wheeling_change_history", "old_value", "new_value"), ("retail", "meter", "installed_on", "removed_on")):
        yield Place(f"{store}/{id}.{one}, {other}", damage_of(store, id, one, other))


@mutant(74, "dates of forty years of clerks made uniform", "C3")
def uniform(worlds):
    def iso(text):
        digits = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isdigit())
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else text

    for store in ("retail", "transmission"):
        yield Place(f"{store}/supply_point.change_request_received_date", every(store, "supply_point", "change_request_received_date", iso))


@mutant(75, "columns in another order", "C2")
def reordered(worlds):
    def damage_of(store, id):
        def damage(damaged, _):
            schema = damaged.world.table(store, id).schema
            damaged.put(store, id, damaged.rows(store, id), pa.schema(sorted(schema, key=lambda field: field.name)))

            def change(manifest):
                entry(manifest, id)["columns"].sort(key=lambda column: column["name"])

            damaged.list(store, change)

        return damage

    for store, id in (("retail", "consumer"), ("retail", "meter"), ("transmission", "supply_point")):
        yield Place(f"{store}/{id}", damage_of(store, id))


@mutant(76, "a column renamed", "C2")
def renamed(worlds):
    def damage_of(store, id, column, name):
        def damage(damaged, _):
            table = damaged.world.table(store, id).rename_columns([name if old == column else old for old in damaged.world.columns(store, id)])
            damaged.put(store, id, table.to_pylist(), table.schema, ordered=False)

            def change(manifest):
                next(listed for listed in entry(manifest, id)["columns"] if listed["name"] == column)["name"] = name

            damaged.list(store, change)

        return damage

    for store, id, column, name in (("retail", "consumer", "consumer_phone", "tel"), ("retail", "bk_kenshin_20160331", "使用量", "usage"),
                                    ("transmission", "meter", "communication_state", "state")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, column, name))


@mutant(77, "a number stored as text", "C2")
def as_text(worlds):
    def damage_of(store, id, column):
        def damage(damaged, _):
            schema = damaged.world.table(store, id).schema
            at = schema.get_field_index(column)
            rows = [{**row, column: None if row[column] is None else str(row[column])} for row in damaged.rows(store, id)]
            damaged.put(store, id, rows, schema.set(at, pa.field(column, pa.string())), ordered=column not in damaged.world.key(store, id))

        return damage

    for store, id, column in (("retail", "billing", "amount_yen"), ("retail", "meter_reading_monthly", "usage_kwh"), ("transmission", "supply_point", "deleted_flag")):
        yield Place(f"{store}/{id}.{column}", damage_of(store, id, column))

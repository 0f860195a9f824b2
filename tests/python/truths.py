"""What the domain says of whole tables, in SQL over the legacy system and the stores, in DuckDB. A third way to decide
rows, written from the domain's page and not from the tool's rules. It speaks of the points whose ledger is clear (every
day of theirs was one known supplier's, or nobody's); what an unclear ledger brings is told by the planted cells, and that
nobody can be won back with the retail store by winback.py.

    python truths.py ROOT

Every truth names its subject: one that finds nothing to speak about is a failure too.
"""

import sys

import duckdb
import pyarrow as pa

import winback
from stores import STORES, legacy, raw, rejects, tables

DAY = "CAST(try_cast({} AS TIMESTAMP) AS DATE)"
CUTOVER = "DATE '2026-04-01'"

# The ledger as its clerks mean it: what is over was moved to the table of old periods, a period that was cancelled never
# came, both days belong to a period, some codes are padded.
LEDGER = r"""
CREATE TABLE recorded AS
SELECT supply_point_id AS p, try_cast(valid_from AS DATE) AS f, try_cast(valid_until AS DATE) AS u,
       trim(retailer_code, ' 　') AS code, trim(supply_kind) AS kind, trim(cancelled_flag) AS cancelled
FROM (FROM legacy.supply_period UNION ALL BY NAME FROM legacy.supply_period_old);
CREATE TABLE ledger AS FROM recorded WHERE cancelled IS DISTINCT FROM '1';

CREATE TABLE unclear AS
SELECT p FROM ledger a
WHERE f IS NULL OR u IS NULL OR u < f OR code IS NULL OR kind IS NULL
   OR (code <> '00000' AND code NOT IN (SELECT retailer_code FROM legacy.code_retailer))
   OR (SELECT count(*) FROM ledger b WHERE b.p = a.p AND b.f <= a.u AND b.u >= a.f) > 1
UNION SELECT p FROM recorded WHERE (cancelled IN ('0', '1')) IS NOT TRUE
UNION SELECT supply_point_id FROM rejected.supply_period;

CREATE TABLE clear AS SELECT DISTINCT p FROM ledger WHERE p NOT IN (SELECT p FROM unclear);
CREATE TABLE own AS
SELECT * FROM ledger WHERE p IN (SELECT p FROM clear) AND code = '99010' AND kind NOT IN ('island', 'last_resort');
CREATE TABLE others AS
SELECT * FROM ledger WHERE p IN (SELECT p FROM clear) AND NOT (code = '99010' AND kind NOT IN ('island', 'last_resort'));

-- Adjacent own periods joined.
CREATE TABLE run AS
SELECT p, min(f) AS f, max(u) AS u FROM (
  SELECT *, sum(begins) OVER (PARTITION BY p ORDER BY f) AS number FROM (
    SELECT *, CASE WHEN lag(u) OVER (PARTITION BY p ORDER BY f) + 1 = f THEN 0 ELSE 1 END AS begins FROM own))
GROUP BY p, number;
"""

# Where each meter hung, both days included; an empty day: it hangs there still. Of a meter of which a line of the yard's book
# cannot be read, nobody knows where it was.
HANGING = r"""
CREATE TABLE hung AS
SELECT meter_no AS m, supply_point_id AS p, try_cast(installed_on AS DATE) AS f,
       CASE WHEN removed_on IS NULL THEN DATE '9999-12-31' ELSE try_cast(removed_on AS DATE) END AS u
FROM legacy.meter_installation;
CREATE TABLE spot AS
SELECT meter_no AS m, read_on AS key, try_cast(read_on AS DATE) AS day, CAST(try_cast(written_at AS TIMESTAMP) AS DATE) AS written,
       meter_no IN (SELECT meter_no FROM rejected.meter_installation) AS in_doubt FROM legacy.meter_reading_spot;
-- Each reading with the customer at whose place its meter hung, if there is one and no other.
CREATE TABLE measured AS
SELECT s.m, s.key, s.day, s.written, min(h.p) AS p FROM spot s JOIN hung h ON h.m = s.m AND s.day BETWEEN h.f AND h.u
WHERE NOT in_doubt GROUP BY ALL HAVING count(DISTINCT h.p) = 1;
"""


# Who buys the power of a roof, its last day included. It is no matter who sells the house its light.
ROOFS = r"""
CREATE TABLE roof AS
SELECT supply_point_id AS p, try_cast(purchased_from AS DATE) AS f,
       CASE WHEN purchased_until = '9999-12-31' THEN DATE '9999-12-31' ELSE try_cast(purchased_until AS DATE) - 1 END AS u,
       trim(buyer_code, ' 　') = '99010' AND trim(scheme) = 'retail' AS ours, scheme IS NULL AS in_doubt
FROM legacy.surplus_purchase;
CREATE TABLE fed AS
SELECT supply_point_id AS p, try_cast(period_from AS DATE) AS f, try_cast(period_until AS DATE) AS u FROM legacy.surplus_reading;
"""
OUR_FED = "SELECT fed.p, fed.f FROM fed JOIN roof r ON r.p = fed.p AND fed.f >= r.f AND fed.u <= r.u AND r.ours"
THEIR_FED = "SELECT fed.p, fed.f FROM fed JOIN roof r ON r.p = fed.p AND fed.f <= r.u AND fed.u >= r.f AND NOT r.ours AND NOT r.in_doubt"
FED_IN = "SELECT supply_point_id AS p, period_from AS f FROM {}.surplus_reading"
BOUGHT_IN = "SELECT supply_point_id AS p, purchased_from AS f FROM {}.surplus_purchase"


def day_of(column):
    return f"try_cast(t.{column} AS DATE)"


def during(table, first, last, known, grace=0, early=0, also="true"):
    """The rows of a period that are own: every day of it up to the cutover (what comes after is not yet), and written by the
    incumbent's people, or within the grace after its own end, or so few days before the customer came. A customer who comes
    after the cutover is not there yet."""
    known = known if "(" in known else DAY.format(f"t.{known}")
    first, last = (day if "(" in day else day_of(day) for day in (first, last))
    end = f"greatest({first}, least({last}, {CUTOVER}))"
    return f"""
        SELECT t.* FROM legacy."{table}" t JOIN run r
          ON r.p = t.supply_point_id AND r.f <= {first} AND r.u >= {end} AND {first} <= {last}
         AND ({first} <= {CUTOVER} OR r.f <= {CUTOVER})
        WHERE ({also}) AND (EXISTS (SELECT 1 FROM run k WHERE k.p = r.p AND {known} BETWEEN k.f AND k.u)
               OR {known} > {end} AND {known} <= {end} + {grace}
               OR {known} <= {end} AND {known} < r.f AND {known} >= r.f - {early})"""


def on(table, day, also="true"):
    """The rows of one day that are own."""
    return f"""
        SELECT t.* FROM legacy."{table}" t JOIN run r ON r.p = t.supply_point_id AND {day} BETWEEN r.f AND r.u
        WHERE ({also})"""


OWN_CODE = "trim({}, ' 　') = '99010'"
KNOWN_OWN = f"EXISTS (SELECT 1 FROM run k WHERE k.p = t.supply_point_id AND {DAY.format('t.updated_at')} BETWEEN k.f AND k.u)"
# Contracts are registered ahead of the day on which the customer comes.
AHEAD = 60
BILLS = during("billing", "usage_from", "usage_until", "updated_at", 45)
CONTRACTS = during("retail_contract", "contract_from", "contract_until", "updated_at", early=AHEAD)
# What was never touched since it was registered has no other time.
EITHER = f"greatest({DAY.format('t.updated_at')}, {DAY.format('t.created_at')})"
# The control centre's machines write UTC; Japan is nine hours ahead. Nines: the supply was not resumed yet.
STILL_STOPPED = "'9999-99-99 99:99:99'"
HERE = "(try_cast({} AS TIMESTAMP) + INTERVAL 9 HOUR)"
STOPPED = f"CAST({HERE.format('t.stopped_at')} AS DATE)"
# The moment at which the supply is resumed is no longer part of the stop.
RESUMED = (f"(CASE WHEN t.resumed_at = {STILL_STOPPED} THEN DATE '9999-12-31' "
           f"ELSE CAST({HERE.format('t.resumed_at')} - INTERVAL 1 MICROSECOND AS DATE) END)")
STOPS = during("supply_interruption", STOPPED, RESUMED, "updated_at", 5)
LINKS = during("consumer_point", "valid_from", "valid_until", "updated_at", early=AHEAD)

# Table, key, and the rows of the legacy system that the retail store has: these and no others.
OWN_ROWS = [
    ("supply_point", "supply_point_id", on("supply_point", "DATE '2026-04-01'", KNOWN_OWN)),
    ("meter", "meter_no", on("meter", "DATE '2026-04-01'")),
    ("meter_installation", "meter_no, installed_on", on("meter_installation", day_of("installed_on"))),
    *((table, "supply_point_id, period_no",
       during(table, "valid_from", "valid_until", "updated_at", early=AHEAD, also=OWN_CODE.format("t.retailer_code")))
      for table in ("supply_period", "supply_period_old")),
    ("consumer_point", "consumer_id, supply_point_id, valid_from", LINKS),
    ("meter_reading_monthly", "supply_point_id, period_from",
     during("meter_reading_monthly", "period_from", "period_until", "updated_at", 45)),
    ("meter_reading_halfhour", "supply_point_id, reading_date, slot",
     on("meter_reading_halfhour", "try_cast(t.reading_date AS DATE)", "try_cast(slot AS INT) BETWEEN 1 AND 48")),
    ("wheeling_contract", "wheeling_contract_no",
     during("wheeling_contract", "contract_from", "contract_until", EITHER, 0, AHEAD, OWN_CODE.format("t.retailer_code"))),
    ("meter_reading_daily", "supply_point_id, reading_month",
     "SELECT t.* FROM legacy.meter_reading_daily t WHERE EXISTS (SELECT 1 FROM run r WHERE r.p = t.supply_point_id AND "
     f"({day_of('month_start')} BETWEEN r.f AND r.u OR {day_of('month_end')} BETWEEN r.f AND r.u))"),
    ("supply_interruption", "supply_point_id, stopped_at",
     f"SELECT supply_point_id, {HERE.format('stopped_at')} AS stopped_at FROM ({STOPS})"),
    ("switching_request", "request_no",
     f"SELECT t.* FROM legacy.switching_request t WHERE t.supply_point_id IN (SELECT p FROM clear) AND {OWN_CODE.format('t.requester_code')}"),
    ("retail_contract", "retail_contract_no", CONTRACTS),
    ("billing", "billing_no",
     f"SELECT b.* FROM ({BILLS}) b WHERE b.retail_contract_no IN (SELECT retail_contract_no FROM ({CONTRACTS}))"),
]

# The papers of the name-holders and of the requests that are retail's: two counters, whose numbers meet. 0 is nobody's
# number, whoever was entered under it.
SCANS = """
SELECT document_no FROM legacy.document WHERE trim(owner_type) = 'CONSUMER' AND owner_id <> '0'
   AND owner_id IN (SELECT CAST(consumer_id AS VARCHAR) FROM retail.consumer)
   AND document_no NOT IN (SELECT document_no FROM rejected.document)
UNION ALL SELECT document_no FROM legacy.document d JOIN legacy.switching_request s ON d.owner_id = s.receipt_no
WHERE trim(d.owner_type) = 'REQUEST' AND s.request_no IN (SELECT request_no FROM retail.switching_request)"""

# Days on a scan: of the emperor's calendar (Heisei 1 is 1989, Reiwa 1 is 2019), and until when it is good.
ERA_DAY = """make_date(CAST(substr(l.received_on, 2, 2) AS INT) + CASE substr(l.received_on, 1, 1) WHEN 'R' THEN 2018 WHEN 'H' THEN 1988 END,
    CAST(substr(l.received_on, 5, 2) AS INT), CAST(substr(l.received_on, 8, 2) AS INT))"""
GOOD_UNTIL = """CASE WHEN l.expires_on = '99999999' THEN DATE '9999-12-31' WHEN l.expires_on IN ('00000000', '') THEN NULL
    ELSE CAST(strptime(l.expires_on, '%Y%m%d') AS DATE) END"""
PAPERS = "retail.document r JOIN legacy.document l USING (document_no)"

# The sheet of a reading out of turn is entered within twenty days.
SPOTS = """SELECT m, key FROM measured x JOIN run r ON r.p = x.p AND x.day BETWEEN r.f AND r.u
WHERE EXISTS (SELECT 1 FROM run k WHERE k.p = x.p AND x.written BETWEEN k.f AND k.u) OR x.written > x.day AND x.written <= x.day + 20"""
SPOTS_IN = "SELECT meter_no AS m, CAST(read_on AS VARCHAR) AS key FROM {}.meter_reading_spot"
PLACELESS = "SELECT m, key FROM spot WHERE (m, key) NOT IN (SELECT (m, key) FROM measured)"

# Name, subject (must be more than none), violations (must be none).
TRUTHS = [
    ("no reading of a day that the ledger gives to another supplier is in retail",
     "SELECT * FROM legacy.meter_reading_monthly m JOIN others o ON o.p = m.supply_point_id "
     "AND o.code IN ('99020', '99030') AND try_cast(m.period_from AS DATE) <= o.u AND try_cast(m.period_until AS DATE) >= o.f",
     "SELECT * FROM retail.meter_reading_monthly m JOIN others o ON o.p = m.supply_point_id "
     "AND m.period_from <= o.u AND m.period_until >= o.f"),
    ("no half hour of a day that the ledger gives to another supplier is in retail",
     "SELECT * FROM legacy.meter_reading_halfhour m JOIN others o ON o.p = m.supply_point_id "
     "AND try_cast(m.reading_date AS DATE) BETWEEN o.f AND o.u",
     "SELECT * FROM retail.meter_reading_halfhour m JOIN others o ON o.p = m.supply_point_id "
     "AND m.reading_date BETWEEN o.f AND o.u"),
    ("no reading out of turn is in retail of a day on which its meter hung at another supplier's customer",
     "SELECT m, key FROM spot s JOIN hung h USING (m) JOIN others o USING (p) WHERE s.day BETWEEN h.f AND h.u AND s.day BETWEEN o.f AND o.u",
     f"SELECT * FROM ({SPOTS_IN.format('retail')}) s JOIN hung h USING (m) JOIN others o USING (p) "
     "WHERE CAST(s.key AS DATE) BETWEEN h.f AND h.u AND CAST(s.key AS DATE) BETWEEN o.f AND o.u"),
    ("no reading out of turn of the incumbent's customer is lost, wherever its meter went", SPOTS,
     f"{SPOTS} EXCEPT {SPOTS_IN.format('retail')}"),
    ("retail has no other reading out of turn", SPOTS_IN.format("retail"), f"{SPOTS_IN.format('retail')} EXCEPT {SPOTS}"),
    ("a reading out of turn waits for a person where nobody knows whom it was read at", PLACELESS,
     f"{PLACELESS} EXCEPT {SPOTS_IN.format('quarantine')}"),
    ("no surplus is in retail of a day on which somebody else bought, whoever sold the house its light", THEIR_FED,
     f"{FED_IN.format('retail')} INTERSECT ({THEIR_FED})"),
    ("no surplus that the incumbent bought is lost, also where another sells the house its light",
     f"SELECT * FROM ({OUR_FED}) JOIN others o USING (p) WHERE o.u > o.f", f"{OUR_FED} EXCEPT {FED_IN.format('retail')}"),
    ("retail has no other surplus", FED_IN.format("retail"), f"{FED_IN.format('retail')} EXCEPT ({OUR_FED})"),
    ("a purchase is in retail where the incumbent is the buyer, and nowhere else", "SELECT * FROM roof WHERE NOT ours",
     f"(SELECT p, f FROM roof WHERE ours AND f <= {CUTOVER} EXCEPT {BOUGHT_IN.format('retail')}) UNION ALL "
     f"({BOUGHT_IN.format('retail')} EXCEPT SELECT p, f FROM roof WHERE ours)"),
    ("that a roof will go to another buyer is not in retail", f"SELECT * FROM roof WHERE ours AND u BETWEEN {CUTOVER} AND DATE '9999-12-30'",
     f"SELECT supply_point_id FROM retail.surplus_purchase WHERE purchased_until >= {CUTOVER}"),
    ("Kyushu: the old supplier has every slot of its last day",
     "SELECT * FROM kyushu WHERE day = DATE '2026-01-14'",
     "SELECT * FROM kyushu WHERE day = DATE '2026-01-14' AND NOT in_retail"),
    ("Kyushu: the old supplier has no slot of the day of the switch",
     "SELECT * FROM kyushu WHERE day = DATE '2026-01-15'",
     "SELECT * FROM kyushu WHERE day = DATE '2026-01-15' AND in_retail"),
    ("nothing of a point whose ledger row was rejected is in retail",
     "SELECT supply_point_id FROM rejected.supply_period",
     " UNION ALL ".join(
         f"SELECT supply_point_id FROM retail.{table} WHERE supply_point_id IN (SELECT supply_point_id FROM rejected.supply_period)"
         for table in ("supply_point", "supply_period", "supply_period_old", "meter", "meter_reading_monthly", "meter_reading_daily",
                       "supply_interruption", "consumer_point", "wheeling_contract", "retail_contract", "billing"))),
    ("nobody in retail's consumers is tied to a day of another supplier",
     "SELECT * FROM legacy.consumer_point l JOIN others o ON o.p = l.supply_point_id "
     "AND try_cast(l.valid_from AS DATE) <= o.u AND try_cast(l.valid_until AS DATE) >= o.f",
     "SELECT * FROM retail.consumer c JOIN legacy.consumer_point l ON l.consumer_id = CAST(c.consumer_id AS VARCHAR) "
     "JOIN others o ON o.p = l.supply_point_id AND try_cast(l.valid_from AS DATE) <= o.u AND try_cast(l.valid_until AS DATE) >= o.f"),
    ("every code in retail's wheeling contracts and requests is the incumbent's",
     "SELECT retailer_code FROM retail.wheeling_contract UNION ALL SELECT requester_code FROM retail.switching_request",
     f"SELECT retailer_code FROM retail.wheeling_contract WHERE NOT {OWN_CODE.format('retailer_code')} "
     f"UNION ALL SELECT requester_code FROM retail.switching_request WHERE NOT {OWN_CODE.format('requester_code')} "
     f"UNION ALL SELECT retailer_code FROM retail.supply_period WHERE NOT {OWN_CODE.format('retailer_code')} "
     f"UNION ALL SELECT retailer_code FROM retail.supply_period_old WHERE NOT {OWN_CODE.format('retailer_code')}"),
    ("nobody's cancelled application is in retail but the incumbent's own",
     "SELECT * FROM recorded WHERE cancelled = '1' AND code <> '99010'",
     "SELECT p FROM recorded JOIN retail.supply_period r ON r.supply_point_id = p AND r.valid_from = f "
     "WHERE cancelled = '1' AND trim(r.cancelled_flag) = '1' AND code <> '99010'"),
    ("a scan is in retail where its name-holder or its request is, and nowhere else",
     "SELECT document_no FROM retail.document",
     f"(SELECT document_no FROM ({SCANS}) EXCEPT SELECT document_no FROM retail.document) UNION ALL "
     f"(SELECT document_no FROM retail.document EXCEPT SELECT document_no FROM ({SCANS}))"),
    ("a scan that is nobody's waits, and is in retail with nobody",
     "SELECT * FROM legacy.document WHERE owner_id = '0'",
     "SELECT document_no FROM legacy.document WHERE owner_id = '0' AND document_no NOT IN (SELECT document_no FROM quarantine.document) "
     "UNION ALL SELECT document_no FROM legacy.document JOIN retail.document USING (document_no) WHERE legacy.document.owner_id = '0'"),
    ("no number in retail counts what others asked for: the receipts stay with the operator, the name-holders' numbers do not",
     "SELECT * FROM retail.document WHERE trim(owner_type) = 'CONSUMER' AND owner_id IS NOT NULL",
     "SELECT document_no FROM retail.document WHERE (trim(owner_type) = 'CONSUMER') <> (owner_id IS NOT NULL)"),
    ("what clerks of both companies wrote waits for a person, all of it",
     "SELECT * FROM staging.document WHERE clerk_note IS NOT NULL",
     "SELECT document_no, clerk_note FROM staging.document WHERE clerk_note IS NOT NULL "
     "EXCEPT SELECT document_no, clerk_note FROM quarantine.document"),
    ("the day on which a scan came is the day of its era",
     f"SELECT * FROM {PAPERS} WHERE l.received_on LIKE 'H31.04%' OR l.received_on LIKE 'R01.05%'",
     f"SELECT r.document_no FROM {PAPERS} WHERE r.received_on IS DISTINCT FROM {ERA_DAY}"),
    ("a scan without an end of validity has none, one of which nobody wrote it says nothing, the others end when they end",
     f"SELECT * FROM {PAPERS} WHERE l.expires_on IN ('99999999', '00000000', '')",
     f"SELECT r.document_no FROM {PAPERS} WHERE r.expires_on IS DISTINCT FROM {GOOD_UNTIL}"),
    ("a stop that goes on has no end yet",
     f"SELECT * FROM legacy.supply_interruption WHERE resumed_at = {STILL_STOPPED}",
     f"SELECT l.supply_point_id FROM legacy.supply_interruption l JOIN retail.supply_interruption r "
     f"ON r.supply_point_id = l.supply_point_id AND r.stopped_at = {HERE.format('l.stopped_at')} "
     f"WHERE CASE WHEN l.resumed_at = {STILL_STOPPED} THEN year(r.resumed_at) <> 9999 ELSE r.resumed_at <> {HERE.format('l.resumed_at')} END IS NOT FALSE"),
    ("islands and last resort are never the incumbent's, whatever the tariff says",
     "SELECT * FROM ledger WHERE kind IN ('island', 'last_resort') AND code = '99010'",
     "SELECT * FROM retail.supply_period WHERE trim(supply_kind) IN ('island', 'last_resort')"),
    ("nothing in retail tells an end of supply from the cutover on: who is about to leave is another's to know",
     f"SELECT * FROM ledger WHERE u >= {CUTOVER} AND u < DATE '9999-12-31' AND code = '99010'",
     f"SELECT supply_point_id FROM retail.supply_period WHERE valid_until >= {CUTOVER} "
     f"UNION ALL SELECT supply_point_id FROM retail.consumer_point WHERE valid_until >= {CUTOVER} "
     f"UNION ALL SELECT supply_point_id FROM retail.wheeling_contract WHERE contract_until >= {CUTOVER} "
     f"UNION ALL SELECT supply_point_id FROM retail.retail_contract WHERE contract_until >= {CUTOVER}"),
    ("an end before the cutover is in retail as it was",
     f"SELECT * FROM retail.supply_period WHERE valid_until < {CUTOVER}",
     f"SELECT r.supply_point_id FROM retail.supply_period r JOIN staging.supply_period s USING (supply_point_id, period_no) "
     f"WHERE s.valid_until < {CUTOVER} AND r.valid_until IS DISTINCT FROM s.valid_until"),
    ("契約高 is in retail only in A, kVA or kW",
     "SELECT * FROM retail.supply_point WHERE contract_amount IS NULL",
     "SELECT * FROM retail.supply_point WHERE contract_amount IS NOT NULL AND "
     "(contract_unit IS NULL OR contract_unit NOT IN ('A', 'kVA', 'kW'))"),
    ("the quarantine holds no row without a reason, and retail none of its rows",
     "SELECT * FROM quarantine.supply_point",
     "SELECT supply_point_id FROM quarantine.supply_point WHERE bunri_reason IS NULL "
     "UNION ALL SELECT supply_point_id FROM quarantine.supply_point JOIN retail.supply_point USING (supply_point_id) "
     "WHERE quarantine.supply_point.bunri_reason <> 'retail_only_of_other'"),
    ("a retailer's own business is retail's or waits, once",
     "SELECT retail_contract_no FROM staging.retail_contract",
     "(SELECT retail_contract_no FROM staging.retail_contract EXCEPT ALL (SELECT retail_contract_no FROM retail.retail_contract "
     "UNION ALL SELECT retail_contract_no FROM quarantine.retail_contract)) UNION ALL "
     "((SELECT retail_contract_no FROM retail.retail_contract UNION ALL SELECT retail_contract_no FROM quarantine.retail_contract) "
     "EXCEPT ALL SELECT retail_contract_no FROM staging.retail_contract)"),
]

# What no retailer ever gets, by folder and by column.
NEVER_IN_RETAIL = {"account", "area_total", "load_equipment", "customer_statement", "wheeling_change_history"}
NEVER_A_COLUMN_OF_RETAIL = {
    "remarks", "remarks_1", "備考", "filler_json", "clerk_memo", "created_by", "updated_by", "update_program", "batch_id",
    "created_at", "scanned_by", "clerk_note", "receipt_no", "previous_until", "last_used", "search_name_kana", "communication_state", "current_retailer_code", "message_sender", "password_hash",
}
NEVER_IN_TRANSMISSION = {"retail_contract", "billing"}
NEVER_A_COLUMN_OF_TRANSMISSION = {"clerk_note", "legacy_customer_no", "bank_account", "sales_memo", "amount_yen", "password_hash"}

KYUSHU = """
CREATE TABLE kyushu AS
SELECT l.supply_point_id, try_cast(l.reading_date AS DATE) AS day, try_cast(l.slot AS INT) AS slot,
       (l.supply_point_id, try_cast(l.reading_date AS DATE), try_cast(l.slot AS INT)) IN
       (SELECT (supply_point_id, reading_date, slot) FROM retail.meter_reading_halfhour) AS in_retail
FROM legacy.meter_reading_halfhour l JOIN ledger o ON o.p = l.supply_point_id AND o.f = DATE '2026-01-15'
WHERE o.code = '99020' AND o.p IN (SELECT p FROM clear);
"""


def load(root):
    """One DuckDB with a schema for the legacy system, staging, the rejects and each store."""
    db = duckdb.connect()
    for store in STORES:
        db.execute(f"CREATE SCHEMA {store}")
        for id, table in tables(root, store).items():
            put(db, store, id, table)
    source, columns = legacy(root)
    db.execute("CREATE SCHEMA legacy")
    db.execute("CREATE SCHEMA rejected")
    lines = rejects(root)
    for name, names in columns.items():
        read = source.execute(f'SELECT * FROM "{name}"').fetchall()
        put(db, "legacy", name, texts(names, read))
    for id, names in ((name, columns[name]) for name in columns if name in lines):
        put(db, "rejected", id, texts(names, [list(map(raw, line["values"])) for line in lines[id]]))
    db.execute(LEDGER)
    db.execute(HANGING)
    db.execute(ROOFS)
    db.execute(KYUSHU)
    return db, columns, lines


def texts(names, read):
    def cell(value):
        return None if value is None else value.hex() if isinstance(value, bytes) else str(value)

    fields = pa.schema([(name, pa.string()) for name in names])
    return pa.table([[cell(row[at]) for row in read] for at in range(len(names))], schema=fields)


def put(db, schema, name, arrow):
    db.register("arriving", arrow)
    db.execute(f'CREATE TABLE {schema}."{name}" AS SELECT * FROM arriving')
    db.unregister("arriving")


def count(db, query):
    return db.execute(f"SELECT count(*) FROM ({query})").fetchone()[0]


def own_rows(db):
    """Of the clear points, retail has exactly the rows that are own."""
    for table, key, expected in OWN_ROWS:
        names = [name.strip() for name in key.split(",")]
        as_text = ", ".join(f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in names)
        point = "supply_point_id IN (SELECT p FROM clear)"
        turned_away = f"({key}) NOT IN (SELECT ({key}) FROM rejected.{table})" if has(db, "rejected", table) else "true"
        expected = f"SELECT {as_text} FROM ({expected}) WHERE {turned_away}"
        actual = f"SELECT {as_text} FROM retail.{table} WHERE {point}"
        yield f"retail has every own row of {table}", count(db, expected), count(db, f"{expected} EXCEPT ALL {actual}")
        yield f"retail has only own rows of {table}", count(db, actual), count(db, f"{actual} EXCEPT ALL {expected}")


def has(db, schema, table):
    query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
    return db.execute(query, [schema, table]).fetchone()[0] > 0


# What retail may lack of an own row: ends to come, and cells of another time.
ELSEWHEN = {"valid_until", "contract_until", "purchased_until", "removed_on", "peak_month", "peak_kw", "previous_holder", "owner_id", "month_kwh", "max_kw", "max_at", *winback.DAY_COLUMNS}


def nothing_lost_or_changed(db, root, columns, lines):
    """Every source row is staged or rejected; every store row is a staged row; transmission has all of them."""
    staged = tables(root, "staging")
    ids = {name: "bk_kenshin_20160331" if name.startswith("BK_") else name for name in columns}
    for name, id in ids.items():
        rows = count(db, f'SELECT * FROM legacy."{name}"')
        yield f"every row of {id} is staged or rejected", 1 + rows, rows - staged[id].num_rows - len(lines.get(id, []))
    for store in ("retail", "transmission"):
        for id, table in tables(root, store).items():
            # Where a class depends on the row a cell may be NULL instead.
            unsure = {"contract_amount", "power_factor_pct"} | (ELSEWHEN if store == "retail" else set())
            sure = [name for name in table.column_names if name not in unsure]
            cells = ", ".join(f'"{name}"' for name in sure)
            here, there = f"SELECT {cells} FROM {store}.{id}", f"SELECT {cells} FROM staging.{id}"
            yield f"every row of {store}'s {id} is a staged row", 1, count(db, f"{here} EXCEPT ALL {there}")
            if store == "transmission":
                yield f"transmission has every staged row of {id}", 1, count(db, f"{there} EXCEPT ALL {here}")


def nothing_where_it_may_not_be(db, root):
    retail, transmission = tables(root, "retail"), tables(root, "transmission")
    yield "folders that retail may not have", len(retail), len(NEVER_IN_RETAIL & set(retail))
    yield "folders that transmission may not have", len(transmission), len(NEVER_IN_TRANSMISSION & set(transmission))
    for id, table in retail.items():
        yield f"columns that retail's {id} may not have", 1, len(NEVER_A_COLUMN_OF_RETAIL & set(table.column_names))
    for id, table in transmission.items():
        yield f"columns that transmission's {id} may not have", 1, len(NEVER_A_COLUMN_OF_TRANSMISSION & set(table.column_names))


def main(root):
    db, columns, lines = load(root)
    told = [(name, count(db, subject), count(db, violations)) for name, subject, violations in TRUTHS]
    told += [*own_rows(db), *nothing_lost_or_changed(db, root, columns, lines), *nothing_where_it_may_not_be(db, root),
             *winback.told(db)]
    wrong = 0
    for name, subject, violations in told:
        good = subject > 0 and violations == 0
        wrong += not good
        print(f"{'holds' if good else 'FAILS'}: {name} ({subject} looked at, {violations} against it)")
    print(f"{len(told)} truths, {wrong} fail")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

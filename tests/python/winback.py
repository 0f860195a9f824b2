"""The win-back list that the separation is about, and that the retail store must not be: who left for another supplier, who
is about to, and how to reach them. Asked of every supply point, also of those whose ledger is in doubt, in SQL over the
legacy system, staging and the stores; truths.py asks it.

A day is *ours* if the ledger gives it to the incumbent and to nobody else, and nothing about it is in doubt.
"""

import unicodedata

CUTOVER = "DATE '2026-04-01'"
# Contracts are registered so many days before the customer comes.
AHEAD = 60
OPEN = "DATE '9999-12-31'"

# Of the ledger in truths.py: the days that are the incumbent's, adjacent periods joined, and those that may be another's.
DAYS = f"""
CREATE TABLE claimed AS
SELECT p AS spot, min(f) AS since, max(u) AS till FROM (
  SELECT *, sum(begins) OVER (PARTITION BY p ORDER BY f, u) AS number FROM (
    SELECT *, CASE WHEN lag(u) OVER (PARTITION BY p ORDER BY f, u) + 1 >= f THEN 0 ELSE 1 END AS begins
    FROM ledger WHERE code = '99010' AND kind = 'normal' AND f <= u))
GROUP BY p, number;

CREATE TABLE doubted AS
SELECT p AS spot, CASE WHEN f IS NULL THEN DATE '0001-01-01' ELSE least(f, u) END AS since,
       CASE WHEN u IS NULL THEN {OPEN} ELSE greatest(f, u) END AS till FROM ledger
WHERE (code = '99010' AND kind = 'normal' AND f <= u) IS NOT TRUE
UNION ALL SELECT supply_point_id, DATE '0001-01-01', {OPEN} FROM rejected.supply_period
-- Nobody knows whether a record counts.
UNION ALL SELECT p, DATE '0001-01-01', {OPEN} FROM recorded WHERE (cancelled IN ('0', '1')) IS NOT TRUE;

-- Two of the incumbent's own periods on one day are a doubt too.
INSERT INTO doubted SELECT a.p, greatest(a.f, b.f), least(a.u, b.u) FROM ledger a JOIN ledger b
ON a.p = b.p AND a.rowid < b.rowid AND a.f <= b.u AND b.f <= a.u;

-- The columns of both are named apart: a macro's arguments would be taken for them.
CREATE MACRO ours(point, first, last) AS
  EXISTS (SELECT 1 FROM claimed c WHERE c.spot = point AND c.since <= first AND c.till >= last)
  AND NOT EXISTS (SELECT 1 FROM doubted d WHERE d.spot = point AND d.since <= last AND d.till >= first);
-- What comes after the cutover is not yet: a row is asked up to that day, and one that begins later must begin in days
-- that were the incumbent's by then.
CREATE MACRO ours_by_now(point, first, last) AS
  coalesce(first <= last AND ours(point, least(first, {CUTOVER}), greatest(first, least(last, {CUTOVER}))), false);

CREATE TABLE link AS
SELECT consumer_id, supply_point_id AS p, try_cast(valid_from AS DATE) AS f, try_cast(valid_until AS DATE) AS u
FROM legacy.consumer_point;

-- Whoever held the name on a day of the incumbent's was its customer, however much else is in doubt; nobody else was.
CREATE TABLE acquainted AS
SELECT DISTINCT consumer_id FROM link JOIN claimed c ON c.spot = link.p
WHERE c.since <= {CUTOVER} AND link.f <= least(c.till, {CUTOVER}) AND coalesce(link.u, {OPEN}) >= c.since;
CREATE TABLE stranger AS SELECT * FROM legacy.consumer WHERE consumer_id NOT IN (SELECT consumer_id FROM acquainted);
-- Whoever is still to come has no record there yet, but the incumbent's own request names them.
CREATE TABLE announced AS
SELECT DISTINCT consumer_id FROM link JOIN claimed c ON c.spot = link.p AND c.since > {CUTOVER} AND link.f >= c.since;

-- The incumbent's customers on the cutover day: those whose end is known already, and those who stay.
CREATE TABLE customer AS
SELECT c.spot AS p, c.since AS f, c.till AS u, c.till < {OPEN} AS leaves FROM claimed c
WHERE {CUTOVER} BETWEEN c.since AND c.till AND ours(c.spot, {CUTOVER}, {CUTOVER});

-- Their names, where every link that has begun is the incumbent's and its people wrote what stands there. A link that begins
-- after the cutover, with the next supplier, takes nobody's name away before the day has come.
CREATE TABLE named AS
SELECT l.consumer_id, bool_or(c.leaves) AS leaves FROM link l JOIN staging.consumer s ON CAST(s.consumer_id AS VARCHAR) = l.consumer_id
LEFT JOIN customer c ON c.p = l.p AND l.f BETWEEN c.f AND {CUTOVER}
WHERE (l.f <= {CUTOVER}) IS NOT FALSE
GROUP BY l.consumer_id
HAVING bool_and(coalesce(c.f <= CAST(s.updated_at AS DATE) AND ours_by_now(l.p, l.f, l.u), false));
"""

# The tables of retail that speak of a supply point, each with its first and its last day; an end that is withheld is
# one that lies on the cutover or after it.
PLACES = {
    "supply_point": (CUTOVER, CUTOVER),
    "meter": (CUTOVER, CUTOVER),
    "meter_installation": ("installed_on", "installed_on"),
    "supply_period": ("valid_from", "valid_until"),
    "supply_period_old": ("valid_from", "valid_until"),
    "supply_interruption": ("CAST(stopped_at AS DATE)", "CAST(resumed_at - INTERVAL 1 MICROSECOND AS DATE)"),
    "consumer_point": ("valid_from", "valid_until"),
    "wheeling_contract": ("contract_from", "contract_until"),
    "retail_contract": ("contract_from", "contract_until"),
    "billing": ("usage_from", "usage_until"),
    "meter_reading_monthly": ("period_from", "period_until"),
    "meter_reading_halfhour": ("reading_date", "reading_date"),
    "bk_kenshin_20160331": ("検針開始日", "検針終了日"),
}
KEYS = {
    "supply_period": "period_no",
    "supply_interruption": "stopped_at",
    "consumer_point": "consumer_id",
    "wheeling_contract": "wheeling_contract_no",
    "retail_contract": "retail_contract_no",
    "billing": "billing_no",
    "meter_reading_monthly": "period_from",
    "meter_reading_halfhour": "reading_date",
}
# Rows that begin with a customer and end with it.
PRESENT = ("supply_period", "consumer_point", "wheeling_contract", "retail_contract")


def point(table):
    return "供給地点特定番号" if table.startswith("bk_") else "supply_point_id"


def speaks(table):
    """The rows of a table of retail as (point, first day, last day)."""
    first, last = PLACES[table]
    return f'SELECT "{point(table)}" AS p, {quoted(first)} AS f, coalesce({quoted(last)}, {OPEN}) AS u FROM retail.{table}'


def quoted(day):
    return day if day == CUTOVER or "(" in day else f'"{day}"'


def begun(store, table):
    """The rows of today's customers that began with them or later, and by the cutover."""
    first, _ = PLACES[table]
    return f"""SELECT t.*, c.leaves, c.f, CAST(t."{KEYS[table]}" AS VARCHAR) AS key
        FROM {store}.{table} t JOIN customer c ON c.p = t.supply_point_id WHERE {quoted(first)} BETWEEN c.f AND {CUTOVER}"""


def sound(table):
    """What else such a row needs: its own supplier wrote it, it ends after it begins, and it is whole in itself."""
    first, last = PLACES[table]
    needs = [f"{quoted(last)} >= {quoted(first)}"]
    if table == "meter_reading_halfhour":
        return " AND ".join([*needs, "slot BETWEEN 1 AND 48"])
    if table == "wheeling_contract":
        # What nobody touched since it was registered was written by whoever was to supply, some weeks before.
        needs.append(f"coalesce(CAST(updated_at AS DATE) >= f, CAST(created_at AS DATE) >= f - {AHEAD})")
    else:
        needs.append("CAST(updated_at AS DATE) >= f")
    if table in ("wheeling_contract", "supply_period"):
        needs.append("trim(retailer_code, ' 　') = '99010'")
    if table == "billing":
        needs.append("retail_contract_no IN (SELECT retail_contract_no FROM retail.retail_contract)")
    return " AND ".join(needs)


def missing(db):
    """Nobody who leaves is known by a row that is not there: of them as of those who stay retail has all."""
    for table in KEYS:
        for leaves, name in ((True, "leave"), (False, "stay")):
            first, last = map(quoted, PLACES[table])
            mine = (f"SELECT supply_point_id, key FROM ({begun('staging', table)}) WHERE leaves = {leaves} AND {sound(table)} "
                    f"AND ours_by_now(supply_point_id, {first}, {last})")
            held = f"SELECT supply_point_id, key FROM ({begun('retail', table)})"
            # Half hours and stops are there of a few points only.
            looked = count(db, mine) or int(table in ("meter_reading_halfhour", "supply_interruption"))
            yield f"retail has all that began with those who {name}: {table}", looked, count(db, f"{mine} EXCEPT {held}")
    for leaves, name in ((True, "leave"), (False, "stay")):
        named = f"SELECT consumer_id FROM named WHERE leaves = {leaves}"
        yield (f"retail has the name of those who {name}", count(db, named),
               count(db, f"{named} EXCEPT SELECT CAST(consumer_id AS VARCHAR) FROM retail.consumer"))


def separating(db):
    """No column that is empty for all who leave and for none who stays, or the other way round."""
    for table in (*PRESENT, "supply_point", "meter"):
        first, _ = PLACES[table]
        began = "true" if first == CUTOVER else f't."{first}" BETWEEN c.f AND {CUTOVER}'
        rows = f"FROM retail.{table} t JOIN customer c ON c.p = t.supply_point_id WHERE {began}"
        columns = [row[0] for row in db.execute(f"DESCRIBE retail.{table}").fetchall()]
        shares = ", ".join(f'avg(("{name}" IS NULL)::INT)' for name in columns)
        who = dict((leaves, rest) for leaves, *rest in db.execute(f"SELECT c.leaves, {shares} {rows} GROUP BY c.leaves").fetchall())
        tell = [name for name, left, stay in zip(columns, who.get(True, []), who.get(False, [])) if abs(left - stay) == 1]
        yield f"no empty cell of {table} tells who leaves", len(columns) if len(who) == 2 else 0, len(tell)


def days_to_come(db):
    """No cell of retail about a customer who leaves is a day after the cutover or the last one, however it is written."""
    for table in PLACES:
        columns = [row[0] for row in db.execute(f"DESCRIBE retail.{table}").fetchall()]
        days = " UNION ALL ".join(
            f"""SELECT CAST(coalesce(try_cast(CAST(t."{name}" AS VARCHAR) AS TIMESTAMP),
                try_strptime(CAST(t."{name}" AS VARCHAR), ['%Y%m%d', '%Y/%m/%d'])) AS DATE) AS day, c.u
                FROM retail.{table} t JOIN customer c ON c.p = t."{point(table)}" WHERE c.leaves""" for name in columns)
        # Backups and half hours are there of a few points only, and the place has no day but in words.
        looked = count(db, f"SELECT * FROM ({days}) WHERE day IS NOT NULL") or int(table not in PRESENT)
        yield (f"no day to come beside a customer who leaves: {table}", looked,
               count(db, f"SELECT * FROM ({days}) WHERE day BETWEEN {CUTOVER} + 1 AND {OPEN} OR day = u"))


DAY_COLUMNS = [f"d{number:02}" for number in range(1, 32)]


def sheets(store):
    """Every day of the sheets of a store as (point, month, day, value)."""
    return " UNION ALL ".join(
        f"SELECT supply_point_id AS p, reading_month AS m, month_start + {number} AS day, {column} AS kwh FROM {store}.meter_reading_daily"
        for number, column in enumerate(DAY_COLUMNS))


def of_another_time(db):
    """A row may be the incumbent's and a cell of it not: each goes by the days that it speaks of."""
    month = "strptime(CAST({} AS VARCHAR), '%Y%m')"
    whole = lambda month: f"ours(p, CAST({month} AS DATE), last_day({month}))"
    held = f"SELECT * FROM ({sheets('retail')}) WHERE kwh IS NOT NULL"
    yield ("every day of a sheet in retail was the incumbent's", count(db, held),
           count(db, f"SELECT * FROM ({held}) WHERE NOT ours(p, day, day)"))
    # A day of the month that began or ended with the incumbent.
    mine = (f"SELECT * FROM ({sheets('staging')}) WHERE kwh IS NOT NULL AND ours(p, day, day) "
            f"AND (ours(p, CAST({month.format('m')} AS DATE), CAST({month.format('m')} AS DATE)) "
            f"OR ours(p, last_day({month.format('m')}), last_day({month.format('m')})))")
    yield "no own day of a sheet is lost", count(db, mine), count(db, f"{mine} EXCEPT {held}")
    total = "SELECT supply_point_id AS p, reading_month AS m FROM {}.meter_reading_daily WHERE month_kwh IS NOT NULL"
    yield ("a sheet's total is retail's if every day of the month is the incumbent's, and otherwise not", count(db, total.format("retail")),
           count(db, f"(SELECT p, m FROM ({total.format('staging')}) WHERE {whole(month.format('m'))}) EXCEPT {total.format('retail')}")
           + count(db, f"SELECT * FROM ({total.format('retail')}) WHERE NOT {whole(month.format('m'))}"))
    # A half hour is stamped when it is over: what ended at 00:00 was of the day before.
    half_hour = "CAST(s.max_at - INTERVAL 30 MINUTE AS DATE)"
    both = ("SELECT s.supply_point_id AS p, {} AS day, s.{} AS told, r.{} AS held FROM staging.meter_reading_daily s "
            "JOIN retail.meter_reading_daily r USING (supply_point_id, reading_month)")
    for column in ("max_kw", "max_at"):
        rows = both.format(half_hour, column, column)
        yield (f"{column} of a sheet is retail's if the half hour was the incumbent's, also the last one before 24:00",
               count(db, f"SELECT * FROM ({rows}) WHERE ours(p, day, day)"),
               count(db, f"SELECT * FROM ({rows}) WHERE ours(p, day, day) AND held IS DISTINCT FROM told"))
        yield (f"no {column} of another supplier's half hour is in retail", count(db, f"SELECT * FROM ({rows}) WHERE NOT ours(p, day, day)"),
               count(db, f"SELECT * FROM ({rows}) WHERE NOT ours(p, day, day) AND held IS NOT NULL"))
    # When a meter was taken off is the customer's of that day, and it may be booked for a day to come.
    taken_off = ("SELECT s.supply_point_id AS p, s.removed_on AS day, r.removed_on AS held FROM staging.meter_installation s "
                 "JOIN retail.meter_installation r USING (meter_no, installed_on) WHERE s.removed_on IS NOT NULL")
    mine = f"day < {CUTOVER} AND ours(p, day, day)"
    yield ("the day on which an own customer's meter was taken off is in retail", count(db, f"SELECT * FROM ({taken_off}) WHERE {mine}"),
           count(db, f"SELECT * FROM ({taken_off}) WHERE {mine} AND held IS DISTINCT FROM day"))
    yield ("no day on which another supplier's meter was taken off is in retail", count(db, f"SELECT * FROM ({taken_off}) WHERE NOT ({mine})"),
           count(db, f"SELECT * FROM ({taken_off}) WHERE NOT ({mine}) AND held IS NOT NULL"))
    there = ("SELECT r.supply_point_id AS p, s.{} AS told, r.{} AS held, try_strptime(CAST(s.peak_month AS VARCHAR), '%Y%m') AS m, "
             "s.previous_until AS day FROM retail.supply_point r JOIN staging.supply_point s USING (supply_point_id) WHERE s.{} IS NOT NULL")
    for column, own in (("peak_kw", f"coalesce({whole('m')}, false)"), ("peak_month", f"coalesce({whole('m')}, false)"),
                        ("previous_holder", "coalesce(ours(p, day, day), false)")):
        rows = there.format(column, column, column)
        yield (f"{column} of today's own points is retail's where its own time was the incumbent's", count(db, f"SELECT * FROM ({rows}) WHERE {own}"),
               count(db, f"SELECT * FROM ({rows}) WHERE {own} AND held IS DISTINCT FROM told"))
        yield (f"no {column} of another supplier's time is in retail", count(db, f"SELECT * FROM ({rows}) WHERE NOT {own}"),
               count(db, f"SELECT * FROM ({rows}) WHERE NOT {own} AND held IS NOT NULL"))


def plain(value):
    """A name or a phone number without its spelling."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", value) if sign.isalnum())


def reachable(db):
    """No name and no phone number of those who are not, were not and will not be the incumbent's customers, in any cell of any table of retail, however it is spelt."""
    columns = "contract_holder_name, contract_holder_kana, consumer_name, consumer_phone, contact_phone"
    read = lambda query: {plain(cell) for row in db.execute(query).fetchall() for cell in row if cell}
    known = read(f"SELECT {columns} FROM legacy.consumer WHERE consumer_id IN (FROM acquainted UNION ALL FROM announced)")
    theirs = {value for value in read(f"SELECT {columns} FROM stranger") - known if len(value) >= 3}
    texts = db.execute("SELECT table_name, column_name FROM information_schema.columns "
                       "WHERE table_schema = 'retail' AND data_type = 'VARCHAR' AND table_name NOT LIKE 'code!_%' ESCAPE '!'").fetchall()
    # An own customer's whole name may hold a stranger's: サイトウメグミ is not イトウメグミ.
    held = set().union(*(read(f'SELECT DISTINCT "{column}" FROM retail."{table}"') for table, column in texts)) - known
    everything = "\n".join(held)
    yield "no name and no phone of a stranger in any cell of retail", len(theirs), sum(value in everything for value in theirs)


def count(db, query):
    return db.execute(f"SELECT count(*) FROM ({query})").fetchone()[0]


def told(db):
    """Name, subject (must be more than none), what speaks against it (must be none)."""
    db.execute(DAYS)
    for table in PLACES:
        yield (f"every row of retail's {table} speaks of the incumbent's days and of no other", count(db, speaks(table)),
               count(db, f"SELECT * FROM ({speaks(table)}) WHERE NOT ours_by_now(p, f, u)"))
    # What begins after the cutover says nothing yet, neither for a person nor against one.
    people = "SELECT c.consumer_id, l.p, l.f, l.u FROM retail.consumer c LEFT JOIN link l ON l.consumer_id = CAST(c.consumer_id AS VARCHAR)"
    yield ("whoever is in retail's consumers was the incumbent's customer wherever and whenever they were one", count(db, people),
           count(db, f"SELECT * FROM ({people}) WHERE (f <= {CUTOVER}) IS NOT FALSE AND (p IS NULL OR NOT ours_by_now(p, f, u))"))
    ids = " UNION ALL ".join(f"SELECT CAST(consumer_id AS VARCHAR) AS id FROM retail.{table}"
                             for table in ("consumer", "consumer_point", "retail_contract"))
    yield ("no record of a stranger in retail", count(db, "FROM stranger"),
           count(db, f"SELECT id FROM ({ids}) WHERE id IN (SELECT consumer_id FROM stranger)"))
    yield from reachable(db)
    yield ("no start request of another supplier in retail", count(db, "SELECT * FROM staging.switching_request s JOIN customer c ON "
           "c.p = s.supply_point_id AND c.leaves AND trim(s.requester_code, ' 　') <> '99010'"),
           count(db, "SELECT * FROM retail.switching_request r JOIN staging.switching_request s USING (request_no) "
                     "WHERE (trim(s.requester_code, ' 　') = '99010') IS NOT TRUE"))
    yield from days_to_come(db)
    yield from missing(db)
    yield from separating(db)
    yield from of_another_time(db)
    mine = "SELECT s.supply_point_id FROM staging.supply_point s JOIN customer c ON c.p = s.supply_point_id"
    waiting = "SELECT supply_point_id FROM quarantine.supply_point WHERE bunri_reason <> 'retail_only_of_other'"
    yield ("no point of today's customers is lost: it is in retail or waits for a person", count(db, mine),
           count(db, f"{mine} EXCEPT (SELECT supply_point_id FROM retail.supply_point UNION ALL {waiting})"))
    yield ("nobody's point that is not a customer's of today is in retail", count(db, "FROM retail.supply_point"),
           count(db, "SELECT supply_point_id FROM retail.supply_point EXCEPT SELECT p FROM customer"))

"""The peer of `bunri incident access`: DuckDB with the same rules over the same log.

`access.py make FOLDER LINES` writes a system that is not the sample (other companies, names, columns): a legacy database with the ledger of
a million points, the security tables, and a log of so many lines, the same bytes each time. `access.py peer FOLDER` asks DuckDB. `access.py bench
FOLDER BUNRI [RUNS]` runs both in turn, with wall time, processor time and peak memory of each, and fails where they do not find the same.

The log is the rehearsal of an ordinary year: operators who read everybody, retail clerks who read their own customers, and one line in some
thousands that should not be there. Threads: THREADS (2).
"""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time

import duckdb
import pyarrow

THREADS = os.environ.get("THREADS", "2")
POINTS = 1_000_000
COMPANIES = ["Nagi Grid", "Nagi Denryoku", "Nagi Hydro", "Minato Systems"]
ACCOUNTS = 2_000
SCREENS = ["KOKYAKU", "KENSHIN", "IDOU", "KYUDEN"]
# Thresholds of the incident file and of the peer.
A_DAY, WINDOW_READS, WINDOW, SWITCHING, SILENT, FORWARDS = 200, 20, 90, 14, 600, 86_400

INCIDENTS = f"""label = "Nagi, a year of reads"
job = "job.toml"
judged_on = 2025-12-31

[companies]
operator = ["{COMPANIES[0]}"]
retail = ["{COMPANIES[1]}"]
affiliate = ["{COMPANIES[2]}"]
contractor = ["{COMPANIES[3]}"]

[tables.screens]
csv = "screens.csv"
columns = {{ screen = "code", system = "belongs" }}

[tables.accounts]
csv = "accounts.csv"
columns = {{ account = "login", owner = "staff", company = "firm", roles = "part" }}

[tables.transfers]
csv = "moves.csv"
columns = {{ person = "staff", from_company = "old", to_company = "new", date = "day" }}

[tables.terminals]
csv = "stations.csv"
columns = {{ terminal = "station", company = "firm", room = "floor" }}

[tables.rooms]
csv = "floors.csv"
columns = {{ room = "floor", company = "firm" }}

[tables.switching_requests]
csv = "requests.csv"
columns = {{ date = "day", point = "spid", retailer = "to_code" }}

[access_log]
csv = "log-*.csv"
actions = {{ login = ["ON"], read = ["SHOW"], search = ["FIND"], write = ["PUT"] }}
searches = {{ name = ["PERSON"], other = ["NUMBER"] }}
dispatch = {{ systems = ["dispatch"], rooms = ["F4"] }}
[access_log.columns]
at = "stamp"
account = "login"
action = "deed"
terminal = "station"
screen = "pane"
search = "key_kind"
point = "spid"
columns = {{ column = "cells", separator = "+" }}
sequence = "no"

[rules.reads_a_day]
reads = {A_DAY}
basis = "bench"
[rules.reads_in_a_window]
reads = {WINDOW_READS}
seconds = {WINDOW}
basis = "bench"
[rules.switching_after_read]
days = {SWITCHING}
basis = "bench"
[rules.silent_span]
seconds = {SILENT}
basis = "bench"
[rules.clock_forwards]
seconds = {FORWARDS}
basis = "bench"
"""

CATALOGUE = {
    "catalogue.toml": """[catalogue]
name = "nagi"
version = "1"
incumbent = [{ code = "88001" }]
vacant = ["00000"]
retailers = { table = "suppliers", column = "code" }

[ledger]
table = "supply"
key = ["spid"]
retailer = "code"
from = "since"
until = "till"
until_is = "inclusive"
compare = "exact"
open = ["9999-12-31"]
""",
    "tables/suppliers.toml": """table = "suppliers"
key = ["code"]
rows = "reference"
[columns]
code = "reference"
""",
    "tables/supply.toml": """table = "supply"
key = ["spid", "since"]
rows = { by = "ledger", during = ["since", "till"] }
known_at = { none = "the ledger holds no row before its period is agreed" }
[columns]
spid = "own_customer"
since = "own_customer"
till = "transmission_only"
code = "own_customer"
[types]
since = "date"
till = "date"
""",
}

JOB = """label = "nagi"
kind = "rehearsal"
cutover = 2026-04-01
[source]
sqlite = "legacy.db"
[catalogue]
path = "catalogue"
[output]
custody = "out/custody"
retail = "out/retail"
"""


def point(number):
    return f"printf('44%020d', ({number}) * 7919)"


def own_until(number):
    """A third own for good, a third switched away on some day of 2025, a third never own."""
    return f"CASE ({number}) % 3 WHEN 0 THEN '9999-12-31' WHEN 1 THEN strftime(DATE '2025-01-01' + CAST(({number}) % 365 AS INTEGER), '%Y-%m-%d') END"


def make(folder, lines):
    folder.mkdir()
    for name, text in {"incidents.toml": INCIDENTS, "job.toml": JOB, **{f"catalogue/{name}": text for name, text in CATALOGUE.items()}}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "screens.csv").write_text("code,belongs\n" + "".join(f"{it},{'dispatch' if it == 'KYUDEN' else 'retail'}\n" for it in SCREENS))
    (folder / "floors.csv").write_text("floor,firm\n" + "".join(f"F{at},{COMPANIES[at % 4]}\n" for at in range(5)))
    # Accounts: 60 % the operator's, 30 % retail's, the rest of the others. Terminals the same, a few in other floors.
    side = lambda number: 0 if number % 10 < 6 else 1 if number % 10 < 9 else 2 + number // 10 % 2
    accounts = [f"L{at:05d},S{at:05d},{COMPANIES[side(at)]},p{side(at)}\n" for at in range(ACCOUNTS)]
    (folder / "accounts.csv").write_text("login,staff,firm,part\n" + "".join(accounts))
    floor = lambda at: "F1" if at % 400 == 200 else "F4" if at % 40 == 0 else f"F{side(at)}"
    stations = [f"W{at:05d},{COMPANIES[side(at)]},{floor(at)}\n" for at in range(ACCOUNTS)]
    (folder / "stations.csv").write_text("station,firm,floor\n" + "".join(stations))
    moves = [f"S{at:05d},{COMPANIES[0]},{COMPANIES[1]},2025-10-01\n" for at in range(5, ACCOUNTS, 500)]
    (folder / "moves.csv").write_text("staff,old,new,day\n" + "".join(moves))
    db = duckdb.connect()
    db.execute(f"SET threads = {THREADS}")
    db.execute(f"""COPY (SELECT strftime(DATE '2025-01-01' + CAST(hash(i) % 365 AS INTEGER), '%Y-%m-%d') AS day, {point('i * 50 + 1')} AS spid, '88001' AS to_code
                   FROM range({POINTS // 50}) t(i)) TO '{folder}/requests.csv' (HEADER)""")
    source = sqlite3.connect(folder / "legacy.db")
    source.execute("CREATE TABLE suppliers (code TEXT PRIMARY KEY)")
    source.executemany("INSERT INTO suppliers VALUES (?)", [("88001",), ("88002",)])
    source.execute("CREATE TABLE supply (spid TEXT, since TEXT, till TEXT, code TEXT, PRIMARY KEY (spid, since))")
    periods = db.execute(f"""
        SELECT {point('i')}, '2016-04-01', {own_until('i')}, '88001' FROM range({POINTS}) t(i) WHERE i % 3 < 2
        UNION ALL SELECT {point('i')}, CASE WHEN i % 3 = 1 THEN strftime(CAST({own_until('i')} AS DATE) + 1, '%Y-%m-%d') ELSE '2016-04-01' END,
            '9999-12-31', '88002' FROM range({POINTS}) t(i) WHERE i % 3 > 0""")
    while rows := periods.fetchmany(100_000):
        source.executemany("INSERT INTO supply VALUES (?, ?, ?, ?)", rows)
    source.commit()
    source.close()
    log(db, folder, lines)


def log(db, folder, lines):
    """Lines in files of ten million, in their order. An account sits at its own terminal but for one line in 9,973."""
    step = 365 * 86_400_000 // lines  # milliseconds between two lines
    per_file = 10_000_000
    db.execute("SET preserve_insertion_order = true")
    for at in range(0, lines, per_file):
        db.execute(f"""COPY (
            WITH a AS (SELECT i, hash(i) AS h, hash(i + 1000000007) AS g FROM range({at}, {min(lines, at + per_file)}) t(i)),
            -- Now and then an account goes through a list as fast as it can.
            b AS (SELECT *, CASE WHEN i % 400000 < 200 THEN (i // 400000) % {ACCOUNTS} ELSE h % {ACCOUNTS} END AS who FROM a),
            c AS (SELECT *, CASE WHEN who % 10 BETWEEN 6 AND 8 AND g % 5000 > 0 THEN g % {POINTS} // 3 * 3 ELSE g % {POINTS} END AS p FROM b),
            d AS (SELECT *, CASE WHEN h % 97 = 0 THEN 'ON' WHEN h % 89 = 0 THEN 'FIND' WHEN h % 83 = 0 THEN 'PUT' ELSE 'SHOW' END AS deed FROM c)
            SELECT i + 1 + i // 7000000 AS no,
                strftime(epoch_ms(1735657200000 + 32400000 + i * {step} - CASE WHEN i % 3000000 = 2999999 THEN 3600000 ELSE 0 END), '%Y-%m-%dT%H:%M:%S.%g+09:00') AS stamp,
                printf('L%05d', who) AS login,
                CASE WHEN i % 9973 = 0 THEN printf('W%05d', g % {ACCOUNTS}) ELSE printf('W%05d', who) END AS station,
                deed,
                CASE WHEN deed = 'ON' THEN '' WHEN h % 20011 = 7 THEN 'KYUDEN' WHEN h % 3 = 0 THEN 'KENSHIN' WHEN h % 3 = 1 THEN 'KOKYAKU' ELSE 'IDOU' END AS pane,
                CASE WHEN deed <> 'FIND' THEN '' WHEN g % 50 = 0 THEN 'PERSON' ELSE 'NUMBER' END AS key_kind,
                CASE WHEN deed IN ('SHOW', 'PUT') THEN {point('p')} ELSE '' END AS spid,
                CASE WHEN deed IN ('SHOW', 'PUT') THEN 'supply.spid+supply.code' ELSE '' END AS cells
            FROM d ORDER BY i) TO '{folder}/log-{at // per_file:03d}.csv' (HEADER, QUOTE '')""")


def peer(folder):
    """The same rules, each as a query over one pass that parses the log into a table of what rules ask."""
    db = duckdb.connect()
    db.execute(f"SET threads = {THREADS}")
    db.execute(f"SET memory_limit = '{os.environ.get('MEMORY', '8GiB')}'")
    db.execute(f"SET temp_directory = '{folder}/duckdb-tmp'")
    db.execute("SET TimeZone = 'Asia/Tokyo'")
    source = sqlite3.connect(folder / "legacy.db")
    db.execute("CREATE TABLE supply (spid TEXT, since DATE, till DATE, code TEXT)")
    periods = source.execute("SELECT spid, since, till, code FROM supply")
    while rows := periods.fetchmany(500_000):
        batch = pyarrow.table(dict(zip(("spid", "since", "till", "code"), zip(*rows))))
        db.execute("INSERT INTO supply SELECT spid, CAST(since AS DATE), CAST(till AS DATE), code FROM batch")
    db.execute(f"CREATE TABLE accounts AS SELECT *, CAST(login[2:] AS INTEGER) AS id FROM read_csv('{folder}/accounts.csv', header = true, all_varchar = true)")
    for name in ("stations", "moves", "screens", "floors", "requests"):
        db.execute(f"CREATE TABLE {name} AS FROM read_csv('{folder}/{name}.csv', header = true, all_varchar = true)")
    # One pass parses the log, joins it, and keeps of a line what rules ask: as narrow as it can be.
    strict = lambda column: f"CASE WHEN {column} IN ('{COMPANIES[1]}', '{COMPANIES[2]}') THEN {column} END"
    shows = "l.deed IN ('SHOW', 'FIND')"
    db.execute(f"""CREATE TABLE log AS
        WITH l AS (SELECT *, CAST(stamp AS DATE) AS day FROM read_csv('{folder}/log-*.csv', header = true, delim = ',', quote = '', columns = {{'no': 'BIGINT', 'stamp': 'TIMESTAMPTZ',
                'login': 'VARCHAR', 'station': 'VARCHAR', 'deed': 'VARCHAR', 'pane': 'VARCHAR', 'key_kind': 'VARCHAR', 'spid': 'VARCHAR', 'cells': 'VARCHAR'}})),
            j AS (SELECT l.*, a.id AS who, a.firm, w.firm AS station_firm, f.firm AS floor_firm, w.floor, CAST(m.day AS DATE) AS moved, s.code,
                coalesce({strict('a.firm')}, CASE WHEN l.day >= CAST(m.day AS DATE) THEN '{COMPANIES[1]}' END, {strict('w.firm')}, {strict('f.firm')}) AS side
            FROM l JOIN accounts a USING (login) JOIN stations w USING (station) JOIN floors f ON f.floor = w.floor LEFT JOIN moves m ON m.staff = a.staff
            LEFT JOIN supply s ON s.spid = l.spid AND l.day BETWEEN s.since AND s.till)
        SELECT no, stamp, day, CAST(who AS SMALLINT) AS who, {shows} AS shows,
            side IS NOT NULL AND {shows} AND spid <> '' AND (code = '88002' OR side = '{COMPANIES[2]}' AND code IS NOT NULL) AS other_company_read,
            side IS NOT NULL AND deed = 'FIND' AND key_kind = 'PERSON' AS name_search,
            deed = 'ON' AND day >= moved AS login_after_transfer,
            firm <> station_firm AS used_on_other_terminal,
            firm <> floor_firm AS used_in_other_room,
            side IS NOT NULL AND {shows} AND spid <> '' AND code IS DISTINCT FROM '88001' AND EXISTS (SELECT 1 FROM requests r
                WHERE r.spid = l.spid AND r.to_code = '88001' AND CAST(r.day AS DATE) BETWEEN l.day AND l.day + {SWITCHING}) AS switching_after_read,
            firm = '{COMPANIES[3]}' AND deed = 'PUT' AND list_has_any(string_split(cells, '+'), ['supply.spid', 'supply.code']) AS guarded_write,
            pane = 'KYUDEN' AND floor <> 'F4' AS dispatch_from_outside
        FROM j l""")
    one = lambda sql: db.execute(sql).fetchall()[0][0] or 0
    flags = ["other_company_read", "name_search", "login_after_transfer", "used_on_other_terminal", "used_in_other_room", "switching_after_read", "guarded_write",
             "dispatch_from_outside"]
    row = db.execute(f"SELECT {', '.join(f'count(*) FILTER ({flag})' for flag in flags)} FROM log").fetchall()[0]
    found = dict(zip(flags, row))
    found["reads_a_day"] = one(f"SELECT count(*) FROM (SELECT who, day FROM log WHERE shows GROUP BY ALL HAVING count(*) > {A_DAY})")
    found["reads_in_a_window"] = one(f"""SELECT count(*) FROM (SELECT stamp - lag(stamp, {WINDOW_READS}) OVER (PARTITION BY who ORDER BY no) AS took
        FROM log WHERE shows) WHERE took BETWEEN INTERVAL 0 SECOND AND INTERVAL {WINDOW} SECOND""")
    steps = "FROM (SELECT no - lag(no) OVER w AS step, stamp - lag(stamp) OVER w AS took FROM log WINDOW w AS (ORDER BY no))"
    row = db.execute(f"""SELECT sum(step - 1) FILTER (step > 1), count(*) FILTER (step < 1), count(*) FILTER (took > INTERVAL {SILENT} SECOND AND took <= INTERVAL {FORWARDS} SECOND),
        count(*) FILTER (took < INTERVAL (-5) SECOND), count(*) FILTER (took > INTERVAL {FORWARDS} SECOND) {steps}""").fetchall()[0]
    names = ["sequence_missing", "sequence_repeated", "silent_span", "clock_backwards", "clock_forwards"]
    found.update(zip(names, [number or 0 for number in row]))
    found["groups of used_in_other_room"] = one("SELECT count(DISTINCT who) FROM log WHERE used_in_other_room")
    print(json.dumps({name: int(number) for name, number in found.items()}))


def ours(outcome):
    """Counts by rule, as the peer names them."""
    found = {check["rule"]: 0 for check in outcome["checks"] if check["status"] == "checked"}
    for finding in outcome["findings"]:
        figures = finding["figures"]
        found[finding["rule"]] += figures.get("lines", figures.get("days", figures.get("missing", 0)))
    accounts = {it["of"]["account"] for it in outcome["findings"] if it["rule"] == "used_in_other_room"}
    found["groups of used_in_other_room"] = len(accounts)
    return found


def run(command):
    """Wall and processor time, peak memory in MB, and what it printed."""
    begun = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command}: ended with {status}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(text)


def bench(folder, bunri, runs):
    commands = {
        "bunri": [bunri, "incident", "access", str(folder / "incidents.toml"), "--json", "--threads", THREADS],
        "duckdb": [sys.executable, __file__, "peer", str(folder)],
    }
    for number in range(runs):
        found = {}
        for name, command in commands.items():
            wall, processor, memory, said = run(command)
            found[name] = ours(said) if name == "bunri" else said
            print(f"run {number + 1} {name:7} wall {wall:7.1f} s  processor {processor:7.1f} s  peak {memory:7.0f} MB", flush=True)
        wrong = {rule: (number, found["bunri"].get(rule)) for rule, number in found["duckdb"].items() if found["bunri"].get(rule) != number}
        if wrong:
            sys.exit(f"DuckDB and bunri differ: {wrong}")
    print(json.dumps(found["duckdb"], indent=1))


if sys.argv[1] == "make":
    make(pathlib.Path(sys.argv[2]), int(sys.argv[3]))
elif sys.argv[1] == "peer":
    peer(pathlib.Path(sys.argv[2]))
else:
    bench(pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 1)

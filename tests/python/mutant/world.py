"""Good runs of the real binary over the smallest sample, and runs of a splitter that believes something wrong.

A world is a folder with a source, a catalogue, a job and three stores. The mistakes of a splitter are made by the real
splitter: it believes another catalogue or another source, and its stores are put beside the true ones.
"""

import shutil
import sqlite3
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from tamper import entry, manifest_of

REPOSITORY = Path(__file__).resolve().parents[3]
STORES = {"retail": "retail", "transmission": "custody/transmission", "quarantine": "custody/quarantine"}
FOLDERS = {**STORES, "staging": "custody/staging"}

CUTOVER = "2026-04-01"
JOB = f"""label = "story"
kind = "rehearsal"
cutover = "{CUTOVER}"
[source]
sqlite = "legacy.db"
[catalogue]
path = "catalogue"
[output]
custody = "custody"
retail = "retail"
"""

# 備考 of a consumer, as the shipped catalogue has it.
REMARKS = """[columns.remarks]                                 # 備考
class = "transmission_only"
category = "free_text"
"""

# Class B opened on other rows, for the mistakes that only such a release makes possible.
OPENED = [("catalogue.toml", "any_retailer_on_other_rows = []", 'any_retailer_on_other_rows = ["supply_point", { table = "meter", basis = "x" }]')]

# Name-holders and wheeling contracts under keyed hashes instead of their numbers.
REKEYED = [(f"tables/{id}.toml", f'{column} = "{kind}"', f'{column} = {{ class = "{kind}", rekey = "{name}" }}')
           for id, column, kind, name in (("consumer", "consumer_id", "own_customer", "consumer"), ("consumer_point", "consumer_id", "own_customer", "consumer"),
                                          ("retail_contract", "consumer_id", "retail_only", "consumer"),
                                          ("wheeling_contract", "wheeling_contract_no", "own_customer", "contract"))]
REKEYED += [("tables/document.toml", "owner_id = { by", 'owner_id = { rekey = "consumer", by')]
SECRET = "a fictional secret, of 32 bytes and more"

# Remarks that wait for a person, some of them by a condition; and what a customer runs, for retail unless the point is large.
WAITING = [
    ("tables/consumer.toml", REMARKS, REMARKS.replace("transmission_only", "hold")),
    ("tables/meter_reading_monthly.toml", "\n[types]\n", """
[[when]]
if = { column = "usage_kwh", at_least = 100 }
rows = ["own", "other", "undecided"]
change = { transmission_only = "hold" }
columns = ["remarks"]
basis = "x"

[types]
"""),
    *(("tables/load_equipment.toml", f'{column} = "transmission_only"', f'{column} = "own_customer"')
      for column in ("supply_point_id", "equipment_no", "equipment_kind", "equipment_kw")),
    ("tables/load_equipment.toml", "\n[types]\n", """
[[when]]
if = { parent = "supply_point", column = "contract_power_kw", at_least = 4 }
rows = ["own"]
change = { own_customer = "transmission_only" }
columns = ["equipment_kind", "equipment_kw"]
basis = "x"

[types]
"""),
]

# What people decided, and of which tables.
DECIDED = (("meter_reading_monthly", "own"), ("supply_point", "own"), ("wheeling_contract", "other"))


# The retailer's own list of people to visit.
CANVASS = """table = "canvass"
key = ["visit_no"]
rows = { every_row = "all_retail", basis = "the retailer's own list of visits (confirmed: 2026-02-20)" }
[columns]
visit_no = "retail_only"
name = { class = "retail_only", category = "personal" }
phone = { class = "retail_only", category = "personal" }
"""
CANVASSED = (
    "CREATE TABLE canvass (visit_no TEXT PRIMARY KEY, name TEXT, phone TEXT)",
    "INSERT INTO canvass SELECT 'V' || consumer_id, contract_holder_name, consumer_phone FROM consumer WHERE consumer_phone IS NOT NULL",
)
# Supply points through a view, one row for each; and the same view by a keeper who joins it with what not every point has.
VIEWED = "CREATE VIEW v_point AS SELECT p.supply_point_id FROM supply_point p LEFT JOIN load_equipment e USING (supply_point_id) GROUP BY 1"
LOSING = VIEWED.replace("LEFT JOIN", "JOIN")
VIEW = """table = "v_point"
view_of = { tables = ["supply_point", "load_equipment"], rows_of = ["supply_point"] }
key = ["supply_point_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "it holds numbers of points alone" }
[columns]
supply_point_id = "own_customer"
"""
# A clerk's note on the first contract that has one.
MEMO = "UPDATE retail_contract SET sales_memo = {} WHERE retail_contract_no = (SELECT MIN(retail_contract_no) FROM retail_contract WHERE sales_memo IS NOT NULL)"
NOTED = MEMO.format("(SELECT retailer_name || 'へ切替予定 SW廃止 ' || retailer_code FROM code_retailer WHERE retailer_code = '99020')")
NUMBERED = MEMO.format("(SELECT '需要家番号 ' || MAX(consumer_id) FROM consumer)")


def rekeyed(secret=SECRET):
    """What a world needs to replace these numbers."""
    section = '[rekey]\nconsumer = { secret = "one.secret" }\ncontract = { secret = "one.secret" }\n'
    return {"edits": tuple(REKEYED), "job": section, "files": (("one.secret", secret),)}


def decided(lines):
    """What a world needs to hear people out: lines of `table, key, ownership`."""
    text = "table,key,ownership,basis,approver,date\n"
    text += "".join(f'{id},{"|".join(key)},{ownership},meeting,甲野太郎,2026-03-20\n' for id, key, ownership in lines)
    return {"job": '[decisions]\npath = "decisions.csv"\n', "files": (("decisions.csv", text),)}


class World:
    """One run. `rows` of every store and of staging can be read; nothing here is changed afterwards."""

    def __init__(self, bunri, root, edits=(), sql=(), seed=1, job="", files=(), staged=None, cutover=CUTOVER):
        self.bunri, self.root = bunri, Path(root)
        shutil.copytree(REPOSITORY / "schemas/denryoku", self.root / "catalogue")
        for file, truth, mistake in edits:
            edit(self.root / "catalogue" / file, truth, mistake)
        (self.root / "job.toml").write_text(JOB.replace(CUTOVER, cutover) + job, encoding="utf-8")
        for name, text in files:
            (self.root / name).write_text(text, encoding="utf-8")
            (self.root / name).chmod(0o600)
        self.run(0, "sample", "--points", "60", "--seed", str(seed), "--out", "legacy.db")
        with sqlite3.connect(self.root / "legacy.db") as database:
            changed = sum(database.execute(statement).rowcount for statement in sql)
        database.close()
        assert changed or not sql, f"no row was touched by {sql}"
        self.run(1, "extract", "job.toml")
        if staged:
            staged(self.root / "custody")
        self.run(1, "split", "job.toml")
        self.known = {}

    def run(self, expected, *arguments):
        ended = subprocess.run([self.bunri, *arguments], cwd=self.root, capture_output=True, text=True)
        assert ended.returncode == expected, f"{arguments}: exit code {ended.returncode}\n{ended.stdout}{ended.stderr}"
        return ended

    def tables(self, store):
        """Ids of the store's tables, in order."""
        return [table["id"] for table in manifest_of(self.root / FOLDERS[store])["tables"]]

    def table(self, store, id):
        if (store, id) not in self.known:
            (path,) = sorted((self.root / FOLDERS[store] / id).glob("*.parquet"))
            self.known[store, id] = pq.read_table(path)
        return self.known[store, id]

    def rows(self, store, id):
        """The rows as dictionaries of the caller's own."""
        return self.table(store, id).to_pylist()

    def columns(self, store, id):
        return self.table(store, id).column_names

    def key(self, store, id):
        """Key columns; empty for a table without a key."""
        return entry(manifest_of(self.root / STORES[store]), id)["key"]

    @cached_property
    def keyed(self):
        """Row keys of staging tables: what the retail store or the transmission store calls the key."""
        stores = ("retail", "transmission")
        return {id: self.key(store, id) for store in stores for id in self.tables(store)}

    def staged_by_key(self, id):
        return {tuple(row[name] for name in self.keyed[id]): row for row in self.rows("staging", id)}


class Worlds:
    """The worlds of a session, each made when it is first asked for."""

    def __init__(self, bunri, root):
        self.bunri, self.root, self.made = bunri, Path(root), {}

    def get(self, edits=(), sql=(), **others):
        asked = (tuple(edits), tuple(sql), *sorted(others.items()))
        if asked not in self.made:
            folder = tempfile.mkdtemp(prefix="world-", dir=self.root)
            self.made[asked] = World(self.bunri, folder, edits, sql, **others)
        return self.made[asked]

    def named(self, name):
        """One of the good runs."""
        return getattr(self, name)

    @property
    def ordinary(self):
        return self.get()

    @property
    def opened(self):
        return self.get(OPENED)

    @property
    def waiting(self):
        return self.get(WAITING)

    @property
    def rekeyed(self):
        return self.get(**rekeyed())

    @property
    def decided(self):
        return self.get(**decided(self.decisions()))

    @property
    def canvassed(self):
        return self.get(sql=CANVASSED, files=(("catalogue/tables/canvass.toml", CANVASS),))

    @property
    def viewed(self):
        return self.viewing(VIEWED)

    def viewing(self, view, staged=None):
        """A run over a source with this view."""
        return self.get(sql=(view,), files=(("catalogue/tables/v_point.toml", VIEW),), staged=staged)

    @property
    def noted(self):
        return self.get(sql=(NOTED,))

    @property
    def numbered(self):
        return self.get(sql=(NUMBERED,), **rekeyed())

    def decisions(self, nth=0):
        """A decision on a row of each of these tables that waits for one: the first, or the `nth` after it."""
        for id, ownership in DECIDED:
            rows = self.ordinary.rows("quarantine", id)
            waiting = [row for row in rows if row["bunri_reason"] != "retail_only_of_other"]
            yield id, tuple(str(waiting[nth][name]) for name in self.ordinary.key("quarantine", id)), ownership


def edit(path, truth, mistake):
    text = path.read_text(encoding="utf-8")
    assert truth in text, f"{path} does not hold {truth!r}"
    path.write_text(text.replace(truth, mistake), encoding="utf-8")

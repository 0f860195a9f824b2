"""What docs/evidence/peers.md says in words: the peers, what each must be given, and what none of them can see."""

# Column -> its name, what it must be given, and whose seconds it takes.
PEERS = {
    "diff": ("`diff -r`", "the expected stores", "byte_diff"),
    "except_all": ("`EXCEPT ALL`", "the expected stores", "except_all"),
    "described": ("`EXCEPT ALL` after `DESCRIBE`", "the expected stores", "except_all"),
    "reladiff": ("reladiff", "the expected stores, keys", "row_differ"),
    "presidio": ("Presidio, beside the good scan", "a scan of the expected stores", "pattern_scan"),
    "policy": ("Presidio, by a list of allowed kinds", "kinds allowed in each column", "pattern_scan"),
    "grep": ("`grep -F`", "staging and the expected stores", "value_search"),
    "bunri": ("bunri verify", "staging, catalogue, job", "bunri"),
}

KINDS = {
    "wrong_rules": "a splitter that believes something wrong",
    "leaked_values": "values and rows put into a store by hand",
    "hidden_values": "withheld values in disguise",
    "keys_and_people": "replaced keys, people's decisions",
    "lost_rows": "rows lost, doubled or in the wrong store",
    "altered_values": "values or columns altered",
    "residue": "files that say more than their rows",
    "files_and_manifests": "files, names and manifests",
    "whole_stores": "stores that are wrong as wholes",
    "staging": "losses between the source and staging",
}

HEAD = """# Peers on the leak mutants

Written by `make peers`. The damaged runs of [mutants.md](mutants.md), judged by what else a migration team could reach for.
Each peer is given its best use, also where that is more than a team would have. "Caught" is any complaint that the same
peer does not have about the good run, a refusal to read a file included. All are silent about good runs compared with
themselves; the page is not written otherwise."""

FOOT = """## How to read these figures

* **The mutants are bunri's own.** Whoever writes both the tool and the list of mistakes fixes what the list finds. That
  bunri catches them says that the list is a test of it, not that it is a fair race. The peers were written for other
  questions, and answer those well.
* **Every peer is told the answer.** `diff -r`, `EXCEPT ALL`, reladiff and the first Presidio column hold the run against
  stores that are known to be right; `grep` learns from them what is withheld. Only the list of allowed kinds could be written
  without. Nobody has these stores on the night of a migration: if they existed, they would be handed over instead.
  Given them, nothing beats `diff -r`, because bunri's bytes are a function of its inputs; it misses {diff_missed} places (another
  name for the same file, permissions, what was rejected).
  What a team can have is a second computation of the stores from staging. `bunri check --explain=sql` prints one for DuckDB
  ([rules.md](../rules.md)); with it, the two `EXCEPT ALL` columns are figures that can be had, for rows and columns, at the
  price of trusting one reading of the catalogue twice.
* **The same inputs have the same blind spots.** A wrong ledger, a wrong class and a mistake of the extraction that keeps
  every count and sum are in everybody's expected answer. Stores that were expected of *another* extraction would show the
  last, and bunri, which compares staging with the source by counts and totals, would not. That is no theory: the first
  run of this page had such a place (mutant 100: one reading, in a column with values that the source could not sum), which
  `EXCEPT ALL` against the stores of the right extraction showed and `verify` did not. Since then such a total leaves out
  only what cannot be summed, if all of that was rejected. A rejected row that nobody is told of (mutant 120) was seen by
  nobody then; no peer looks at what was rejected.
* **Seconds** are of the processor, for one look at the smallest sample (60 supply points, three stores, 43 tables), start-up
  and the loading of a model included. They say what a small rehearsal costs, and nothing about millions of points: `make
  bench` has `EXCEPT ALL` and `verify` side by side at size.

## What each cannot see, and why

**`EXCEPT ALL`** (DuckDB 2.0.0; each table's files together, both ways, all three stores). It sees rows as a multiset, and that
well: NULL and empty text, order of equal rows, doubles, all as they should be. It cannot see what is not a row:

* bytes of files: of {residue} places where a file says more than its rows (dictionaries with filtered values, statistics of the
  unsplit column, bytes that nothing refers to, row groups of the source's batches), it sees {residue_rows};
* the order of rows, which an `ORDER BY` on a withheld column can give away;
* manifests, sums, and files that are not Parquet;
* names and types: it compares columns by position and casts to a common type. `DESCRIBE` before it sees these, {only_described}
  more places;
* whose mistake it is. Rows differ; nothing says that one of them is another supplier's customer.

**reladiff** (0.6.0, which continues data-diff; both sides as tables of one DuckDB 2.0.0 database). It answers the same
question as `EXCEPT ALL` by hashes and keys, which pays where the two sides are in different databases. Here it does not: it
needs a key that is a number, a UUID or letters and digits, and refused the keys of {replaced} tables of the three stores
(days; text with other signs than letters and digits; the table without a key), for which we made numbers. What is not a
row, it cannot see either; nor the order of columns; and columns that nobody names to it are not compared (we named those of
both sides). Its refusal of columns whose types do not fit counts as caught.

**Presidio** (analyzer 2.2.366, spaCy with the Japanese model GiNZA 5.3.0, and patterns added for telephone numbers with any
hyphens, supply points, retailer codes, accounts, user ids, digests and base64; text folded by NFKC first). It reads what
looks like a person's data, and both stores *should* hold that: **{alarms} of {texts} texts of the good retail store
({share} %) raise an alarm**. So the question is only which alarm is new:

* beside a scan of the good store, every new text that looks like something counts: {scan_leaks} of {leaks} places where values leak. That
  needs the good store;
* with a list of kinds that each column may hold, a name of another customer in a column of names is like any other: {policy_leaks} of
  {leaks}. A code, a reading, a day, an amount, a key is no personal data at all: it says nothing about whose it is;
* what is missing: of {lost} places where rows are lost, doubled or misplaced it sees {scan_lost} by kinds. A scanner cannot
  miss what is not there;
* numbers, times, order, bytes, dictionaries and statistics are not texts that it is shown.

**`grep -F`** with every text that only withheld cells hold ({values} spellings for the retail store, {in_vain} of them left
out because granted texts hold them too), over cells, names, manifests, what files say beside their rows, and raw bytes. The
nearest to claim C5, and the cheapest useful thing on this page: {grep_leaks} of {leaks} places where values leak. It needs to
know what is withheld, which is the whole question of the night (here: staging less the good store). It sees no loss
({grep_lost} of {lost}: rows that moved from store to store), no change of a number or a day, no digest, no value that occurs
on both sides, no compressed dictionary entry that no row uses.

**bunri verify** needs none of the expected stores: it decides every row again from staging and catalogue. What it does
not prove is in [what-verify-proves.md](../what-verify-proves.md), limits first.

**Not run.** data-diff itself (last release May 2024; reladiff continues it, with the same method). Google's data validator,
pgCompare and commercial scanners were not tried."""

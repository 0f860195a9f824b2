//! Stories that run the real binary, as a migration engineer would: arrange a sample, run `bunri`, look at what
//! came out. What they look with is not ours: pyarrow, DuckDB, `sha256sum`, and Python's own digests.
//!
//! | module | tells |
//! |---|---|
//! | `again` | after a change: what stands, what goes, and that it comes to what a fresh run makes |
//! | `agreement` | splitting, verification and docs/rules.md say the same of systems made by chance |
//! | `as_sql` | the SQL that `check` prints makes the same stores in DuckDB |
//! | `delta` | rows that did not change are taken from an earlier run: every byte is a full run's, and what is refused of it |
//! | `domain` | every planted cell and every rule about rows ends where the domain says |
//! | `tampering` | each way to damage a store has its own finding |
//! | `opened` | class B opened on other rows: what retail sees then, and what it never does |
//! | `leak` | a withheld value is found however it is spelled, encoded or hashed, and wherever it stands |
//! | `load` | stores into a target: loaded whole, held against the store, every damage found; what is in the way is told first |
//! | `page` | the report as a page: driven in a browser, that fetches nothing; what is refused of it |
//! | `prove` | retail's bytes stay the same when what is withheld is other, and what verify makes of the record |
//! | `reread` | the source read a second time: what extraction made of it, and what a faulty one would have made |
//! | `mutants` | every leak that we could think of is caught by its named claim |
//! | `same_bytes` | threads, memory and insertion order leave no trace |
//! | `kinds` | one system in every kind of source: the same stores |
//! | `kill` | a kill at any moment leaves stores absent or complete |
//! | `bad_source`, `bad_catalogue`, `bad_ledger`, `bad_output` | bad input gets a clear error, and nothing half-done |
//! | `decisions` | what people decide about quarantined rows, and what is refused of it |
//! | `plan` | what a run would do is what it does: counts, references, changes; the folder, and what is refused |
//! | `postgresql` | PostgreSQL as a source: the stores are those of SQLite; what a server can do to a reader is lived through or told |
//! | `quarantine` | what waits and what frees it, a draft of decisions that is filled in, and what it would move |
//! | `resume` | an interrupted table goes on behind its last full part; in whatever order rows lie, they are read once |
//! | `rekey` | surrogate keys replaced by keyed hashes in retail, and nowhere else |
//! | `cases` | tiny systems in the domain's words, and what is right of them |
//! | `check_source` | what does not fit the source is told before anything is extracted, with its line |
//! | `control` | the legacy team's own figures by group: held, every difference found, nothing told of a customer |
//! | `commands` | what each command prints and which exit code it gives |
//! | `editor` | the schemas that editors mark mistakes with know the parser's keys and words |
//! | `expectations` | what a good run is, and that a lost table is never a quiet ending |
//! | `evidence` | who answers for a run: keys, signatures, the ledger of runs, and a stranger who checks without bunri |
//! | `handover` | the regulator's counts are made, the contractor's list is refused, and so is everything that is no hand-over |
//! | `emergency` | an extract opens for whom it names, with a key in custody, in its window; and is reviewed |
//! | `retire` | what only the work needed is deleted under a signed record; stores and evidence stay |
//! | `export` | contracts and lineage, as the validators of their standards and the files say |
//! | `answers` | every question of a proposed catalogue asked once, and the answers taken by name alone |
//! | `review` | the same questions asked at a terminal: one key an answer, written at once, and none without somebody who read |
//! | `spreadsheet` | the same questions in a spreadsheet: no formula goes out, and no answer to another question comes back |
//! | `incident` | each scenario of the regulator's deck is found, on two systems, and nothing else; what is missing is not checked |
//! | `init` | a catalogue proposed for a source: it waits for a person, and is never looser than it must |
//! | `inspect` | what a source holds, before there is a catalogue |
//! | `manifests` | published schemas, sums that every auditor can check |
//! | `hostile` | manifests that somebody hostile wrote: a finding, never a panic, nothing read outside |
//! | `kanji` | a source whose tables and columns are in kanji |
//! | `findings` | every rule of the list of findings is provoked by some test |
//! | `fingerprints` | the vectors agree with a plain implementation in Python |
//! | `layout` | the arrows between the crates, one Arrow, permissive licences |
//! | `operation` | what a scheduler and a terminal see: times, rates, the last line; manual pages |
//! | `mixed` | folders of two runs put together in every order: told, never taken for one |
//! | `units` | however tables are cut, on any number of threads: the same bytes |
//! | `modules` | inside a crate: no two modules need each other, and a name means one type |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod job;
mod rig;
mod small;
mod trees;
mod verdict;

mod access;
mod again;
mod agreement;
mod answers;
mod as_sql;
mod bad_catalogue;
mod bad_ledger;
mod bad_output;
mod bad_source;
mod cases;
mod check_source;
mod commands;
mod control;
mod decisions;
mod delimited;
mod delta;
mod domain;
mod editor;
mod emergency;
mod evidence;
mod expectations;
mod export;
mod findings;
mod fingerprints;
mod handover;
mod hostile;
mod incident;
mod init;
mod inspect;
mod kanji;
mod kill;
mod kinds;
mod layout;
mod leak;
mod load;
mod manifests;
mod mixed;
mod modules;
mod mutants;
mod odbc;
mod opened;
mod operation;
mod page;
mod plan;
mod postgresql;
mod prove;
mod quarantine;
mod rekey;
mod reread;
mod resume;
mod retire;
mod review;
mod same_bytes;
mod sessions;
mod spreadsheet;
mod tampering;
mod tasks;
mod units;

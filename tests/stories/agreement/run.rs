//! One world through the stages, in process, and the stores held against the oracle.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bunri_catalogue::Catalogue;
use bunri_columnar::{STAGING_PART_ROWS, Silent};
use bunri_decisions::{Decisions, read_decisions};
use bunri_extract::{BoundSource, ExtractOptions, SourceState, extract};
use bunri_job::{RekeySecrets, Source};
use bunri_manifest::Blake3Hex;
use bunri_parse::load;
use bunri_redecide::RedecideError;
use bunri_report::{NoteRule, Report, Rule, Status};
use bunri_split::{SplitError, SplitOptions, SplitStats, StoreRoots, UnitExecutor, split_by};
use bunri_verify::{VerifyError, VerifyInputs, VerifyOptions, verify};

use super::catalogue::{class_word, decisions, files, who_word};
use super::legacy::database;
use super::oracle::{Expected, REKEY, SECRET, Store, expected, refused};
use super::stored::{difference, read};
use super::world::{Early, End, KnownAt, Reading, World};
use crate::tasks::Elsewhere;

/// How often each thing was seen, by its name.
pub(super) type Tally = BTreeMap<String, u64>;

/// Everything that three opinions agree on, or the first thing on which they do not.
pub(super) fn examine(world: &World) -> Result<Tally, String> {
    let folder = folder();
    let run = Run {
        world,
        folder: folder.path(),
    };
    let looked = catch_unwind(AssertUnwindSafe(|| run.examine()));
    looked.unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| cause.downcast_ref::<&str>().copied());
        Err(format!(
            "a stage panicked: {}",
            text.unwrap_or("without a word")
        ))
    })
}

/// In memory where there is such a place: every file is synced, and thousands of small ones are written.
pub(super) fn folder() -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix("bunri-chance-");
    let memory = builder.tempdir_in("/dev/shm");
    memory.or_else(|_| builder.tempdir()).unwrap()
}

pub(super) struct Run<'a> {
    pub(super) world: &'a World,
    pub(super) folder: &'a Path,
}

impl Run<'_> {
    pub(super) fn custody(&self) -> PathBuf {
        self.folder.join("custody")
    }

    fn store(&self, store: Store) -> PathBuf {
        match store {
            Store::Retail => self.folder.join("retail"),
            Store::Transmission => self.custody().join("transmission"),
            Store::Quarantine => self.custody().join("quarantine"),
        }
    }

    fn examine(&self) -> Result<Tally, String> {
        let catalogue = self.catalogue()?;
        self.extract(&catalogue)?;
        let decisions = self.decisions(&catalogue)?;
        let split = self.split(&catalogue, &decisions);
        let verified = self.verify(&catalogue, &decisions);
        if refused(self.world) {
            return refusal(&split, &verified);
        }
        let expected = expected(self.world);
        if !expected.unused.is_empty() {
            return unused(&expected, &split, &verified);
        }
        let stats = split.map_err(|error| format!("split refuses: {error}"))?;
        let report = verified.map_err(|error| format!("verify refuses: {error}"))?;
        self.compare_stores(&expected)?;
        self.compare_counts(&expected, &stats, &report)?;
        self.compare_regions(&expected, &report)?;
        self.compare_references(&expected, &report)?;
        self.compare_plan((&catalogue, &decisions), &expected, &report)?;
        claims(&report)?;
        Ok(self.tally(&expected))
    }

    pub(super) fn catalogue(&self) -> Result<Catalogue, String> {
        let folder = self.folder.join("catalogue");
        std::fs::create_dir_all(folder.join("tables")).unwrap();
        for (path, text) in files(self.world) {
            std::fs::write(folder.join(path), text).unwrap();
        }
        load(&folder).map_err(|problems| format!("the catalogue is refused:\n{problems}"))
    }

    /// Rows of the parts of staging and of units: a few or all of them, drawn from other limits, so that a world is the same as
    /// ever. Where there are many rows, a few are a share of them.
    fn cuts(&self) -> [Option<u64>; 2] {
        let tables = self.world.tables.iter();
        let most = tables.map(|table| table.rows.len()).max().unwrap_or(0) as u64;
        let share = most / 50 + 1;
        let (memory, threads) = (self.world.limits.memory, self.world.limits.threads as u64);
        let few = |drawn: u64| (drawn > 0).then_some(drawn * share);
        [few((memory + threads) % 3), few(memory % 11 / 3)]
    }

    pub(super) fn extract(&self, catalogue: &Catalogue) -> Result<(), String> {
        let source = self.folder.join("legacy.db");
        database(self.world, &source);
        let [parts, _] = self.cuts();
        let options = ExtractOptions {
            memory: 1 << 24,
            threads: self.world.limits.threads,
            part_rows: parts.map_or(STAGING_PART_ROWS, |rows| rows as usize),
        };
        let blake3 = Blake3Hex::of(&std::fs::read(&source).unwrap());
        let source = BoundSource {
            source: &Source::Sqlite(source),
            state: &SourceState::of_digest(blake3),
        };
        let done = extract(&source, catalogue, &self.custody(), &options, &Silent);
        done.map(|_| ())
            .map_err(|error| format!("extract refuses: {error}"))
    }

    pub(super) fn decisions(&self, catalogue: &Catalogue) -> Result<Decisions, String> {
        if self.world.decisions.is_empty() {
            return Ok(Decisions::none());
        }
        let path = self.folder.join("decisions.csv");
        std::fs::write(&path, decisions(self.world)).unwrap();
        read_decisions(&path, catalogue)
            .map_err(|problems| format!("the decisions are refused:\n{problems}"))
    }

    fn secrets(&self) -> RekeySecrets {
        RekeySecrets::of([(REKEY.to_owned(), SECRET.to_vec())])
    }

    fn ranges(&self) -> BTreeMap<String, Vec<String>> {
        let ranges = self.world.limits.ranges.iter();
        ranges
            .map(|(table, bounds)| (self.world.tables[*table].name.clone(), bounds.clone()))
            .collect()
    }

    pub(super) fn cutover(&self) -> i32 {
        i32::try_from(self.world.limits.cutover).unwrap()
    }

    pub(super) fn split(
        &self,
        catalogue: &Catalogue,
        decisions: &Decisions,
    ) -> Result<SplitStats, SplitError> {
        let roots = StoreRoots {
            custody: self.custody(),
            retail: self.store(Store::Retail),
        };
        let [_, units] = self.cuts();
        let options = SplitOptions {
            label: "chance".to_owned(),
            kind: "rehearsal".to_owned(),
            cutover: self.cutover(),
            ranges: self.ranges(),
            decisions: decisions.clone(),
            secrets: self.secrets(),
            memory: self.world.limits.memory,
            threads: self.world.limits.threads,
            earlier: None,
            unit_rows: units.and_then(NonZeroU64::new),
        };
        // Every other world by tasks that are written down and done elsewhere.
        let rows: usize = self.world.tables.iter().map(|table| table.rows.len()).sum();
        let elsewhere = rows.is_multiple_of(2).then(|| Elsewhere {
            catalogue: catalogue.clone(),
            decisions: decisions.clone(),
            secrets: self.secrets(),
            custody: self.custody(),
            done: Mutex::default(),
        });
        let executor = elsewhere.as_ref().map(|it| it as &dyn UnitExecutor);
        split_by(executor, catalogue, &roots, &options, &Silent)
    }

    fn verify(&self, catalogue: &Catalogue, decisions: &Decisions) -> Result<Report, VerifyError> {
        let inputs = VerifyInputs {
            catalogue,
            custody: &self.custody(),
            retail: &self.store(Store::Retail),
            cutover: self.cutover(),
            ranges: &self.ranges(),
            decisions,
            secrets: &self.secrets(),
            controls: &[],
            expect: None,
            signers: None,
            label: "chance",
            kind: "rehearsal",
        };
        let [_, units] = self.cuts();
        let options = VerifyOptions {
            threads: self.world.limits.threads,
            unit_rows: units.and_then(NonZeroU64::new),
            memory: self.world.limits.memory,
        };
        verify(&inputs, &options, &Silent)
    }

    fn compare_stores(&self, expected: &Expected) -> Result<(), String> {
        for store in [Store::Retail, Store::Transmission, Store::Quarantine] {
            for (position, table) in self.world.tables.iter().enumerate() {
                let wanted = expected.stored.get(&(store, position));
                let found = read(&self.store(store).join(&table.name));
                if wanted != found.as_ref() {
                    let name = &table.name;
                    return Err(format!(
                        "{store:?} of `{name}` differs\n{}",
                        difference(wanted, found.as_ref())
                    ));
                }
            }
        }
        Ok(())
    }

    /// Rows by ownership and reason, also of tables that bring the quarantine nothing: the splitter's figures, and
    /// the verification's.
    fn compare_counts(
        &self,
        expected: &Expected,
        stats: &SplitStats,
        report: &Report,
    ) -> Result<(), String> {
        for (position, table) in self.world.tables.iter().enumerate() {
            let verdicts = expected.verdicts[position].iter().flatten();
            let (mut owned, mut reasons) = (Tally::new(), Tally::new());
            for verdict in verdicts {
                *owned.entry(who_word(verdict.who).to_owned()).or_default() += 1;
                if !verdict.reason.is_empty() {
                    *reasons.entry(verdict.reason.to_owned()).or_default() += 1;
                }
            }
            let name = &table.name;
            let ours = &stats.tables[name];
            let told = |counts: &Tally| {
                counts
                    .iter()
                    .filter(|(_, rows)| **rows > 0)
                    .map(|(word, rows)| (word.clone(), *rows))
                    .collect::<Tally>()
            };
            if told(&ours.ownership_rows) != owned || told(&ours.reason_rows) != reasons {
                let (split, split_reasons) = (&ours.ownership_rows, &ours.reason_rows);
                return Err(format!(
                    "split counts {split:?} {split_reasons:?} in `{name}`, the page {owned:?} {reasons:?}"
                ));
            }
            let notes = report
                .notes
                .iter()
                .filter(|note| note.rule == NoteRule::UndecidedRows && note.table == *name);
            let noted: Tally = notes
                .map(|note| (note.detail.clone().unwrap_or_default(), note.count))
                .collect();
            if noted != reasons {
                return Err(format!(
                    "verify counts {noted:?} in `{name}`, the page {reasons:?}"
                ));
            }
        }
        Ok(())
    }

    /// The regions by which verification counts.
    fn compare_regions(&self, expected: &Expected, report: &Report) -> Result<(), String> {
        let name = |table: usize| self.world.tables[table].name.as_str();
        let wanted: BTreeMap<_, u64> = expected
            .regions
            .iter()
            .map(|((table, who, class), rows)| {
                ((name(*table), who_word(*who), class_word(*class)), *rows)
            })
            .collect();
        let regions = report
            .regions
            .iter()
            .filter(|region| region.staging_rows > 0);
        let found: BTreeMap<_, u64> = regions
            .map(|region| {
                let (ownership, class) = (region.ownership.as_str(), region.class.as_str());
                let names = (region.table.as_str(), ownership, class);
                (names, region.staging_rows)
            })
            .collect();
        if wanted == found {
            return Ok(());
        }
        Err(format!(
            "verify counts the regions {found:?}, the page {wanted:?}"
        ))
    }

    /// What dangles, by cause.
    fn compare_references(&self, expected: &Expected, report: &Report) -> Result<(), String> {
        let names = |table: usize, columns: &[usize]| {
            let table = &self.world.tables[table];
            let columns = columns.iter();
            let columns = columns.map(|&column| table.columns[column].name.clone());
            (table.name.clone(), columns.collect::<Vec<_>>())
        };
        let mut wanted: BTreeMap<_, BTreeMap<String, _>> = BTreeMap::new();
        for ((table, columns, to, references), stores) in &expected.references {
            let stores = stores.iter();
            let stores =
                stores.map(|(store, found)| (format!("{store:?}").to_lowercase(), found.clone()));
            wanted.insert(
                (names(*table, columns), names(*to, references)),
                stores.collect(),
            );
        }
        let found: BTreeMap<_, BTreeMap<String, _>> = report
            .references
            .iter()
            .map(|it| {
                let stores = it.stores.iter().map(|store| {
                    let causes = store.dangling.by_cause().into_iter();
                    let causes = causes.filter(|(_, rows)| *rows > 0);
                    (
                        store.store.to_owned(),
                        (store.rows, causes.collect::<BTreeMap<_, _>>()),
                    )
                });
                let own = (it.table.clone(), it.columns.clone());
                (
                    (own, (it.to.clone(), it.references.clone())),
                    stores.collect(),
                )
            })
            .collect();
        if wanted == found {
            return Ok(());
        }
        Err(format!(
            "verify counts the references {found:?}, the page {wanted:?}"
        ))
    }

    fn tally(&self, expected: &Expected) -> Tally {
        let mut tally = Tally::from([("worlds".to_owned(), 1)]);
        let tables = self.world.tables.iter();
        let keys = tables.flat_map(|table| table.key.iter().map(|&key| &table.columns[key]));
        tally.insert(
            "replaced keys".to_owned(),
            keys.filter(|column| column.rekeyed).count() as u64,
        );
        tally.insert(
            "decisions of people".to_owned(),
            self.world.decisions.len() as u64,
        );
        for verdict in expected.verdicts.iter().flatten().flatten() {
            let word = if verdict.reason.is_empty() {
                who_word(verdict.who)
            } else {
                verdict.reason
            };
            *tally.entry(word.to_owned()).or_default() += 1;
        }
        for (notion, times) in &expected.seen {
            *tally.entry(notion.clone()).or_default() += times;
        }
        for notion in notions(self.world) {
            *tally.entry(notion.to_owned()).or_default() += 1;
        }
        for (store, (_, dangling)) in expected.references.values().flatten() {
            for (cause, rows) in dangling {
                *tally
                    .entry(format!("{store:?} lacks, {cause}"))
                    .or_default() += rows;
            }
        }
        for ((store, _), stored) in &expected.stored {
            *tally.entry(format!("rows in {store:?}")).or_default() += stored.rows.len() as u64;
            let quarantined = *store == Store::Quarantine;
            let reasons = stored
                .rows
                .iter()
                .filter_map(|row| row.last()?.text())
                .filter(|_| quarantined);
            for reason in reasons.filter(|reason| ["hold", "retail_only_of_other"].contains(reason))
            {
                *tally.entry(reason.to_owned()).or_default() += 1;
            }
        }
        tally
    }
}

/// What a world's ledger and its times of writing say, each once.
fn notions(world: &World) -> Vec<&'static str> {
    let ledger = &world.ledger;
    let known = world
        .tables
        .iter()
        .filter_map(|table| table.known_at.as_ref());
    let early = |known_at: &KnownAt| match known_at.early {
        None => "early, not written",
        Some(Early::Own) => "early = own",
        Some(Early::Undecided) => "early = undecided",
        Some(Early::Days(_)) => "early = days",
    };
    let reads = |is: fn(&Reading) -> bool| {
        let mut columns = world.tables.iter().flat_map(|table| &table.columns);
        columns.any(|column| is(&column.reading))
    };
    let mut notions: Vec<&'static str> = known.map(early).collect();
    let said = [
        (ledger.parts.len() > 1, "a ledger of several tables"),
        (ledger.counts.is_some(), "counts"),
        (matches!(ledger.end, End::Next), "a list of switches"),
        (ledger.own_when.len() > 1, "several entries of own_when"),
        (ledger.gap_is_other, "gaps are another's"),
        (
            ledger.own_when.iter().any(|entry| entry.other.is_none()),
            "other = listed retailers",
        ),
        (ledger.open_by_types, "a word for no end yet"),
        (reads(|reading| reading.nothing), "a word for nothing"),
        (reads(|reading| reading.utc), "the clock of Greenwich"),
        (reads(|reading| reading.numbers), "numbers beside texts"),
    ];
    notions.extend(
        said.into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, word)| word),
    );
    notions
}

/// Both must refuse a ledger of which a row has no key, or none that can be read, each in its own words.
fn refusal(
    split: &Result<SplitStats, SplitError>,
    verified: &Result<Report, VerifyError>,
) -> Result<Tally, String> {
    match (split, verified) {
        (
            Err(SplitError::Key(_)),
            Err(VerifyError::Redecide(
                RedecideError::LedgerKeyUnreadable { .. }
                | RedecideError::ParentKeyUnreadable { .. }
                | RedecideError::LedgerKeyNull { .. },
            )),
        ) => Ok(Tally::from([
            ("worlds".to_owned(), 1),
            ("refused worlds".to_owned(), 1),
        ])),
        _ => {
            let word = |refused: Option<String>| refused.unwrap_or_else(|| "goes on".to_owned());
            let split = word(split.as_ref().err().map(ToString::to_string));
            let verified = word(verified.as_ref().err().map(ToString::to_string));
            Err(format!(
                "a key of the ledger or of a parent cannot be read; split: {split}; verify: {verified}"
            ))
        }
    }
}

/// Both must name the decisions that decide nothing: the splitter before it begins, the verification as findings.
fn unused(
    expected: &Expected,
    split: &Result<SplitStats, SplitError>,
    verified: &Result<Report, VerifyError>,
) -> Result<Tally, String> {
    let refused: Vec<usize> = match split {
        Err(SplitError::Decisions(problems)) => problems
            .0
            .iter()
            .filter_map(|problem| Some(problem.position?.line))
            .collect(),
        _ => return Err("split goes on with a decision that decides nothing".to_owned()),
    };
    let report = verified
        .as_ref()
        .map_err(|error| format!("verify refuses: {error}"))?;
    let line = |detail: &str| -> Option<usize> {
        let (number, _) = detail.strip_prefix("line ")?.split_once(':')?;
        number.parse().ok()
    };
    let mut found: Vec<usize> = report
        .findings
        .iter()
        .filter(|finding| finding.rule == Rule::DecisionUnused)
        .filter_map(|finding| line(finding.detail.as_deref()?))
        .collect();
    found.sort_unstable();
    if refused != expected.unused || found != expected.unused {
        let page = &expected.unused;
        return Err(format!(
            "unused decisions: split {refused:?}, verify {found:?}, the page {page:?}"
        ));
    }
    Ok(Tally::from([
        ("worlds".to_owned(), 1),
        ("worlds with a decision too many".to_owned(), 1),
    ]))
}

fn claims(report: &Report) -> Result<(), String> {
    let broken: Vec<String> = report
        .claims
        .iter()
        .filter(|claim| claim.status == Status::Broken)
        .map(|claim| format!("{:?}: {}", claim.code, claim.reason))
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    let findings: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{finding:?}"))
        .collect();
    Err(format!(
        "the stores are what the page says, and verify does not hold them for it: {broken:?}\n{}",
        findings.join("\n")
    ))
}

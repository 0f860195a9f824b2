//! The whole verification: look at files, build the index, compare every table, write the evidence.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arrow_schema::SchemaRef;
use bunri_catalogue::{Catalogue, Store, Table};
use bunri_columnar::{
    CustodyLayout, Event, KeyRanges, Observer, REJECTS, STAGING, Staging, create_folder,
};
use bunri_compare::{
    Costs, Facts, RawBytes, StoreFiles, Work, check_store, confirm, look, look_staged,
};
use bunri_fingerprint::FingerprintKey;
use bunri_job::Expect;
use bunri_leak::{LeakOutcome, Lexicon, Mismatches, SearchInputs, Vocabulary};
use bunri_manifest::{FileEntry, MANIFEST, StagedTable, TOOL};
use bunri_redecide::{Indexes, Layout, ReferenceFiles, RekeyKeys, Scratch, reference_rules, terms};
use bunri_report::{
    About, CatalogueReport, Checked, Claim, ControlReport, Findings, Gap, Judged, ReferenceReport,
    RegionReport, Report, TableReport, Verdict,
    claims::{self, Scope},
};
use bunri_residue::{Permissions, look_at_custody, refuse_hostile};
use bunri_types::Day;
use bunri_work::Group;

use crate::evidence::{self, Fingerprints, TEMPORARY};
use crate::inputs::{VerifyInputs, VerifyOptions, root};
use crate::leak::{self, DecidedAgain};
use crate::table::{Run, TableOutcome, TableUnits};
use crate::{VerifyError, expect, judged, notes, references};

/// Why a look at a store without rows is worth nothing.
const NO_ROW: &str = "no row was there to be looked at";

/// Of the memory for sorts, what a thread needs: six sorts can be under way, and rows that wait to be made into files again have the
/// room of two.
const SHARES_OF_A_THREAD: u64 = 8;
const SHARES_OF_WAITING: usize = 2;
/// The vocabulary of C5 is one, however many threads there are.
const SHARES_OF_A_SEARCH: u64 = 16;
/// What is held besides: batches of rows on their way, row groups while they are made again, and what the search remembers. An
/// estimate from profiles of 100,000 and 300,000 points; the filters of the search grow by about 11 bytes a point, which it does not follow.
const BESIDE_SORTS: u64 = 160 << 20;

/// Verifies the stores against staging and the catalogue, and writes report, fingerprints and their key to the
/// custody folder's `evidence/`.
///
/// # Errors
/// Only when it could not look: staging absent or unreadable, no space, interrupted. Whatever is wrong with a store
/// is in the report.
pub fn verify(
    inputs: &VerifyInputs<'_>,
    options: &VerifyOptions,
    observer: &dyn Observer,
) -> Result<Report, VerifyError> {
    evidence::prepare(inputs.custody)?;
    let staging = Staging::open(inputs.custody, inputs.catalogue)?;
    let rows = staging
        .manifest()
        .tables
        .iter()
        .map(StagedTable::rows)
        // For the progress bar: a manifest may say anything, and C3 holds it against the rows.
        .fold(0, u64::saturating_add);
    observer.event(Event::Stage {
        name: "verify",
        rows,
    });
    let mut gathered = Observations::new(judged::judged(inputs, staging.manifest())?);
    gathered.not_read_again(&staging);
    let costs = Costs::default();
    costs.of_all_threads(Work::Files, || {
        staged_files(inputs, &staging, options.threads, &mut gathered)
    })?;
    let stores = stores(inputs, options.threads, &costs, &mut gathered)?;
    // Drawn now, when everything that it will cover lies fixed on disk.
    let key = FingerprintKey::random()?;
    let temporary = temporary(inputs.custody)?;
    let scratch = Scratch {
        folder: temporary.path().to_path_buf(),
        budget: share(options, SHARES_OF_A_THREAD * options.threads.max(1) as u64),
    };
    let terms = terms(inputs.catalogue, &staging, inputs.cutover)?;
    let lexicon = Lexicon::new()?;
    let room = bunri_leak::Scratch {
        folder: scratch.folder.clone(),
        budget: share(options, SHARES_OF_A_SEARCH),
    };
    let mut vocabulary = Vocabulary::new(&lexicon, &room)?;
    vocabulary.catalogue(inputs.catalogue)?;
    let mut sources = vec![0; inputs.catalogue.tables.len()];
    for position in inputs.catalogue.parents_first() {
        sources[position] = vocabulary.begin(&inputs.catalogue.tables[position]);
    }
    let vocabulary = Mutex::new(vocabulary);
    let (reference_rules, unfollowed) = reference_rules(inputs.catalogue, &staging);
    let reference_files = Mutex::new(ReferenceFiles::default());
    let indexes = Mutex::new(costs.of(Work::Decide, || {
        Indexes::of_ledgers(inputs.catalogue, &staging, &terms, &scratch)
    })?);
    let run = Run {
        catalogue: inputs.catalogue,
        staging: &staging,
        terms: &terms,
        decisions: inputs.decisions,
        cutover: inputs.cutover,
        rekeys: &RekeyKeys::new(inputs.secrets),
        controls: inputs.controls,
        scratch: &scratch,
        room: scratch.budget.saturating_mul(SHARES_OF_WAITING),
        stores: &stores,
        key: &key,
        unit_rows: options.unit_rows.map(NonZeroU64::get),
        costs: &costs,
        vocabulary: &vocabulary,
        sources: &sources,
        references: &reference_rules,
        reference_files: &reference_files,
        indexes: &indexes,
        observer,
    };
    tables(inputs, &run, options.threads, &mut gathered)?;
    let indexes = indexes.into_inner().unwrap_or_else(PoisonError::into_inner);
    let counts = costs.of(Work::Decide, || {
        let files = reference_files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        files.count(inputs.catalogue, &reference_rules, &|| observer.cancelled())
    })?;
    gathered.references =
        references::reports(inputs.catalogue, &reference_rules, &counts, &unfollowed);
    references::notes(&gathered.references, &mut gathered.notes);
    notes::of_retailers(inputs.catalogue, &staging, &mut gathered.notes)?;
    let again = DecidedAgain {
        catalogue: inputs.catalogue,
        staging: &staging,
        terms: &terms,
        decisions: inputs.decisions,
        indexes: &indexes,
        scratch: &scratch,
        observer,
    };
    let mismatches = std::mem::take(&mut gathered.mismatches);
    let retailers = leak::retailers(inputs.catalogue, &staging, &lexicon)?;
    let search_inputs = SearchInputs {
        catalogue: inputs.catalogue,
        stores: leak::folders(inputs.catalogue, &stores, &mismatches, &retailers),
        scratch: &room,
        threads: options.threads,
        observer,
    };
    let vocabulary = vocabulary
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let mut outcome = costs.of_all_threads(Work::Search, || {
        bunri_leak::search(&search_inputs, vocabulary, &|pass| again.reread(pass))
    })?;
    let reviewed = outcome.reviewed.take();
    gathered.leak(outcome);
    confirm(&stores, &gathered.findings)?;
    let (mut report, fingerprints) = gathered.report(inputs);
    report.costs = costs.by_claim();
    bunri_records::add_to_ledger(&inputs.records(), &report)?;
    evidence::write(inputs.custody, &report, &fingerprints, &key)?;
    evidence::write_reviewed(inputs.custody, reviewed.as_deref())?;
    Ok(report)
}

/// Every table, parents before their children, unit by unit on all threads.
fn tables(
    inputs: &VerifyInputs<'_>,
    run: &Run<'_, '_>,
    threads: usize,
    gathered: &mut Observations,
) -> Result<(), VerifyError> {
    let all = &inputs.catalogue.tables;
    let order = inputs.catalogue.parents_first().into_iter();
    let units = order
        .map(|position| TableUnits::new(run, position, key_ranges(&all[position], inputs.ranges)));
    let tables: Vec<TableUnits<'_, '_, '_>> = units.collect::<Result<_, _>>()?;
    let place = |position: usize| tables.iter().position(|it| it.position() == position);
    let group = |table: &TableUnits<'_, '_, '_>| Group {
        tasks: table.count(),
        after: all[table.position()]
            .parents()
            .into_iter()
            .filter_map(place)
            .collect(),
    };
    let groups: Vec<Group> = tables.iter().map(group).collect();
    let check = |at: usize, unit: usize| match tables[at].check(unit) {
        // A failure also stops units behind it, whose ends must not hide it.
        Err(VerifyError::Interrupted) => Ok(None),
        checked => checked,
    };
    let outcomes = bunri_work::run_groups(threads, &groups, check)?;
    for (table, outcomes) in tables.iter().zip(outcomes) {
        let table = &all[table.position()];
        let outcome = outcomes.into_iter().flatten().next();
        gathered.table(table, outcome.ok_or(VerifyError::Interrupted)?);
    }
    Ok(())
}

fn staged_files(
    inputs: &VerifyInputs<'_>,
    staging: &Staging,
    threads: usize,
    gathered: &mut Observations,
) -> Result<(), VerifyError> {
    let files = listed_in_staging(inputs.custody, staging, threads, &mut gathered.findings)?;
    let about = About {
        store: "staging",
        table: None,
    };
    look_at_custody(
        inputs.custody,
        &CustodyLayout::BESIDE_STORES,
        about,
        &mut gathered.findings,
    )?;
    let tables = staging.manifest().tables.iter();
    for part in tables.flat_map(|table| &table.files) {
        let path = part.path.below(inputs.custody);
        // A file that is not there is a finding already, and an error of its own where it is read.
        if path.is_file() {
            refuse_hostile(&path)?;
        }
    }
    gathered.looked(
        Claim::C1,
        Checked {
            files,
            ..Checked::default()
        },
    );
    Ok(())
}

/// Staging and rejects against the manifest of staging.
pub(crate) fn listed_in_staging(
    custody: &Path,
    staging: &Staging,
    threads: usize,
    findings: &mut Findings,
) -> Result<u64, VerifyError> {
    let tables = staging.manifest().tables.iter();
    let files = tables.flat_map(StagedTable::all_files);
    let listed: BTreeMap<&str, &FileEntry> = files.map(|file| (file.path.as_str(), file)).collect();
    let manifest = format!("{STAGING}/{MANIFEST}");
    let folders = [STAGING, REJECTS];
    let staged = look_staged(custody, &folders, &listed, &[&manifest], threads, findings);
    Ok(staged?)
}

fn stores(
    inputs: &VerifyInputs<'_>,
    threads: usize,
    costs: &Costs,
    gathered: &mut Observations,
) -> Result<[StoreFiles; 3], VerifyError> {
    let facts = Facts {
        label: inputs.label,
        kind: inputs.kind,
    };
    let mut one = |store: Store| {
        let root = root(inputs, store);
        let findings = &mut gathered.findings;
        let mut files =
            costs.of_all_threads(Work::Files, || look(&root, store.word(), threads, findings))?;
        let schemas = granted_schemas(inputs.catalogue, store);
        let raw = RawBytes {
            store: store.word(),
            schemas: &schemas,
            permissions: Permissions::Writers,
            threads,
            costs,
        };
        let (admitted, audited) = raw.audit(&files, findings)?;
        files.admitted = admitted;
        costs.of_all_threads(Work::Files, || {
            check_store(inputs.catalogue, store, &files, Some(&facts), findings);
        });
        gathered
            .judged
            .stores
            .push(judged::store(store.word(), &files));
        gathered.looked(Claim::C6, audited);
        gathered.looked(
            Claim::C1,
            Checked {
                files: files.digests.len() as u64,
                ..Checked::default()
            },
        );
        Ok::<_, VerifyError>(files)
    };
    // In the order of Store::ALL, by which they are found again.
    Ok([
        one(Store::Retail)?,
        one(Store::Transmission)?,
        one(Store::Quarantine)?,
    ])
}

/// The columns of every table that the catalogue grants to a store.
fn granted_schemas(catalogue: &Catalogue, store: Store) -> BTreeMap<String, SchemaRef> {
    Layout::all(catalogue, store)
        .map(|layout| (layout.table.id.clone(), layout.schema))
        .collect()
}

fn temporary(custody: &Path) -> Result<tempfile::TempDir, VerifyError> {
    let folder = CustodyLayout::new(custody).temporary();
    create_folder(&folder)?;
    tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempdir_in(&folder)
        .map_err(VerifyError::io("create a folder in", &folder))
}

/// One of so many shares of the memory for sorts, in bytes.
fn share(options: &VerifyOptions, shares: u64) -> usize {
    // With little memory a quarter of it is left to sorts: they are slower then, and nothing else can be smaller.
    let for_sorts = options
        .memory
        .saturating_sub(BESIDE_SORTS)
        .max(options.memory / 4);
    usize::try_from(for_sorts / shares).unwrap_or(usize::MAX)
}

fn key_ranges(table: &Table, ranges: &BTreeMap<String, Vec<String>>) -> KeyRanges {
    match (ranges.get(&table.id), table.key.first()) {
        (Some(bounds), Some(&first)) => KeyRanges::new(&table.columns[first].name, bounds),
        _ => KeyRanges::whole(),
    }
}

/// Everything that was seen so far.
struct Observations {
    judged: Judged,
    findings: Findings,
    checked: BTreeMap<Claim, Checked>,
    regions: Vec<RegionReport>,
    references: Vec<ReferenceReport>,
    /// By the place of the control in the job.
    controls: BTreeMap<usize, ControlReport>,
    tables: Vec<TableReport>,
    notes: Vec<bunri_report::Note>,
    fingerprints: Fingerprints,
    mismatches: BTreeMap<Store, BTreeMap<String, Mismatches>>,
    blind_spots: BTreeMap<Claim, Vec<String>>,
    gaps: BTreeMap<Claim, Vec<Gap>>,
    /// By table whose rows people decided: rows of other tables that are own, and other, for that.
    through: BTreeMap<usize, [u64; 2]>,
    /// The newest day that was seen, and the table and column that have it.
    newest: Option<(Day, String, String)>,
    /// Rows that were read of each store.
    rows: BTreeMap<Store, u64>,
}

impl Observations {
    fn new(judged: Judged) -> Self {
        Self {
            judged,
            findings: Findings::default(),
            checked: BTreeMap::new(),
            regions: Vec::new(),
            references: Vec::new(),
            controls: BTreeMap::new(),
            tables: Vec::new(),
            notes: Vec::new(),
            fingerprints: Fingerprints::new(),
            mismatches: BTreeMap::new(),
            blind_spots: BTreeMap::new(),
            gaps: BTreeMap::new(),
            through: BTreeMap::new(),
            newest: None,
            rows: BTreeMap::new(),
        }
    }

    /// Says of rows that extraction took from an earlier one what of them nobody looked at. Nothing else depends on it.
    fn not_read_again(&mut self, staging: &Staging) {
        let tables = staging.manifest().tables.iter();
        let taken = tables.filter_map(|table| Some(table.delta.as_ref()?.taken));
        let taken: Vec<u64> = taken.filter(|rows| *rows > 0).collect();
        if taken.is_empty() {
            return;
        }
        let rows = taken.iter().copied().fold(0, u64::saturating_add);
        let told = format!(
            "{rows} rows of {} tables were taken from an earlier extraction: one that changed since without its changed-at, and without a count \
             or a sum, is seen by C9 alone",
            taken.len()
        );
        self.blind_spots.entry(Claim::C3).or_default().push(told);
    }

    fn looked(&mut self, claim: Claim, more: Checked) {
        let checked = self.checked.entry(claim).or_default();
        checked.files += more.files;
        checked.tables += more.tables;
        checked.rows += more.rows;
        checked.cells += more.cells;
    }

    fn table(&mut self, table: &Table, mut outcome: TableOutcome<'_>) {
        for (place, compared) in outcome.controls.drain(..) {
            self.controls.insert(place, compared.report);
            self.notes.extend(compared.note);
            let gaps = self.gaps.entry(Claim::C3).or_default();
            gaps.extend(compared.gap);
        }
        notes::of_table(table, &outcome, &mut self.notes);
        self.regions.extend(notes::regions(table, &outcome));
        self.tables.push(notes::rows(table, &outcome));
        for (&decided, rows) in &outcome.through {
            let through = self.through.entry(decided).or_default();
            for (through, rows) in through.iter_mut().zip(rows) {
                *through += rows;
            }
        }
        let newest = outcome.tally.days.columns().iter().filter_map(|watched| {
            let column = table.columns[watched.column].name.clone();
            Some((watched.newest?, table.id.clone(), column))
        });
        self.newest = self.newest.take().into_iter().chain(newest).max();
        self.findings.append(outcome.findings);
        let staged = outcome.tally.totals.rows;
        let cells = staged * table.columns.len() as u64;
        self.looked(
            Claim::C3,
            Checked {
                files: 0,
                tables: 1,
                rows: staged,
                cells,
            },
        );
        for (store, outcome) in outcome.stores {
            let rows = self.rows.entry(store).or_default();
            *rows = rows.saturating_add(outcome.checked.rows);
            self.fingerprints
                .add(&table.id, store, &outcome.must, &outcome.is);
            self.looked(Claim::C2, outcome.checked);
            for claim in [Claim::C3, Claim::C4] {
                self.looked(
                    claim,
                    Checked {
                        files: 0,
                        ..outcome.checked
                    },
                );
            }
            if store == Store::Retail {
                // Files are counted by the audit, which looks at those of all stores.
                let rebuilt = Checked {
                    files: 0,
                    ..outcome.rebuilt
                };
                self.looked(Claim::C6, rebuilt);
            }
            self.findings.append(outcome.findings);
            let tables = self.mismatches.entry(store).or_default();
            tables.insert(table.id.clone(), outcome.mismatches);
        }
    }

    fn leak(&mut self, outcome: LeakOutcome) {
        self.looked(Claim::C5, outcome.checked);
        self.findings.append(outcome.findings);
        self.blind_spots.insert(Claim::C5, outcome.blind_spots);
        self.gaps.insert(Claim::C5, outcome.gaps);
    }

    /// Where a check would pass on nothing: staging without a row, a company's store without one. An empty quarantine is what
    /// everybody hopes for.
    fn empty(&mut self) {
        let staged = self.regions.iter().map(|region| region.staging_rows);
        if staged.fold(0, u64::saturating_add) == 0 {
            self.gap(Claim::C3, STAGING, "no table has a row");
        }
        for store in [Store::Retail, Store::Transmission] {
            if self.rows.get(&store).is_none_or(|rows| *rows == 0) {
                self.gap(Claim::C4, store.word(), NO_ROW);
                self.gap(Claim::C5, store.word(), NO_ROW);
            }
        }
    }

    fn gap(&mut self, claim: Claim, store: &str, why: &str) {
        self.gaps.entry(claim).or_default().push(Gap {
            store: Some(store.to_owned()),
            table: None,
            file: None,
            why: why.to_owned(),
            count: 1,
        });
    }

    fn report(mut self, inputs: &VerifyInputs<'_>) -> (Report, Fingerprints) {
        self.empty();
        notes::of_decisions(inputs, &self.through, &mut self.notes);
        notes::of_newest_day(self.newest.as_ref(), inputs.cutover, &mut self.notes);
        let mut scope = Scope {
            gaps: std::mem::take(&mut self.gaps),
            looked: self.checked.into_iter().collect(),
            blind_spots: std::mem::take(&mut self.blind_spots),
            ..Scope::default()
        };
        let records = inputs.records();
        bunri_records::readings(&records, &mut scope, &mut self.findings);
        self.regions.sort_by(|a, b| a.table.cmp(&b.table));
        self.notes.sort_by(|a, b| {
            (a.rule, &a.table, &a.store, &a.detail).cmp(&(b.rule, &b.table, &b.store, &b.detail))
        });
        self.tables.sort_by(|a, b| a.table.cmp(&b.table));
        let mut report = Report {
            format: Report::FORMAT.to_owned(),
            tool: TOOL.to_owned(),
            label: inputs.label.to_owned(),
            kind: inputs.kind.to_owned(),
            catalogue: Some(catalogue_report(inputs.catalogue)),
            judged: self.judged,
            verdict: Verdict::ToRead,
            claims: Vec::new(),
            findings: Vec::new(),
            expectations: Vec::new(),
            tables: self.tables,
            regions: self.regions,
            references: self.references,
            controls: self.controls.into_values().collect(),
            notes: self.notes,
            costs: Vec::new(),
        };
        // Twice: what was signed is the report but for signatures, and they are held against it.
        conclude(&mut report, &scope, self.findings.clone(), inputs.expect);
        let unsigned = report.without_signatures();
        bunri_records::signatures(&records, &unsigned, &mut scope, &mut self.findings);
        conclude(&mut report, &scope, self.findings, inputs.expect);
        (report, self.fingerprints)
    }
}

/// What everything that was seen amounts to.
fn conclude(report: &mut Report, scope: &Scope, findings: Findings, expect: Option<&Expect>) {
    report.claims = claims::report(scope, &findings);
    report.findings = findings.into_report();
    report.expectations = expect::expectations(
        expect,
        expect::RunFacts {
            claims: &report.claims,
            findings: &report.findings,
            notes: &report.notes,
            tables: &report.tables,
        },
    );
    report.verdict = Verdict::of(&report.claims, &report.expectations, expect.is_some());
}

pub(crate) fn catalogue_report(catalogue: &Catalogue) -> CatalogueReport {
    CatalogueReport {
        name: catalogue.name.clone(),
        version: catalogue.version.clone(),
        blake3: catalogue.digest.clone(),
    }
}

//! The stage as a whole: order of the tables, threads, resuming, manifests last.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Store, Table, store_columns, stored_type};
use bunri_columnar::{
    CREATED_BY, ColumnarError, CustodyLayout, Event, KeyRanges, Observer, Staging, create_folder,
    store_schema, type_word, write_whole,
};
use bunri_decisions::Decisions;
use bunri_index::{Indexes, Lookups, Spill};
use bunri_job::RekeySecrets;
use bunri_manifest::{
    B3SUMS, Blake3Hex, CatalogueRef, ColumnEntry, FileEntry, MANIFEST, SHA256SUMS, StagedTable,
    StoreManifest, TOOL, TableEntry, hash_file,
};
use bunri_work::{Group, SpareThreads};
use serde_json::json;

use crate::SplitError;
use crate::errors::stop_if_cancelled;
use crate::ground::{Grounds, take};
use crate::own_files::remove_unfinished;
use crate::record::{Records, SplitRecord, SplitStats, TableRecord};
use crate::rekey::Rekeys;
use crate::store_files::Target;
use crate::task::{TaskWriter, Terms, UnitExecutor};
use crate::unit::UnitContext;
use crate::units::{Done, Shared, TableUnits};

/// Where staging lies and where the stores go.
#[derive(Debug, Clone)]
pub struct StoreRoots {
    /// The custody folder: `staging/` is read, `transmission/` and `quarantine/` are written.
    pub custody: PathBuf,
    /// The retail store's own root.
    pub retail: PathBuf,
}

impl StoreRoots {
    /// The root folder of a store.
    #[must_use]
    pub fn of(&self, store: Store) -> PathBuf {
        self.layout().store(store, &self.retail)
    }

    /// Where in custody what lies.
    pub(crate) fn layout(&self) -> CustodyLayout<'_> {
        CustodyLayout::new(&self.custody)
    }
}

/// What a split is told by its job.
#[derive(Debug, Clone)]
pub struct SplitOptions {
    /// The job's label, for the manifests.
    pub label: String,
    /// `rehearsal` or `cutover`, for the manifests.
    pub kind: String,
    /// The day of the cutover.
    pub cutover: bunri_types::Day,
    /// Bounds of the parts, by table id.
    pub ranges: BTreeMap<String, Vec<String>>,
    /// What people decided about rows that the rules leave undecided.
    pub decisions: Decisions,
    /// Under which retail's keys are hashed.
    pub secrets: RekeySecrets,
    /// Bytes of memory to sort in, over all threads.
    pub memory: u64,
    /// Units split at the same time.
    pub threads: usize,
    /// The stores of an earlier run: files of tables that nothing changed of are taken from there. It changes no byte of a store.
    pub earlier: Option<StoreRoots>,
    /// Rows of a unit; [`None`] for what suits each table. It changes no byte of a store: tests give any number.
    pub unit_rows: Option<NonZeroU64>,
}

/// Splits staging into the three stores. Deterministic: neither threads nor memory leave a trace in a store.
/// Called again after an interruption it goes on with the tables that were not finished.
///
/// # Errors
/// [`SplitError`]: staging that does not fit the catalogue, a disk that refuses, foreign files in the output,
/// decisions that decide nothing, or the observer's wish to stop.
pub fn split(
    catalogue: &Catalogue,
    roots: &StoreRoots,
    options: &SplitOptions,
    observer: &dyn Observer,
) -> Result<SplitStats, SplitError> {
    split_by(None, catalogue, roots, options, observer)
}

/// As [`split`]; each unit is written down and done by an executor, if there is one. It leaves no trace in a store either.
///
/// # Errors
/// As [`split`]; and [`SplitError::Task`], where what comes back cannot be of a unit's rows.
pub fn split_by(
    executor: Option<&dyn UnitExecutor>,
    catalogue: &Catalogue,
    roots: &StoreRoots,
    options: &SplitOptions,
    observer: &dyn Observer,
) -> Result<SplitStats, SplitError> {
    let staging = Staging::open(&roots.custody, catalogue)?;
    let stage = Stage::prepare(&staging, catalogue, roots, options, observer)?;
    if let Some(stats) = stage.finished_before()? {
        return Ok(stats);
    }
    stage.announce();
    let indexes = stage.indexes()?;
    stage.try_decisions(&indexes)?;
    stage.begin()?;
    let records = stage.split_tables(&indexes, executor)?;
    stage.write_manifests(&records)?;
    let tables = records
        .into_iter()
        .map(|(id, record)| (id, record.stats))
        .collect();
    let stats = SplitStats { tables };
    stage.records.finish(&SplitRecord {
        inputs: stage.inputs.clone(),
        stats: Some(stats.clone()),
    })?;
    Ok(stats)
}

struct Stage<'a> {
    staging: &'a Staging,
    catalogue: &'a Catalogue,
    roots: &'a StoreRoots,
    options: &'a SplitOptions,
    observer: &'a dyn Observer,
    records: Records,
    inputs: Blake3Hex,
    temporary: PathBuf,
    rekeys: Rekeys,
}

impl<'a> Stage<'a> {
    fn prepare(
        staging: &'a Staging,
        catalogue: &'a Catalogue,
        roots: &'a StoreRoots,
        options: &'a SplitOptions,
        observer: &'a dyn Observer,
    ) -> Result<Self, SplitError> {
        let temporary = roots.layout().temporary();
        create_folder(&temporary)?;
        let records = Records::new(&temporary);
        let inputs = inputs(roots, catalogue, options)?;
        Ok(Self {
            staging,
            catalogue,
            roots,
            options,
            observer,
            records,
            inputs,
            temporary,
            rekeys: Rekeys::new(&options.secrets),
        })
    }

    /// The result of an earlier run over the same inputs, if its stores are complete.
    fn finished_before(&self) -> Result<Option<SplitStats>, SplitError> {
        let Some(record) = self.records.finished() else {
            return Ok(None);
        };
        if record.inputs != self.inputs {
            return Err(SplitError::ForeignOutput {
                path: self.roots.retail.clone(),
            });
        }
        // Believed by digest: files of the right length or only of the right name prove nothing.
        let mut tables = BTreeMap::new();
        for table in &self.catalogue.tables {
            let root = |word: &str| self.root_of(word);
            let Some(kept) = self.records.table(&table.id, &self.inputs, root) else {
                return Ok(None);
            };
            tables.insert(table.id.clone(), kept);
        }
        let manifests = self.manifests(&tables)?;
        for (store, manifest) in &manifests {
            if !stands(&self.roots.of(*store), manifest)? {
                return Ok(None);
            }
        }
        Ok(record.stats)
    }

    /// The root of the store that has this name.
    fn root_of(&self, word: &str) -> Option<PathBuf> {
        let store = Store::ALL.iter().find(|store| store.word() == word);
        store.map(|&store| self.roots.of(store))
    }

    /// Stores are begun in empty folders; a rerun over the same inputs finds its own files there.
    fn begin(&self) -> Result<(), SplitError> {
        let begun = self.records.begun();
        if begun
            .as_ref()
            .is_some_and(|record| record.inputs != self.inputs)
        {
            return Err(SplitError::ForeignOutput {
                path: self.roots.retail.clone(),
            });
        }
        for store in Store::ALL {
            let root = self.roots.of(store);
            create_folder(&root)?;
            let mut entries = std::fs::read_dir(&root).map_err(ColumnarError::io("list", &root))?;
            if begun.is_none() && entries.next().is_some() {
                return Err(SplitError::ForeignOutput { path: root });
            }
        }
        if begun.is_none() {
            self.records.begin(&SplitRecord {
                inputs: self.inputs.clone(),
                stats: None,
            })?;
        }
        Ok(())
    }

    fn announce(&self) {
        let tables = self.staging.manifest().tables.iter();
        self.observer.event(Event::Stage {
            name: "split",
            // A manifest may say anything: this is for the progress bar.
            rows: tables.map(StagedTable::rows).fold(0, u64::saturating_add),
        });
    }

    /// Bytes that one sort may use.
    fn budget(&self) -> usize {
        let budget = self.options.memory / (self.options.threads.max(1) as u64 * 8);
        usize::try_from(budget).unwrap_or(usize::MAX)
    }

    fn spill(&self) -> Spill<'_> {
        Spill {
            folder: &self.temporary,
            budget: self.budget(),
        }
    }

    fn shared<'s>(
        &'s self,
        indexes: &'s Indexes,
        verdicts: &'s Path,
        executor: Option<&'s dyn UnitExecutor>,
    ) -> Result<Shared<'s>, SplitError> {
        let threads = self.options.threads.max(1) as u64;
        let place = (self.staging, self.roots.custody.as_path());
        let writer = || TaskWriter::new(self.catalogue, place, (&self.inputs, self.terms()));
        let elsewhere = executor.map(|executor| Ok::<_, SplitError>((executor, writer()?)));
        Ok(Shared {
            staging: self.staging,
            unit: UnitContext {
                lookups: Lookups {
                    catalogue: self.catalogue,
                    indexes,
                    cutover: i64::from(self.options.cutover),
                    verdicts,
                    spill: self.spill(),
                    observer: self.observer,
                },
                decisions: &self.options.decisions,
            },
            rekeys: &self.rekeys,
            unit_rows: self.options.unit_rows.map(NonZeroU64::get),
            room: usize::try_from(self.options.memory / (threads * 12)).unwrap_or(usize::MAX),
            elsewhere: elsewhere.transpose()?,
        })
    }

    /// Where the tables' verdicts are left for their children, empty: what an interrupted run left of them may be
    /// half a set.
    fn verdicts_folder(&self) -> Result<PathBuf, SplitError> {
        let verdicts = self.roots.layout().verdicts();
        let _ = std::fs::remove_dir_all(&verdicts);
        create_folder(&verdicts)?;
        Ok(verdicts)
    }

    /// Decides the tables that decisions are about, and those above them, before a store is begun: a file of
    /// decisions can then be corrected and the same output folders used.
    fn try_decisions(&self, indexes: &Indexes) -> Result<(), SplitError> {
        let decisions = &self.options.decisions;
        if decisions.count() == 0 || self.records.begun().is_some() {
            return Ok(());
        }
        let mut needed = decisions.tables();
        for position in self.catalogue.parents_first().into_iter().rev() {
            if needed.contains(&position) {
                needed.extend(self.catalogue.tables[position].parents());
            }
        }
        let verdicts = self.verdicts_folder()?;
        let shared = self.shared(indexes, &verdicts, None)?;
        let needed = self.order().into_iter().filter(|it| needed.contains(it));
        let units = |table| TableUnits::new(&shared, table, KeyRanges::whole(), Vec::new());
        let tables = needed.map(units).collect::<Result<Vec<_>, _>>()?;
        let refused = self.run_units(&tables, |_, done| Ok(done.refused))?;
        let _ = std::fs::remove_dir_all(&verdicts);
        self.refuse(refused.into_iter().flatten().collect())
    }

    fn refuse(&self, refused: Vec<(usize, String)>) -> Result<(), SplitError> {
        if refused.is_empty() {
            return Ok(());
        }
        Err(SplitError::Decisions(
            self.options.decisions.refuse(refused),
        ))
    }

    /// Splits the tables, the units of all of them side by side as far as they need not wait.
    fn split_tables(
        &self,
        indexes: &Indexes,
        executor: Option<&dyn UnitExecutor>,
    ) -> Result<BTreeMap<String, TableRecord>, SplitError> {
        let verdicts = self.verdicts_folder()?;
        let shared = self.shared(indexes, &verdicts, executor)?;
        let kept = self.kept()?;
        let asked = self.asked(&kept);
        let roots = Store::ALL.map(|store| (store, self.roots.of(store)));
        let mut finished = Vec::new();
        let (mut begun, mut earlier) = (Vec::new(), Vec::new());
        for position in self.order() {
            let table = &self.catalogue.tables[position];
            let kept = kept.get(&position).cloned();
            let targets = match kept {
                Some(record) if !asked.contains(&position) => {
                    finished.push(self.keep(table, record));
                    continue;
                }
                // What its children ask did not outlive the earlier run.
                Some(_) => Vec::new(),
                None => self.clear(table, &roots)?,
            };
            let ranges = self.ranges(table);
            begun.push(TableUnits::new(&shared, position, ranges, targets)?);
            earlier.push((position, kept));
        }
        let done = |number: usize, done: Done| match &earlier[number] {
            (position, Some(record)) => {
                Ok(self.keep(&self.catalogue.tables[*position], record.clone()))
            }
            (position, None) => self.done(*position, done),
        };
        finished.extend(self.run_units(&begun, done)?);
        let _ = std::fs::remove_dir_all(&verdicts);
        Ok(finished.into_iter().collect())
    }

    fn indexes(&self) -> Result<Indexes, SplitError> {
        let folder = self.roots.layout().ownership();
        create_folder(&folder)?;
        let place = (folder.as_path(), &self.inputs);
        let spare = SpareThreads::new(self.options.threads, 1);
        let _busy = spare.begin_task();
        Ok(Indexes::open_or_build(
            self.staging,
            self.catalogue,
            place,
            (self.spill(), &spare),
        )?)
    }

    /// The tables in the order in which they are best begun, so that threads end together: first those from which the longest way
    /// goes down to a table that nobody waits for, in rows. Parents come before their children.
    fn order(&self) -> Vec<usize> {
        let tables = &self.catalogue.tables;
        let parents_first = self.catalogue.parents_first();
        let mut rows_down = vec![0; tables.len()];
        for &position in parents_first.iter().rev() {
            let staged = self.staging.manifest().table(&tables[position].id);
            let rows = staged.map_or(0, StagedTable::rows);
            let below: u64 = rows_down[position];
            rows_down[position] = below.saturating_add(rows);
            for parent in tables[position].parents() {
                rows_down[parent] = rows_down[parent].max(rows_down[position]);
            }
        }
        let mut order = parents_first;
        order.sort_by_key(|&position| std::cmp::Reverse(rows_down[position]));
        order
    }

    /// The tables that need not be split: those that an earlier process finished in these folders, and those that stand in the stores
    /// of an earlier run on the same ground, which are brought from there.
    fn kept(&self) -> Result<BTreeMap<usize, TableRecord>, SplitError> {
        let count = self.catalogue.tables.len();
        let found = bunri_work::run(self.options.threads, count, |position| {
            let table = &self.catalogue.tables[position];
            let root = |word: &str| self.root_of(word);
            if let Some(record) = self.records.table(&table.id, &self.inputs, root) {
                return Ok(Some((position, record)));
            }
            let Some(earlier) = &self.options.earlier else {
                return Ok(None);
            };
            stop_if_cancelled(self.observer)?;
            let roots = Store::ALL.map(|store| (store, self.roots.of(store)));
            self.clear(table, &roots)?;
            let ground = self.ground(position)?;
            let records = Records::new(&earlier.layout().temporary());
            let earlier_root = |word: &str| {
                let store = Store::ALL.iter().find(|store| store.word() == word);
                store.map(|&store| earlier.of(store))
            };
            let taken = take((&records, earlier_root), &table.id, &ground, root)?;
            let Some(record) = taken else {
                return Ok(None);
            };
            let record = TableRecord {
                inputs: self.inputs.clone(),
                ..record
            };
            self.records.write_table(&table.id, &record)?;
            Ok::<_, SplitError>(Some((position, record)))
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The tables whose verdicts somebody asks: parents of a table that is split, or that is itself asked.
    fn asked(&self, kept: &BTreeMap<usize, TableRecord>) -> BTreeSet<usize> {
        let mut asked = BTreeSet::new();
        for position in self.catalogue.parents_first().into_iter().rev() {
            if !kept.contains_key(&position) || asked.contains(&position) {
                asked.extend(self.catalogue.tables[position].parents());
            }
        }
        asked
    }

    /// The ground of the table at this position.
    fn ground(&self, position: usize) -> Result<Blake3Hex, SplitError> {
        let id = &self.catalogue.tables[position].id;
        let grounds = Grounds {
            catalogue: self.catalogue,
            staging: self.staging,
            terms: &self.terms(),
        };
        grounds.of(position, self.options.ranges.get(id))
    }

    fn terms(&self) -> Terms {
        let SplitOptions {
            label: _,
            kind: _,
            cutover,
            // Of each table its own.
            ranges: _,
            decisions,
            secrets,
            memory: _,
            threads: _,
            earlier: _,
            unit_rows: _,
        } = self.options;
        Terms::new(self.catalogue, *cutover, (decisions, secrets))
    }

    /// Does the units of some tables, in the order of the tables but those of children when their parents are done, and `each`
    /// where a table came to its end. Of several failures the first in that order is given, and any before a wish to stop.
    fn run_units<T: Send>(
        &self,
        tables: &[TableUnits<'_>],
        each: impl Fn(usize, Done) -> Result<T, SplitError> + Sync,
    ) -> Result<Vec<T>, SplitError> {
        let group = |units: &TableUnits<'_>| {
            let parents = units.table().parents();
            let is_parent = |at: &usize| parents.contains(&tables[*at].position());
            Group {
                tasks: units.count(),
                after: (0..tables.len()).filter(is_parent).collect(),
            }
        };
        let groups: Vec<Group> = tables.iter().map(group).collect();
        let work = |table: usize, unit: usize| {
            let ended = tables[table].split(unit);
            match ended.and_then(|done| done.map(|done| each(table, done)).transpose()) {
                // A failure also stops units behind it, whose ends must not hide it.
                Err(SplitError::Interrupted) => Ok(None),
                ended => ended.map(Some),
            }
        };
        let ended = bunri_work::run_groups(self.options.threads, &groups, work)?;
        let whole: Option<Vec<Option<T>>> = ended.into_iter().flatten().collect();
        let whole = whole.ok_or(SplitError::Interrupted)?;
        Ok(whole.into_iter().flatten().collect())
    }

    /// A table that an earlier run has finished.
    fn keep(&self, table: &Table, record: TableRecord) -> (String, TableRecord) {
        self.observer.event(Event::TableKept {
            id: &table.id,
            rows: record.stats.staging_rows,
        });
        (table.id.clone(), record)
    }

    /// Where a table's rows go, after what an earlier run left of it.
    fn clear<'r>(
        &self,
        table: &Table,
        roots: &'r [(Store, PathBuf)],
    ) -> Result<Vec<Target<'r>>, SplitError> {
        self.records.forget(&table.id)?;
        let target = |(store, root): &'r (Store, PathBuf)| {
            remove_unfinished(&root.join(&table.id))?;
            Ok(Target {
                store: *store,
                root,
            })
        };
        roots.iter().map(target).collect()
    }

    /// Records a table that is split.
    fn done(&self, position: usize, done: Done) -> Result<(String, TableRecord), SplitError> {
        self.refuse(done.refused)?;
        let table = &self.catalogue.tables[position];
        let record = TableRecord {
            inputs: self.inputs.clone(),
            ground: self.ground(position)?,
            stats: done.stats,
            files: done.files,
        };
        self.records.write_table(&table.id, &record)?;
        self.observer.event(Event::TableDone {
            id: &table.id,
            rows: record.stats.staging_rows,
        });
        Ok((table.id.clone(), record))
    }

    fn ranges(&self, table: &Table) -> KeyRanges {
        match (table.key.first(), self.options.ranges.get(&table.id)) {
            (Some(&first), Some(bounds)) => KeyRanges::new(&table.columns[first].name, bounds),
            _ => KeyRanges::whole(),
        }
    }

    fn write_manifests(&self, records: &BTreeMap<String, TableRecord>) -> Result<(), SplitError> {
        for (store, manifest) in self.manifests(records)? {
            write_manifest(&self.roots.of(store), &manifest)?;
        }
        Ok(())
    }

    fn manifests(
        &self,
        records: &BTreeMap<String, TableRecord>,
    ) -> Result<Vec<(Store, StoreManifest)>, SplitError> {
        let catalogue = CatalogueRef {
            name: self.catalogue.name.clone(),
            version: self.catalogue.version.clone(),
            blake3: blake3_hex(&self.catalogue.digest),
        };
        let mut manifests = Vec::new();
        for store in Store::ALL {
            let mut tables = Vec::new();
            for table in &self.catalogue.tables {
                let brings = !store_columns(table, store).is_empty();
                if let Some(files) = files_of(records, &table.id, store, brings)? {
                    tables.push(table_entry(table, store, files));
                }
            }
            let manifest = StoreManifest::new(
                store.word(),
                &self.options.label,
                &self.options.kind,
                catalogue.clone(),
                tables,
            );
            manifests.push((store, manifest));
        }
        Ok(manifests)
    }
}

/// The files of a table in a store; [`None`] only where the catalogue brings the store nothing of it. What is not
/// known to be there must not be left out of a manifest, which would then say "complete" of less.
fn files_of<'r>(
    records: &'r BTreeMap<String, TableRecord>,
    id: &str,
    store: Store,
    brings: bool,
) -> Result<Option<&'r [FileEntry]>, SplitError> {
    let record = records.get(id);
    match record.and_then(|record| record.files.get(store.word())) {
        Some(files) => Ok(Some(files)),
        None if record.is_some() && !brings => Ok(None),
        None => Err(SplitError::NoRecord {
            table: id.to_owned(),
            store: store.word(),
        }),
    }
}

/// The files of sums beside a manifest, by name.
fn sums(manifest: &StoreManifest, bytes: &[u8]) -> [(&'static str, String); 2] {
    let mut digester = bunri_manifest::Digester::new();
    digester.update(bytes);
    let digests = digester.finish();
    [
        (B3SUMS, manifest.b3sums(&digests)),
        (SHA256SUMS, manifest.sha256sums(&digests)),
    ]
}

fn holds(path: &Path, bytes: &[u8]) -> bool {
    std::fs::read(path).is_ok_and(|there| there == bytes)
}

/// Whether a store's manifest and sums are these.
fn stands(root: &Path, manifest: &StoreManifest) -> Result<bool, SplitError> {
    let bytes = manifest.to_bytes()?;
    let beside = sums(manifest, &bytes)
        .iter()
        .all(|(name, text)| holds(&root.join(name), text.as_bytes()));
    Ok(beside && holds(&root.join(MANIFEST), &bytes))
}

/// Sums first, the manifest last: its presence means "complete".
fn write_manifest(root: &Path, manifest: &StoreManifest) -> Result<(), SplitError> {
    let path = root.join(MANIFEST);
    let bytes = manifest.to_bytes()?;
    // An interrupted rerun had come this far for this store.
    let is_there = path.is_file();
    if is_there && !holds(&path, &bytes) {
        return Err(SplitError::ForeignOutput { path });
    }
    for (name, text) in sums(manifest, &bytes) {
        let sums = root.join(name);
        if holds(&sums, text.as_bytes()) {
            continue;
        }
        if sums.is_file() {
            std::fs::remove_file(&sums).map_err(ColumnarError::io("remove", &sums))?;
        }
        write_whole(&sums, text.as_bytes())?;
    }
    if !is_there {
        write_whole(&path, &bytes)?;
    }
    Ok(())
}

fn table_entry(table: &Table, store: Store, files: &[FileEntry]) -> TableEntry {
    let columns = store_columns(table, store);
    let names = |positions: &[usize]| -> Vec<String> {
        positions
            .iter()
            .map(|&column| table.columns[column].name.clone())
            .collect()
    };
    let mut entries: Vec<ColumnEntry> = columns
        .iter()
        .map(|&column| ColumnEntry {
            name: table.columns[column].name.clone(),
            value_type: type_word(stored_type(table, column, store)),
        })
        .collect();
    // The quarantine's own column, as its schema has it.
    let own = store_schema(table, store)
        .fields()
        .iter()
        .skip(entries.len())
        .map(|field| ColumnEntry {
            name: field.name().clone(),
            value_type: "text".to_owned(),
        })
        .collect::<Vec<_>>();
    entries.extend(own);
    TableEntry {
        id: table.id.clone(),
        name: table.name.clone(),
        key: names(&table.key),
        columns: entries,
        files: files.to_vec(),
    }
}

/// The digest of everything that the stores' bytes are a function of.
fn inputs(
    roots: &StoreRoots,
    catalogue: &Catalogue,
    options: &SplitOptions,
) -> Result<Blake3Hex, SplitError> {
    let manifest = roots.layout().staging_manifest();
    let staging = hash_file(&manifest).map_err(ColumnarError::io("read", &manifest))?;
    let SplitOptions {
        label,
        kind,
        cutover,
        ranges,
        decisions,
        secrets,
        memory: _,
        threads: _,
        earlier: _,
        unit_rows: _,
    } = options;
    // JSON, and its names in order: what stands in a record must not depend on how a Rust type prints itself.
    let text = json!({
        "tool": TOOL,
        "layout": CREATED_BY,
        "staging": staging.blake3,
        "catalogue": catalogue.digest,
        "label": label,
        "kind": kind,
        "cutover": cutover,
        "ranges": ranges,
        "decisions": decisions.digest(),
        "secrets": secrets.checks(),
    })
    .to_string();
    Ok(Blake3Hex::of(text.as_bytes()))
}

fn blake3_hex(digest: &str) -> Blake3Hex {
    // The catalogue's digest is one by construction; anything else would show as a digest of itself.
    Blake3Hex::try_from(digest.to_owned()).unwrap_or_else(|_| Blake3Hex::of(digest.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stats::TableStats;

    #[test]
    fn a_changed_manifest_or_lost_sums_are_not_a_finished_store() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = CatalogueRef {
            name: "c".to_owned(),
            version: "1".to_owned(),
            blake3: Blake3Hex::of(b"c"),
        };
        let manifest = StoreManifest::new("retail", "label", "rehearsal", catalogue, Vec::new());
        write_manifest(folder.path(), &manifest).unwrap();
        assert!(stands(folder.path(), &manifest).unwrap());
        std::fs::write(folder.path().join(B3SUMS), "").unwrap();
        assert!(!stands(folder.path(), &manifest).unwrap());
        write_manifest(folder.path(), &manifest).unwrap();
        assert!(stands(folder.path(), &manifest).unwrap());
        std::fs::write(folder.path().join(MANIFEST), "{}").unwrap();
        assert!(!stands(folder.path(), &manifest).unwrap());
    }

    #[test]
    fn a_table_without_a_record_is_never_left_out_of_a_manifest() {
        let mut records = BTreeMap::new();
        let of = |records: &BTreeMap<_, _>, brings| {
            files_of(records, "t", Store::Retail, brings).map(|files| files.map(<[_]>::len))
        };
        assert!(matches!(
            of(&records, false),
            Err(SplitError::NoRecord { .. })
        ));
        let record = TableRecord {
            inputs: Blake3Hex::of(b"i"),
            ground: Blake3Hex::of(b"g"),
            stats: TableStats::default(),
            files: BTreeMap::new(),
        };
        records.insert("t".to_owned(), record);
        assert!(matches!(of(&records, false), Ok(None)));
        assert!(matches!(
            of(&records, true),
            Err(SplitError::NoRecord { .. })
        ));
    }
}

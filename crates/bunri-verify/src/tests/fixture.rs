//! A small run to look at and to damage: staging written by hand, and stores made from verification's own expected
//! rows. That these stores are found faultless says nothing about the evaluator, whose rules have their own tests; the
//! stories run the real splitter. What is tested here is that damage is found, by its name.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use arrow_array::{Array, RecordBatch};
use bunri_catalogue::{Catalogue, Store, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, KeyRanges, PendingFile, RejectWriter, Silent, Staging,
    StoreTableWriter, open_parquet, part_name, type_word, write_whole,
};
use bunri_decisions::Decisions;
use bunri_job::RekeySecrets;
use bunri_manifest::{
    Blake3Hex, CatalogueRef, ColumnEntry, ColumnTotal, FileEntry, MANIFEST, RelativePath, Source,
    StagedTable, StagingManifest, StoreManifest, TableEntry,
};
use bunri_parse::load;
use bunri_redecide::{DecidedUnit, Decider, Expected, Indexes, Layout, Scratch, terms};
use bunri_report::Report;
use tempfile::TempDir;

use super::ordinary::{CUTOVER, Rows, in_key_order, ordinary};
use crate::totals::Totals;
use crate::{VerifyError, VerifyInputs, VerifyOptions, verify};

/// A run on disk.
pub(super) struct Fixture {
    pub(super) folder: TempDir,
    pub(super) catalogue: Catalogue,
    pub(super) ranges: BTreeMap<String, Vec<String>>,
}

fn path(text: String) -> RelativePath {
    RelativePath::try_from(text).unwrap()
}

impl Fixture {
    /// Stages these rows and splits them; `rejects` are lines of the rejects of a table.
    pub(super) fn new(tables: &BTreeMap<&'static str, Rows>, rejects: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/catalogue");
        let catalogue = load(Path::new(source)).unwrap();
        let fixture = Self {
            folder,
            catalogue,
            ranges: BTreeMap::new(),
        };
        fixture.stage(tables, rejects);
        fixture
    }

    pub(super) fn ordinary() -> Self {
        let mut fixture = Self::new(&ordinary(300), &[]);
        fixture.ranges.insert(
            "meter_reading".into(),
            vec![format!("90{:020}", 40), format!("90{:020}", 900)],
        );
        fixture.split();
        fixture
    }

    pub(super) fn custody(&self) -> PathBuf {
        self.folder.path().join("custody")
    }

    pub(super) fn store(&self, store: Store) -> PathBuf {
        match store {
            Store::Retail => self.folder.path().join("retail"),
            other => self.custody().join(other.word()),
        }
    }

    fn stage(&self, tables: &BTreeMap<&'static str, Rows>, rejects: &[(&str, &str)]) {
        std::fs::create_dir_all(self.custody().join("rejects")).unwrap();
        let staged = self.catalogue.tables.iter().map(|table| {
            let rows = tables.get(table.id.as_str()).cloned().unwrap_or_default();
            let lines: Vec<&str> = rejects
                .iter()
                .filter(|(id, _)| *id == table.id)
                .map(|(_, line)| *line)
                .collect();
            self.stage_table(table, &in_key_order(table, &rows), &lines)
        });
        let staged = staged.collect();
        let source = Source {
            state: None,
            kind: "sqlite".into(),
            bytes: 0,
            blake3: Blake3Hex::of(b""),
        };
        let shape = Blake3Hex::try_from(self.catalogue.shape_digest.clone()).unwrap();
        let manifest = StagingManifest::new(source, shape, staged);
        let place = self.custody().join("staging").join(MANIFEST);
        write_whole(&place, &manifest.to_bytes().unwrap()).unwrap();
    }

    fn stage_table(&self, table: &Table, rows: &RecordBatch, rejects: &[&str]) -> StagedTable {
        let name = format!("staging/{}/{}", table.id, part_name(0));
        let place = self.custody().join(&name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        let file = PendingFile::create(&place).unwrap();
        let mut writer = CanonicalWriter::new(file, rows.schema(), &place).unwrap();
        writer.write(rows).unwrap();
        let digests = writer.finish().unwrap().sink.commit().unwrap();
        let rejects_entry = (!rejects.is_empty()).then(|| {
            let name = format!("rejects/{}.jsonl", table.id);
            let mut writer = RejectWriter::create(&self.custody().join(&name)).unwrap();
            rejects
                .iter()
                .for_each(|line| writer.write_line(line.as_bytes()).unwrap());
            let (rows, digests) = writer.commit().unwrap();
            FileEntry::new(path(name), rows, digests)
        });
        let rejected_values = |column: usize| {
            let filled = |line: &&&str| {
                let reject: bunri_columnar::Reject = serde_json::from_str(line).unwrap();
                reject.values[column] != bunri_columnar::RawValue::Null
            };
            rejects.iter().filter(filled).count()
        };
        let mut sums = Totals::new(table);
        sums.staged(rows);
        for line in rejects {
            sums.rejected(table, &serde_json::from_str(line).unwrap());
        }
        let totals = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| ColumnTotal {
                column: column.name.clone(),
                non_null: (rows.num_rows() - rows.column(at).null_count() + rejected_values(at))
                    as u64,
                nothing: 0,
                open: 0,
                integers: 0,
                total: sums.as_the_source_says(at, column.value_type),
            });
        StagedTable {
            id: table.id.clone(),
            name: table.name.clone(),
            source_rows: (rows.num_rows() + rejects.len()) as u64,
            files: vec![FileEntry::new(path(name), rows.num_rows() as u64, digests)],
            rejects: rejects_entry,
            totals: totals.collect(),
            foreign_keys: Vec::new(),
            made_of: Vec::new(),
            delta: None,
        }
    }

    /// Writes the manifest of staging anew, as somebody would who can write to custody.
    pub(super) fn reseal_staging(&self, change: impl FnOnce(&mut StagingManifest)) {
        let place = self.custody().join("staging").join(MANIFEST);
        let mut manifest = StagingManifest::parse(&std::fs::read(&place).unwrap()).unwrap();
        change(&mut manifest);
        std::fs::remove_file(&place).unwrap();
        write_whole(&place, &manifest.to_bytes().unwrap()).unwrap();
    }

    /// Makes all stores from the expected rows.
    pub(super) fn split(&self) {
        let scratch = Scratch {
            folder: self.folder.path().to_path_buf(),
            budget: 1 << 20,
        };
        let staging = Staging::open(&self.custody(), &self.catalogue).unwrap();
        let terms = terms(&self.catalogue, &staging, CUTOVER).unwrap();
        let mut indexes = Indexes::of_ledgers(&self.catalogue, &staging, &terms, &scratch).unwrap();
        let mut entries: BTreeMap<Store, Vec<TableEntry>> = BTreeMap::new();
        let decisions = Decisions::none();
        for position in self.catalogue.parents_first() {
            let table = &self.catalogue.tables[position];
            let mut decider = Decider::new(
                &self.catalogue,
                position,
                &staging,
                (&terms, &decisions),
                &indexes,
                &scratch,
            )
            .unwrap();
            let layouts: Vec<Layout<'_>> = Store::ALL
                .into_iter()
                .filter_map(|store| Layout::new(table, store))
                .collect();
            let sorter = |layout: &Layout<'_>| {
                let (schema, key) = (layout.schema.clone(), &layout.key);
                BatchSorter::new(&table.id, schema, key, &scratch.folder, scratch.budget).unwrap()
            };
            let mut sorters: Vec<BatchSorter> = layouts.iter().map(sorter).collect();
            while let Some(decided) = decider.next().unwrap() {
                for (layout, sorter) in layouts.iter().zip(&mut sorters) {
                    sorter
                        .push(&Expected::of(layout, &decided).unwrap().rows)
                        .unwrap();
                }
            }
            let unit = vec![decider.finish().unwrap()];
            let of_table = (&self.catalogue, position);
            DecidedUnit::join(unit, of_table, &decisions, &mut indexes, &scratch).unwrap();
            for (layout, sorter) in layouts.iter().zip(sorters) {
                let mut sorted = sorter.finish().unwrap();
                let mut rows = Vec::new();
                while let Some(batch) = sorted.next_batch(8192).unwrap() {
                    rows.push(batch);
                }
                let files = self.write_table(layout, &rows);
                entries
                    .entry(layout.store)
                    .or_default()
                    .push(entry(layout, files));
            }
        }
        for store in Store::ALL {
            self.write_manifest(store, entries.remove(&store).unwrap_or_default());
        }
    }

    pub(super) fn key_ranges(&self, table: &Table) -> KeyRanges {
        self.ranges
            .get(&table.id)
            .map_or_else(KeyRanges::whole, |bounds| {
                KeyRanges::new(&table.columns[table.key[0]].name, bounds)
            })
    }

    fn write_table(&self, layout: &Layout<'_>, rows: &[RecordBatch]) -> Vec<FileEntry> {
        let id = &layout.table.id;
        let root = self.store(layout.store);
        let schema = rows
            .first()
            .map_or(layout.schema.clone(), RecordBatch::schema);
        let ranges = self.key_ranges(layout.table);
        let mut writer = StoreTableWriter::create(&root, id, &schema, &ranges).unwrap();
        rows.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.commit(id).unwrap()
    }

    fn write_manifest(&self, store: Store, tables: Vec<TableEntry>) {
        let catalogue = CatalogueRef {
            name: self.catalogue.name.clone(),
            version: self.catalogue.version.clone(),
            blake3: Blake3Hex::try_from(self.catalogue.digest.clone()).unwrap(),
        };
        let manifest = StoreManifest::new(store.word(), "test", "rehearsal", catalogue, tables);
        let root = self.store(store);
        std::fs::create_dir_all(&root).unwrap();
        for name in [MANIFEST, "B3SUMS", "SHA256SUMS"] {
            let _ = std::fs::remove_file(root.join(name));
        }
        let digests = write_whole(&root.join(MANIFEST), &manifest.to_bytes().unwrap()).unwrap();
        write_whole(&root.join("B3SUMS"), manifest.b3sums(&digests).as_bytes()).unwrap();
        write_whole(
            &root.join("SHA256SUMS"),
            manifest.sha256sums(&digests).as_bytes(),
        )
        .unwrap();
    }

    /// Writes manifest and sums anew over what now lies in a store's files.
    pub(super) fn reseal(&self, store: Store) {
        let root = self.store(store);
        let mut tables = self.manifest(store).tables;
        for file in tables.iter_mut().flat_map(|table| &mut table.files) {
            let digests = bunri_manifest::hash_file(&file.path.below(&root)).unwrap();
            *file = FileEntry::new(file.path.clone(), file.rows, digests);
        }
        self.write_manifest(store, tables);
    }

    pub(super) fn manifest(&self, store: Store) -> StoreManifest {
        StoreManifest::parse(&std::fs::read(self.store(store).join(MANIFEST)).unwrap()).unwrap()
    }

    /// The rows of a store's table.
    pub(super) fn read(&self, store: Store, id: &str) -> RecordBatch {
        let manifest = self.manifest(store);
        let entry = manifest.tables.iter().find(|entry| entry.id == id).unwrap();
        let root = self.store(store);
        let parts = entry.files.iter().flat_map(|file| {
            let reader = open_parquet(&file.path.below(&root))
                .unwrap()
                .build()
                .unwrap();
            reader.map(Result::unwrap).collect::<Vec<_>>()
        });
        let parts: Vec<RecordBatch> = parts.collect();
        arrow_select::concat::concat_batches(&parts[0].schema(), &parts).unwrap()
    }

    /// Replaces a table of a store as somebody would who can rewrite its manifest too.
    pub(super) fn tamper(
        &self,
        store: Store,
        id: &str,
        change: impl FnOnce(RecordBatch) -> RecordBatch,
    ) {
        let changed = change(self.read(store, id));
        std::fs::remove_dir_all(self.store(store).join(id)).unwrap();
        let table = self.catalogue.table(id).unwrap();
        let layout = Layout::new(table, store).unwrap();
        let files = self.write_table(&layout, &[changed]);
        let mut tables = self.manifest(store).tables;
        tables
            .iter_mut()
            .filter(|entry| entry.id == id)
            .for_each(|entry| entry.files = files.clone());
        self.write_manifest(store, tables);
    }

    /// The report, which is the same whatever units the tables are cut into and however many threads there are.
    pub(super) fn verify(&self, threads: usize) -> Report {
        let of_cut = |unit_rows: Option<u64>, threads| {
            let options = VerifyOptions {
                threads,
                unit_rows: unit_rows.and_then(NonZeroU64::new),
                memory: 1 << 24,
            };
            self.try_verify(&options).unwrap()
        };
        let report = of_cut(None, threads);
        for (rows, threads) in [(1000, 1), (97, 4)] {
            let cut = of_cut(Some(rows), threads);
            let same = cut.to_bytes().unwrap() == report.to_bytes().unwrap();
            assert!(
                same,
                "units of {rows} rows, {threads} threads:\n{:#?}\n{:#?}",
                cut.findings, report.findings
            );
        }
        report
    }

    pub(super) fn try_verify(&self, options: &VerifyOptions) -> Result<Report, VerifyError> {
        self.with_inputs(|inputs| verify(inputs, options, &Silent))
    }

    pub(super) fn with_inputs<T>(&self, ask: impl FnOnce(&VerifyInputs<'_>) -> T) -> T {
        ask(&VerifyInputs {
            catalogue: &self.catalogue,
            custody: &self.custody(),
            retail: &self.store(Store::Retail),
            cutover: CUTOVER,
            ranges: &self.ranges,
            decisions: &Decisions::none(),
            secrets: &RekeySecrets::none(),
            controls: &[],
            expect: None,
            signers: None,
            label: "test",
            kind: "rehearsal",
        })
    }

    /// The broken claims and the findings in words: `C3 value_changed retail meter_reading usage_kwh`.
    pub(super) fn findings(&self) -> Vec<String> {
        let report = self.verify(2);
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let line = |f: &bunri_report::Finding| {
            let (table, column) = (word(&f.table), word(&f.column));
            let line = format!(
                "{:?} {} {} {table} {column} {}",
                f.claim,
                f.rule,
                f.store,
                word(&f.file)
            );
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            if f.count == 1 {
                line
            } else {
                format!("{line} ×{}", f.count)
            }
        };
        report.findings.iter().map(line).collect()
    }
}

fn entry(layout: &Layout<'_>, files: Vec<FileEntry>) -> TableEntry {
    let table = layout.table;
    let name = |column: &usize| table.columns[*column].name.clone();
    let mut columns: Vec<ColumnEntry> = layout
        .columns
        .iter()
        .map(|column| ColumnEntry {
            name: name(column),
            value_type: type_word(table.columns[*column].value_type),
        })
        .collect();
    if layout.store == Store::Quarantine {
        columns.push(ColumnEntry {
            name: "bunri_reason".into(),
            value_type: "text".into(),
        });
    }
    let key = table.key.iter().map(name).collect();
    TableEntry {
        id: table.id.clone(),
        name: table.name.clone(),
        key,
        columns,
        files,
    }
}

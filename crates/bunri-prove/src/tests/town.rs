//! A town of sixty supply points, staged by hand: own, another company's, and both in turn.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, PendingFile, Silent, part_name, staging_schema, write_whole,
};
use bunri_decisions::Decisions;
use bunri_job::RekeySecrets;
use bunri_manifest::{
    Blake3Hex, FileEntry, MANIFEST, Proof, RelativePath, Source, StagedTable, StagingManifest,
};
use bunri_parse::load;
use bunri_redecide::RedecideInputs;
use bunri_split::{SplitOptions, StoreRoots};
use tempfile::TempDir;

use crate::plain::{Plain, column};
use crate::{ProveError, ProveInputs, ProveOptions, SplitTask, Splitter, prove};

/// 2026-04-01.
const CUTOVER: i32 = 20_544;
const OPEN: i32 = 2_932_896;
const MICROS_A_DAY: i64 = 86_400_000_000;

type Row = Vec<Option<Plain>>;

/// A job with its folders.
pub(super) struct Town {
    folder: TempDir,
    pub(super) catalogue: Catalogue,
    decisions: Decisions,
    secrets: RekeySecrets,
}

impl Town {
    /// Staged and split by this splitter.
    pub(super) fn split_by(splitter: &dyn Splitter) -> Self {
        Self::of(&rows("99010"), splitter)
    }

    /// A town in which the incumbent has no customer.
    pub(super) fn of_strangers(splitter: &dyn Splitter) -> Self {
        Self::of(&rows("99040"), splitter)
    }

    fn of(rows: &BTreeMap<&'static str, Vec<Row>>, splitter: &dyn Splitter) -> Self {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/town");
        let town = Self {
            folder: tempfile::tempdir().unwrap(),
            catalogue: load(Path::new(place)).unwrap(),
            decisions: Decisions::none(),
            secrets: RekeySecrets::none(),
        };
        town.stage(rows);
        let (roots, options) = (town.roots(), town.split_options());
        splitter
            .split(&SplitTask {
                catalogue: &town.catalogue,
                roots: &roots,
                options: &options,
                observer: &Silent,
            })
            .unwrap();
        town
    }

    pub(super) fn custody(&self) -> PathBuf {
        self.folder.path().join("custody")
    }

    pub(super) fn roots(&self) -> StoreRoots {
        StoreRoots {
            custody: self.custody(),
            retail: self.folder.path().join("retail"),
        }
    }

    pub(super) fn split_options(&self) -> SplitOptions {
        SplitOptions {
            label: "town".to_owned(),
            kind: "rehearsal".to_owned(),
            cutover: CUTOVER,
            ranges: BTreeMap::new(),
            decisions: Decisions::none(),
            secrets: RekeySecrets::none(),
            memory: 64 << 20,
            threads: 2,
            earlier: None,
            unit_rows: None,
        }
    }

    pub(super) fn redecide_inputs<'a>(&'a self, custody: &'a Path) -> RedecideInputs<'a> {
        RedecideInputs {
            catalogue: &self.catalogue,
            custody,
            cutover: CUTOVER,
            decisions: &self.decisions,
            secrets: &self.secrets,
        }
    }

    pub(super) fn prove(
        &self,
        splitter: &dyn Splitter,
        options: &ProveOptions,
    ) -> Result<Proof, ProveError> {
        let (roots, split) = (self.roots(), self.split_options());
        let inputs = ProveInputs {
            redecide: self.redecide_inputs(&roots.custody),
            retail: &roots.retail,
            split: &split,
        };
        prove(&inputs, options, splitter, &Silent)
    }

    fn stage(&self, rows: &BTreeMap<&'static str, Vec<Row>>) {
        let tables = self.catalogue.tables.iter();
        let staged = tables.map(|table| self.stage_table(table, &rows[table.id.as_str()]));
        let source = Source {
            state: None,
            kind: "sqlite".into(),
            bytes: 0,
            blake3: Blake3Hex::of(b""),
        };
        let shape = Blake3Hex::try_from(self.catalogue.shape_digest.clone()).unwrap();
        let manifest = StagingManifest::new(source, shape, staged.collect());
        let path = self.custody().join("staging").join(MANIFEST);
        write_whole(&path, &manifest.to_bytes().unwrap()).unwrap();
    }

    fn stage_table(&self, table: &Table, rows: &[Row]) -> StagedTable {
        let schema = staging_schema(table);
        let columns = (0..table.columns.len()).map(|at| {
            let cells: Row = rows.iter().map(|row| row[at].clone()).collect();
            column(schema.field(at).data_type(), &cells).unwrap()
        });
        let batch = RecordBatch::try_new(schema.clone(), columns.collect()).unwrap();
        let name = format!("staging/{}/{}", table.id, part_name(0));
        let path = self.custody().join(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut sorter = BatchSorter::new(
            &table.id,
            schema.clone(),
            &table.key,
            self.folder.path(),
            1 << 20,
        )
        .unwrap();
        sorter.push(&batch).unwrap();
        let mut writer =
            CanonicalWriter::new(PendingFile::create(&path).unwrap(), schema, &path).unwrap();
        let mut sorted = sorter.finish().unwrap();
        while let Some(batch) = sorted.next_batch(1024).unwrap() {
            writer.write(&batch).unwrap();
        }
        let digests = writer.finish().unwrap().sink.commit().unwrap();
        StagedTable {
            id: table.id.clone(),
            name: table.name.clone(),
            source_rows: rows.len() as u64,
            files: vec![FileEntry::new(
                RelativePath::try_from(name).unwrap(),
                rows.len() as u64,
                digests,
            )],
            rejects: None,
            totals: Vec::new(),
            foreign_keys: Vec::new(),
            made_of: Vec::new(),
            delta: None,
        }
    }
}

/// The options of an ordinary test.
pub(super) fn options(pairs: u64) -> ProveOptions {
    ProveOptions {
        pairs,
        seed: 7,
        sample: None,
        memory: 64 << 20,
    }
}

fn text(text: impl Into<String>) -> Option<Plain> {
    Some(Plain::Text(text.into()))
}

fn rows(own: &str) -> BTreeMap<&'static str, Vec<Row>> {
    let mut tables: BTreeMap<&'static str, Vec<Row>> = BTreeMap::new();
    let mut add = |table, row| tables.entry(table).or_default().push(row);
    for (days, code) in ["99010", "99020", "99030", "99040"].into_iter().enumerate() {
        let last_used = CUTOVER - i32::try_from(days).unwrap();
        add(
            "code_retailer",
            vec![text(code), Some(Plain::Date(last_used))],
        );
    }
    for point in 0..60_i32 {
        let id = format!("90{point:020}");
        let (before, after) = [
            (own, own),
            ("99020", "99030"),
            (own, "99020"),
            ("99030", own),
        ][usize::try_from(point % 4).unwrap()];
        let switch = CUTOVER - 100;
        let began = CUTOVER - 1000;
        for (ledger, number, from, until, code, cancelled) in [
            ("supply_period_old", 0, began - 900, began - 1, before, "0"),
            ("supply_period", 1, began, switch - 1, before, "0"),
            ("supply_period", 2, switch, OPEN, after, "0"),
            // An application that was taken back.
            ("supply_period", 3, switch - 200 + point, OPEN, "99040", "1"),
        ] {
            let [from, until] = [from, until].map(|day| Some(Plain::Date(day)));
            let number = Some(Plain::Int(number));
            let (code, cancelled) = (text(code), text(cancelled));
            add(
                ledger,
                vec![text(&id), number, from, until, code, cancelled],
            );
        }
        add("point", of_point(&id, point));
        add("card", of_card(&id, point));
        add("sheet", of_sheet(&id, point, switch));
        for (table, row) in of_meter(&id, point)
            .into_iter()
            .chain(of_roof(&id, point, own))
        {
            add(table, row);
        }
        let owner = ["POINT", "CARD"][usize::try_from(point / 4 % 2).unwrap()];
        let scan = [format!("S{point:03}"), owner.to_owned(), id.clone()];
        let title = format!("scan {:02}", point * 31 % 60);
        add("scan", scan.into_iter().chain([title]).map(text).collect());
        for month in 0..3 {
            let from = CUTOVER - 190 + 30 * month;
            let written = i64::from(from + 35) * MICROS_A_DAY + i64::from(point) * 60_000_000;
            add(
                "reading",
                vec![
                    text(&id),
                    Some(Plain::Date(from)),
                    Some(Plain::Date(from + 29)),
                    Some(Plain::Decimal(i128::from(1000 + point * 7 + month))),
                    Some(Plain::Timestamp(written)),
                ],
            );
        }
        let clerk = format!("clerk {:02}", point * 37 % 60);
        for day in [CUTOVER - 500, CUTOVER - 50] {
            add(
                "note",
                vec![
                    text(&id),
                    text(&clerk),
                    Some(Plain::Date(day)),
                    text("read"),
                ],
            );
        }
    }
    tables
}

/// A meter that hung here and then at the next point that was supplied as this one, and what was read at either.
fn of_meter(id: &str, point: i32) -> [(&'static str, Row); 4] {
    let meter = text(format!("M{point:03}"));
    let next = format!("90{:020}", (point + 4) % 60);
    let day = |before: i32| Some(Plain::Date(CUTOVER - before));
    let moved = 300 + point;
    let kwh = Some(Plain::Int(i64::from(500 + point * 29 % 60)));
    let hung = |place: &str, from, until| vec![meter.clone(), from, text(place), until];
    let read = |on| vec![meter.clone(), on, kwh.clone()];
    [
        ("yard", hung(id, day(800), day(moved))),
        ("yard", hung(&next, day(moved - 1), None)),
        ("yard_reading", read(day(500))),
        ("yard_reading", read(day(50))),
    ]
}

/// A roof of which another buys than sells the light, at every second point; of some nobody buys any more.
fn of_roof(id: &str, point: i32, own: &str) -> [(&'static str, Row); 3] {
    let buyer = ["99020", "99030", own, own][usize::try_from(point % 4).unwrap()];
    let day = |before: i32| Some(Plain::Date(CUTOVER - before));
    let until =
        [day(60 + point), Some(Plain::Date(OPEN))][usize::try_from(point / 4 % 2).unwrap()].clone();
    let fed = |before: i32| {
        vec![
            text(id),
            day(before),
            Some(Plain::Int(i64::from(700 + point * 43 % 60))),
        ]
    };
    [
        (
            "roof_purchase",
            vec![text(id), day(900), until, text(buyer)],
        ),
        ("fed_in", fed(200)),
        ("fed_in", fed(150)),
    ]
}

/// The peak was in the autumn of 2025, before the switch of some and after that of none, or in the March before the cutover.
fn of_card(id: &str, point: i32) -> Row {
    let month = [202_510, 202_603][usize::try_from(point / 4 % 2).unwrap()];
    let ends_on =
        [CUTOVER + 30 + point, CUTOVER - 20 - point][usize::try_from(point / 8 % 2).unwrap()];
    vec![
        text(id),
        Some(Plain::Int(month)),
        Some(Plain::Int(i64::from(100 + point * 17 % 60))),
        Some(Plain::Date(ends_on)),
    ]
}

/// Two days before the switch and the day of it.
fn of_sheet(id: &str, point: i32, switch: i32) -> Row {
    let usage = |day: i32| Some(Plain::Int(i64::from(1000 * day + point * 13 % 60)));
    let days = [switch - 2, switch].map(|day| Some(Plain::Date(day)));
    let [first, last] = days;
    vec![text(id), first, last, usage(1), usage(2), usage(3)]
}

fn of_point(id: &str, point: i32) -> Row {
    let pole = (point % 3 > 0).then(|| Plain::Text(format!("pole {point}")));
    vec![
        text(id),
        text(format!("street {point}")),
        pole,
        text(["low", "high"][usize::try_from(point % 2).unwrap()]),
        text(format!("memo {:02}", point * 23 % 60)),
        text(format!("B{:02}", point * 41 % 60)),
    ]
}

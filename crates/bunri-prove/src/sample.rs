//! A smaller legacy system out of a large one: some supply points and everything that hangs on them. Points are chosen
//! by a digest of their key and the seed, so a run needs no list of them.
//!
//! What is closed over: a table that names points keeps the rows of the chosen ones; a table that follows a parent keeps
//! the rows whose parents were kept, so that nothing becomes an orphan by sampling; public tables and small tables
//! without either are kept whole. What is not: a person with three points of which one was chosen is a person with one
//! point. The sample is a legacy system of its own, decided afresh, and noninterference is asked of *it*.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::{Catalogue, KeyThrough, ParentRule, RowRule, Table};
use bunri_columnar::{
    CanonicalWriter, CustodyLayout, Observer, PendingFile, STAGING, Staging, create_folder,
    key_converter, part_name, staging_schema,
};
use bunri_manifest::{FileEntry, ProofSample, RelativePath, StagedTable};

use crate::ProveError;
use crate::draw::Draw;
use crate::place::Place;

const BATCH_ROWS: usize = 8192;
/// Tables of no more rows that hang on nothing are kept whole.
const KEPT_WHOLE: u64 = 4096;

/// Which keys are kept: those whose digest is below the bound.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    draw: Draw,
    bound: u64,
}

impl Chosen {
    fn keeps(self, key: &[u8]) -> bool {
        self.draw.bytes(key).number() <= self.bound
    }
}

/// Writes the sample of about `points` supply points to `place`.
pub(crate) fn sample(
    catalogue: &Catalogue,
    staging: &Staging,
    points: u64,
    draw: Draw,
    place: &Place,
    observer: &dyn Observer,
) -> Result<(Vec<StagedTable>, ProofSample), ProveError> {
    let draw = draw.of("sample");
    let keys = ledger_keys(catalogue, staging)?;
    let there = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    let share = u128::from(u64::MAX) * u128::from(points) / u128::from(there.max(1));
    let bound = u64::try_from(share).unwrap_or(u64::MAX);
    let chosen = Chosen { draw, bound };
    let kept = keys.iter().filter(|key| draw.at(**key).number() <= bound);
    let points_kept = kept.count() as u64;
    let mut sampling = Sampling {
        catalogue,
        staging,
        chosen,
        kept: BTreeMap::new(),
        through: BTreeMap::new(),
        observer,
    };
    for through in catalogue.keys_through() {
        let kept = sampling.kept_through(through)?;
        sampling.through.insert(through, kept);
    }
    let mut tables = Vec::new();
    for position in catalogue.parents_first() {
        tables.extend(sampling.table(position, place)?);
    }
    let whole = catalogue.tables.iter().map(|table| {
        let written = tables.iter().find(|one| one.id == table.id);
        written.map_or_else(
            || staging.entry(table).map_or(0, StagedTable::rows),
            StagedTable::rows,
        )
    });
    let drawn = ProofSample {
        points_asked: points,
        points: points_kept,
        rows: whole.sum(),
    };
    Ok((tables, drawn))
}

/// Digests of the points that the ledger names, each once.
fn ledger_keys(catalogue: &Catalogue, staging: &Staging) -> Result<BTreeSet<u64>, ProveError> {
    let mut keys = BTreeSet::new();
    for part in catalogue.ledger_tables() {
        let table = &catalogue.tables[part.table];
        for batch in staging.table(table)?.all(BATCH_ROWS)? {
            for key in keys_of(table, &part.key, &batch?)?.into_iter().flatten() {
                keys.insert(digest(&key));
            }
        }
    }
    Ok(keys)
}

/// 64 bits of a key's digest: two keys that meet there are kept or left together.
fn digest(key: &[u8]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(key).as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// Order-preserving bytes of some columns of every row, nothing where a part is NULL.
fn keys_of(
    table: &Table,
    columns: &[usize],
    batch: &RecordBatch,
) -> Result<Vec<Option<Vec<u8>>>, ProveError> {
    let arrays: Vec<ArrayRef> = columns.iter().map(|&at| batch.column(at).clone()).collect();
    let rows = key_converter(table, columns)?
        .convert_columns(&arrays)
        .map_err(ProveError::arrow(&table.id))?;
    let whole = |row: usize| arrays.iter().all(|array| array.is_valid(row));
    Ok((0..batch.num_rows())
        .map(|row| whole(row).then(|| rows.row(row).data().to_vec()))
        .collect())
}

struct Sampling<'a> {
    catalogue: &'a Catalogue,
    staging: &'a Staging,
    chosen: Chosen,
    /// By parent table and the columns referred to: digests of the keys of kept rows.
    kept: BTreeMap<(usize, Vec<usize>), BTreeSet<u64>>,
    /// By way through another table: digests of the keys of its kept rows.
    through: BTreeMap<&'a KeyThrough, BTreeSet<u64>>,
    observer: &'a dyn Observer,
}

impl Sampling<'_> {
    /// Writes a table, unless all of it is kept.
    fn table(&mut self, position: usize, place: &Place) -> Result<Option<StagedTable>, ProveError> {
        let table = &self.catalogue.tables[position];
        let entry = self.staging.entry(table)?;
        let hangs = table.ledger_key.is_some() || first_parent(&table.rows).is_some();
        let is_list = self.catalogue.retailers.table == position;
        let whole = table.rows == RowRule::Reference || (!hangs && entry.rows() <= KEPT_WHOLE);
        if whole || is_list {
            return Ok(None);
        }
        let folder = CustodyLayout::new(&place.custody())
            .staging()
            .join(&table.id);
        create_folder(&folder)?;
        let path = folder.join(part_name(0));
        let file = PendingFile::create(&path)?;
        let mut writer = CanonicalWriter::new(file, staging_schema(table), &path)?;
        let mut first = 0;
        for batch in self.staging.table(table)?.all(BATCH_ROWS)? {
            if self.observer.cancelled() {
                return Err(ProveError::Interrupted);
            }
            let batch = batch?;
            let keeps = BooleanArray::from(self.keeps(table, &batch, first)?);
            first += batch.num_rows() as u64;
            let rows = filter_record_batch(&batch, &keeps).map_err(ProveError::arrow(&table.id))?;
            self.remember(position, &rows)?;
            writer.write(&rows)?;
        }
        let finished = writer.finish()?;
        let digests = finished.sink.commit()?;
        let name = format!("{STAGING}/{}/{}", table.id, part_name(0));
        let name = RelativePath::try_from(name).map_err(ProveError::Name)?;
        let file = FileEntry::new(name, finished.rows, digests);
        let rejected = entry.rejects.as_ref().map_or(0, |rejects| rejects.rows);
        Ok(Some(StagedTable {
            id: table.id.clone(),
            name: table.name.clone(),
            source_rows: file.rows + rejected,
            files: vec![file],
            rejects: entry.rejects.clone(),
            totals: Vec::new(),
            foreign_keys: entry.foreign_keys.clone(),
            made_of: entry.made_of.clone(),
            delta: None,
        }))
    }

    /// Which rows are kept. A row that names no point or no parent is kept as often as a point is.
    fn keeps(
        &self,
        table: &Table,
        batch: &RecordBatch,
        first: u64,
    ) -> Result<Vec<bool>, ProveError> {
        let by_number = |row: usize| self.chosen.keeps(&(first + row as u64).to_le_bytes());
        if let (Some(key), Some(through)) = (&table.ledger_key, &table.through) {
            let kept = self.through.get(through);
            let keys = keys_of(table, key, batch)?.into_iter().enumerate();
            let keep = |(row, key): (usize, Option<Vec<u8>>)| match (key, kept) {
                (Some(key), Some(kept)) => kept.contains(&digest(&key)),
                (Some(_) | None, _) => by_number(row),
            };
            return Ok(keys.map(keep).collect());
        }
        if let Some(key) = &table.ledger_key {
            let keys = keys_of(table, key, batch)?.into_iter().enumerate();
            let keep = |(row, key): (usize, Option<Vec<u8>>)| {
                key.map_or_else(|| by_number(row), |key| self.chosen.keeps(&key))
            };
            return Ok(keys.map(keep).collect());
        }
        if let Some(rule) = first_parent(&table.rows)
            && let Some(kept) = self.kept.get(&(rule.table, rule.references.to_vec()))
        {
            let keys = keys_of(table, rule.key, batch)?.into_iter().enumerate();
            let keep = |(row, key): (usize, Option<Vec<u8>>)| {
                key.map_or_else(|| by_number(row), |key| kept.contains(&digest(&key)))
            };
            return Ok(keys.map(keep).collect());
        }
        Ok((0..batch.num_rows()).map(by_number).collect())
    }

    /// The keys that belong to kept points: the rows of the other table are kept by their point.
    fn kept_through(&self, through: &KeyThrough) -> Result<BTreeSet<u64>, ProveError> {
        let table = &self.catalogue.tables[through.table];
        let point = self.catalogue.point_key(through.table).unwrap_or_default();
        let mut kept = BTreeSet::new();
        for batch in self.staging.table(table)?.all(BATCH_ROWS)? {
            let batch = batch?;
            let points = keys_of(table, point, &batch)?;
            let keys = keys_of(table, &through.references, &batch)?;
            let pairs = points.into_iter().zip(keys);
            let of_kept = pairs
                .filter(|(point, _)| point.as_ref().is_some_and(|point| self.chosen.keeps(point)));
            kept.extend(of_kept.filter_map(|(_, key)| key).map(|key| digest(&key)));
        }
        Ok(kept)
    }

    /// What children without a point of their own will ask.
    fn remember(&mut self, position: usize, rows: &RecordBatch) -> Result<(), ProveError> {
        let table = &self.catalogue.tables[position];
        for child in &self.catalogue.tables {
            let asks = first_parent(&child.rows).filter(|rule| rule.table == position);
            let Some(rule) = asks.filter(|_| child.ledger_key.is_none()) else {
                continue;
            };
            let keys = keys_of(table, rule.references, rows)?;
            let kept = self
                .kept
                .entry((position, rule.references.to_vec()))
                .or_default();
            kept.extend(keys.into_iter().flatten().map(|key| digest(&key)));
        }
        Ok(())
    }
}

/// The first parent rule of the row rule.
fn first_parent(rule: &RowRule) -> Option<ParentRule<'_>> {
    rule.leaves().into_iter().find_map(RowRule::as_parent)
}

//! Stores compared by position: from every row on, over row groups and files, and what is not exactly so is not passed.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow_select::take::take_record_batch;
use bunri_catalogue::Store;
use bunri_columnar::{KeyRanges, Silent};
use bunri_compare::{Costs, PositionalTable, RawBytes, StoreFiles, look, order_columns};
use bunri_redecide::{EncodedKeys, Layout};
use bunri_report::{Claim, Findings};
use bunri_residue::Permissions;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{WriterProperties, WriterVersion};

use super::fixture::Fixture;

fn looked_at(fixture: &Fixture, store: Store) -> StoreFiles {
    let schemas = Layout::all(&fixture.catalogue, store)
        .map(|layout| (layout.table.id.clone(), layout.schema))
        .collect();
    let raw = RawBytes {
        store: store.word(),
        schemas: &schemas,
        permissions: Permissions::Writers,
        threads: 1,
        costs: &Costs::default(),
    };
    let mut findings = Findings::default();
    let mut files = look(&fixture.store(store), store.word(), 1, &mut findings).unwrap();
    files.admitted = raw.audit(&files, &mut findings).unwrap().0;
    files
}

fn opened(fixture: &Fixture, store: Store, id: &str) -> Option<PositionalTable> {
    let table = fixture.catalogue.table(id).unwrap();
    let layout = Layout::new(table, store).unwrap();
    let files = looked_at(fixture, store);
    let ranges: KeyRanges = fixture.key_ranges(table);
    PositionalTable::open(&layout, &files, &ranges, (true, &Silent)).unwrap()
}

/// Points of the transmission store, so many that they need three row groups.
fn many_points(fixture: &Fixture) -> RecordBatch {
    let number: u32 = 150_000;
    fixture.tamper(Store::Transmission, "supply_point", |rows| {
        let few = u32::try_from(rows.num_rows()).unwrap();
        let again = UInt32Array::from_iter_values((0..number).map(|row| row % few));
        let again = take_record_batch(&rows, &again).unwrap();
        let keys = (0..number).map(|row| format!("90{:020}", 2 * row + 1));
        let keys: ArrayRef = Arc::new(StringArray::from_iter_values(keys));
        let mut columns = again.columns().to_vec();
        columns[0] = keys;
        RecordBatch::try_new(rows.schema(), columns).unwrap()
    });
    fixture.read(Store::Transmission, "supply_point")
}

fn keys(fixture: &Fixture, store: Store, id: &str, rows: &RecordBatch) -> EncodedKeys {
    let layout = Layout::new(fixture.catalogue.table(id).unwrap(), store).unwrap();
    let columns = order_columns(&layout);
    let mut encode = EncodedKeys::of_columns(&layout.schema, columns, id).unwrap();
    encode(rows).unwrap()
}

/// Three files, by ranges: every row is found by its key, and what follows on it is there.
#[test]
fn every_row_is_entered_by_its_key_whatever_file_it_is_in() {
    let fixture = Fixture::ordinary();
    let (store, id) = (Store::Transmission, "meter_reading");
    let stored = opened(&fixture, store, id).unwrap();
    assert_eq!(stored.files(), 3);
    let rows = fixture.read(store, id);
    assert_eq!(stored.rows(), rows.num_rows() as u64);
    let keys = keys(&fixture, store, id, &rows);
    for row in (0..rows.num_rows()).step_by(13) {
        let found = stored.first_from(keys.bytes(row)).unwrap();
        assert_eq!(found, Some(row as u64));
        let mut reading = stored.read_from(row as u64);
        let half = (rows.num_rows() - row) / 2;
        assert!(reading.are_next(&rows.slice(row, half)), "{row}");
        assert!(reading.are_next(&rows.slice(row + half, rows.num_rows() - row - half)));
        assert_eq!(reading.end(), stored.rows());
        // Behind the last row there is none.
        assert!(!reading.are_next(&rows.slice(0, 1)));
    }
    assert_eq!(stored.first_from(&[]).unwrap(), Some(0));
    assert_eq!(stored.first_from(&[255]).unwrap(), Some(stored.rows()));
}

/// Three row groups in one file: keys that are there, and keys between two rows.
#[test]
fn rows_are_entered_by_key_in_every_row_group() {
    let fixture = Fixture::ordinary();
    let (store, id) = (Store::Transmission, "supply_point");
    let rows = many_points(&fixture);
    let stored = opened(&fixture, store, id).unwrap();
    let layout = Layout::new(fixture.catalogue.table(id).unwrap(), store).unwrap();
    assert_eq!(order_columns(&layout), [0]);
    for row in [
        0, 1, 8191, 8192, 65_535, 65_536, 65_537, 131_071, 131_072, 149_999,
    ] {
        for (key, expected) in [(2 * row + 1, row), (2 * row, row), (2 * row + 2, row + 1)] {
            let asked: ArrayRef = Arc::new(StringArray::from(vec![format!("90{key:020}")]));
            let mut columns = rows.slice(0, 1).columns().to_vec();
            columns[0] = asked;
            let asked = RecordBatch::try_new(rows.schema(), columns).unwrap();
            let found = stored
                .first_from(keys(&fixture, store, id, &asked).bytes(0))
                .unwrap();
            assert_eq!(found, Some(expected as u64), "{key}");
        }
        let left = rows.num_rows() - row;
        assert!(
            stored
                .read_from(row as u64)
                .are_next(&rows.slice(row, left.min(70_000)))
        );
    }
}

/// One cell, one NULL, one row less, one row more, two rows in another order.
#[test]
fn whatever_differs_is_not_passed() {
    let fixture = Fixture::ordinary();
    let (store, id) = (Store::Transmission, "meter_reading");
    let stored = opened(&fixture, store, id).unwrap();
    let rows = fixture.read(store, id);
    let count = u32::try_from(rows.num_rows()).unwrap();
    let passes = |rows: &RecordBatch| stored.read_from(0).are_next(rows);
    let taken = |order: Vec<u32>| take_record_batch(&rows, &UInt32Array::from(order)).unwrap();
    assert!(passes(&rows));
    let without = (0..count).filter(|row| *row != 700).collect();
    assert!(!passes(&taken(without)));
    let doubled = (0..count).flat_map(|row| vec![row; 1 + usize::from(row == 700)]);
    assert!(!passes(&taken(doubled.collect())));
    let mut swapped: Vec<u32> = (0..count).collect();
    swapped.swap(700, 701);
    assert!(!passes(&taken(swapped)));
    for column in 0..rows.num_columns() {
        let mut columns = rows.columns().to_vec();
        let nulls: UInt32Array = (0..count).map(|row| (row != 700).then_some(row)).collect();
        columns[column] = arrow_select::take::take(&columns[column], &nulls, None).unwrap();
        let was = rows.column(column).is_null(700);
        let changed = RecordBatch::try_new(rows.schema(), columns).unwrap();
        assert_eq!(passes(&changed), was, "column {column}");
    }
}

/// Files that are not what they must be are not opened: the comparison by key says what is wrong with them.
#[test]
fn files_that_are_not_as_they_must_be_are_not_compared_by_position() {
    let store = Store::Transmission;
    let damaged: [&dyn Fn(&Fixture); 3] = [
        &|fixture| {
            let root = fixture.store(store).join("meter_reading");
            std::fs::remove_file(root.join("part-00001.parquet")).unwrap();
        },
        &|fixture| {
            let root = fixture.store(store).join("meter_reading");
            let copied = std::fs::copy(root.join("part-00001.parquet"), root.join("x.parquet"));
            copied.unwrap();
        },
        &|fixture| {
            let root = fixture.store(store).join("meter_reading");
            let bytes = std::fs::read(root.join("part-00001.parquet")).unwrap();
            std::fs::write(root.join("part-00001.parquet"), &bytes[..bytes.len() / 2]).unwrap();
        },
    ];
    for (number, damage) in damaged.into_iter().enumerate() {
        let fixture = Fixture::ordinary();
        assert!(opened(&fixture, store, "meter_reading").is_some());
        damage(&fixture);
        assert!(
            opened(&fixture, store, "meter_reading").is_none(),
            "{number}"
        );
    }
    // Rows in the file of another range.
    let mut fixture = Fixture::ordinary();
    let bounds = fixture.ranges.insert("meter_reading".into(), Vec::new());
    let rows = fixture.read(store, "meter_reading");
    assert!(opened(&fixture, store, "meter_reading").is_none());
    fixture
        .ranges
        .insert("meter_reading".into(), bounds.unwrap());
    assert!(rows.num_rows() > 0);
    let other = vec![format!("90{:020}", 41), format!("90{:020}", 900)];
    fixture.ranges.insert("meter_reading".into(), other);
    assert!(opened(&fixture, store, "meter_reading").is_none());
    // A multiset, which has no order of its own.
    let multiset = Layout::all(&fixture.catalogue, store).find(Layout::reorders);
    let multiset = multiset.unwrap().table.id.clone();
    assert!(opened(&fixture, store, &multiset).is_none());
}

/// The same rows in a file that another writer made: every row is as it must be, and still nobody skips pages by its headers.
#[test]
fn a_file_that_is_no_function_of_its_rows_is_not_compared_by_position() {
    let fixture = Fixture::ordinary();
    let (store, id) = (Store::Transmission, "contract");
    assert!(opened(&fixture, store, id).is_some());
    let rows = fixture.read(store, id);
    let path = fixture.store(store).join(id).join("part-00000.parquet");
    let second = WriterProperties::builder().set_writer_version(WriterVersion::PARQUET_2_0);
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(second.build())).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    assert_eq!(fixture.read(store, id), rows);
    assert!(opened(&fixture, store, id).is_none());
    let rules = fixture.verify(2).findings.into_iter().map(|it| it.claim);
    let claims: std::collections::BTreeSet<Claim> = rules.collect();
    assert_eq!(
        claims.into_iter().collect::<Vec<_>>(),
        [Claim::C1, Claim::C6]
    );
}

//! A store small enough to read, as bunri writes one. The tests of other crates use it too.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use bunri_columnar::{CanonicalWriter, PendingFile, create_folder, write_whole};
use bunri_manifest::{
    B3SUMS, Blake3Hex, CatalogueRef, ColumnEntry, FileEntry, MANIFEST, RelativePath, SHA256SUMS,
    StoreManifest, TableEntry,
};
use bunri_types::parse_day;

/// Point, number, kind, day.
pub(crate) type Change<'a> = (&'a str, i64, Option<&'a str>, &'a str);

/// The transmission operator's changes of January 2023, and one of February.
pub(crate) const CHANGES: [Change<'_>; 9] = [
    ("9000000000000000000001", 1, Some("新設"), "2023-01-04"),
    ("9000000000000000000002", 1, Some("新設"), "2023-01-11"),
    ("9000000000000000000003", 1, Some("新設"), "2023-01-31"),
    ("9000000000000000000004", 1, Some("廃止"), "2023-01-01"),
    ("9000000000000000000005", 1, Some("廃止"), "2023-01-20"),
    ("9000000000000000000006", 1, Some("切替"), "2023-01-15"),
    ("9000000000000000000007", 1, Some("切替"), "2023-01-16"),
    ("9000000000000000000008", 1, Some("切替"), "2023-01-17"),
    ("9000000000000000000009", 1, None, "2023-02-01"),
];

/// Writes a store of one table of changes.
pub(crate) fn store(root: &Path, word: &str, changes: &[Change<'_>]) {
    create_folder(&root.join("change")).unwrap();
    let days = changes.iter().map(|it| parse_day(it.3).unwrap());
    let columns: [(&str, &str, DataType, ArrayRef); 4] = [
        (
            "supply_point_id",
            "text",
            DataType::Utf8,
            Arc::new(StringArray::from_iter_values(changes.iter().map(|it| it.0))),
        ),
        (
            "change_no",
            "int",
            DataType::Int64,
            Arc::new(Int64Array::from_iter_values(changes.iter().map(|it| it.1))),
        ),
        (
            "change_kind",
            "text",
            DataType::Utf8,
            Arc::new(changes.iter().map(|it| it.2).collect::<StringArray>()),
        ),
        (
            "changed_on",
            "date",
            DataType::Date32,
            Arc::new(Date32Array::from_iter_values(days)),
        ),
    ];
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, _, kind, _)| Field::new(*name, kind.clone(), true))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let cells = columns.iter().map(|column| column.3.clone()).collect();
    let path = root.join("change/part-00000.parquet");
    let pending = PendingFile::create(&path).unwrap();
    let mut writer = CanonicalWriter::new(pending, schema.clone(), &path).unwrap();
    writer
        .write(&RecordBatch::try_new(schema, cells).unwrap())
        .unwrap();
    let finished = writer.finish().unwrap();
    let rows = finished.rows;
    let digests = finished.sink.commit().unwrap();
    let relative = RelativePath::try_from("change/part-00000.parquet".to_owned()).unwrap();
    let table = TableEntry {
        id: "change".to_owned(),
        name: "change".to_owned(),
        key: vec!["supply_point_id".to_owned(), "change_no".to_owned()],
        columns: columns
            .iter()
            .map(|column| ColumnEntry {
                name: column.0.to_owned(),
                value_type: column.1.to_owned(),
            })
            .collect(),
        files: vec![FileEntry::new(relative, rows, digests)],
    };
    let catalogue = CatalogueRef {
        name: "small".to_owned(),
        version: "1".to_owned(),
        blake3: Blake3Hex::of(b"small"),
    };
    let manifest = StoreManifest::new(word, "story", "rehearsal", catalogue, vec![table]);
    let bytes = manifest.to_bytes().unwrap();
    let digests = write_whole(&root.join(MANIFEST), &bytes).unwrap();
    write_whole(&root.join(B3SUMS), manifest.b3sums(&digests).as_bytes()).unwrap();
    write_whole(
        &root.join(SHA256SUMS),
        manifest.sha256sums(&digests).as_bytes(),
    )
    .unwrap();
}

//! Files in memory, and what the audit says of them.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bunri_columnar::CanonicalWriter;

use crate::contents::Contents;
use crate::file::{group, structure};
use crate::outline::{Outline, Refused};
use crate::residue::Residues;

/// A column of every type that stores have, decimals in all their sizes.
pub(super) fn schema() -> SchemaRef {
    let decimal = |precision| DataType::Decimal128(precision, 1);
    let types = [
        DataType::Utf8,
        DataType::Int64,
        decimal(1),
        decimal(7),
        decimal(12),
        decimal(22),
        decimal(38),
        DataType::Date32,
        DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::Boolean,
        DataType::Binary,
        DataType::Float64,
    ];
    let field = |(at, kind): (usize, DataType)| Field::new(format!("c{at}"), kind, true);
    Arc::new(Schema::new(
        types.into_iter().enumerate().map(field).collect::<Vec<_>>(),
    ))
}

/// Rows whose cells `cell` gives as numbers, by row and column.
pub(super) fn rows(count: usize, cell: impl Fn(usize, usize) -> Option<i64>) -> RecordBatch {
    let schema = schema();
    let column = |at: usize| -> ArrayRef {
        let cells = (0..count).map(|row| cell(row, at));
        match schema.field(at).data_type() {
            DataType::Utf8 => Arc::new(StringArray::from_iter(
                cells.map(|v| v.map(|v| format!("値{v}"))),
            )),
            DataType::Binary => Arc::new(BinaryArray::from_iter(
                cells.map(|v| v.map(i64::to_le_bytes)),
            )),
            DataType::Boolean => Arc::new(BooleanArray::from_iter(
                cells.map(|v| v.map(|v| v % 3 == 0)),
            )),
            DataType::Int64 => Arc::new(Int64Array::from_iter(cells)),
            DataType::Float64 => Arc::new(Float64Array::from_iter(
                cells.map(|v| v.map(|v| v as f64 / 7.0)),
            )),
            DataType::Date32 => {
                Arc::new(Date32Array::from_iter(cells.map(|v| v.map(|v| v as i32))))
            }
            DataType::Timestamp(..) => Arc::new(TimestampMicrosecondArray::from_iter(cells)),
            DataType::Decimal128(precision, scale) => {
                let numbers =
                    Decimal128Array::from_iter(cells.map(|v| v.map(|v| i128::from(v % 9))));
                Arc::new(
                    numbers
                        .with_precision_and_scale(*precision, *scale)
                        .unwrap(),
                )
            }
            other => panic!("{other}"),
        }
    };
    let columns = (0..schema.fields().len()).map(column).collect();
    RecordBatch::try_new(schema.clone(), columns).unwrap()
}

/// Text of this many rows and this length, of which every `null`th is NULL.
pub(super) fn text(count: usize, length: usize, distinct: usize, null: usize) -> RecordBatch {
    let cell = |row: usize| {
        (null == 0 || !row.is_multiple_of(null))
            .then(|| format!("{:0length$}", row * 31 % distinct))
    };
    let column: ArrayRef = Arc::new(StringArray::from_iter((0..count).map(cell)));
    let schema = Schema::new(vec![Field::new("t", DataType::Utf8, true)]);
    RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap()
}

/// The canonical file of these batches.
pub(super) fn written(schema: &SchemaRef, batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = CanonicalWriter::new(Vec::new(), schema.clone(), Path::new("test")).unwrap();
    batches
        .iter()
        .for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap().sink
}

/// A verdict on one file: what was found, and whether the Parquet library may have it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) residues: Residues,
    pub(crate) admitted: bool,
}

impl Verdict {
    pub(crate) fn clean(&self) -> bool {
        self.residues.is_empty() && self.admitted
    }
}

/// Audits a file in memory.
pub(crate) fn audit(bytes: &[u8], schema: &Schema) -> Verdict {
    let (source, mut residues) = (bytes.to_vec(), Residues::default());
    let outline = match Outline::read(&source, &mut residues) {
        Ok(outline) => outline,
        Err(Refused::Finding(rule, why)) => {
            residues.add(rule, None, &why);
            let admitted = false;
            return Verdict { residues, admitted };
        }
        Err(Refused::Io(error)) => panic!("{error}"),
    };
    residues.append(structure(&outline, Some(schema)));
    let mut contents = Contents::new().unwrap();
    for number in 0..outline.pages.len() {
        residues.append(
            group(&source, &outline, number, Some(schema), &mut contents)
                .unwrap()
                .0,
        );
    }
    let admitted = true;
    Verdict { residues, admitted }
}

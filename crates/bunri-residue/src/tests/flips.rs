//! Every bit of small files turned over, one at a time, as by somebody who also writes every digest anew: the audit alone
//! must see it, or the rows must have changed, so that C3 and C4 see it. Nothing may pass both.

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::made::{audit, rows, text, written};

/// The rows as the Parquet library reads them; [`None`] if it cannot.
pub(crate) fn read(bytes: &[u8]) -> Option<RecordBatch> {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    // A damaged file may make the library panic.
    let read = || {
        let options =
            parquet::arrow::arrow_reader::ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options).ok()?;
        let schema = builder.schema().clone();
        let batches = builder.build().ok()?.collect::<Result<Vec<_>, _>>().ok()?;
        concat_batches(&schema, &batches).ok()
    };
    bunri_columnar::guarded(read)
}

/// How many flips only the rows show.
#[track_caller]
fn every_bit(batch: &RecordBatch) -> (usize, usize) {
    let (schema, file) = (
        batch.schema(),
        written(&batch.schema(), std::slice::from_ref(batch)),
    );
    let whole = read(&file).unwrap();
    let (mut bits, mut in_rows) = (0, 0);
    for at in 0..file.len() * 8 {
        let mut flipped = file.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        bits += 1;
        if audit(&flipped, &schema).clean() {
            in_rows += 1;
            assert_ne!(
                read(&flipped).as_ref(),
                Some(&whole),
                "bit {} of byte {} survives",
                at % 8,
                at / 8
            );
        }
    }
    (bits, in_rows)
}

/// Content that zstd leaves as it is (short content, and digits that nothing repeats) can be turned into other rows in
/// canonical form. Everything else, the greater part, is the audit's.
#[track_caller]
fn mostly_by_the_audit(batch: &RecordBatch) {
    let (bits, in_rows) = every_bit(batch);
    assert!(in_rows > 0 && in_rows * 2 < bits, "{in_rows} of {bits}");
}

#[test]
fn every_bit_of_a_file_of_all_types_is_found() {
    mostly_by_the_audit(&rows(6, |row, column| {
        ((row + column) % 4 > 0).then_some((row * 37) as i64)
    }));
}

#[test]
fn every_bit_of_a_file_of_text_is_found() {
    mostly_by_the_audit(&text(400, 40, 30, 5));
}

//! What the stages share about columns and files: the canonical Parquet writer, the staging layout, sorting
//! within a memory bound, and the commit that leaves a file absent or complete.
//!
//! Nothing here decides anything about a row or a cell.

mod batches;
mod commit;
mod errors;
mod layout;
mod memory;
mod observe;
mod ranges;
mod rejects;
mod search;
mod sort;
mod staging;
mod types;
mod writer;

pub use batches::{BatchSorter, SortedBatches};
pub use commit::{PendingFile, create_folder, replace_whole, write_whole};
pub use errors::ColumnarError;
pub use layout::{
    CustodyLayout, EVIDENCE, PLAN, REJECTS, STAGING, TEMPORARY, is_store_file, part_name,
};
pub use memory::Memory;
pub use observe::{Event, Observer, Silent};
pub use ranges::KeyRanges;
pub use rejects::{REJECT_BYTES, RawValue, Reject, RejectLine, RejectReader, RejectWriter};
pub use search::partition_point;
pub use sort::{ByteSorter, SortedRecords};
pub use staging::{
    Batches, STAGING_PART_ROWS, StagedRows, Staging, guarded, open_parquet, parquet_footer,
    rows_within, usual_unit_rows,
};
pub use types::{
    REASON_COLUMN, arrow_type, key_converter, row_converter, staging_schema, store_schema,
    type_word,
};
pub use writer::{
    CELL_BYTES, CREATED_BY, CanonicalWriter, Finished, ROW_GROUP_ROWS, StoreTableWriter,
};

//! The slip of a splitter that copies what it knows of a column and not what it wrote: every column chunk keeps its bytes,
//! and the footer tells the least and the greatest value of the column *before* the split.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter,
    RowGroupMetaData,
};

use crate::Outcome;

/// Writes the file `from` to `to` with the bounds of the columns of `unsplit` that bear the same names.
pub(crate) fn graft(unsplit: &Path, from: &Path, to: &Path) -> Outcome {
    let footer = |path: &Path| -> Result<ParquetMetaData, Box<dyn std::error::Error>> {
        Ok(ParquetMetaDataReader::new().parse_and_finish(&File::open(path)?)?)
    };
    let (wide, metadata) = (footer(unsplit)?, footer(from)?);
    let groups: Vec<RowGroupMetaData> = metadata
        .row_groups()
        .iter()
        .map(|group| with_bounds(group, &wide))
        .collect::<Result<_, _>>()?;
    let changed = metadata.into_builder().set_row_groups(groups).build();
    let bytes = std::fs::read(from)?;
    // The last eight bytes are the footer's length and the magic.
    let tail = bytes.len().checked_sub(8).ok_or("too short for Parquet")?;
    let length = u32::from_le_bytes(bytes[tail..tail + 4].try_into()?) as usize;
    let data = tail.checked_sub(length).ok_or("the footer's length lies")?;
    let mut sink = File::create(to)?;
    sink.write_all(&bytes[..data])?;
    ParquetMetaDataWriter::new(sink, &changed).finish()?;
    Ok(())
}

fn with_bounds(
    group: &RowGroupMetaData,
    wide: &ParquetMetaData,
) -> Result<RowGroupMetaData, parquet::errors::ParquetError> {
    let of = |column: &ColumnChunkMetaData| {
        let same = |other: &&ColumnChunkMetaData| other.column_path() == column.column_path();
        let bounds = wide
            .row_groups()
            .first()
            .and_then(|group| group.columns().iter().find(same));
        let builder = column.clone().into_builder();
        match bounds.and_then(ColumnChunkMetaData::statistics) {
            Some(statistics) => builder.set_statistics(statistics.clone()).build(),
            None => builder.build(),
        }
    };
    let columns = group.columns().iter().map(of).collect::<Result<_, _>>()?;
    group
        .clone()
        .into_builder()
        .set_column_metadata(columns)
        .build()
}

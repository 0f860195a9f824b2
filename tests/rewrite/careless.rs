//! A writer that makes one choice otherwise than the canonical one, by leaving a default in place or by a slip: the rows
//! are the same, the bytes say more than the rows.

use std::fs::File;
use std::path::Path;

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{
    EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion,
};

use crate::{Outcome, read};

/// As docs/formats.md describes the canonical file, written here a second time.
fn canonical() -> Result<WriterPropertiesBuilder, parquet::errors::ParquetError> {
    Ok(WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by("bunri canonical 2".to_owned())
        .set_max_row_group_row_count(Some(1 << 16))
        .set_data_page_row_count_limit(1 << 13)
        .set_data_page_size_limit(usize::MAX)
        .set_write_batch_size(1 << 10)
        .set_dictionary_page_size_limit(1 << 16)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true))
}

fn otherwise(
    choice: &str,
    canonical: WriterPropertiesBuilder,
) -> Result<WriterProperties, Box<dyn std::error::Error>> {
    let note = |text: &str| KeyValue::new("note".to_owned(), text.to_owned());
    let changed = match choice {
        "none" | "arrow_schema" => canonical,
        "row_groups" => canonical.set_max_row_group_row_count(Some(16)),
        "pages" => canonical
            .set_data_page_row_count_limit(16)
            .set_write_batch_size(16),
        "statistics" => canonical.set_statistics_enabled(EnabledStatistics::Chunk),
        "page_index" => canonical
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_offset_index_disabled(false),
        "bloom_filter" => canonical.set_bloom_filter_enabled(true),
        "created_by" => canonical.set_created_by("another writer".to_owned()),
        "metadata" => canonical.set_key_value_metadata(Some(vec![note("rows read: 48213")])),
        "no_dictionary" => canonical.set_dictionary_enabled(false),
        "version_2" => canonical.set_writer_version(WriterVersion::PARQUET_2_0),
        "level" => canonical.set_compression(Compression::ZSTD(ZstdLevel::try_new(9)?)),
        "uncompressed" => canonical.set_compression(Compression::UNCOMPRESSED),
        _ => return Err(format!("no such choice: {choice}").into()),
    };
    Ok(changed.build())
}

pub(crate) fn rewrite(choice: &str, from: &Path, to: &Path) -> Outcome {
    let (schema, batches) = read(from)?;
    let options = ArrowWriterOptions::new()
        .with_properties(otherwise(choice, canonical()?)?)
        .with_skip_arrow_metadata(choice != "arrow_schema");
    let mut writer = ArrowWriter::try_new_with_options(File::create(to)?, schema, options)?;
    for batch in &batches {
        writer.write(batch)?;
    }
    writer.close()?;
    Ok(())
}

//! The file of one table while its rows stream in.

use std::path::Path;

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::{CanonicalWriter, ColumnarError, PendingFile, create_folder, staging_schema};

use crate::custody::Custody;
use crate::key::KeyWatch;

/// The file of a table while it is written, and the watch over its key.
pub(crate) struct Output<'a> {
    pub(crate) writer: CanonicalWriter<PendingFile>,
    pub(crate) watch: Option<KeyWatch<'a>>,
}

impl<'a> Output<'a> {
    pub(crate) fn create(custody: &Custody, table: &'a Table) -> Result<Self, ColumnarError> {
        let (_, path) = custody.part(&table.id)?;
        create_parent(&path)?;
        let sink = PendingFile::create(&path)?;
        let writer = CanonicalWriter::new(sink, staging_schema(table), &path)?;
        let watch = (!table.key.is_empty())
            .then(|| KeyWatch::new(table))
            .transpose()?;
        Ok(Self { writer, watch })
    }

    /// Takes rows, unless they do not ascend.
    pub(crate) fn take(&mut self, batch: &RecordBatch) -> Result<bool, ColumnarError> {
        if let Some(watch) = &mut self.watch
            && !watch.ascends(batch)?
        {
            return Ok(false);
        }
        self.writer.write(batch)?;
        Ok(true)
    }
}

/// Makes the folder of a file.
pub(crate) fn create_parent(path: &Path) -> Result<(), ColumnarError> {
    path.parent().map_or(Ok(()), create_folder)
}

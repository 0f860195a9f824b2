//! C6, the rebuild: the canonical writer makes a table's files again from the rows that verification expects, and
//! only their digests are kept. They must be those of the files that are there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use bunri_columnar::{KeyRanges, StoreTableWriter, part_name};
use bunri_manifest::{Digester, Digests};
use bunri_redecide::Layout;
use bunri_report::{About, Claim, Findings, Place, Rule};
use bunri_work::TakeInOrder;

use crate::CompareError;

/// The files of one table while they are made again.
pub(crate) struct Rebuild {
    writer: StoreTableWriter<Digester>,
    id: String,
}

impl TakeInOrder for Rebuild {
    type Item = RecordBatch;
    type Error = CompareError;

    fn take(&mut self, rows: &RecordBatch) -> Result<(), CompareError> {
        self.write(rows)
    }
}

impl Rebuild {
    pub(crate) fn new(layout: &Layout<'_>, ranges: &KeyRanges) -> Result<Self, CompareError> {
        let id = layout.table.id.clone();
        let writer = StoreTableWriter::new(&layout.schema, ranges, |part| {
            Ok((
                Digester::new(),
                PathBuf::from(format!("{id}/{}", part_name(part))),
            ))
        })?;
        Ok(Self { writer, id })
    }

    /// Takes the next rows that are expected.
    pub(crate) fn write(&mut self, rows: &RecordBatch) -> Result<(), CompareError> {
        Ok(self.writer.write(rows)?)
    }

    /// Compares with the files on disk, by path below the store's root. A missing file is C1's finding already, and
    /// here too: a file that is not there is not the one that must be.
    pub(crate) fn finish(
        self,
        on_disk: &BTreeMap<String, Digests>,
        about: About<'_>,
        findings: &mut Findings,
    ) -> Result<u64, CompareError> {
        let mut files = 0;
        for (part, made) in self.writer.finish()?.into_iter().enumerate() {
            let path = format!("{}/{}", self.id, part_name(part));
            files += 1;
            if on_disk.get(&path) != Some(&made.sink.finish()) {
                findings.add(Claim::C6, Rule::FileNotCanonical, about, Place::file(&path));
            }
        }
        Ok(files)
    }
}

//! C6 from raw bytes: a store's folder and files handed to [`bunri_residue`].

use std::collections::BTreeMap;

use arrow_schema::SchemaRef;
use bunri_redecide::BATCH_ROWS;
use bunri_report::{About, Checked, Findings};
use bunri_residue::{Admitted, Auditor, DataFile, Permissions, look_at_folder};

use crate::CompareError;
use crate::cost::{Costs, Work};
use crate::files::StoreFiles;

/// Looks at everything of a store that is not a row. Nothing else is under way meanwhile.
pub struct RawBytes<'a> {
    /// The store's word, for findings.
    pub store: &'a str,
    /// The columns of its tables.
    pub schemas: &'a BTreeMap<String, SchemaRef>,
    /// Who may read its files.
    pub permissions: Permissions,
    /// Threads; what is found does not depend on them.
    pub threads: usize,
    /// To which the work is added.
    pub costs: &'a Costs,
}

impl RawBytes<'_> {
    /// Audits the folder, and in it every Parquet file of a table, listed or not. Gives also what was looked at.
    pub fn audit(
        &self,
        files: &StoreFiles,
        findings: &mut Findings,
    ) -> Result<(Admitted, Checked), CompareError> {
        let about = About {
            store: self.store,
            table: None,
        };
        let auditor = Auditor {
            store: self.store,
            threads: self.threads,
            batch_rows: BATCH_ROWS,
        };
        let admitted = self.costs.of_all_threads(Work::Audit, || {
            let (root, listed) = (&files.root, files.listed());
            look_at_folder(root, listed, self.permissions, about, findings);
            auditor.audit(self.data_files(files), findings)
        })?;
        let checked = Checked {
            files: admitted.audited(),
            ..Checked::default()
        };
        Ok((admitted, checked))
    }

    fn data_files(&self, files: &StoreFiles) -> Vec<DataFile> {
        let of_table = |table: &str| {
            let schema = self.schemas.get(table);
            let file = |name: String| DataFile {
                path: files.path_of(&name),
                schema: schema.cloned(),
                name,
            };
            files.parts(table).into_iter().map(file).collect::<Vec<_>>()
        };
        files.tables().into_iter().flat_map(of_table).collect()
    }
}

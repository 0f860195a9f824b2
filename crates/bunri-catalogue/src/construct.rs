//! The one way to a [`Catalogue`]: names looked up, then everything checked that spans several files.

use bunri_text::{Log, Problems};

use crate::check::check;
use crate::digest::digest_shape;
use crate::draft::{TableDraft, Written};
use crate::model::Catalogue;
use crate::resolve::resolve;

impl Catalogue {
    /// Looks up every name and checks every rule. `log` holds what reading found wrong.
    ///
    /// # Errors
    /// Every mistake at once, those of reading among them, each with file, line and column.
    pub fn from_drafts(written: Written<'_>, mut log: Log) -> Result<Self, Problems> {
        let Written {
            main,
            mut tables,
            names,
            files,
            digest,
        } = written;
        tables.sort_by(|a, b| id(a).cmp(&id(b)));
        let resolved = resolve(&main, &tables, names, &mut log);
        check(&resolved, &tables, &mut log);
        match resolved.into_catalogue(main) {
            Some(mut catalogue) if log.is_empty() => {
                catalogue.digest = digest;
                catalogue.shape_digest = digest_shape(&catalogue.tables);
                catalogue.warnings = log.into_warnings(files);
                Ok(catalogue)
            }
            _ => Err(log.into_problems(files)),
        }
    }
}

fn id(table: &TableDraft) -> Option<&str> {
    table.id.as_ref().map(|id| id.value.as_str())
}

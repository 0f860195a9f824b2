//! The **ground** of a table: everything that the bytes of its store files are a function of, as one digest. Where it is that of an
//! earlier run, so are the files, and they are taken from there instead of being made again (docs/delta.md).
//!
//! Rather too much is in it than too little: of a ledger or a parent the whole table, whichever of its rows are asked. A ground that changed without need costs time; one that did not change when it should have would cost the store.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, KnownAt, RowRule, Table};
use bunri_columnar::{ColumnarError, PendingFile, Staging, create_folder};
use bunri_manifest::{Blake3Hex, FileEntry, open_regular};
use serde_json::json;

use crate::SplitError;
use crate::record::{Records, TableRecord};
use crate::task::Terms;

/// What is asked of a file at once.
const PIECE: usize = 1 << 16;

/// What the grounds of all tables share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grounds<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) staging: &'a Staging,
    pub(crate) terms: &'a Terms,
}

impl Grounds<'_> {
    /// The ground of the table at this position, which is cut at these bounds.
    pub(crate) fn of(
        &self,
        position: usize,
        bounds: Option<&Vec<String>>,
    ) -> Result<Blake3Hex, SplitError> {
        let mut staged = Vec::new();
        for table in asked(self.catalogue, position) {
            let table = &self.catalogue.tables[table];
            let entry = self.staging.entry(table)?;
            let digests = entry.all_files().map(|file| (&file.path, &file.blake3));
            staged.push((&table.id, digests.collect::<Vec<_>>()));
        }
        let text = json!({
            "table": self.catalogue.tables[position].id,
            "bounds": bounds,
            // The word is part of what earlier runs noted.
            "common": self.terms,
            "staged": staged,
        })
        .to_string();
        Ok(Blake3Hex::of(text.as_bytes()))
    }
}

/// The tables of which a row may decide about a row of this one. A table whose rule is the same for every row asks nobody.
fn asked(catalogue: &Catalogue, position: usize) -> BTreeSet<usize> {
    let mut asked = BTreeSet::from([position]);
    if is_same_for_every_row(&catalogue.tables[position]) {
        return asked;
    }
    let mut walked = asked.clone();
    asked.insert(catalogue.retailers.table);
    let mut waiting = vec![position];
    while let Some(position) = waiting.pop() {
        let table = &catalogue.tables[position];
        let ledger = catalogue.ledger_of(table).tables.iter();
        asked.extend(ledger.map(|it| it.table));
        // Those above it are asked in turn: the check of a catalogue refuses circles.
        let through = table.through.iter().map(|through| through.table);
        for above in table.parents().into_iter().chain(through) {
            if walked.insert(above) {
                waiting.push(above);
            }
        }
    }
    asked.extend(walked);
    asked
}

/// Whether nothing but a row itself decides about it: neither who supplied, nor when it was written, nor a parent.
fn is_same_for_every_row(table: &Table) -> bool {
    let asks = |rule: &RowRule| match rule {
        RowRule::AllTransmission | RowRule::AllRetail | RowRule::Reference => false,
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::Cases { .. }
        | RowRule::All(_)
        | RowRule::Any(_) => true,
    };
    let is_known = match table.known_at {
        KnownAt::Column { .. } => true,
        KnownAt::None { .. } | KnownAt::NotNeeded => false,
    };
    !is_known && !asks(&table.rows) && table.cells.is_empty()
}

/// Takes the files of a table from an earlier run, if it noted this ground and they are still what it noted; its record then.
/// Nothing of the table lies in the stores yet.
pub(crate) fn take(
    (earlier, earlier_root): (&Records, impl Fn(&str) -> Option<PathBuf>),
    id: &str,
    ground: &Blake3Hex,
    root: impl Fn(&str) -> Option<PathBuf>,
) -> Result<Option<TableRecord>, SplitError> {
    let Some(record) = earlier.on_ground(id, ground) else {
        return Ok(None);
    };
    for (store, files) in &record.files {
        let (Some(from), Some(to)) = (earlier_root(store), root(store)) else {
            return Ok(None);
        };
        for file in files {
            if !copy(file, &from, &to)? {
                return Ok(None);
            }
        }
    }
    Ok(Some(record))
}

/// Copies a file of a store, if it is there as it was noted. One that cannot be read is as good as one that is not there: the table
/// is split again.
fn copy(file: &FileEntry, from: &Path, to: &Path) -> Result<bool, SplitError> {
    let Ok(mut source) = open_regular(&file.path.below(from)) else {
        return Ok(false);
    };
    let path = file.path.below(to);
    path.parent().map_or(Ok(()), create_folder)?;
    let mut target = PendingFile::create(&path)?;
    let mut piece = vec![0; PIECE];
    loop {
        let Ok(length) = source.read(&mut piece) else {
            return Ok(false);
        };
        if length == 0 {
            break;
        }
        target
            .write_all(&piece[..length])
            .map_err(ColumnarError::io("write", &path))?;
    }
    Ok(file.is_of(&target.commit()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bunri_parse::load;

    use super::*;

    /// These, the tables of the ledger that most ask, and the list of retailers.
    fn with(more: &[&'static str]) -> Vec<&'static str> {
        let mut names = vec!["code_retailer", "supply_period", "supply_period_old"];
        names.extend_from_slice(more);
        names.sort_unstable();
        names
    }

    #[test]
    fn a_table_stands_on_itself_on_those_above_it_and_on_the_ledgers_that_they_ask() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/denryoku");
        let catalogue = load(&shipped).unwrap();
        let named = |id: &str| -> Vec<String> {
            let position = catalogue.tables.iter().position(|table| table.id == id);
            let asked = asked(&catalogue, position.unwrap()).into_iter();
            let mut names: Vec<String> = asked.map(|it| catalogue.tables[it].id.clone()).collect();
            names.sort();
            names
        };
        // Its rule is the same for every row.
        assert_eq!(named("code_tariff"), ["code_tariff"]);
        // Another ledger has other rows.
        assert_eq!(
            named("surplus_reading"),
            ["code_retailer", "surplus_purchase", "surplus_reading"]
        );
        assert_eq!(
            named("meter_reading_monthly"),
            with(&["meter_reading_monthly"])
        );
        // Through another table, which has a ledger key of its own.
        assert_eq!(
            named("meter_reading_spot"),
            with(&["meter_installation", "meter_reading_spot"])
        );
        // The parent's parents too.
        assert_eq!(named("consumer"), with(&["consumer", "consumer_point"]));
        let mut children = 0;
        for table in &catalogue.tables {
            let names = named(&table.id);
            for parent in table.parents() {
                children += 1;
                assert!(names.contains(&catalogue.tables[parent].id), "{}", table.id);
                for above in catalogue.tables[parent].parents() {
                    assert!(names.contains(&catalogue.tables[above].id), "{}", table.id);
                }
            }
        }
        assert!(children > 3, "{children}");
    }
}

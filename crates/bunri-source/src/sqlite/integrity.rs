//! Whether the source is whole: SQLite's own check of every page, every index entry and every record. Nothing
//! that is staged is complete before it has passed. `quick_check` would not do: it never compares an index with its table, and a stale entry is
//! enough to give a row another key.

use rusqlite::ErrorCode;

use super::Reader;
use super::sql::quoted;
use bunri_source_model::SourceError;

/// So many complaints are shown; a damaged page brings thousands.
const MOST_LINES: usize = 10;
/// No limit for SQLite: complaints that do not matter must not use it up.
const ALL: &str = "2147483647";

/// Lines about values that are whole but stored otherwise than their column prefers. Extraction reads each value
/// as it is stored and rejects what does not fit, so they are no damage.
const STORED_OTHERWISE: [&str; 3] = [
    "NUMERIC value in ",
    "TEXT value in ",
    " stores an imprecise floating-point value for row ",
];

/// Beginnings of the lines whose numbers count pages and rows and are nobody's data.
const STRUCTURE: [&str; 12] = [
    "Fragmentation of ",
    "Tree ",
    "Page ",
    "Freelist: ",
    "Main freelist: ",
    "row ",
    "rowid not at end-of-record for row ",
    "wrong # of entries in index ",
    "non-unique entry in index ",
    "NULL value in ",
    "non-",
    "index ",
];

impl Reader {
    /// Refuses a source that SQLite finds damaged. Where objects are ignored because they cannot be read, the
    /// whole cannot be checked either; then `tables` are, each with its indexes.
    pub(crate) fn refuse_damage(
        &self,
        tables: &[&str],
        some_ignored: bool,
    ) -> Result<(), SourceError> {
        // CHECK constraints bind who writes and say nothing of the file; they may call functions that only the
        // application has.
        self.connection
            .execute_batch("PRAGMA ignore_check_constraints = ON")
            .map_err(self.error("check the integrity"))?;
        let found = match self.complaints(ALL) {
            Err(unreadable) if some_ignored && is_of_an_object(&unreadable) => tables
                .iter()
                .map(|table| self.complaints(&quoted(table)))
                .collect::<Result<Vec<_>, _>>()
                .map(|found| found.concat()),
            found => found,
        };
        let mut lines = found.map_err(self.error("check the integrity"))?;
        if lines.is_empty() {
            return Ok(());
        }
        if lines.len() > MOST_LINES {
            lines.truncate(MOST_LINES);
            lines.push("and more".to_owned());
        }
        Err(SourceError::Integrity {
            path: self.path.clone(),
            lines,
        })
    }

    /// The first complaints that matter; `scope` is a number for everything, or a quoted table.
    fn complaints(&self, scope: &str) -> rusqlite::Result<Vec<String>> {
        let sql = format!("PRAGMA main.integrity_check({scope})");
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut complaints = Vec::new();
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            let lines = text
                .lines()
                .filter(|line| matters(line))
                .map(without_values);
            complaints.extend(lines);
            if complaints.len() > MOST_LINES {
                break;
            }
        }
        Ok(complaints)
    }
}

/// An error that some object of the schema causes (a collation or a function that is not here), as opposed to
/// damage, locks and the file system.
fn is_of_an_object(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::Unknown)
}

fn matters(line: &str) -> bool {
    line != "ok"
        && !line.is_empty()
        && !line.starts_with("*** in database ")
        && !STORED_OTHERWISE.iter().any(|known| line.contains(known))
}

/// The line without what may be somebody's data. SQLite counts rows and pages, but where row numbers are out of
/// order it names the number, which may be the key; what other modules (full text, R-tree) say is not known here.
fn without_values(line: &str) -> String {
    let known = STRUCTURE
        .iter()
        .any(|beginning| line.starts_with(beginning));
    let shown = match line.find("Rowid ") {
        Some(at) if known => format!("{}Rowid {}", &line[..at], masked(&line[at + 6..])),
        None if known => line.to_owned(),
        Some(_) | None => masked(line),
    };
    shown
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

fn masked(text: &str) -> String {
    let digit = |letter: char| if letter.is_ascii_digit() { '#' } else { letter };
    text.chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_of_damage_matter_and_of_storage_do_not() {
        assert!(matters("row 3 missing from index sqlite_autoindex_meter_1"));
        assert!(matters("NULL value in meter.meter_no"));
        assert!(matters(
            "Tree 2 page 3: btreeInitPage() returns error code 11"
        ));
        assert!(!matters("TEXT value in meter.ct_ratio"));
        assert!(!matters("*** in database main ***"));
        assert!(!matters("ok"));
    }

    #[test]
    fn a_row_number_is_not_told() {
        assert_eq!(
            without_values("Tree 2 page 3 cell 0: Rowid 4711 out of order"),
            "Tree 2 page 3 cell 0: Rowid #### out of order"
        );
        assert_eq!(
            without_values("Mapping (17 -> 4) missing from %_rowid table"),
            "Mapping (## -> #) missing from %_rowid table"
        );
        assert_eq!(
            without_values("row 3 missing from index by_name"),
            "row 3 missing from index by_name"
        );
    }
}

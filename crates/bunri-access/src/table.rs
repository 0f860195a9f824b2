//! A log that is a table of an SQLite file, read in the order of its row numbers, some rows at a time.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::block::{Block, LINE_BYTES, Rows, TableRow};
use crate::error::AccessError;
use crate::field::{Field, FieldNames};

pub(crate) struct LogTable<'l> {
    connection: Connection,
    path: &'l Path,
    table: &'l str,
    query: String,
    fields: usize,
    /// The least number of a row that was not given; [`None`] at the end.
    next: Option<i64>,
}

impl<'l> LogTable<'l> {
    pub(crate) fn open(
        path: &'l PathBuf,
        table: &'l str,
        names: &FieldNames,
    ) -> Result<Self, AccessError> {
        let wrong = |source| AccessError::Database {
            path: path.clone(),
            table: table.to_owned(),
            source,
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
        // One state for all reads, whoever writes meanwhile.
        connection.execute_batch("BEGIN").map_err(wrong)?;
        let columns: Vec<String> = names.iter().map(|(_, name)| quoted(name)).collect();
        let query = format!(
            "SELECT rowid, {} FROM {} WHERE rowid >= ?1 ORDER BY rowid LIMIT ?2",
            columns.join(", "),
            quoted(table)
        );
        connection.prepare(&query).map_err(wrong)?;
        Ok(Self {
            connection,
            path,
            table,
            query,
            fields: names.len(),
            next: Some(i64::MIN),
        })
    }

    pub(crate) fn next(
        &mut self,
        block_bytes: usize,
        block: &mut Block,
    ) -> Result<bool, AccessError> {
        let Some(from) = self.next else {
            return Ok(false);
        };
        let (mut rows, mut bytes) = match std::mem::take(&mut block.rows) {
            Rows::Table { rows, bytes } => (rows, bytes),
            Rows::Lines(_) | Rows::TooLong => (Vec::new(), Vec::new()),
        };
        rows.clear();
        bytes.clear();
        self.read(from, block_bytes, &mut rows, &mut bytes)
            .map_err(|source| AccessError::Database {
                path: self.path.to_path_buf(),
                table: self.table.to_owned(),
                source,
            })?;
        self.next = rows.last().and_then(|row| row.number.checked_add(1));
        let some = !rows.is_empty();
        block.file = 0;
        block.first_line = 0;
        block.rows = Rows::Table { rows, bytes };
        Ok(some)
    }

    fn read(
        &self,
        from: i64,
        block_bytes: usize,
        rows: &mut Vec<TableRow>,
        bytes: &mut Vec<u8>,
    ) -> rusqlite::Result<()> {
        // Lines are about a hundred bytes.
        let most = i64::try_from(block_bytes / 100).unwrap_or(i64::MAX).max(1);
        let mut statement = self.connection.prepare(&self.query)?;
        let mut found = statement.query([from, most])?;
        while let Some(row) = found.next()? {
            let start = bytes.len();
            let mut ends = [0; Field::COUNT];
            let mut broken = false;
            for (place, end) in ends.iter_mut().enumerate().take(self.fields) {
                match row.get_ref(place + 1)? {
                    ValueRef::Null => {}
                    ValueRef::Integer(number) => {
                        bytes.extend_from_slice(number.to_string().as_bytes())
                    }
                    ValueRef::Text(text) => {
                        broken |= std::str::from_utf8(text).is_err();
                        // What is too long is counted as that; what fits is kept.
                        bytes.extend_from_slice(&text[..text.len().min(LINE_BYTES + 1)]);
                    }
                    // No code, number or time of a log is either.
                    ValueRef::Real(_) | ValueRef::Blob(_) => broken = true,
                }
                *end = u32::try_from(bytes.len() - start).unwrap_or(u32::MAX);
            }
            rows.push(TableRow {
                number: row.get(0)?,
                start,
                end: bytes.len(),
                ends,
                broken,
            });
        }
        Ok(())
    }
}

/// In the quotes in which SQLite takes an unknown name for nothing else.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

//! One statement: executed, described, and its rows taken in one of two ways that share nothing but the statement: whole blocks in
//! bound buffers of C types, or value by value as pieces of characters or bytes.

use std::ffi::c_void;
use std::ptr::null_mut;

use super::functions::{
    ATTRIBUTE_ROW_ARRAY_SIZE, ATTRIBUTE_ROW_STATUS, ATTRIBUTE_ROWS_FETCHED, DESCRIBES_TYPE_NAME,
    DESCRIBES_UNSIGNED, Functions, HANDLE_STATEMENT, NO_TOTAL, NULL_DATA, Raw, Returned,
    SUCCESS_WITH_INFO, number,
};
use super::handles::{
    DatabaseHandle, Diagnostic, DriverText, Failed, argument, diagnostics, is_end, is_success,
};
use crate::block::{Block, Bound, BufferKind, Column};

/// Units of a column's name or a type's.
const NAME_UNITS: usize = 512;
/// Bytes of a piece that is asked for at once.
const PIECE: usize = 64 << 10;
/// Rows of a block whose status is one of these came whole.
const ROW_STATES_OF_SUCCESS: [u16; 2] = [0, 6];
/// Which indexes are asked for: those whose keys are unique; and without new figures of the server.
const INDEX_UNIQUE: u16 = 0;
const QUICK: u16 = 0;

/// A column of an answer, as the driver describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) sql_type: i16,
    pub(crate) size: usize,
    pub(crate) digits: i16,
    pub(crate) nullable: bool,
    pub(crate) is_unsigned: bool,
    pub(crate) type_name: String,
}

/// What a driver lists of a database.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Listing<'a> {
    Tables {
        catalog: Option<&'a str>,
        schema: Option<&'a str>,
    },
    PrimaryKey(TableName<'a>),
    UniqueIndexes(TableName<'a>),
    References(TableName<'a>),
}

/// Catalog, schema and name, as a listing of tables gave them.
pub(crate) type TableName<'a> = (Option<&'a str>, Option<&'a str>, &'a str);

/// A value that was taken piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piecewise {
    /// UTF-16.
    Units,
    /// Characters in the encoding of the connection, with a zero behind each piece.
    Characters,
    /// Bytes.
    Bytes,
}

/// A statement of a connection.
pub(crate) struct StatementHandle<'a> {
    database: &'a DatabaseHandle,
    functions: &'static Functions,
    raw: Raw,
}

/// Whether a fetch gave something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetched {
    Rows,
    End,
}

impl Drop for StatementHandle<'_> {
    fn drop(&mut self) {
        self.database.free_statement(self.raw);
    }
}

impl<'a> StatementHandle<'a> {
    pub(crate) fn new(database: &'a DatabaseHandle) -> Result<Self, Failed> {
        Ok(Self {
            database,
            functions: database.functions(),
            raw: database.new_statement()?,
        })
    }

    fn said(&self) -> Vec<Diagnostic> {
        diagnostics(self.functions, HANDLE_STATEMENT, self.raw)
    }

    fn must(&self, returned: Returned) -> Result<(), Failed> {
        if is_success(returned) {
            return Ok(());
        }
        Err(Failed::Said(self.said()))
    }

    /// The function for texts as the driver takes them.
    fn of_kind<F>(&self, wide: F, narrow: F) -> F {
        if self.database.is_narrow() {
            narrow
        } else {
            wide
        }
    }

    /// Executes a text of SQL.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), Failed> {
        let text = DriverText::of(sql, self.database.is_narrow());
        let (pointer, length) = text.pointer();
        let length = i32::try_from(length).map_err(|_| Failed::Said(Vec::new()))?;
        let execute = self.of_kind(self.functions.execute, self.functions.execute_narrow);
        // SAFETY: the text has the length that is told.
        let returned = unsafe { execute(self.raw, pointer, length) };
        // A statement that changes nothing has no data, and that is what was asked.
        if is_end(returned) {
            return Ok(());
        }
        self.must(returned)
    }

    /// Asks for a list.
    pub(crate) fn list(&self, listing: Listing<'_>) -> Result<(), Failed> {
        let is_narrow = self.database.is_narrow();
        let units = |text: Option<&str>| text.map(|text| DriverText::of(text, is_narrow));
        let functions = self.functions;
        let returned = match listing {
            Listing::Tables { catalog, schema } => {
                let (catalog, schema) = (units(catalog), units(schema));
                let (catalog, of_catalog) = argument(catalog.as_ref());
                let (schema, of_schema) = argument(schema.as_ref());
                let (none, nothing) = argument(None);
                // SAFETY: every text has the length that is told.
                unsafe {
                    self.of_kind(functions.tables, functions.tables_narrow)(
                        self.raw, catalog, of_catalog, schema, of_schema, none, nothing, none,
                        nothing,
                    )
                }
            }
            Listing::PrimaryKey((catalog, schema, table)) => {
                let texts = [units(catalog), units(schema), units(Some(table))];
                let [one, two, three] = texts.each_ref().map(|text| argument(text.as_ref()));
                // SAFETY: every text has the length that is told.
                unsafe {
                    self.of_kind(functions.primary_keys, functions.primary_keys_narrow)(
                        self.raw, one.0, one.1, two.0, two.1, three.0, three.1,
                    )
                }
            }
            Listing::UniqueIndexes((catalog, schema, table)) => {
                let texts = [units(catalog), units(schema), units(Some(table))];
                let [one, two, three] = texts.each_ref().map(|text| argument(text.as_ref()));
                // SAFETY: every text has the length that is told.
                unsafe {
                    self.of_kind(functions.statistics, functions.statistics_narrow)(
                        self.raw,
                        one.0,
                        one.1,
                        two.0,
                        two.1,
                        three.0,
                        three.1,
                        INDEX_UNIQUE,
                        QUICK,
                    )
                }
            }
            Listing::References((catalog, schema, table)) => {
                let texts = [units(catalog), units(schema), units(Some(table))];
                let [one, two, three] = texts.each_ref().map(|text| argument(text.as_ref()));
                let (none, nothing) = argument(None);
                // SAFETY: every text has the length that is told.
                unsafe {
                    self.of_kind(functions.foreign_keys, functions.foreign_keys_narrow)(
                        self.raw, none, nothing, none, nothing, none, nothing, one.0, one.1, two.0,
                        two.1, three.0, three.1,
                    )
                }
            }
        };
        self.must(returned)
    }

    /// The columns of the answer.
    pub(crate) fn describe(&self) -> Result<Vec<Described>, Failed> {
        let mut count = 0_i16;
        // SAFETY: one number is written.
        self.must(unsafe { (self.functions.columns)(self.raw, &raw mut count) })?;
        let count = u16::try_from(count).unwrap_or_default();
        (1..=count)
            .map(|number| self.describe_one(number))
            .collect()
    }

    fn describe_one(&self, column: u16) -> Result<Described, Failed> {
        let mut name = [0_u16; NAME_UNITS];
        let (mut length, mut sql_type, mut size, mut digits, mut nullable) = (0, 0, 0, 0, 0);
        // In units, or in the bytes of as many.
        let capacity = self.of_kind(NAME_UNITS, NAME_UNITS * 2) as i16;
        let describe = self.of_kind(self.functions.describe, self.functions.describe_narrow);
        // SAFETY: the buffer has the length that is told; the others are one number each.
        self.must(unsafe {
            describe(
                self.raw,
                column,
                name.as_mut_ptr().cast::<c_void>(),
                capacity,
                &raw mut length,
                &raw mut sql_type,
                &raw mut size,
                &raw mut digits,
                &raw mut nullable,
            )
        })?;
        let text = |units: &[u16]| {
            if self.database.is_narrow() {
                let bytes: &[u8] = bytemuck::cast_slice(units);
                let end = bytes.iter().position(|byte| *byte == 0);
                return String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned();
            }
            let end = units.iter().position(|unit| *unit == 0);
            String::from_utf16_lossy(&units[..end.unwrap_or(units.len())])
        };
        let mut is_unsigned = 0_isize;
        let mut type_name = [0_u16; NAME_UNITS];
        let mut type_length = 0_i16;
        let attribute = self.of_kind(self.functions.attribute, self.functions.attribute_narrow);
        // Drivers that do not know these say so, and then they are not known.
        // SAFETY: the buffer has the length that is told, in bytes; a number is one number.
        unsafe {
            attribute(
                self.raw,
                column,
                DESCRIBES_UNSIGNED,
                null_mut(),
                0,
                null_mut(),
                &raw mut is_unsigned,
            );
            attribute(
                self.raw,
                column,
                DESCRIBES_TYPE_NAME,
                type_name.as_mut_ptr().cast::<c_void>(),
                (NAME_UNITS * 2) as i16,
                &raw mut type_length,
                null_mut(),
            );
        }
        Ok(Described {
            name: text(&name),
            sql_type,
            size,
            digits,
            // 0: none; 1: yes; 2: the driver does not know.
            nullable: nullable != 0,
            is_unsigned: is_unsigned == 1,
            type_name: text(&type_name),
        })
    }

    /// The next row, for values taken piece by piece.
    pub(crate) fn fetch(&self) -> Result<Fetched, Failed> {
        // SAFETY: what is bound, if anything is, lives as long as the binding: see `BoundColumns`.
        let returned = unsafe { (self.functions.fetch)(self.raw) };
        if is_end(returned) {
            return Ok(Fetched::End);
        }
        self.must(returned)?;
        Ok(Fetched::Rows)
    }

    /// A value of the row, whatever its length, behind what `bytes` holds already. [`None`]: NULL, or longer than `most`.
    pub(crate) fn value(
        &self,
        column: u16,
        kind: Piecewise,
        most: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<Taken, Failed> {
        let (c_type, end) = match kind {
            // A piece of characters ends with a zero of its own.
            Piecewise::Units => (BufferKind::UNITS, 2),
            Piecewise::Characters => (BufferKind::CHARACTERS, 1),
            Piecewise::Bytes => (BufferKind::BYTES, 0),
        };
        let begin = bytes.len();
        let mut asked = 1 << 10;
        loop {
            let filled = bytes.len();
            bytes.resize(filled + asked + end, 0);
            let mut indicator = 0_isize;
            // SAFETY: so many bytes are there, and one number for the indicator.
            let returned = unsafe {
                (self.functions.get_data)(
                    self.raw,
                    column,
                    c_type,
                    bytes[filled..].as_mut_ptr().cast::<c_void>(),
                    isize::try_from(asked + end).unwrap_or_default(),
                    &raw mut indicator,
                )
            };
            if is_end(returned) {
                // Everything came with the piece before.
                bytes.truncate(filled);
                return Ok(Taken::Value);
            }
            self.must(returned)?;
            if indicator == NULL_DATA {
                bytes.truncate(begin);
                return Ok(Taken::Null);
            }
            let whole = usize::try_from(indicator)
                .ok()
                .filter(|left| *left <= asked);
            match whole {
                Some(left) => {
                    bytes.truncate(filled + left);
                    // With a warning that nobody expects, of digits that were cut off for one.
                    if returned == SUCCESS_WITH_INFO && cuts(&self.said()) {
                        return Ok(Taken::Cut);
                    }
                    return Ok(Taken::Value);
                }
                None if indicator < 0 && indicator != NO_TOTAL => return Ok(Taken::Cut),
                None => {
                    bytes.truncate(filled + asked);
                    if bytes.len() - begin > most {
                        return Ok(Taken::TooLong);
                    }
                    let left = usize::try_from(indicator).unwrap_or(PIECE);
                    asked = left
                        .saturating_sub(asked)
                        .clamp(1 << 10, PIECE << 4)
                        .next_multiple_of(2);
                }
            }
        }
    }

    /// Binds buffers for blocks of rows.
    pub(crate) fn bind(self, columns: &[Bound], rows: usize) -> Result<BoundColumns<'a>, Failed> {
        let mut bound = BoundColumns {
            block: Block::new(columns, rows),
            fetched: Box::new(0),
            states: vec![0; rows],
            statement: self,
        };
        bound.bind()?;
        Ok(bound)
    }
}

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Null,
    Value,
    /// Longer than anybody should hold.
    TooLong,
    /// The driver cut something off.
    Cut,
}

/// Whether a warning says that something of a value was cut off.
pub(crate) fn cuts(said: &[Diagnostic]) -> bool {
    let cutting = ["01004", "01S07", "22001", "22003"];
    said.iter().any(|one| cutting.contains(&one.state.as_str()))
}

/// A statement with buffers bound to its columns. They are allocated once and neither move nor go before the statement does.
pub(crate) struct BoundColumns<'a> {
    // The first to be dropped: what is bound to it goes after it.
    statement: StatementHandle<'a>,
    block: Block,
    fetched: Box<usize>,
    states: Vec<u16>,
}

impl BoundColumns<'_> {
    fn bind(&mut self) -> Result<(), Failed> {
        let functions = self.statement.functions;
        let raw = self.statement.raw;
        let set = |attribute, pointer| {
            // SAFETY: a number stands in the place of its pointer, or the pointer is that of what lives with the statement.
            unsafe { (functions.set_statement)(raw, attribute, pointer, 0) }
        };
        // A driver that gives a row at a time says so here.
        self.statement
            .must(set(ATTRIBUTE_ROW_ARRAY_SIZE, number(self.block.capacity())))?;
        self.statement.must(set(
            ATTRIBUTE_ROWS_FETCHED,
            (&raw mut *self.fetched).cast::<c_void>(),
        ))?;
        self.statement.must(set(
            ATTRIBUTE_ROW_STATUS,
            self.states.as_mut_ptr().cast::<c_void>(),
        ))?;
        for (at, column) in self.block.columns_mut().iter_mut().enumerate() {
            let Column {
                kind,
                width,
                cells,
                indicators,
            } = column;
            if kind.comes_later() {
                continue;
            }
            let column = u16::try_from(at + 1).map_err(|_| Failed::Said(Vec::new()))?;
            // SAFETY: the buffer holds a cell of this width for each row of a block, and an indicator for each.
            let returned = unsafe {
                (functions.bind)(
                    raw,
                    column,
                    kind.c_type(),
                    cells.as_mut_ptr().cast::<c_void>(),
                    isize::try_from(*width).unwrap_or_default(),
                    indicators.as_mut_ptr(),
                )
            };
            self.statement.must(returned)?;
        }
        Ok(())
    }

    /// The next block of rows.
    pub(crate) fn fetch(&mut self) -> Result<Fetched, Failed> {
        *self.fetched = 0;
        // SAFETY: the buffers live as long as this.
        let returned = unsafe { (self.statement.functions.fetch)(self.statement.raw) };
        if is_end(returned) {
            return Ok(Fetched::End);
        }
        self.statement.must(returned)?;
        let rows = *self.fetched;
        if rows > self.block.capacity() {
            return Err(Failed::Said(Vec::new()));
        }
        let whole = |state: &u16| ROW_STATES_OF_SUCCESS.contains(state);
        if !self.states[..rows].iter().all(whole) {
            return Err(Failed::Said(self.statement.said()));
        }
        let cut = returned == SUCCESS_WITH_INFO && cuts(&self.statement.said());
        self.block.filled(rows, cut);
        Ok(Fetched::Rows)
    }

    /// What was fetched last.
    pub(crate) fn block(&self) -> &Block {
        &self.block
    }

    /// A value of a column that is not bound, of the one row of the block.
    pub(crate) fn later(
        &self,
        column: usize,
        most: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<Taken, Failed> {
        let number = u16::try_from(column + 1).map_err(|_| Failed::Said(Vec::new()))?;
        let kind = match self.block.kind(column) {
            BufferKind::LaterUnits => Piecewise::Units,
            _ => Piecewise::Bytes,
        };
        self.statement.value(number, kind, most, bytes)
    }
}

//! Rows and their values.
//!
//! A driver may hold all of an answer before it gives the first row: MariaDB's does so in version 3.1.15, whatever it is told.
//! Then a long table is asked for in **pieces**, each behind the key of the last row of the one before, so that the driver never holds
//! more than a piece. That takes an order, and a primary key by which no two rows are the same.

use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use bunri_odbc::{AnswerColumn, Block, Bound, Cell, Connection, Dbms, OdbcError};
use bunri_source_model::{ObjectKind, Query, RowSink, SourceError, SourceRow, raw_key};

use crate::decode::{Decoded, in_parts};
use crate::form::Column;
use crate::order::KeyOrder;
use crate::session::{OdbcReader, from};
use crate::widths::{bounds, piece_rows};

impl OdbcReader {
    /// Gives the sink every row of the answer, until it wants no more. What a query holds is which rows and in which order.
    ///
    /// # Errors
    /// What the database says, and the sink's own.
    pub fn read<S: RowSink>(
        &self,
        table: &Table,
        query: &Query,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let connection = self.shared.turn();
        let statement = self.statement(&connection, &table.name, &names)?;
        match self.in_pieces(&connection, table, query, &statement.columns)? {
            None => statement.read(&connection, &query.text, sink),
            Some(order) => {
                let rows = piece_rows(&statement.bound);
                statement.read_pieces(&connection, table, (&order, &query.text), rows, sink)
            }
        }
    }

    /// Gives the sink these columns of an object, in whatever order its rows lie, until it wants no more.
    ///
    /// # Errors
    /// What the database says, and the sink's own.
    pub fn read_columns<S: RowSink>(
        &self,
        object: &str,
        columns: &[&str],
        _kind: ObjectKind,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let connection = self.shared.turn();
        let statement = self.statement(&connection, object, columns)?;
        statement.read(&connection, "", sink)
    }

    /// The order by which a table is read in pieces; [`None`]: at one time.
    fn in_pieces(
        &self,
        connection: &Connection,
        table: &Table,
        query: &Query,
        columns: &[Column],
    ) -> Result<Option<KeyOrder>, SourceError> {
        if connection.dbms() != Dbms::Mariadb || query.text.is_empty() {
            return Ok(None);
        }
        let key: Vec<&str> = table
            .key
            .iter()
            .map(|&at| table.columns[at].name.as_str())
            .collect();
        // Of all columns, which may be more than the catalogue's.
        let all = self.columns(connection, &table.name)?;
        let mut primary = all.iter().filter(|column| column.is_primary).peekable();
        let is_unique =
            primary.peek().is_some() && primary.all(|column| key.contains(&column.name.as_str()));
        let order = || KeyOrder::of(connection.dbms(), table, columns);
        Ok(is_unique.then(order).flatten())
    }

    fn statement(
        &self,
        connection: &Connection,
        name: &str,
        names: &[&str],
    ) -> Result<Statement, SourceError> {
        let action = format!("read table \"{name}\"");
        let columns = self.named(connection, name, names)?;
        let from = from(connection, self.entry(name)?);
        let (bound, block_rows) = bounds(connection, &action, &columns, &from)?;
        // What comes later stands behind what is bound: not every driver gives it otherwise.
        let (order, bound) = in_order(&bound);
        let asked: Vec<&str> = order.iter().map(|&at| columns[at].asked.as_str()).collect();
        let mut places = vec![0; order.len()];
        for (place, &at) in order.iter().enumerate() {
            places[at] = place;
        }
        Ok(Statement {
            name: name.to_owned(),
            sql: format!("SELECT {} {from}", asked.join(", ")),
            action,
            columns,
            places,
            bound,
            block_rows,
        })
    }
}

/// How the rows of an object are asked for.
struct Statement {
    name: String,
    /// Completes "to …" in messages.
    action: String,
    sql: String,
    columns: Vec<Column>,
    /// Of each column, where it stands in the answer.
    places: Vec<usize>,
    /// In the order of the answer.
    bound: Vec<Bound>,
    /// Rows of a block.
    block_rows: usize,
}

impl Statement {
    /// Reads the rows that `rest` says.
    fn read<S: RowSink>(
        &self,
        connection: &Connection,
        rest: &str,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let source = |error: OdbcError| S::Error::from(SourceError::from(error));
        let sql = format!("{} {rest}", self.sql);
        let altered = |what: String| OdbcError::Altered {
            place: connection.place().to_owned(),
            table: self.name.clone(),
            what,
        };
        let check = |answer: &[AnswerColumn]| {
            if answer.len() == self.columns.len() {
                return Ok(());
            }
            Err(Ended(source(altered("it has other columns".to_owned()))))
        };
        let mut decoded = Decoded::default();
        let take = |block: &Block, aside: &[Option<Vec<u8>>]| {
            for number in 0..block.rows() {
                let cell = |at: usize| match block.cell(self.places[at], number) {
                    Cell::Later => aside[self.places[at]]
                        .as_deref()
                        .map_or(Cell::Null, Cell::Bytes),
                    Cell::Integer(number) if self.columns[at].in_one_number => {
                        in_parts(number, self.columns[at].form)
                    }
                    cell => cell,
                };
                let row = decoded.row(&self.columns, cell);
                let row = row.map_err(|(at, what)| {
                    Ended(source(OdbcError::Value {
                        place: connection.place().to_owned(),
                        action: self.action.clone(),
                        column: self.columns[at].name.clone(),
                        what,
                    }))
                })?;
                if !sink.take(&row).map_err(Ended)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let (bound, rows) = (&self.bound, self.block_rows);
        let ended = connection.blocks(&self.action, &sql, bound, rows, check, take);
        ended.map_err(|Ended(error)| error)
    }

    /// Reads the rows of a query in the order of the table's key, so many at one time.
    fn read_pieces<S: RowSink>(
        &self,
        connection: &Connection,
        table: &Table,
        (order, first): (&KeyOrder, &str),
        rows: usize,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let mut rest = first.to_owned();
        loop {
            let mut piece = Piece {
                table,
                sink,
                left: rows,
                last: None,
            };
            self.read(connection, &format!("{rest} LIMIT {rows}"), &mut piece)?;
            let Some(last) = piece.last else {
                return Ok(());
            };
            rest = order
                .behind(&last)
                .ok_or_else(|| SourceError::from(connection.strange(&self.action)))?;
        }
    }
}

/// Rows of a piece on their way.
struct Piece<'a, S> {
    table: &'a Table,
    sink: &'a mut S,
    /// Rows that the piece may still have.
    left: usize,
    /// Of a full piece the key of its last row, unless no more rows are wanted.
    last: Option<Vec<RawValue>>,
}

impl<S: RowSink> RowSink for Piece<'_, S> {
    type Error = S::Error;

    fn take(&mut self, row: &impl SourceRow) -> Result<bool, S::Error> {
        let wanted = self.sink.take(row)?;
        self.left -= 1;
        if wanted && self.left == 0 {
            self.last = Some(raw_key(self.table, row)?);
        }
        Ok(wanted)
    }
}

/// Columns that are bound before columns that come later; and how each is bound, in that order.
fn in_order(bound: &[Bound]) -> (Vec<usize>, Vec<Bound>) {
    let later = |at: &usize| bound[*at].width() == 0;
    let (behind, before): (Vec<usize>, Vec<usize>) = (0..bound.len()).partition(later);
    let order: Vec<usize> = before.into_iter().chain(behind).collect();
    let bound = order.iter().map(|&at| bound[at]).collect();
    (order, bound)
}

/// Why no more rows are taken: the sink's own error, or the database's as the sink's.
struct Ended<E>(E);

impl<E: From<SourceError>> From<OdbcError> for Ended<E> {
    fn from(error: OdbcError) -> Self {
        Self(SourceError::from(error).into())
    }
}

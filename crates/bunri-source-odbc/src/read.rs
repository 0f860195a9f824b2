//! Rows and their values.

use bunri_catalogue::Table;
use bunri_odbc::{AnswerColumn, Bound, Cell, OdbcError};
use bunri_source_model::{ObjectKind, Query, RowSink, SourceError};

use crate::decode::Decoded;
use crate::session::{OdbcReader, from};
use crate::widths::bounds;

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
        self.read_rows(&table.name, &names, &query.text, sink)
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
        self.read_rows(object, columns, "", sink)
    }

    fn read_rows<S: RowSink>(
        &self,
        name: &str,
        names: &[&str],
        rest: &str,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let connection = self.shared.turn();
        let source = |error: OdbcError| S::Error::from(SourceError::from(error));
        let action = format!("read table \"{name}\"");
        let columns = self.named(&connection, name, names)?;
        let from = from(&connection, self.entry(name)?);
        let (bound, rows) = bounds(&connection, &action, &columns, &from).map_err(source)?;
        // What comes later stands behind what is bound: not every driver gives it otherwise.
        let (order, bound) = in_order(&bound);
        let asked: Vec<&str> = order.iter().map(|&at| columns[at].asked.as_str()).collect();
        let mut places = vec![0; order.len()];
        for (place, &at) in order.iter().enumerate() {
            places[at] = place;
        }
        let sql = format!("SELECT {} {from} {rest}", asked.join(", "));
        let altered = |what: String| OdbcError::Altered {
            place: connection.place().to_owned(),
            table: name.to_owned(),
            what,
        };
        let check = |answer: &[AnswerColumn]| {
            if answer.len() == order.len() {
                return Ok(());
            }
            Err(Ended(source(altered("it has other columns".to_owned()))))
        };
        let mut decoded = Decoded::default();
        let ended = connection.blocks(&action, &sql, &bound, rows, check, |block, aside| {
            for number in 0..block.rows() {
                let cell = |at: usize| match block.cell(places[at], number) {
                    Cell::Later => aside[places[at]].as_deref().map_or(Cell::Null, Cell::Bytes),
                    cell => cell,
                };
                let row = decoded.row(&columns, cell);
                let row = row.map_err(|(at, what)| {
                    Ended(source(OdbcError::Value {
                        place: connection.place().to_owned(),
                        action: action.clone(),
                        column: columns[at].name.clone(),
                        what,
                    }))
                })?;
                if !sink.take(&row).map_err(Ended)? {
                    return Ok(false);
                }
            }
            Ok(true)
        });
        ended.map_err(|Ended(error)| error)
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

//! The words that stories are told with: find a row, change it, and note where a cell of it has to end.

use bunri_legacy::cell::{NULL, source_text, text};
use bunri_legacy::ordinary::Rows;
use bunri_legacy::point::Point;
use bunri_legacy::schema::{Table, TableName};
use rusqlite::types::Value;

use crate::planted::{Fate, Planted};

/// The canary of the domain; each planted one gets its own number.
const CANARY: &str = "丙野カナリア零一";

/// A story that does not fit the rows it is told about: a bug of the sample.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// The story names a column that the table has not.
    #[error("story {trap}: the table {table} has no column {column}")]
    NoColumn {
        /// The trap being told.
        trap: &'static str,
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The story names a row that is not there, or several.
    #[error("story {trap}: {rows} rows of {table} fit {selector:?} where one was expected")]
    NotOneRow {
        /// The trap being told.
        trap: &'static str,
        /// The table.
        table: &'static str,
        /// What was looked for.
        selector: Vec<(&'static str, String)>,
        /// How many were found.
        rows: usize,
    },
}

/// What telling a story gives.
pub(crate) type Told = Result<(), StoryError>;

/// One row: its table and values that only it has.
#[derive(Debug, Clone)]
pub(crate) struct At {
    pub(crate) table: TableName,
    pub(crate) selector: Vec<(&'static str, String)>,
}

impl At {
    /// The row of a table with these values.
    pub(crate) fn of<const N: usize>(table: TableName, values: [(&'static str, &str); N]) -> Self {
        let selector = values.map(|(column, value)| (column, value.to_owned()));
        Self {
            table,
            selector: selector.to_vec(),
        }
    }
}

/// One story being told.
pub(crate) struct Stage<'a> {
    pub(crate) point: Point,
    rows: &'a mut Rows,
    planted: &'a mut Vec<Planted>,
    trap: (&'static str, &'static str),
}

impl<'a> Stage<'a> {
    pub(crate) fn new(point: Point, rows: &'a mut Rows, planted: &'a mut Vec<Planted>) -> Self {
        Stage {
            point,
            rows,
            planted,
            trap: ("", ""),
        }
    }

    /// Names the trap that the following cells belong to, and says why they end where they do.
    pub(crate) fn trap(&mut self, name: &'static str, note: &'static str) {
        self.trap = (name, note);
    }

    /// Notes a cell as it stands.
    pub(crate) fn is(&mut self, at: At, column: &'static str, fate: Fate) -> Told {
        let (row, position) = self.find(&at, column)?;
        self.note(at.table, row, position, fate);
        Ok(())
    }

    /// Changes a cell without noting it.
    pub(crate) fn set(&mut self, at: At, column: &'static str, value: Value) -> Told {
        let (row, position) = self.find(&at, column)?;
        self.rows.of_mut(at.table)[row][position] = value;
        Ok(())
    }

    /// Changes a cell and notes it.
    pub(crate) fn put(&mut self, at: At, column: &'static str, value: Value, fate: Fate) -> Told {
        let (row, position) = self.find(&at, column)?;
        self.rows.of_mut(at.table)[row][position] = value;
        self.note(at.table, row, position, fate);
        Ok(())
    }

    /// Puts a canary of its own into a cell and notes it.
    pub(crate) fn canary(&mut self, at: At, column: &'static str, fate: Fate) -> Told {
        let canary = self.next_canary();
        self.put(at, column, text(canary), fate)
    }

    /// The canary that belongs to the next noted cell.
    pub(crate) fn next_canary(&self) -> String {
        format!("{CANARY}{:04}", self.planted.len() + 1)
    }

    /// Adds a row; columns that are not named are NULL.
    pub(crate) fn add(&mut self, table: TableName, cells: &[(&'static str, Value)]) -> Told {
        let definition = table.definition();
        let mut row = vec![NULL; definition.columns.len()];
        for (column, value) in cells {
            row[self.position(definition, column)?] = value.clone();
        }
        self.rows.push(table, row);
        Ok(())
    }

    /// Takes a row away.
    pub(crate) fn remove(&mut self, at: At) -> Told {
        let (row, _) = self.find(&at, at.selector[0].0)?;
        self.rows.of_mut(at.table).remove(row);
        Ok(())
    }

    /// Writes a row a second time, which only a table without a key can hold.
    pub(crate) fn double(&mut self, at: At) -> Told {
        let (row, _) = self.find(&at, at.selector[0].0)?;
        let copy = self.rows.of(at.table)[row].clone();
        self.rows.push(at.table, copy);
        Ok(())
    }

    /// The rows, for what the words above do not say.
    pub(crate) fn rows(&mut self) -> &mut Rows {
        self.rows
    }

    fn note(&mut self, table: TableName, row: usize, position: usize, fate: Fate) {
        let number = self.planted.len() + 1;
        let cells = &self.rows.of(table)[row];
        let planted = Planted::cell(number, self.trap, table.definition(), cells, position, fate);
        self.planted.push(planted);
    }

    fn position(&self, table: &Table, column: &'static str) -> Result<usize, StoryError> {
        let (trap, name) = (self.trap.0, table.name);
        table.position(column).ok_or(StoryError::NoColumn {
            trap,
            table: name,
            column,
        })
    }

    /// The row and the column's position in it.
    fn find(&self, at: &At, column: &'static str) -> Result<(usize, usize), StoryError> {
        let table = at.table.definition();
        let mut wanted = Vec::new();
        for (name, value) in &at.selector {
            wanted.push((self.position(table, name)?, value));
        }
        let fits = |row: &&Vec<Value>| {
            wanted
                .iter()
                .all(|(position, value)| source_text(&row[*position]) == **value)
        };
        let found: Vec<usize> = (0..)
            .zip(self.rows.of(at.table))
            .filter(|(_, row)| fits(row))
            .map(|(position, _)| position)
            .collect();
        match found[..] {
            [row] => Ok((row, self.position(table, column)?)),
            _ => Err(StoryError::NotOneRow {
                trap: self.trap.0,
                table: table.name,
                selector: at.selector.clone(),
                rows: found.len(),
            }),
        }
    }
}

/// Where this point's rows are.
impl Stage<'_> {
    /// The one row of this point in a table.
    pub(crate) fn only(&self, table: TableName) -> At {
        At::of(table, [("supply_point_id", &self.point.id)])
    }

    fn also(&self, table: TableName, column: &'static str, value: impl ToString) -> At {
        let mut at = self.only(table);
        at.selector.push((column, value.to_string()));
        at
    }

    pub(crate) fn place(&self) -> At {
        self.only(TableName::SupplyPoint)
    }

    /// A row of the ledger, in the table where it stands.
    pub(crate) fn period(&self, no: i64) -> At {
        let mut periods = self.point.periods.iter();
        let table = if periods.any(|period| period.no == no && period.is_moved()) {
            TableName::SupplyPeriodOld
        } else {
            TableName::SupplyPeriod
        };
        self.also(table, "period_no", no)
    }

    pub(crate) fn consumer(&self, no: i64) -> At {
        consumer(self.point.consumer_id(no))
    }

    pub(crate) fn link(&self, no: i64) -> At {
        self.also(
            TableName::ConsumerPoint,
            "consumer_id",
            self.point.consumer_id(no),
        )
    }

    /// Wheeling contracts are found by their first day, because stories change their numbers and codes.
    pub(crate) fn wheeling(&self, no: i64) -> At {
        let period = self.point.periods.iter().find(|period| period.no == no);
        let from = period.map(|period| period.from.to_string());
        self.also(
            TableName::WheelingContract,
            "contract_from",
            from.unwrap_or_default(),
        )
    }

    pub(crate) fn retail(&self, no: i64) -> At {
        let number = self.point.retail_no(no);
        At::of(TableName::RetailContract, [("retail_contract_no", &number)])
    }

    pub(crate) fn bill(&self, no: i64) -> At {
        self.also(
            TableName::Billing,
            "billing_no",
            format!("B{:08}-{no}", self.point.index),
        )
    }

    pub(crate) fn reading(&self, from: &str) -> At {
        self.also(TableName::Monthly, "period_from", from)
    }

    pub(crate) fn slot(&self, day: &str, slot: i64) -> At {
        let mut at = self.also(TableName::HalfHour, "reading_date", day);
        at.selector.push(("slot", slot.to_string()));
        at
    }

    pub(crate) fn sheet(&self, month: i64) -> At {
        self.also(TableName::Daily, "reading_month", month)
    }

    pub(crate) fn stop(&self, from: &str) -> At {
        self.also(TableName::Interruption, "stopped_at", from)
    }

    pub(crate) fn request(&self) -> At {
        self.only(TableName::SwitchingRequest)
    }
}

pub(crate) fn document_at(no: &str) -> At {
    At::of(TableName::Document, [("document_no", no)])
}

pub(crate) fn consumer(id: i64) -> At {
    At::of(TableName::Consumer, [("consumer_id", &id.to_string())])
}

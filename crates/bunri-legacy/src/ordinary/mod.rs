//! Ordinary rows: what a point without any trap leaves in each table. Every row is a function of its point.

mod contracts;
mod fixed;
mod holders;
mod meters;
mod points;
mod readings;
mod requests;
mod retail;
mod surplus;

use std::collections::BTreeMap;

use crate::point::{Point, Supply};
use crate::schema::{Row, TABLES, TableName};

pub use fixed::{area_totals, fixed_rows};
pub use points::town;
pub use readings::{sheet_of_month, slots_of_day};
pub use requests::{document, requests_of};
pub use surplus::{BY_OPERATOR, BY_RETAILER};

/// Rows by table.
#[derive(Debug, Default)]
pub struct Rows {
    tables: Vec<Vec<Row>>,
}

impl Rows {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Rows {
            tables: TABLES.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Those of a table.
    #[must_use]
    pub fn of(&self, table: TableName) -> &[Row] {
        &self.tables[table as usize]
    }

    /// Those of a table, to be changed.
    pub fn of_mut(&mut self, table: TableName) -> &mut Vec<Row> {
        &mut self.tables[table as usize]
    }

    /// One more.
    pub fn push(&mut self, table: TableName, row: Row) {
        self.tables[table as usize].push(row);
    }

    /// Every table's rows, in the order of the tables.
    pub fn by_table(&mut self) -> impl Iterator<Item = &mut Vec<Row>> {
        self.tables.iter_mut()
    }
}

/// Usage in tenths of a kWh and number of readings, by voltage class and month.
pub type Totals = BTreeMap<(&'static str, String), (i64, i64)>;

/// Adds every row of one point.
pub fn rows_of(point: &Point, rows: &mut Rows, totals: &mut Totals) {
    points::supply_point(point, rows);
    meters::meter(point, rows);
    meters::history(point, rows);
    points::load_equipment(point, rows);
    contracts::supply_periods(point, rows);
    contracts::consumers(point, rows);
    contracts::wheeling_contracts(point, rows);
    readings::monthly(point, rows, totals);
    readings::half_hours(point, rows);
    readings::daily(point, rows);
    readings::interruptions(point, rows);
    readings::leftover(point, rows);
    requests::switching_requests(point, rows);
    requests::documents(point, rows);
    requests::change_history(point, rows);
    requests::customer_statements(point, rows);
    retail::contracts_and_bills(point, rows);
    surplus::surplus(point, rows);
}

impl Supply {
    /// The word by which the sums over all points know it.
    #[must_use]
    pub fn voltage_class(self) -> &'static str {
        match self {
            Supply::Lighting | Supply::Power | Supply::Fit => "low",
            Supply::HighVoltage => "high",
        }
    }
}

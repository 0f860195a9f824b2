//! The tables of the legacy database: names, columns, declared SQLite types, keys. A table whose key has no
//! index is there on purpose: extraction has to sort it.

mod tables;

use rusqlite::types::Value;

pub use tables::TABLES;

/// One row, in the order of its table's columns.
pub type Row = Vec<Value>;

/// The tables, in the order in which they are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    /// Supply points.
    SupplyPoint,
    /// The ledger of today.
    SupplyPeriod,
    /// The ledger of what is over.
    SupplyPeriodOld,
    /// Customers.
    Consumer,
    /// Which customer is at which point.
    ConsumerPoint,
    /// Contracts of the operator with retailers.
    WheelingContract,
    /// Contracts of the retailer with customers.
    RetailContract,
    /// Meters.
    Meter,
    /// Which meter hung where, from when to when.
    MeterInstallation,
    /// Readings of a month.
    Monthly,
    /// Readings of a half hour.
    HalfHour,
    /// Sheets of a month, a column for each day.
    Daily,
    /// Readings that name a meter, taken in between.
    Spot,
    /// Interruptions of supply.
    Interruption,
    /// Requests to change the supplier.
    SwitchingRequest,
    /// Scans.
    Document,
    /// Changes of contracts.
    ChangeHistory,
    /// Machines at a point.
    LoadEquipment,
    /// What customers told, by number.
    CustomerStatement,
    /// Bills.
    Billing,
    /// Who buys the power of a roof, from when to when.
    SurplusPurchase,
    /// What a roof fed in, and what was paid for it.
    SurplusReading,
    /// A copy of readings that somebody left behind.
    Leftover,
    /// Sums over all points.
    AreaTotal,
    /// The list of retailers.
    CodeRetailer,
    /// The list of tariffs.
    CodeTariff,
    /// Logins of clerks.
    Account,
}

/// What the old system means a column to hold, whatever it really holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// With this many digits after the point.
    Decimal(usize),
    /// `YYYY-MM-DD`.
    Date,
    /// `YYYYMMDD`, as a number.
    CompactDate,
    /// `YYYY/MM/DD`.
    SlashedDate,
    /// `YYYY-MM-DD HH:MM:SS`, in Japan.
    Timestamp,
    /// A moment on the clock of UTC, as the control centre's machines write it; without a zone, or no end yet.
    UtcTimestamp,
    /// `R08.04.01`.
    EraDate,
    /// `YYYYMMDD` as text, a word for "no end", or one for nothing.
    Expiry,
    /// A number of somebody; 0 is nobody's.
    Owner,
    /// 0 or 1.
    Bool,
    /// Raw bytes.
    Bytes,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it is meant to hold.
    pub kind: Kind,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name in the database, any Unicode.
    pub name: &'static str,
    /// The folder of the table in every store.
    pub id: &'static str,
    /// What tells two rows apart. For a table without a key: what a reader may look a planted row up by.
    pub key: &'static [&'static str],
    /// Whether SQLite holds an index on the key.
    pub indexed: bool,
    /// In the order of the table.
    pub columns: &'static [Column],
}

impl TableName {
    /// Its table.
    #[must_use]
    pub fn definition(self) -> &'static Table {
        &TABLES[self as usize]
    }
}

impl Table {
    /// Where a column stands.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|candidate| candidate.name == column)
    }

    /// The statement that creates it.
    #[must_use]
    pub fn create(&self) -> String {
        let mut parts: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("{} {}", quoted(column.name), column.kind.declared()))
            .collect();
        if self.indexed {
            let key: Vec<String> = self.key.iter().map(|name| quoted(name)).collect();
            parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        format!(
            "CREATE TABLE {} (\n  {}\n)",
            quoted(self.name),
            parts.join(",\n  ")
        )
    }

    /// The statement that inserts a row.
    #[must_use]
    pub fn insert(&self) -> String {
        let marks = vec!["?"; self.columns.len()].join(", ");
        format!("INSERT INTO {} VALUES ({marks})", quoted(self.name))
    }
}

impl Kind {
    /// Dates are text because that is how such systems keep them, and how impossible dates get in.
    fn declared(self) -> &'static str {
        match self {
            Kind::Text
            | Kind::Date
            | Kind::SlashedDate
            | Kind::Timestamp
            | Kind::UtcTimestamp
            | Kind::EraDate
            | Kind::Expiry => "TEXT",
            Kind::Int | Kind::CompactDate | Kind::Owner | Kind::Bool => "INTEGER",
            Kind::Decimal(_) => "NUMERIC",
            Kind::Bytes => "BLOB",
        }
    }
}

/// A name as SQLite reads it, kanji included.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

const fn text(name: &'static str) -> Column {
    column(name, Kind::Text)
}

const fn date(name: &'static str) -> Column {
    column(name, Kind::Date)
}

const fn int(name: &'static str) -> Column {
    column(name, Kind::Int)
}

const fn decimal(name: &'static str, scale: usize) -> Column {
    column(name, Kind::Decimal(scale))
}

const fn moment(name: &'static str) -> Column {
    column(name, Kind::Timestamp)
}

const fn table(
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [Column],
) -> Table {
    Table {
        name,
        id: name,
        key,
        indexed: true,
        columns,
    }
}

#[cfg(test)]
mod tests {
    use super::{TABLES, TableName};

    #[test]
    fn every_name_finds_its_table() {
        assert_eq!(TableName::Account as usize + 1, TABLES.len());
        for (name, expected) in [
            (TableName::SupplyPoint, "supply_point"),
            (TableName::SupplyPeriod, "supply_period"),
            (TableName::SupplyPeriodOld, "supply_period_old"),
            (TableName::Consumer, "consumer"),
            (TableName::ConsumerPoint, "consumer_point"),
            (TableName::WheelingContract, "wheeling_contract"),
            (TableName::RetailContract, "retail_contract"),
            (TableName::Meter, "meter"),
            (TableName::MeterInstallation, "meter_installation"),
            (TableName::Monthly, "meter_reading_monthly"),
            (TableName::HalfHour, "meter_reading_halfhour"),
            (TableName::Daily, "meter_reading_daily"),
            (TableName::Spot, "meter_reading_spot"),
            (TableName::Interruption, "supply_interruption"),
            (TableName::SwitchingRequest, "switching_request"),
            (TableName::Document, "document"),
            (TableName::ChangeHistory, "wheeling_change_history"),
            (TableName::LoadEquipment, "load_equipment"),
            (TableName::CustomerStatement, "customer_statement"),
            (TableName::Billing, "billing"),
            (TableName::SurplusPurchase, "surplus_purchase"),
            (TableName::SurplusReading, "surplus_reading"),
            (TableName::Leftover, "bk_kenshin_20160331"),
            (TableName::AreaTotal, "area_total"),
            (TableName::CodeRetailer, "code_retailer"),
            (TableName::CodeTariff, "code_tariff"),
            (TableName::Account, "account"),
        ] {
            assert_eq!(name.definition().id, expected);
        }
    }
}

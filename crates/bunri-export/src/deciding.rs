//! The columns that decide where a row goes, and which class a cell has: those that the rules read, through parents and ledgers.
//! What people decided, and what was rejected, stands in no column and is not told here.

use std::collections::BTreeSet;

use bunri_catalogue::{
    Catalogue, ClassRule, CodeDay, KnownAt, LedgerTime, RowRule, Subject, Table,
};

/// Columns by their tables, both by position.
pub(crate) type Columns = BTreeSet<(usize, usize)>;

/// What decides whose the rows of a table are.
pub(crate) fn of_rows(catalogue: &Catalogue, table: usize) -> Columns {
    let mut search = Search {
        catalogue,
        columns: Columns::new(),
        seen: BTreeSet::new(),
    };
    search.table(table);
    search.columns
}

/// What decides the class of the cells of a column, once it is known whose their row is.
pub(crate) fn of_cells(catalogue: &Catalogue, at: usize, column: usize) -> Columns {
    let table = &catalogue.tables[at];
    let mut search = Search {
        catalogue,
        columns: Columns::new(),
        seen: BTreeSet::new(),
    };
    if let ClassRule::ByValue { column, .. } = table.columns[column].class {
        search.add(at, [column]);
    }
    let mut groups = table.cells.iter();
    if let Some(group) = groups.find(|group| group.columns.contains(&column)) {
        search.rule(at, &group.rows);
    }
    for when in &table.when {
        let columns = when.columns.as_ref();
        if columns.is_none_or(|columns| columns.contains(&column)) {
            search.subject(at, when.subject);
        }
    }
    search.columns
}

struct Search<'a> {
    catalogue: &'a Catalogue,
    columns: Columns,
    /// Tables whose rows were asked for.
    seen: BTreeSet<usize>,
}

impl Search<'_> {
    fn add(&mut self, table: usize, columns: impl IntoIterator<Item = usize>) {
        let columns = columns.into_iter().map(|column| (table, column));
        self.columns.extend(columns);
    }

    fn table(&mut self, at: usize) {
        if !self.seen.insert(at) {
            return;
        }
        let catalogue = self.catalogue;
        let table = &catalogue.tables[at];
        self.rule(at, &table.rows);
        match &table.known_at {
            KnownAt::Column { columns, .. } => {
                self.add(at, columns.iter().copied());
                // Who supplied on the day of writing.
                self.ledger(at);
            }
            KnownAt::None { .. } | KnownAt::NotNeeded => {}
        }
    }

    fn rule(&mut self, at: usize, rule: &RowRule) {
        match rule {
            RowRule::Ledger(time) => {
                self.time(at, *time);
                self.ledger(at);
            }
            RowRule::Column {
                column, at: day, ..
            } => {
                self.add(at, [*column]);
                match day {
                    Some(CodeDay::Column(day)) => self.add(at, [*day]),
                    Some(CodeDay::Cutover) | None => {}
                }
                self.retailers();
            }
            RowRule::Parent {
                table,
                key,
                references,
                ..
            } => {
                self.add(at, key.iter().copied());
                self.add(*table, references.iter().copied());
                self.table(*table);
            }
            RowRule::Cases { column, cases, .. } => {
                self.add(at, [*column]);
                for (_, rule) in cases {
                    self.rule(at, rule);
                }
            }
            RowRule::All(rules) | RowRule::Any(rules) => {
                for rule in rules {
                    self.rule(at, rule);
                }
            }
            RowRule::AllTransmission | RowRule::AllRetail | RowRule::Reference => {}
        }
    }

    fn time(&mut self, at: usize, time: LedgerTime) {
        match time {
            LedgerTime::During { from, until, .. } => self.add(at, [from, until]),
            LedgerTime::At { column, .. } | LedgerTime::Month { column } => {
                self.add(at, [column]);
            }
            LedgerTime::AtSlot { date, slot } => self.add(at, [date, slot]),
            LedgerTime::AtCutover => {}
        }
    }

    /// The ledger that a table asks, and the way to its key.
    fn ledger(&mut self, at: usize) {
        let catalogue = self.catalogue;
        let table: &Table = &catalogue.tables[at];
        if let Some(key) = &table.ledger_key {
            self.add(at, key.iter().copied());
        }
        if let Some(through) = &table.through {
            self.add(through.table, through.references.iter().copied());
            self.add(through.table, [through.from, through.until]);
            let key = catalogue.tables[through.table].ledger_key.iter();
            self.add(through.table, key.flatten().copied());
        }
        for part in &catalogue.ledger_of(table).tables {
            self.add(part.table, part.key.iter().copied());
            self.add(part.table, [part.retailer, part.from]);
            self.add(part.table, part.until.into_iter().chain(part.counts));
            self.add(part.table, part.own_when.iter().copied());
        }
        self.retailers();
    }

    /// A code that is on no list is decided by nobody but a person.
    fn retailers(&mut self) {
        let retailers = &self.catalogue.retailers;
        self.add(retailers.table, [retailers.column]);
    }

    fn subject(&mut self, at: usize, subject: Subject) {
        match subject {
            Subject::Row { column } => self.add(at, [column]),
            Subject::Parents { leaf, column } => {
                if let Some(rule) = self.catalogue.tables[at].parent_rule(leaf) {
                    self.add(at, rule.key.iter().copied());
                    self.add(rule.table, rule.references.iter().copied());
                    self.add(rule.table, [column]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use bunri_catalogue::Catalogue;

    use super::{Columns, of_cells, of_rows};

    fn shipped() -> Catalogue {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/denryoku");
        bunri_parse::load(&folder).unwrap()
    }

    fn at(catalogue: &Catalogue, id: &str) -> usize {
        let mut tables = catalogue.tables.iter();
        tables.position(|table| table.id == id).unwrap()
    }

    fn names(catalogue: &Catalogue, columns: Columns) -> Vec<String> {
        let name = |(table, column): (usize, usize)| {
            let table = &catalogue.tables[table];
            format!("{}.{}", table.id, table.columns[column].name)
        };
        columns.into_iter().map(name).collect()
    }

    #[test]
    fn a_reading_is_decided_by_its_days_the_ledger_and_the_day_of_writing() {
        let catalogue = shipped();
        let table = at(&catalogue, "meter_reading_monthly");
        assert_eq!(
            names(&catalogue, of_rows(&catalogue, table)),
            [
                "code_retailer.retailer_code",
                "meter_reading_monthly.supply_point_id",
                "meter_reading_monthly.period_from",
                "meter_reading_monthly.period_until",
                "meter_reading_monthly.updated_at",
                "supply_period.supply_point_id",
                "supply_period.valid_from",
                "supply_period.valid_until",
                "supply_period.retailer_code",
                "supply_period.supply_kind",
                "supply_period.cancelled_flag",
                "supply_period_old.supply_point_id",
                "supply_period_old.valid_from",
                "supply_period_old.valid_until",
                "supply_period_old.retailer_code",
                "supply_period_old.supply_kind",
                "supply_period_old.cancelled_flag",
            ]
        );
    }

    #[test]
    fn a_public_code_is_decided_by_nothing() {
        let catalogue = shipped();
        let table = at(&catalogue, "code_tariff");
        assert!(of_rows(&catalogue, table).is_empty());
        assert!(of_cells(&catalogue, table, 0).is_empty());
    }

    #[test]
    fn a_contracts_amount_is_decided_by_its_unit_and_its_size() {
        let catalogue = shipped();
        let (table, column) = catalogue
            .tables
            .iter()
            .enumerate()
            .find_map(|(at, table)| {
                let mut columns = table.columns.iter();
                Some((at, columns.position(|it| it.name == "contract_amount")?))
            })
            .unwrap();
        let decides = names(&catalogue, of_cells(&catalogue, table, column));
        let unit = format!("{}.contract_unit", catalogue.tables[table].id);
        assert!(decides.contains(&unit), "{decides:?}");
    }
}

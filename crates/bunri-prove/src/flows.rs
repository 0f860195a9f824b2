//! Which columns rules read. What a decision says of such a column is meant to be known (a *declared flow*), so it may
//! only be changed within one decision; every other column may hold anything.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::{
    Catalogue, ClassRule, CodeDay, KnownAt, LedgerTime, RowRule, Subject, Table,
};

/// Table, column, and the rules that read it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flows {
    read_by: BTreeMap<(usize, usize), BTreeSet<&'static str>>,
}

/// The reader of columns by which other tables find the ledger's key.
const THROUGH: &str = "key through";

impl Flows {
    pub(crate) fn of(catalogue: &Catalogue) -> Self {
        let mut flows = Self::default();
        flows.ledger(catalogue);
        for (position, table) in catalogue.tables.iter().enumerate() {
            flows.table(position, table);
        }
        flows
    }

    /// The rules that read a column; none: it is data.
    pub(crate) fn read_by(&self, table: usize, column: usize) -> Vec<&'static str> {
        let readers = self.read_by.get(&(table, column));
        readers.into_iter().flatten().copied().collect()
    }

    /// Whether any rule reads a column.
    pub(crate) fn is_read(&self, table: usize, column: usize) -> bool {
        self.read_by.contains_key(&(table, column))
    }

    /// Whether a column is compared whole, and not by its day alone.
    pub(crate) fn is_compared(&self, table: usize, column: usize) -> bool {
        let whole = ["ledger key", "parent's key", "child's reference"];
        self.read_by
            .get(&(table, column))
            .is_some_and(|readers| whole.iter().any(|reader| readers.contains(reader)))
    }

    /// Whether children find their parent by a column.
    pub(crate) fn is_referred_to(&self, table: usize, column: usize) -> bool {
        let readers = self.read_by.get(&(table, column));
        readers.is_some_and(|readers| readers.contains("child's reference"))
    }

    /// Whether other tables find the ledger's key by a column.
    pub(crate) fn is_passed_through(&self, table: usize, column: usize) -> bool {
        let readers = self.read_by.get(&(table, column));
        readers.is_some_and(|readers| readers.contains(THROUGH))
    }

    fn add(&mut self, table: usize, columns: &[usize], reader: &'static str) {
        for &column in columns {
            let readers = self.read_by.entry((table, column)).or_default();
            readers.insert(reader);
        }
    }

    fn ledger(&mut self, catalogue: &Catalogue) {
        for part in catalogue.ledger_tables() {
            self.add(part.table, &part.key, "ledger key");
            self.add(part.table, &[part.retailer], "ledger retailer");
            self.add(part.table, &[part.from], "ledger period");
            self.add(part.table, part.until.as_slice(), "ledger period");
            self.add(part.table, part.counts.as_slice(), "counts");
            self.add(part.table, &part.own_when, "own_when");
        }
        let retailers = &catalogue.retailers;
        self.add(retailers.table, &[retailers.column], "retailer list");
    }

    fn table(&mut self, position: usize, table: &Table) {
        for rule in table.leaves() {
            self.rows(position, rule);
        }
        self.cases(position, &table.rows);
        for group in &table.cells {
            self.cases(position, &group.rows);
        }
        if let Some(key) = &table.ledger_key {
            self.add(position, key, "ledger key");
        }
        if let Some(through) = &table.through {
            self.add(through.table, &through.references, THROUGH);
            self.add(through.table, &[through.from, through.until], THROUGH);
        }
        if let KnownAt::Column { columns, .. } = &table.known_at {
            self.add(position, columns, "known_at");
        }
        for column in &table.columns {
            if let ClassRule::ByValue { column, .. } = &column.class {
                self.add(position, &[*column], "class by value");
            }
        }
        for when in &table.when {
            match when.subject {
                Subject::Row { column } => self.add(position, &[column], "when"),
                Subject::Parents { leaf, column } => {
                    let rules = table.parent_rules().into_iter();
                    for (_, rule) in rules.filter(|(at, _)| *at == leaf) {
                        self.add(rule.table, &[column], "when");
                    }
                }
            }
        }
    }

    /// The columns that say of which type a row is.
    fn cases(&mut self, position: usize, rule: &RowRule) {
        if let RowRule::Cases { column, .. } = rule {
            self.add(position, &[*column], "row rule");
        }
        for part in rule.parts() {
            self.cases(position, part);
        }
    }

    /// The columns that a rule reads that asks something by itself.
    fn rows(&mut self, position: usize, rule: &RowRule) {
        match rule {
            RowRule::Ledger(LedgerTime::During { from, until, .. }) => {
                self.add(position, &[*from, *until], "row rule");
            }
            RowRule::Ledger(LedgerTime::At { column, .. } | LedgerTime::Month { column }) => {
                self.add(position, &[*column], "row rule");
            }
            RowRule::Ledger(LedgerTime::AtSlot { date, slot }) => {
                self.add(position, &[*date, *slot], "row rule");
            }
            RowRule::Column { column, at, .. } => {
                self.add(position, &[*column], "row rule");
                if let Some(CodeDay::Column(day)) = at {
                    self.add(position, &[*day], "row rule");
                }
            }
            RowRule::Parent {
                table,
                key,
                references,
                ..
            } => {
                self.add(position, key, "parent's key");
                self.add(*table, references, "child's reference");
            }
            RowRule::Cases { .. }
            | RowRule::All(_)
            | RowRule::Any(_)
            | RowRule::Ledger(LedgerTime::AtCutover)
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference => {}
        }
    }
}

/// The tables on whose rows the decisions of a table rest: its parents and the table that its key goes through, and theirs.
pub(crate) fn ancestors(catalogue: &Catalogue, table: usize) -> BTreeSet<usize> {
    let above = |table: usize| {
        let table = &catalogue.tables[table];
        let through = table.through.iter().map(|through| through.table);
        table.parents().into_iter().chain(through)
    };
    let mut found = BTreeSet::new();
    let mut waiting: Vec<usize> = above(table).collect();
    while let Some(other) = waiting.pop() {
        if found.insert(other) {
            waiting.extend(above(other));
        }
    }
    found
}

/// Whether other tables find the ledger's key by the rows of a table.
pub(crate) fn is_way(catalogue: &Catalogue, table: usize) -> bool {
    let ways = catalogue.keys_through();
    ways.iter().any(|through| through.table == table)
}

/// Whether the rows of a table decide over rows of other tables.
pub(crate) fn decides_for_others(catalogue: &Catalogue, table: usize) -> bool {
    let refers = |other: &Table| other.parents().contains(&table);
    catalogue.ledger_table(table).is_some()
        || catalogue.retailers.table == table
        || is_way(catalogue, table)
        || catalogue.tables.iter().any(refers)
}

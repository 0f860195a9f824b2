//! What one pair does: for every withheld column one strategy, for every table one thing done to whole rows. A plan is
//! drawn before anything is read, so that any part of it can be carried out alone and does the same.

use arrow_buffer::BooleanBuffer;
use bunri_catalogue::{Catalogue, LedgerTable, RowRule, Table};

use crate::draw::Draw;
use crate::flows::{Flows, decides_for_others, is_way};
use crate::strategy::Strategy;
use crate::withheld::{Base, TableBase};

/// How many of the eligible cells or rows an edit takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// So many of eight.
    Eighths(u64),
    /// At most so many.
    Few(usize),
    /// None: every draw had changed a grant.
    Nothing,
}

/// Which rows or cells an edit may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// Cells that retail does not have.
    Withheld,
    /// Rows that retail does not have.
    Outside,
    /// Of these, rows of points that were never the incumbent's.
    NeverOwn,
}

/// One thing that a pair does to staging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) table: usize,
    /// None: whole rows.
    pub(crate) column: Option<usize>,
    pub(crate) strategy: Strategy,
    pub(crate) among: Among,
    pub(crate) scope: Scope,
    /// Whether a decision could come out otherwise.
    pub(crate) risky: bool,
    pub(crate) draw: Draw,
}

impl Edit {
    /// The rows of staging that it may take.
    pub(crate) fn eligible<'a>(&self, base: &'a TableBase) -> &'a BooleanBuffer {
        match (self.among, self.column, &base.never_own) {
            (Among::Withheld, Some(column), _) => &base.withheld[column],
            (Among::NeverOwn, _, Some(rows)) => rows,
            (Among::Withheld, None, _) | (Among::NeverOwn, _, None) | (Among::Outside, ..) => {
                &base.outside
            }
        }
    }

    /// After it changed a grant: fewer cells, and others.
    pub(crate) fn narrow(&mut self) {
        self.scope = match self.scope {
            Scope::Eighths(_) => Scope::Few(4),
            Scope::Few(2..) => Scope::Few(1),
            Scope::Few(_) | Scope::Nothing => Scope::Nothing,
        };
        self.draw = self.draw.of("again");
    }
}

/// Draws pairs.
pub(crate) struct Planner<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) base: &'a Base,
    pub(crate) flows: &'a Flows,
    pub(crate) seed: Draw,
}

impl Planner<'_> {
    /// The edits of pair number `pair`: cells before rows, so that bisection prefers to name a column.
    pub(crate) fn pair(&self, pair: u64) -> Vec<Edit> {
        let draw = self.seed.of("pair").at(pair);
        let tables = || {
            self.catalogue
                .tables
                .iter()
                .zip(&self.base.tables)
                .enumerate()
        };
        let mut edits = Vec::new();
        for (position, (table, base)) in tables() {
            let draw = draw.of(&table.id);
            let columns = 0..table.columns.len();
            edits.extend(
                columns.filter_map(|column| self.cells(position, table, base, column, pair, draw)),
            );
        }
        edits.extend(tables().filter_map(|(position, (table, base))| {
            self.rows(position, base, pair, draw.of(&table.id))
        }));
        edits
    }

    fn cells(
        &self,
        position: usize,
        table: &Table,
        base: &TableBase,
        column: usize,
        pair: u64,
        draw: Draw,
    ) -> Option<Edit> {
        let draw = draw.of(&table.columns[column].name);
        let share = [8, 4, 1][usize::try_from(draw.of("share").below(3)).unwrap_or(0)];
        let is_key = table.key.contains(&column);
        // A decision of a person finds its row by the key.
        let risky = is_key || self.flows.is_read(position, column);
        let (strategy, among, scope) = if is_key {
            let scope = self.scope_of_key(position, column, share);
            (
                Strategy::Reorder,
                self.among_of_key(position, base, column),
                scope,
            )
        } else if risky {
            self.rule_input(position, table, base, column, share, pair)
        } else {
            let strategies = Strategy::of_data(table.columns[column].value_type);
            let strategy = turn(strategies, pair, column);
            (strategy, Among::Withheld, Scope::Eighths(share))
        };
        let edit = Edit {
            table: position,
            column: Some(column),
            strategy,
            among,
            scope,
            risky,
            draw,
        };
        (edit.eligible(base).count_set_bits() > 0).then_some(edit)
    }

    /// A row under a key that nobody has is nobody's. Only what a child refers to must not go away in numbers: a parent
    /// that was not own may have kept its child from being own.
    fn scope_of_key(&self, position: usize, column: usize, share: u64) -> Scope {
        let flows = &self.flows;
        if flows.is_referred_to(position, column) || flows.is_passed_through(position, column) {
            Scope::Few(2)
        } else {
            Scope::Eighths(share)
        }
    }

    /// A period of another company that leaves a point which was also the incumbent's would leave a gap in its ledger, and one
    /// that begins on another day (where that is part of the table's key) may meet the incumbent's; and a
    /// row by which others find their point may have begun in another company's time and hold days of the incumbent's.
    fn among_of_key(&self, position: usize, base: &TableBase, column: usize) -> Among {
        let part = self.catalogue.ledger_table(position);
        if part.is_some_and(|part| part.key.contains(&column) || is_period(part, column)) {
            Among::NeverOwn
        } else {
            self.among_of_way(position, base)
        }
    }

    /// Of a table by which others find their point: rows of points that were never the incumbent's, if there are any.
    fn among_of_way(&self, position: usize, base: &TableBase) -> Among {
        let some = |rows: &BooleanBuffer| rows.count_set_bits() > 0;
        if is_way(self.catalogue, position) && base.never_own.as_ref().is_some_and(some) {
            Among::NeverOwn
        } else {
            Among::Outside
        }
    }

    /// Rule inputs are changed where the decision cannot become own: of rows that retail does not have, and where the
    /// ledger is asked, of points that were never the incumbent's. Elsewhere in a few cells, or by the time of day.
    fn rule_input(
        &self,
        position: usize,
        table: &Table,
        base: &TableBase,
        column: usize,
        share: u64,
        pair: u64,
    ) -> (Strategy, Among, Scope) {
        let part = self.catalogue.ledger_table(position);
        let far = Scope::Eighths(share);
        if part.is_some_and(|part| column == part.retailer) && pair % 3 != 2 {
            return (Strategy::Supplier, Among::Outside, far);
        }
        let mut strategy = turn(
            Strategy::of_rule_input(table.columns[column].value_type),
            pair,
            column,
        );
        if strategy == Strategy::Clock && !self.flows.is_compared(position, column) {
            return (strategy, Among::Withheld, far);
        }
        if part.is_some_and(|part| is_period(part, column)) && pair % 3 != 2 {
            strategy = Strategy::Period;
        }
        let names_point = table.ledger_key.iter().any(|key| key.contains(&column));
        if names_point {
            let among = self.among_of_key(position, base, column);
            return (
                Strategy::Reorder,
                among,
                self.scope_of_key(position, column, share),
            );
        }
        // Another day or key of such a row may take a supply point from rows that are the incumbent's, or give them a second.
        if self.flows.is_passed_through(position, column) {
            return (strategy, self.among_of_way(position, base), Scope::Few(2));
        }
        let has_some = |bits: &BooleanBuffer| bits.count_set_bits() > 0;
        match &base.never_own {
            Some(rows) if needs_ledger(&table.rows) && has_some(rows) => {
                let apart = !self.flows.is_referred_to(position, column);
                let scope = if apart { far } else { Scope::Few(2) };
                (strategy, Among::NeverOwn, scope)
            }
            _ => (strategy, Among::Outside, Scope::Few(2)),
        }
    }

    fn rows(&self, position: usize, base: &TableBase, pair: u64, draw: Draw) -> Option<Edit> {
        let strategy = turn(&Strategy::OF_ROWS, pair, position);
        let is_ledger = self.catalogue.ledger_table(position).is_some();
        // A row that goes may have kept others from being the incumbent's; a row that comes has no such children.
        let delicate = strategy == Strategy::Delete
            && decides_for_others(self.catalogue, position)
            && !is_ledger;
        let draw = draw.of("rows");
        let share = 1 + draw.of("share").below(3);
        let edit = Edit {
            table: position,
            column: None,
            strategy,
            among: if is_ledger {
                Among::NeverOwn
            } else {
                self.among_of_way(position, base)
            },
            scope: if delicate {
                Scope::Few(2)
            } else {
                Scope::Eighths(share)
            },
            risky: true,
            draw,
        };
        (edit.eligible(base).count_set_bits() > 0).then_some(edit)
    }
}

/// Whether a column says when a row of the ledger begins or ends.
fn is_period(part: &LedgerTable, column: usize) -> bool {
    part.from == column || part.until == Some(column)
}

/// Whether a row can only be own if the ledger says so.
fn needs_ledger(rule: &RowRule) -> bool {
    match rule {
        RowRule::Ledger(_) => true,
        RowRule::All(rules) => rules.iter().any(needs_ledger),
        RowRule::Any(rules) => rules.iter().all(needs_ledger),
        RowRule::Cases { cases, .. } => cases.iter().all(|(_, rule)| needs_ledger(rule)),
        RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => false,
    }
}

/// One strategy after the other, each column beginning with another.
fn turn(strategies: &[Strategy], pair: u64, at: usize) -> Strategy {
    let turn = pair.wrapping_add(at as u64) % strategies.len().max(1) as u64;
    let at = usize::try_from(turn).unwrap_or(0);
    strategies.get(at).copied().unwrap_or(Strategy::Ordinary)
}

/// The column in which a new row differs from all others: a part of the key that no rule reads, else the point that it
/// speaks of (which then is nobody's), else the first part.
pub(crate) fn fresh_column(flows: &Flows, position: usize, table: &Table) -> Option<usize> {
    let unread = |column: &&usize| !flows.is_read(position, **column);
    let of_ledger = |column: &&usize| {
        table
            .ledger_key
            .as_ref()
            .is_some_and(|key| key.contains(column))
    };
    let key = || table.key.iter();
    key()
        .find(unread)
        .or_else(|| key().find(of_ledger))
        .or_else(|| key().next())
        .copied()
}

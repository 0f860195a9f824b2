//! One pass over all of staging: every table is decided by one side or by two in step, two tables at one time where neither
//! waits for the other, and what was asked for is counted beside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use bunri_columnar::{Event, StagedRows};
use bunri_evaluator::Unused;
use bunri_redecide::{LedgerRows, ReferenceFiles, ReferenceRule, ReferenceTaker, temporary_folder};
use bunri_report::{TableMoves, WaitingGroup};

use crate::PlanError;
use crate::moves::{Moves, Placed};
use crate::placement::{CellStores, Placement, layouts};
use crate::side::{Deciding, Ground, Side};
use crate::tally::Tally;
use crate::waiting::{NamedRows, RowsToName, Waiting};

/// Tables that are decided at one time: while one waits for its sorts, another keeps the processors busy.
const TABLES_AT_ONCE: usize = 2;

/// What is counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted {
    /// What the progress is called.
    pub(crate) name: &'static str,
    /// Rows, cells and bytes by destination.
    pub(crate) tally: bool,
    /// References that dangle.
    pub(crate) references: bool,
    /// What waits, in groups.
    pub(crate) waiting: bool,
    /// Rows that a person can decide, by name.
    pub(crate) draft: bool,
    /// All rows that wait, by name, with the ledger rows behind them.
    pub(crate) list: bool,
}

/// What became of one table.
pub(crate) struct TableOutcome {
    pub(crate) tally: Option<Tally>,
    /// By column: where its cells stand.
    pub(crate) cells: Vec<CellStores>,
    pub(crate) groups: Vec<WaitingGroup>,
    pub(crate) named: NamedRows,
    pub(crate) moves: Option<TableMoves>,
    /// Rows that people decided own, and other.
    pub(crate) applied: [u64; 2],
    /// By the table whose rows people decided: rows of this one that are own, and other, for that.
    pub(crate) through: BTreeMap<usize, [u64; 2]>,
    pub(crate) unused: Vec<Unused>,
}

/// What became of all of them.
pub(crate) struct Passed {
    /// By the table's place in the catalogue.
    pub(crate) tables: BTreeMap<usize, TableOutcome>,
    pub(crate) references: Option<References>,
}

/// References, and what was counted of each.
pub(crate) struct References {
    pub(crate) rules: Vec<ReferenceRule>,
    pub(crate) unfollowed: Vec<bunri_redecide::Unfollowed>,
    pub(crate) counts: Vec<bunri_redecide::ReferenceCounts>,
}

struct Pass<'a, 'b> {
    ground: &'b Ground<'b>,
    wanted: Wanted,
    to: &'b Deciding<'a>,
    from: Option<&'b Deciding<'a>>,
    ledger_rows: Option<LedgerRows>,
    rules: &'b [ReferenceRule],
    files: &'b Mutex<ReferenceFiles>,
}

/// Decides staging by `to`, and by `from` in step with it where there is one; both have the same tables, columns, types and keys.
pub(crate) fn pass(
    ground: &Ground<'_>,
    to: Side<'_>,
    from: Option<Side<'_>>,
    wanted: Wanted,
) -> Result<Passed, PlanError> {
    let temporary = temporary_folder(ground.custody)?;
    let sides = 1 + u64::from(from.is_some());
    let order = order(to, from)?;
    let to = Deciding::new(ground, to, temporary.path(), sides)?;
    let from = from
        .map(|from| Deciding::new(ground, from, temporary.path(), sides))
        .transpose()?;
    let catalogue = to.side.catalogue;
    let tables = to.staging.manifest().tables.iter();
    let rows = tables.fold(0, |sum: u64, table| sum.saturating_add(table.rows()));
    ground.observer.event(Event::Stage {
        name: wanted.name,
        rows,
    });
    let (rules, unfollowed) = if wanted.references {
        bunri_redecide::reference_rules(catalogue, &to.staging)
    } else {
        Default::default()
    };
    let ledger_rows = wanted
        .list
        .then(|| LedgerRows::build(catalogue, &to.staging, &to.scratch))
        .transpose()?;
    let files = Mutex::new(ReferenceFiles::default());
    let pass = Pass {
        ground,
        wanted,
        to: &to,
        from: from.as_ref(),
        ledger_rows,
        rules: &rules,
        files: &files,
    };
    let at_once = ground.threads.clamp(1, TABLES_AT_ONCE);
    let after = |position: usize| parents(to.side, from.as_ref().map(|it| it.side), position);
    let outcomes = bunri_work::run_after(at_once, &order, after, |position| pass.table(position))?;
    let references = if wanted.references {
        let stop = || ground.observer.cancelled();
        let files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
        let counts = files.count(catalogue, &rules, &stop)?;
        Some(References {
            rules,
            unfollowed,
            counts,
        })
    } else {
        None
    };
    Ok(Passed {
        tables: outcomes.into_iter().collect(),
        references,
    })
}

/// The tables on which a table waits, of both sides.
fn parents(to: Side<'_>, from: Option<Side<'_>>, position: usize) -> BTreeSet<usize> {
    let sides = [Some(to), from].into_iter().flatten();
    sides
        .flat_map(|side| side.catalogue.tables[position].parents())
        .collect()
}

/// Tables so that the parents by either side come before their children.
fn order(to: Side<'_>, from: Option<Side<'_>>) -> Result<Vec<usize>, PlanError> {
    let mut left: BTreeSet<usize> = (0..to.catalogue.tables.len()).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let free = |&position: &usize| parents(to, from, position).is_disjoint(&left);
        let ready: Vec<usize> = left.iter().copied().filter(free).collect();
        if let (true, Some(&table)) = (ready.is_empty(), left.first()) {
            let table = to.catalogue.tables[table].id.clone();
            return Err(PlanError::Circle { table });
        }
        left.retain(|position| !ready.contains(position));
        order.extend(ready);
    }
    Ok(order)
}

impl Pass<'_, '_> {
    fn table(&self, position: usize) -> Result<TableOutcome, PlanError> {
        let catalogue = self.to.side.catalogue;
        let table = &catalogue.tables[position];
        let observer = self.ground.observer;
        observer.event(Event::Table { id: &table.id });
        let mut to = self.to.begin(position)?;
        let mut from = self.from.map(|side| side.begin(position)).transpose()?;
        let stands = layouts(table);
        let mut placement = Placement::new(table, &stands);
        let before = self.from.map(|side| &side.side.catalogue.tables[position]);
        let stood = before.map(layouts).unwrap_or_default();
        let mut placed_before = before.map(|table| Placement::new(table, &stood));
        let mut tally = self.wanted.tally.then(|| Tally::new(table));
        let named = RowsToName {
            draft: self.wanted.draft,
            list: self.ledger_rows.as_ref(),
        };
        let of_table = (catalogue, position);
        let (staging, scratch) = (&self.to.staging, &self.to.scratch);
        let waiting = || Waiting::new(of_table, &stands, named, staging, scratch);
        let mut waiting = self.wanted.waiting.then(waiting).transpose()?;
        let references = || ReferenceTaker::new(of_table, self.rules, staging, &stands, scratch);
        let mut references = self.wanted.references.then(references).transpose()?;
        let mut moves = self.from.map(|_| Moves::default());
        while let Some(decided) = to.decider.next()? {
            if observer.cancelled() {
                return Err(PlanError::Interrupted);
            }
            if let Some(references) = &mut references {
                references.take(&decided)?;
            }
            let stores = placement.rows(&decided).to_vec();
            if let Some(tally) = &mut tally {
                tally.take(table, &decided, &stores);
            }
            if let Some(waiting) = &mut waiting {
                waiting.take(&decided, &stores)?;
            }
            if let (Some(from), Some(placed_before), Some(moves)) =
                (&mut from, &mut placed_before, &mut moves)
                && let Some(was) = from.decider.next()?
            {
                let stores_before = placed_before.rows(&was).to_vec();
                let before = Placed {
                    decided: &was,
                    stores: &stores_before,
                    placement: placed_before,
                };
                let after = Placed {
                    decided: &decided,
                    stores: &stores,
                    placement: &placement,
                };
                moves.take(&before, &after);
            }
            let rows = decided.verdicts.len() as u64;
            observer.event(Event::Rows { rows });
        }
        let closed = self.to.end(to)?;
        if let (Some(side), Some(from)) = (self.from, from) {
            side.end(from)?;
        }
        if let Some(references) = references {
            let left = references.finish()?;
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            files.take(left);
        }
        let rows = StagedRows::rows(&staging.table(table)?);
        observer.event(Event::TableDone {
            id: &table.id,
            rows,
        });
        let waiting = waiting.map(Waiting::finish).transpose()?;
        let (groups, named) = waiting.unwrap_or_default();
        let cells = (0..table.columns.len()).map(|column| *placement.cell(column));
        Ok(TableOutcome {
            tally,
            cells: cells.collect(),
            groups,
            named,
            moves: moves.and_then(|moves| moves.report(&table.id)),
            applied: closed.applied,
            through: closed.through,
            unused: closed.unused,
        })
    }
}

//! One pass over all of staging: every table is decided by one side or by two in step, two tables at one time where neither
//! waits for the other, and what was asked for is counted beside.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use bunri_catalogue::Table;
use bunri_columnar::Event;
use bunri_evaluator::Unused;
use bunri_redecide::{
    Closed, Decided, Layout, LedgerRows, RedecideError, ReferenceFiles, ReferenceRule,
    ReferenceTaker, temporary_folder,
};
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
        let table = &self.to.side.catalogue.tables[position];
        self.ground.observer.event(Event::Table { id: &table.id });
        let before = self.from.map(|side| &side.side.catalogue.tables[position]);
        let (stands, stood) = (layouts(table), before.map(layouts).unwrap_or_default());
        let mut counts = self.counts(position, &stands, before.map(|table| (table, &stood[..])))?;
        let mut to = self.to.begin(position)?;
        let mut from = self.from.map(|side| side.begin(position)).transpose()?;
        let mut rows = 0;
        while let Some(decided) = to.decider.next()? {
            if self.ground.observer.cancelled() {
                return Err(PlanError::Interrupted);
            }
            let was = from.as_mut().map(|from| from.decider.next()).transpose()?;
            counts.take(table, &decided, was.flatten().as_ref())?;
            let more = decided.verdicts.len() as u64;
            rows += more;
            self.ground.observer.event(Event::Rows { rows: more });
        }
        let closed = self.to.end(to)?;
        if let (Some(side), Some(from)) = (self.from, from) {
            side.end(from)?;
        }
        let id = &table.id;
        self.ground.observer.event(Event::TableDone { id, rows });
        if let Some(references) = counts.references.take() {
            let left = references.finish()?;
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            files.take(left);
        }
        counts.finish(table, closed)
    }

    /// What is counted of a table; `before` is the table of the other side, with where its rows stand.
    fn counts<'t>(
        &'t self,
        position: usize,
        stands: &'t [Layout<'t>],
        before: Option<(&'t Table, &'t [Layout<'t>])>,
    ) -> Result<Counts<'t>, PlanError> {
        let of_table = (self.to.side.catalogue, position);
        let table = &of_table.0.tables[position];
        let (staging, scratch) = (&self.to.staging, &self.to.scratch);
        let to_name = RowsToName {
            draft: self.wanted.draft,
            list: self.ledger_rows.as_ref(),
        };
        let waiting = || Waiting::new(of_table, stands, to_name, staging, scratch);
        let references = || {
            let rows = staging.table(table).map_err(RedecideError::from)?;
            ReferenceTaker::new(of_table, self.rules, (staging, &rows), stands, scratch)
        };
        Ok(Counts {
            placement: Placement::new(table, stands),
            tally: self.wanted.tally.then(|| Tally::new(table)),
            waiting: self.wanted.waiting.then(waiting).transpose()?,
            references: self.wanted.references.then(references).transpose()?,
            moves: before.map(|(table, stood)| (Placement::new(table, stood), Moves::default())),
        })
    }
}

/// What is counted of one table while its rows go by.
struct Counts<'t> {
    placement: Placement<'t>,
    tally: Option<Tally>,
    waiting: Option<Waiting<'t>>,
    references: Option<ReferenceTaker<'t>>,
    /// Where the rows stand by the other side.
    moves: Option<(Placement<'t>, Moves)>,
}

impl Counts<'_> {
    /// The next batch; `was` is the same one as the other side decides it.
    fn take(
        &mut self,
        table: &Table,
        decided: &Decided,
        was: Option<&Decided>,
    ) -> Result<(), PlanError> {
        if let Some(references) = &mut self.references {
            references.take(decided)?;
        }
        let stores = self.placement.rows(decided);
        if let Some(tally) = &mut self.tally {
            tally.take(table, decided, &stores);
        }
        if let Some(waiting) = &mut self.waiting {
            waiting.take(decided, &stores)?;
        }
        if let (Some((placement, moves)), Some(was)) = (&mut self.moves, was) {
            let stood = placement.rows(was);
            let before = Placed {
                decided: was,
                stores: &stood,
                placement,
            };
            let after = Placed {
                decided,
                stores: &stores,
                placement: &self.placement,
            };
            moves.take(&before, &after);
        }
        Ok(())
    }

    fn finish(self, table: &Table, closed: Closed) -> Result<TableOutcome, PlanError> {
        let waiting = self.waiting.map(Waiting::finish).transpose()?;
        let (groups, named) = waiting.unwrap_or_default();
        let cells = (0..table.columns.len()).map(|column| *self.placement.cell(column));
        Ok(TableOutcome {
            tally: self.tally,
            cells: cells.collect(),
            groups,
            named,
            moves: self.moves.and_then(|(_, moves)| moves.report(&table.id)),
            applied: closed.applied,
            through: closed.through,
            unused: closed.unused,
        })
    }
}

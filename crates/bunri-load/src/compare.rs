//! A target held against a store: everything that stands in the schema, and every row, as sums over the canonical encoding of rows
//! (`bunri-fingerprint`), which need no order. Where the sums of a table differ, its rows are read once more, sorted on our side, and laid
//! beside each other: which columns, how many rows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

use bunri_columnar::{Event, Observer};
use bunri_fingerprint::{Cells, ElementHasher, Encode, Fingerprint, FingerprintKey, Region};
use bunri_job::Target;
use bunri_manifest::TOOL;
use bunri_postgresql::{Connection, HeldSnapshot, PostgresqlError, Server, database_name, quoted};

use crate::LoadError;
use crate::decode::{NotText, TargetRow, TextRows};
use crate::load::{described, qualified, refuse_other_store};
use crate::pairs::{PairedRows, Side};
use crate::record::{
    ComparedRecord, ComparedTable, Difference, DifferenceRule, LoadedPlace, LoadedStatus,
};
use crate::sealed::{SealedStore, SealedTable};
use crate::shape::{TargetShape, compare_shape, shapes};
use crate::target::{Relation, relations, watched};

/// Within which bounds a comparison works.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// What sorts may hold, in bytes, of tables that differ.
    pub memory: usize,
    /// Where such sorts spill to, in files without a name.
    pub folder: PathBuf,
}

/// Holds a target against a store that was checked.
///
/// # Errors
/// When something could not be looked at. A difference is no error.
pub fn compare(
    store: &SealedStore,
    target: &Target,
    options: &CompareOptions,
    observer: &dyn Observer,
) -> Result<ComparedRecord, LoadError> {
    refuse_other_store(store, target)?;
    let server = Server::target(&target.server)?;
    let schema = server.schema().to_owned();
    let held = HeldSnapshot::hold(&server)?;
    let relations: Vec<Relation> = relations(held.keeper())?
        .into_iter()
        .filter(|it| it.schema == schema)
        .collect();
    let shapes = shapes(held.keeper(), &schema)?;
    let database = database_name(held.keeper())?;
    observer.event(Event::Stage {
        name: "compare",
        rows: store.rows(),
    });
    let key = FingerprintKey::random()?;
    let comparison = Comparison {
        store,
        schema: &schema,
        key: &key,
        options,
        connections: target.connections,
        observer,
    };
    let (tables, mut differences) = comparison.all(&held, &relations, &shapes)?;
    differences.extend(surplus(store, &relations));
    differences.sort_by(|a, b| (&a.table, a.rule, &a.column).cmp(&(&b.table, b.rule, &b.column)));
    let same = differences.is_empty() && tables.iter().all(|table| table.same);
    let status = match (same, store.rows()) {
        (false, _) => LoadedStatus::Different,
        (true, 0) => LoadedStatus::NothingCompared,
        (true, _) => LoadedStatus::Same,
    };
    Ok(ComparedRecord {
        format: ComparedRecord::FORMAT.to_owned(),
        tool: TOOL.to_owned(),
        store: described(store),
        target: LoadedPlace {
            address: server.place().to_owned(),
            schema: schema.clone(),
            database,
        },
        status,
        tables,
        differences,
    })
}

/// What stands in the schema and is none of the store's.
fn surplus(store: &SealedStore, relations: &[Relation]) -> Vec<Difference> {
    let names: BTreeSet<&str> = store
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    let others = relations
        .iter()
        .filter(|it| !names.contains(it.name.as_str()));
    others
        .map(|it| of_table(DifferenceRule::TableSurplus, &it.name))
        .collect()
}

fn of_table(rule: DifferenceRule, name: &str) -> Difference {
    Difference {
        rule,
        table: name.to_owned(),
        column: None,
        rows: None,
        expected: None,
        found: None,
    }
}

/// What all tables are compared with.
#[derive(Clone, Copy)]
struct Comparison<'c> {
    store: &'c SealedStore,
    schema: &'c str,
    key: &'c FingerprintKey,
    options: &'c CompareOptions,
    connections: usize,
    observer: &'c dyn Observer,
}

/// A table, and those of its columns that both sides have.
struct Common<'c> {
    table: &'c SealedTable,
    /// Positions in the store's table.
    columns: Vec<usize>,
    /// Positions in `columns`; none where the key is not whole.
    key: Vec<usize>,
}

impl Comparison<'_> {
    /// All tables, the largest first; in the order of the store.
    fn all(
        &self,
        held: &HeldSnapshot,
        relations: &[Relation],
        shapes: &BTreeMap<String, TargetShape>,
    ) -> Result<(Vec<ComparedTable>, Vec<Difference>), LoadError> {
        let tables = &self.store.tables;
        let mut order: Vec<usize> = (0..tables.len()).collect();
        order.sort_by_key(|&at| (std::cmp::Reverse(tables[at].rows), at));
        let threads = self.connections.min(tables.len()).max(1);
        let sessions: Result<Vec<Connection>, PostgresqlError> =
            (0..threads).map(|_| held.session()).collect();
        let sessions = sessions?;
        let handles: Vec<_> = sessions.iter().map(Connection::interrupter).collect();
        let free = Mutex::new(sessions);
        let take = || free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let task = |session: &mut Option<Connection>, number: usize| {
            let table = &tables[order[number]];
            if session.is_none() {
                *session = Some(held.session()?);
            }
            match session {
                Some(session) => self.table(table, relations, shapes, session),
                None => Err(LoadError::Interrupted),
            }
        };
        let compared = watched(self.observer, &handles, || {
            bunri_work::run_with(threads, order.len(), take, task)
        })?;
        let mut compared: Vec<_> = order.into_iter().zip(compared).collect();
        compared.sort_by_key(|(at, _)| *at);
        let (mut all, mut differences) = (Vec::new(), Vec::new());
        for (_, (table, more)) in compared {
            all.push(table);
            differences.extend(more);
        }
        Ok((all, differences))
    }

    fn table(
        &self,
        table: &SealedTable,
        relations: &[Relation],
        shapes: &BTreeMap<String, TargetShape>,
        session: &Connection,
    ) -> Result<(ComparedTable, Vec<Difference>), LoadError> {
        let (id, name) = (table.id.as_str(), table.name.as_str());
        let mut compared = ComparedTable {
            id: id.to_owned(),
            name: name.to_owned(),
            store_rows: table.rows,
            target_rows: None,
            columns_compared: 0,
            same: false,
        };
        let Some(stands) = relations.iter().find(|it| it.name == name) else {
            return Ok((compared, vec![of_table(DifferenceRule::TableMissing, name)]));
        };
        if !stands.is_table {
            return Ok((compared, vec![of_table(DifferenceRule::NotATable, name)]));
        }
        self.observer.event(Event::Table { id });
        // A table without a column has no entry.
        let shape = shapes.get(name).cloned().unwrap_or_default();
        let mut differences = compare_shape(table, &shape);
        let common = Common::of(table, &shape);
        if common.columns.is_empty() {
            return Ok((compared, differences));
        }
        let (ours, theirs) = self.sums(&common, session)?;
        compared.target_rows = Some(theirs.count());
        compared.columns_compared = common.columns.len() as u64;
        let rows_are_same = ours == theirs;
        if !rows_are_same {
            differences.extend(self.paired(&common, session)?);
        }
        compared.same = rows_are_same && differences.is_empty();
        let rows = theirs.count();
        self.observer.event(Event::TableDone { id, rows });
        Ok((compared, differences))
    }

    /// Sums over the rows of both sides, which are read at the same time.
    fn sums(
        &self,
        common: &Common<'_>,
        session: &Connection,
    ) -> Result<(Fingerprint, Fingerprint), LoadError> {
        thread::scope(|scope| {
            let ours = move || {
                let mut sum = RowSum::new(self, common);
                self.store_rows(common, |cells, row| {
                    sum.add(|column| cells[column].cell(row));
                    Ok(())
                })?;
                Ok::<_, LoadError>(sum.sum)
            };
            let begun = thread::Builder::new().spawn_scoped(scope, ours);
            let mut theirs = RowSum::new(self, common);
            let read = self.target_rows(common, session, true, |row| {
                theirs.add(|column| row.cell(column));
                Ok(())
            });
            let ours = match begun {
                // A panic there is one here.
                Ok(thread) => thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => ours(),
            };
            read?;
            Ok((ours?, theirs.sum))
        })
    }

    /// In what the rows differ, by laying them beside each other.
    fn paired(
        &self,
        common: &Common<'_>,
        session: &Connection,
    ) -> Result<Vec<Difference>, LoadError> {
        let budget = self.options.memory / (2 * self.connections).max(1);
        let mut pairs = PairedRows::new(
            &self.options.folder,
            budget,
            &common.key,
            common.columns.len(),
        );
        self.store_rows(common, |cells, row| {
            pairs.push(Side::Store, |column, out| {
                cells[column].cell(row).encode(out)
            })
        })?;
        self.target_rows(common, session, false, |row| {
            pairs.push(Side::Target, |column, out| row.cell(column).encode(out))
        })?;
        let found = pairs.finish()?;
        let table = common.table;
        let rows = |rule, rows: u64| {
            (rows > 0).then(|| Difference {
                rows: Some(rows),
                ..of_table(rule, &table.name)
            })
        };
        let whole = [
            rows(DifferenceRule::RowsMissing, found.missing),
            rows(DifferenceRule::RowsSurplus, found.surplus),
            rows(DifferenceRule::RowsDoubled, found.doubled),
        ];
        let cells = found
            .changed
            .iter()
            .zip(&common.columns)
            .map(|(changed, &column)| {
                Some(Difference {
                    column: Some(table.columns[column].name.clone()),
                    ..rows(DifferenceRule::ValueChanged, *changed)?
                })
            });
        Ok(whole.into_iter().chain(cells).flatten().collect())
    }

    /// Gives every row of the store: its columns, and its place in them.
    fn store_rows(
        &self,
        common: &Common<'_>,
        mut take: impl FnMut(&[Cells<'_>], usize) -> Result<(), LoadError>,
    ) -> Result<(), LoadError> {
        // A projection keeps the store's order of columns, which `columns` is in.
        let mut batches = self.store.batches(common.table, &common.columns);
        while let Some(batch) = batches.next_batch()? {
            if self.observer.cancelled() {
                return Err(LoadError::Interrupted);
            }
            let cells: Result<Vec<Cells<'_>>, _> = batch
                .columns()
                .iter()
                .map(|it| Cells::of(it.as_ref()))
                .collect();
            let cells = cells?;
            (0..batch.num_rows()).try_for_each(|row| take(&cells, row))?;
        }
        Ok(())
    }

    /// Gives every row of the target.
    fn target_rows(
        &self,
        common: &Common<'_>,
        session: &Connection,
        tell: bool,
        mut take: impl FnMut(&TargetRow<'_>) -> Result<(), LoadError>,
    ) -> Result<(), LoadError> {
        let table = common.table;
        let names = common
            .columns
            .iter()
            .map(|&at| quoted(&table.columns[at].name));
        let names: Vec<String> = names.collect();
        let place = qualified(self.schema, &table.name);
        let sql = format!("COPY (SELECT {} FROM {place}) TO STDOUT", names.join(", "));
        let action = format!("read table `{}`", table.name);
        let types = common
            .columns
            .iter()
            .map(|&at| table.columns[at].value_type);
        let mut rows = TextRows::new(types.collect());
        let wrong = |_: NotText| {
            LoadError::Server(PostgresqlError::Protocol {
                place: session.server().place().to_owned(),
                action: action.clone(),
            })
        };
        let mut counted = 0;
        session.copy_out(&action, &sql, |piece| {
            rows.piece(piece, |row| {
                counted += 1;
                take(row)
            })?
            .map_err(wrong)?;
            // A piece is a row: told, and asked, now and then.
            if counted >= 8_192 {
                if self.observer.cancelled() {
                    return Err(LoadError::Interrupted);
                }
                if tell {
                    self.observer.event(Event::Rows { rows: counted });
                }
                counted = 0;
            }
            Ok(true)
        })?;
        if tell {
            self.observer.event(Event::Rows { rows: counted });
        }
        rows.end().map_err(wrong)
    }
}

impl<'c> Common<'c> {
    fn of(table: &'c SealedTable, shape: &TargetShape) -> Self {
        let there = |at: &usize| {
            let name = &table.columns[*at].name;
            shape.columns.iter().any(|(known, _)| known == name)
        };
        let columns: Vec<usize> = (0..table.columns.len()).filter(there).collect();
        let key: Option<Vec<usize>> = table
            .key
            .iter()
            .map(|at| columns.iter().position(|column| column == at))
            .collect();
        Self {
            table,
            columns,
            key: key.unwrap_or_default(),
        }
    }
}

/// A sum over rows, as they come.
struct RowSum {
    hasher: ElementHasher,
    /// Positions in the store's table.
    columns: Vec<usize>,
    key: Vec<usize>,
    sum: Fingerprint,
}

impl RowSum {
    fn new(comparison: &Comparison<'_>, common: &Common<'_>) -> Self {
        let table = common.table;
        let words = [&table.id, comparison.store.store.word(), "loaded"];
        let names = table.columns.iter().map(|column| &*column.name);
        Self {
            hasher: ElementHasher::new(&Region::new(comparison.key, words, names)),
            columns: common.columns.clone(),
            key: common.key.clone(),
            sum: Fingerprint::default(),
        }
    }

    fn add<E: Encode>(&mut self, cell: impl Fn(usize) -> E) {
        let key = self.key.iter().map(|&column| cell(column));
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(column, &place)| (place, cell(column)));
        let element = self.hasher.element(key, columns);
        self.sum.add(&element);
    }
}

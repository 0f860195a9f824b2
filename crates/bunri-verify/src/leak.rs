//! What C5 ([`bunri_leak`]) is given: the grants of every cell, from verdicts and classes, and the stores as they lie on disk. The
//! search itself knows no verdict and no class.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::SchemaRef;
use bunri_catalogue::{Catalogue, Class, Ownership, RowRule, Store, Table};
use bunri_columnar::{Observer, Staging};
use bunri_compare::{StoreFiles, order_columns, row_name};
use bunri_decisions::Decisions;
use bunri_evaluator::{Terms, grants::may_hold};
use bunri_leak::{
    Grants, LeakError, Lexicon, Mismatches, Retailers, SEARCHED, SecondPass, StoreFolder,
    StoreTable, Vocabulary,
};
use bunri_redecide::{BATCH_ROWS, ColumnClasses, Decided, Decider, Indexes, Layout, Scratch};
use bunri_types::value_text;

use crate::VerifyError;

/// The grants of a column's cells, by class and ownership.
struct ColumnGrants([[Grants; Ownership::ALL.len()]; Class::ALL.len()]);

impl ColumnGrants {
    fn of(table: &Table, column: usize) -> Self {
        let opened = table.any_retailer_on_other_rows;
        let rekeyed = table.columns[column].rekey.is_some();
        let unvouched = may_be_unvouched(&table.rows);
        Self(Class::ALL.map(|class| {
            Ownership::ALL.map(|ownership| {
                let grants = Grants::of(|store| may_hold(store, ownership, class, opened));
                match (rekeyed, unvouched && class != Class::Reference) {
                    (true, _) => grants.rekeyed(),
                    (false, true) => grants.unvouched(),
                    (false, false) => grants,
                }
            })
        }))
    }

    #[inline]
    fn grants(&self, class: Class, ownership: usize) -> Grants {
        self.0[class as usize][ownership]
    }
}

/// Whether a row can be the retailer's own though nobody asked whose customer it speaks of.
fn may_be_unvouched(rule: &RowRule) -> bool {
    match rule {
        RowRule::AllRetail => true,
        RowRule::Ledger { .. }
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::Reference => false,
        RowRule::Cases { cases, .. } => cases.iter().any(|(_, rule)| may_be_unvouched(rule)),
        RowRule::Any(rules) => rules.iter().any(may_be_unvouched),
        // Somebody who asks is enough.
        RowRule::All(rules) => rules.iter().all(may_be_unvouched),
    }
}

/// The codes and names of all retailers but the incumbent, as words that granted texts may not say.
pub(crate) fn retailers(
    catalogue: &Catalogue,
    staging: &Staging,
    lexicon: &Lexicon,
) -> Result<Retailers, VerifyError> {
    let bunri_catalogue::Retailers {
        table,
        column,
        name,
        ..
    } = catalogue.retailers;
    let columns: Vec<usize> = [Some(column), name].into_iter().flatten().collect();
    let incumbent = catalogue.incumbent.iter().map(|it| it.code.as_str());
    let excepted: BTreeSet<&str> = incumbent
        .chain(catalogue.vacant.iter().map(String::as_str))
        .map(str::trim)
        .collect();
    let (mut words, mut own) = (Vec::new(), Vec::new());
    let table = staging.table(&catalogue.tables[table])?;
    for batch in table.columns(&columns, BATCH_ROWS)? {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|cells| text(cells, row));
            let cells: Vec<Option<&str>> = cells.collect();
            let code = cells.first().copied().flatten();
            let is_excepted = code.is_some_and(|code| excepted.contains(code.trim()));
            let of = if is_excepted { &mut own } else { &mut words };
            of.extend(cells.into_iter().flatten().map(str::to_owned));
        }
    }
    let own = own.iter().map(String::as_str).chain(excepted);
    Ok(Retailers::new(
        lexicon,
        words.iter().map(String::as_str),
        own,
    ))
}

fn text(cells: &ArrayRef, row: usize) -> Option<&str> {
    let texts = cells.as_string_opt::<i32>()?;
    texts.is_valid(row).then(|| texts.value(row))
}

/// The cells of decided rows of a table whose first column is this source.
pub(crate) fn take(
    vocabulary: &mut Vocabulary<'_>,
    table: &Table,
    first: usize,
    decided: &Decided,
) -> Result<(), LeakError> {
    let verdicts = decided.verdicts.iter();
    let ownerships: Vec<usize> = verdicts
        .map(|verdict| verdict.ownership() as usize)
        .collect();
    for (column, classes) in decided.classes.iter().enumerate() {
        let (source, array) = (first + column, decided.batch.column(column));
        let column_grants = ColumnGrants::of(table, column);
        match classes {
            ColumnClasses::Fixed(class) => {
                vocabulary.column(source, array, |row| {
                    column_grants.grants(*class, ownerships[row])
                })?;
            }
            ColumnClasses::PerRow(classes) => {
                let grants = |row: usize| column_grants.grants(classes[row], ownerships[row]);
                vocabulary.column(source, array, grants)?;
            }
        }
    }
    Ok(())
}

/// The stores that are searched, in their order.
pub(crate) fn folders<'a>(
    catalogue: &'a Catalogue,
    stores: &'a [StoreFiles; 3],
    mismatches: &'a BTreeMap<Store, BTreeMap<String, Mismatches>>,
    retailers: &'a Retailers,
) -> [StoreFolder<'a>; 2] {
    static NOTHING: BTreeMap<String, Mismatches> = BTreeMap::new();
    SEARCHED.map(|store| {
        let files = &stores[store as usize];
        let rows = |name: &String| Some((name.clone(), files.admitted.batch_rows(name)?));
        let boxed = |layout| Box::new(StoredTable(layout)) as Box<dyn StoreTable + 'a>;
        StoreFolder {
            store,
            files: &files.listing.files,
            folders: &files.listing.folders,
            digests: &files.digests,
            has_manifest: files.manifest.is_some(),
            batch_rows: files.digests.keys().filter_map(rows).collect(),
            tables: Layout::all(catalogue, store).map(boxed).collect(),
            mismatches: mismatches.get(&store).unwrap_or(&NOTHING),
            // The operator has every retailer's customers.
            retailers: (store == Store::Retail).then_some(retailers),
        }
    })
}

/// A table as the search asks for it.
struct StoredTable<'a>(Layout<'a>);

impl StoreTable for StoredTable<'_> {
    fn id(&self) -> &str {
        &self.0.table.id
    }

    fn schema(&self) -> &SchemaRef {
        &self.0.schema
    }

    fn order(&self) -> Vec<usize> {
        order_columns(&self.0)
    }

    fn is_owned(&self) -> bool {
        self.0.table.rows != RowRule::Reference
    }

    fn row_name(&self, number: u64, cell: &dyn Fn(usize) -> Option<ArrayRef>) -> String {
        row_name(&self.0, "store", number, |position| {
            let Some(cell) = cell(position) else {
                return String::new();
            };
            // A column of the store's own type, which always has cells.
            bunri_fingerprint::Cells::of(cell.as_ref())
                .map_or_else(|_| String::new(), |cells| value_text(cells.value(0)))
        })
    }
}

/// Staging, decided once more.
pub(crate) struct DecidedAgain<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) staging: &'a Staging,
    pub(crate) terms: &'a [Terms],
    pub(crate) decisions: &'a Decisions,
    pub(crate) indexes: &'a Indexes,
    pub(crate) scratch: &'a Scratch,
    pub(crate) observer: &'a dyn Observer,
}

impl DecidedAgain<'_> {
    /// Hands over every staged row, decided, and every rejected one.
    pub(crate) fn reread(&self, pass: &mut SecondPass<'_, '_>) -> Result<(), VerifyError> {
        for (position, table) in self.catalogue.tables.iter().enumerate() {
            let columns = 0..table.columns.len();
            let column_grants: Vec<ColumnGrants> = columns
                .map(|column| ColumnGrants::of(table, column))
                .collect();
            let mut decider = Decider::new(
                self.catalogue,
                position,
                self.staging,
                (self.terms, self.decisions),
                self.indexes,
                self.scratch,
            )?;
            while let Some(decided) = decider.next()? {
                if self.observer.cancelled() {
                    return Err(VerifyError::Interrupted);
                }
                pass.batch(position, &decided.batch, |column, row| {
                    let ownership = decided.verdicts[row].ownership() as usize;
                    column_grants[column].grants(decided.classes[column].class(row), ownership)
                })?;
            }
            for reject in self.staging.rejects(table)?.into_iter().flatten() {
                pass.rejected(position, table, &reject?)?;
            }
        }
        Ok(())
    }
}

//! From drafts to the model: every name is looked up, every type is held against the rule that reads it.

mod cells;
mod codes;
mod columns;
mod ledger;
mod ledger_key;
mod lookup;
mod references;
mod rows;
mod table;
mod when;

use bunri_text::{Log, Spot, Spotted};
use lookup::Book;

use crate::draft::{CatalogueDraft, OpenedDraft, TableDraft};
use crate::grant::{possible_classes, possible_ownerships};
use crate::model::{Catalogue, Class, Ledger, Ownership, Reference, Retailers, Table};

/// What could be resolved. A [`None`] has its mistake in the log.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// In the order of the drafts, which is the order of ids.
    pub(crate) tables: Vec<Option<Table>>,
    /// In the order of their drafts.
    pub(crate) ledgers: Vec<Option<Ledger>>,
    pub(crate) opened: Vec<Opened>,
    retailers: Option<Retailers>,
    /// With the place of each.
    pub(crate) references: Option<Vec<Spotted<Reference>>>,
}

/// A table that `[release]` opens.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) table: usize,
    pub(crate) spot: Spot,
    pub(crate) has_basis: bool,
}

/// Resolves every table and the ledger. `tables` is sorted by id; `files` are the paths that messages name.
pub(crate) fn resolve(
    main: &CatalogueDraft,
    tables: &[TableDraft],
    files: &[String],
    log: &mut Log,
) -> Resolved {
    codes::check(main, log);
    check_ignored(main, tables, log);
    let mut book = Book::new(tables, codes::have_validity(main));
    book.refuse_doubles(files, log);
    let mut ledgers = Vec::new();
    for draft in &main.ledgers {
        let draft = draft.as_ref();
        let ledger = draft.and_then(|draft| ledger::ledger(&book, draft, log));
        book.note_ledger(draft, ledger.as_ref());
        ledgers.push(ledger);
    }
    let retailers = main
        .retailers
        .as_ref()
        .and_then(|draft| ledger::retailers(&book, draft, log));
    let references = references::references(&book, &main.references, log);
    let opened = opened(&book, main, log);
    let mut resolved: Vec<Option<Table>> = (0..tables.len())
        .map(|position| table::table(&book, position, log))
        .collect();
    for opened in &opened {
        if let Some(table) = &mut resolved[opened.table] {
            table.any_retailer_on_other_rows = true;
            refuse_nothing_to_open(table, opened.spot, log);
        }
    }
    Resolved {
        tables: resolved,
        opened,
        ledgers,
        retailers,
        references,
    }
}

/// Nothing is ignored twice, or ignored and listed.
fn check_ignored(main: &CatalogueDraft, tables: &[TableDraft], log: &mut Log) {
    for (position, ignored) in main.ignored.iter().enumerate() {
        let object = &ignored.value.object;
        let earlier = &main.ignored[..position];
        if earlier.iter().any(|other| other.value.object == *object) {
            log.refuse(ignored.spot, format!("`{object}` is ignored twice"));
        }
        let lists = |table: &&TableDraft| {
            let name = table.name.as_ref();
            name.is_some_and(|name| name.value == *object)
        };
        if let Some(table) = tables.iter().find(lists) {
            let id = table.id.as_ref().map_or("", |id| id.value.as_str());
            let message = format!("`{object}` is ignored here and listed as the table `{id}`");
            log.refuse(ignored.spot, message);
        }
    }
}

/// The tables whose `any_retailer` cells of other rows go to retail.
fn opened(book: &Book<'_>, main: &CatalogueDraft, log: &mut Log) -> Vec<Opened> {
    let of = |draft: &OpenedDraft| {
        Some(Opened {
            table: book.table(&draft.table, log)?,
            spot: draft.table.spot,
            has_basis: draft.has_basis,
        })
    };
    main.opened.iter().filter_map(of).collect()
}

/// Opening a table that has nothing to open is a misunderstanding that somebody should hear about.
fn refuse_nothing_to_open(table: &Table, spot: Spot, log: &mut Log) {
    let opens =
        |column| possible_classes(table, column, Ownership::Other).contains(&Class::AnyRetailer);
    let has_other_rows = possible_ownerships(table).contains(&Ownership::Other);
    if !(has_other_rows && (0..table.columns.len()).any(opens)) {
        let message = format!(
            "`{}` has no `any_retailer` cells on other rows: there is nothing to open",
            table.id
        );
        log.refuse(spot, message);
    }
}

impl Resolved {
    /// The ledger that a table asks, if it could be resolved.
    pub(crate) fn ledger_of(&self, table: &Table) -> Option<&Ledger> {
        self.ledgers.get(table.ledger)?.as_ref()
    }

    /// The catalogue, without its digests, if nothing is missing.
    pub(crate) fn into_catalogue(self, main: CatalogueDraft) -> Option<Catalogue> {
        Some(Catalogue {
            name: main.name?,
            version: main.version?,
            incumbent: main.incumbent?.into_iter().map(|code| code.value).collect(),
            vacant: main.vacant?.into_iter().map(|code| code.value).collect(),
            retailers: self.retailers?,
            ledgers: self.ledgers.into_iter().collect::<Option<Vec<Ledger>>>()?,
            tables: self.tables.into_iter().collect::<Option<Vec<Table>>>()?,
            ignored: main.ignored.into_iter().map(|one| one.value).collect(),
            references: self.references?.into_iter().map(|one| one.value).collect(),
            digest: String::new(),
            shape_digest: String::new(),
            warnings: Vec::new(),
        })
    }
}

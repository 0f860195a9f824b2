//! What is done with each table, decided before anything is written: names that the target cannot hold, tables that stand there
//! already, and whose they are. Everything that is wrong is said at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::LoadError;
use crate::sealed::{SealedStore, SealedTable};
use crate::target::Relation;

/// Columns that every table of PostgreSQL has by itself.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];
/// More columns no table of PostgreSQL has.
const MOST_COLUMNS: usize = 1_600;
/// What PostgreSQL calls the index of a table's primary key, behind the table's name.
const KEY_SUFFIX: &str = "_pkey";

/// What is done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is made and filled.
    Load,
    /// The one that stands there goes, and it is made and filled.
    Replace,
    /// It was loaded of this very store.
    Keep,
}

/// What is done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LoadPlan {
    /// By the table's position in the store.
    pub(crate) steps: Vec<Step>,
    /// Tables of an earlier store that this one does not have, which go first.
    pub(crate) dropped: Vec<String>,
}

/// Decides. `longest` is how many bytes of a name the server keeps; `replace` lets go of tables that bunri loaded of another store of the
/// same kind, and of no others.
pub(crate) fn plan(
    store: &SealedStore,
    schema: &str,
    relations: &[Relation],
    longest: usize,
    replace: bool,
) -> Result<LoadPlan, LoadError> {
    let mut refusals = names(&store.tables, longest);
    refusals.extend(other_company(store, relations));
    let here: Vec<&Relation> = relations.iter().filter(|it| it.schema == schema).collect();
    let by_name: BTreeMap<&str, &Relation> =
        here.iter().map(|it| (it.name.as_str(), *it)).collect();
    let mut steps = Vec::with_capacity(store.tables.len());
    for table in &store.tables {
        let step = by_name
            .get(table.name.as_str())
            .map_or(Ok(Step::Load), |stands| step(store, table, stands, replace));
        match step {
            Ok(step) => steps.push(step),
            Err(why) => refusals.push(why),
        }
    }
    let names: BTreeSet<&str> = store
        .tables
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    let mut dropped = Vec::new();
    for stands in here.iter().filter(|it| !names.contains(it.name.as_str())) {
        let Some(mark) = &stands.mark else {
            continue;
        };
        let name = &stands.name;
        if mark.store != store.store {
            refusals.push(format!(
                "the schema holds `{name}` of {}",
                mark.store.word()
            ));
        } else if replace && stands.is_table {
            dropped.push(name.clone());
        } else {
            refusals.push(format!(
                "the schema holds `{name}`, which was loaded as `{}` of an earlier store (or renamed since), and which this store does not \
                 have: --replace removes it",
                mark.table
            ));
        }
    }
    if refusals.is_empty() {
        Ok(LoadPlan { steps, dropped })
    } else {
        Err(LoadError::Refused(refusals))
    }
}

/// What becomes of a table under whose name something stands.
fn step(
    store: &SealedStore,
    table: &SealedTable,
    stands: &Relation,
    replace: bool,
) -> Result<Step, String> {
    let name = &table.name;
    let Some(mark) = stands.mark.as_ref().filter(|_| stands.is_table) else {
        return Err(format!(
            "`{name}` is there, and bunri did not load it (its comment does not say so): what others made is never replaced; take it away, \
             or name another schema"
        ));
    };
    if mark.store != store.store {
        return Err(format!("`{name}` is there, of {}", mark.store.word()));
    }
    if mark.table == table.id && mark.manifest == store.digest {
        return Ok(Step::Keep);
    }
    if replace {
        return Ok(Step::Replace);
    }
    Err(format!(
        "`{name}` is there, loaded of another store (manifest {}): --replace puts this one in its place",
        mark.manifest
    ))
}

/// One database never holds what retail may have and what it may not: whoever may read one would be one grant away from the other.
fn other_company(store: &SealedStore, relations: &[Relation]) -> Option<String> {
    use bunri_catalogue::Store;
    let is_retail = |store: Store| match store {
        Store::Retail => true,
        Store::Transmission | Store::Quarantine => false,
    };
    let marked = relations
        .iter()
        .filter_map(|it| Some((it, it.mark.as_ref()?)));
    let mut others = marked.filter(|(_, mark)| is_retail(mark.store) != is_retail(store.store));
    let (relation, mark) = others.next()?;
    Some(format!(
        "the database holds {} in its schema `{}`, and this is {}: retail and custody are never in one database",
        mark.store.word(),
        relation.schema,
        store.store.word()
    ))
}

/// Names that the server would cut off or not take.
fn names(tables: &[SealedTable], longest: usize) -> Vec<String> {
    let mut refusals = Vec::new();
    let mut seen = BTreeSet::new();
    let all: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    for table in tables {
        let name = table.name.as_str();
        if !seen.insert(name) {
            refusals.push(format!("two tables of the store are called `{name}`"));
        }
        let what = format!("table `{name}`");
        refusals.extend(name_fault(&what, name, longest));
        let index = format!("{name}{KEY_SUFFIX}");
        if !table.key.is_empty() && all.contains(index.as_str()) {
            refusals.push(format!(
                "PostgreSQL calls the index of {what}'s key `{index}`, and a table of the store is called so"
            ));
        }
        if table.columns.len() > MOST_COLUMNS {
            let count = table.columns.len();
            refusals.push(format!(
                "{what} has {count} columns, and PostgreSQL takes {MOST_COLUMNS}"
            ));
        }
        for column in &table.columns {
            let column = column.name.as_str();
            let what = format!("column `{column}` of table `{name}`");
            refusals.extend(name_fault(&what, column, longest));
            if SYSTEM_COLUMNS.contains(&column) {
                refusals.push(format!(
                    "{what} is called as a column that PostgreSQL keeps for itself"
                ));
            }
        }
    }
    refusals
}

fn name_fault(what: &str, name: &str, longest: usize) -> Option<String> {
    let bytes = name.len();
    if name.is_empty() || name.contains('\0') {
        return Some(format!("{what} has a name that is none in PostgreSQL"));
    }
    // Cut off, two of them could become one; and no name would be the manifest's any more.
    (bytes > longest).then(|| {
        format!("{what} has a name of {bytes} bytes, and the server keeps {longest} of them (63, unless it was built otherwise)")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bunri_catalogue::Store;
    use bunri_manifest::{
        Blake3Hex, CatalogueRef, ColumnEntry, Digests, FileEntry, MANIFEST, StoreManifest,
        TableEntry,
    };

    use super::*;
    use crate::mark::Mark;

    fn table(id: &str, name: &str, columns: &[&str]) -> TableEntry {
        let digests = Digests {
            bytes: 1,
            blake3: Blake3Hex::of(b""),
            sha256: "0".repeat(64).try_into().unwrap(),
        };
        let path = format!("{id}/part-00000.parquet").try_into().unwrap();
        TableEntry {
            id: id.to_owned(),
            name: name.to_owned(),
            key: vec![columns[0].to_owned()],
            columns: columns
                .iter()
                .map(|name| ColumnEntry {
                    name: (*name).to_owned(),
                    value_type: "text".to_owned(),
                })
                .collect(),
            files: vec![FileEntry::new(path, 1, digests)],
        }
    }

    fn store(tables: Vec<TableEntry>) -> (tempfile::TempDir, SealedStore) {
        let catalogue = CatalogueRef {
            name: "c".to_owned(),
            version: "1".to_owned(),
            blake3: Blake3Hex::of(b"c"),
        };
        let manifest = StoreManifest::new("retail", "l", "rehearsal", catalogue, tables);
        let bytes = manifest.to_bytes().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(MANIFEST), &bytes).unwrap();
        let store = SealedStore::open(folder.path(), &Blake3Hex::of(&bytes)).unwrap();
        (folder, store)
    }

    fn stands(schema: &str, name: &str, mark: Option<Mark>) -> Relation {
        Relation {
            schema: schema.to_owned(),
            name: name.to_owned(),
            is_table: true,
            mark,
        }
    }

    fn refused(store: &SealedStore, relations: &[Relation], replace: bool) -> String {
        plan(store, "s", relations, 63, replace)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn tables_of_this_store_are_kept_of_another_replaced_if_asked_and_of_others_never() {
        let (_folder, store) = store(vec![table("a", "a", &["k"]), table("b", "b", &["k"])]);
        let mine = Mark::of(&store, &store.tables[0]);
        let earlier = Mark {
            manifest: Blake3Hex::of(b"earlier"),
            ..mine.clone()
        };
        let here = [stands("s", "a", Some(mine.clone()))];
        let planned = plan(&store, "s", &here, 63, false).unwrap();
        assert_eq!(planned.steps, [Step::Keep, Step::Load]);
        let here = [
            stands("s", "a", Some(earlier.clone())),
            stands("s", "gone", Some(earlier.clone())),
            stands("s", "view_of_theirs", None),
            stands("elsewhere", "b", None),
        ];
        let said = refused(&store, &here, false);
        assert!(
            said.contains("`a` is there, loaded of another store"),
            "{said}"
        );
        assert!(said.contains("holds `gone`"), "{said}");
        let planned = plan(&store, "s", &here, 63, true).unwrap();
        assert_eq!(planned.steps, [Step::Replace, Step::Load]);
        assert_eq!(planned.dropped, ["gone"]);
        for replace in [false, true] {
            let said = refused(&store, &[stands("s", "b", None)], replace);
            assert!(said.contains("bunri did not load it"), "{said}");
            let custody = Mark {
                store: Store::Quarantine,
                ..mine.clone()
            };
            let said = refused(&store, &[stands("other", "x", Some(custody))], replace);
            assert!(said.contains("never in one database"), "{said}");
        }
    }

    #[test]
    fn names_that_the_server_would_cut_or_not_take_are_told_all_at_once() {
        let long = "供給地点特定番号供給地点特定番号供給地点特定番号";
        let (_folder, store) = store(vec![
            table("a", "a", &["k", "ctid", long]),
            table("b", "a_pkey", &["k"]),
            table("c", "a", &["k"]),
            table("d", "select", &["\"; DROP", "Ａ"]),
        ]);
        let said = refused(&store, &[], false);
        for part in [
            "`ctid`",
            "72 bytes",
            "is called so",
            "two tables of the store are called `a`",
        ] {
            assert!(said.contains(part), "{part:?}: {said}");
        }
        assert!(!said.contains("select"), "{said}");
    }
}

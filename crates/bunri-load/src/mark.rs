//! What is noted of a loaded table: a line of its comment, written in the transaction that loads it, so that both are there or neither
//! is. It goes where the table goes, asks for no table of ours in the target, and everybody may read it. It says nothing that the
//! store's own manifest does not say.

use bunri_catalogue::Store;
use bunri_manifest::Blake3Hex;

use crate::sealed::{SealedStore, SealedTable};

const FORMAT: &str = "bunri.load/1";

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) store: Store,
    /// The table's id.
    pub(crate) table: String,
    pub(crate) rows: u64,
    /// Of the store's manifest.
    pub(crate) manifest: Blake3Hex,
}

impl Mark {
    pub(crate) fn of(store: &SealedStore, table: &SealedTable) -> Self {
        Self {
            store: store.store,
            table: table.id.clone(),
            rows: table.rows,
            manifest: store.digest.clone(),
        }
    }

    /// The comment.
    pub(crate) fn text(&self) -> String {
        let Self {
            store,
            table,
            rows,
            manifest,
        } = self;
        format!(
            "{FORMAT} store={} table={table} rows={rows} manifest={manifest}",
            store.word()
        )
    }

    /// Of a comment, if it begins with one; the lines after it are somebody else's.
    pub(crate) fn parse(comment: &str) -> Option<Self> {
        let mut words = comment.lines().next()?.split(' ');
        (words.next()? == FORMAT).then_some(())?;
        let mut value = |key: &str| words.next()?.strip_prefix(key)?.strip_prefix('=');
        let (store, table) = (value("store")?, value("table")?);
        let (rows, manifest) = (value("rows")?, value("manifest")?);
        let mut stores = Store::ALL.into_iter();
        Some(Self {
            store: stores.find(|known| known.word() == store)?,
            table: table.to_owned(),
            rows: rows.parse().ok()?,
            manifest: Blake3Hex::try_from(manifest.to_owned()).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_what_is_none_is_nobodys() {
        let mark = Mark {
            store: Store::Retail,
            table: "meter".to_owned(),
            rows: 12,
            manifest: Blake3Hex::of(b"manifest"),
        };
        assert_eq!(Mark::parse(&mark.text()), Some(mark.clone()));
        assert_eq!(
            Mark::parse(&format!("{}\n顧客の計器", mark.text())),
            Some(mark.clone())
        );
        for comment in ["", "bunri.load/1", "bunri.load/2 store=retail"] {
            assert_eq!(Mark::parse(comment), None);
        }
        assert_eq!(Mark::parse(&mark.text().replace("retail", "both")), None);
        assert_eq!(Mark::parse(&mark.text().replace("rows=12", "rows=x")), None);
    }
}

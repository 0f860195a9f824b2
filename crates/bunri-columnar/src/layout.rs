//! Every path below custody, once (design section 6, "Run directory"). Stages ask here and spell none themselves.

use std::path::{Path, PathBuf};

use bunri_catalogue::Store;
use bunri_manifest::{B3SUMS, MANIFEST, SHA256SUMS};

/// The folder of typed rows in custody.
pub const STAGING: &str = "staging";
/// The folder of rows that did not fit their declared types, in custody.
pub const REJECTS: &str = "rejects";
/// What verification found, in custody.
pub const EVIDENCE: &str = "evidence";
/// What is under way, in custody: spilled runs, and records of what is done.
pub const TEMPORARY: &str = "tmp";
/// What a run would do, in custody.
pub const PLAN: &str = "plan";
const OWNERSHIP: &str = "ownership";
const VERDICTS: &str = "verdicts";
const JOURNAL: &str = "journal.jsonl";
const LOCK: &str = "job.lock.json";

/// The file name of part *k* of a table, in staging and in stores.
#[must_use]
pub fn part_name(part: usize) -> String {
    format!("part-{part:05}.parquet")
}

/// Whether a store may have a file of this path below its root whatever its rows are: manifest and sums, and the parts of tables.
#[must_use]
pub fn is_store_file(path: &str, is_table: impl Fn(&str) -> bool) -> bool {
    let is_part = |name: &str| {
        let number = name.strip_prefix("part-");
        let number = number.and_then(|name| name.strip_suffix(".parquet"));
        // Five digits are a part's number; a number of another length could be a telephone's.
        number.is_some_and(|it| it.len() == 5 && it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    [MANIFEST, B3SUMS, SHA256SUMS].contains(&path)
        || path
            .split_once('/')
            .is_some_and(|(table, name)| is_table(table) && is_part(name))
}

/// Where in custody what lies. Only the retail store has a root of its own, outside.
#[derive(Debug, Clone, Copy)]
pub struct CustodyLayout<'a>(&'a Path);

impl<'a> CustodyLayout<'a> {
    /// What lies in custody beside the stores when nothing is under way, by its name there.
    pub const BESIDE_STORES: [&'static str; 7] =
        [LOCK, JOURNAL, STAGING, REJECTS, OWNERSHIP, EVIDENCE, PLAN];

    /// Of this custody folder; nothing is looked at.
    #[must_use]
    pub fn new(custody: &'a Path) -> Self {
        Self(custody)
    }

    /// Typed rows as extraction wrote them, a folder a table.
    #[must_use]
    pub fn staging(self) -> PathBuf {
        self.0.join(STAGING)
    }

    /// Its presence means that extraction is complete.
    #[must_use]
    pub fn staging_manifest(self) -> PathBuf {
        self.staging().join(MANIFEST)
    }

    /// Rows that did not fit their declared types, a file a table.
    #[must_use]
    pub fn rejects(self) -> PathBuf {
        self.0.join(REJECTS)
    }

    /// The ledger as timelines, kept for the next run.
    #[must_use]
    pub fn ownership(self) -> PathBuf {
        self.0.join(OWNERSHIP)
    }

    /// Work in progress, and the records by which an interrupted run resumes.
    #[must_use]
    pub fn temporary(self) -> PathBuf {
        self.0.join(TEMPORARY)
    }

    /// What became of the rows of parent tables, for their children, while the stores are made.
    #[must_use]
    pub fn verdicts(self) -> PathBuf {
        self.temporary().join(VERDICTS)
    }

    /// What verification found, and the key of its sums.
    #[must_use]
    pub fn evidence(self) -> PathBuf {
        self.0.join(EVIDENCE)
    }

    /// What a run would do.
    #[must_use]
    pub fn plan(self) -> PathBuf {
        self.0.join(PLAN)
    }

    /// What was begun and done, a line each.
    #[must_use]
    pub fn journal(self) -> PathBuf {
        self.0.join(JOURNAL)
    }

    /// The digests that a run is bound to.
    #[must_use]
    pub fn lock(self) -> PathBuf {
        self.0.join(LOCK)
    }

    /// The root of a store; `retail` is the job's own folder for it.
    #[must_use]
    pub fn store(self, store: Store, retail: &Path) -> PathBuf {
        match store {
            Store::Retail => retail.to_path_buf(),
            Store::Transmission | Store::Quarantine => self.0.join(store.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_has_manifest_sums_and_parts_and_no_other_name_is_known() {
        let known = |path: &str| is_store_file(path, |table| table == "account");
        for path in [MANIFEST, B3SUMS, SHA256SUMS, "account/part-00007.parquet"] {
            assert!(known(path), "{path}");
        }
        assert!(known(&format!("account/{}", part_name(12))));
        for path in [
            "account",
            "part-00007.parquet",
            "meter/part-00007.parquet",
            "account/part-0312345678.parquet",
            "account/part-0000x.parquet",
            "account/part-00007.parquet.bak",
            "account/deep/part-00007.parquet",
            "account/manifest.json",
        ] {
            assert!(!known(path), "{path}");
        }
    }

    #[test]
    fn everything_but_the_retail_store_lies_in_custody() {
        let layout = CustodyLayout::new(Path::new("/c"));
        let retail = Path::new("/r");
        assert_eq!(layout.store(Store::Retail, retail), retail);
        for inside in [
            layout.staging_manifest(),
            layout.rejects(),
            layout.ownership(),
            layout.temporary(),
            layout.verdicts(),
            layout.evidence(),
            layout.plan(),
            layout.journal(),
            layout.lock(),
            layout.store(Store::Transmission, retail),
            layout.store(Store::Quarantine, retail),
        ] {
            assert!(inside.starts_with("/c"), "{}", inside.display());
        }
    }
}

//! Guards against vacuity: ways in which "no difference" could mean nothing. Each is a reason not to say "held".

use bunri_catalogue::Store;
use bunri_manifest::ProofRefusal;

/// A way to show nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Guard {
    /// A perturbed staging is the same as before.
    StagingUnchanged,
    /// A store had to hold something else, and its files are the same: the splitter does not look.
    StoreUnmoved,
    /// A column with withheld cells that no rule reads was never changed.
    ColumnLeftAlone,
    /// Retail holds no row of a customer.
    RetailEmpty,
    /// Nothing is withheld from retail.
    NothingWithheld,
}

impl Guard {
    /// The word of the record.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::StagingUnchanged => "staging_unchanged",
            Self::StoreUnmoved => "store_unmoved",
            Self::ColumnLeftAlone => "column_left_alone",
            Self::RetailEmpty => "retail_empty",
            Self::NothingWithheld => "nothing_withheld",
        }
    }
}

/// A guard that was not met, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Missed {
    pub(crate) guard: Guard,
    pub(crate) store: Option<Store>,
    pub(crate) table: Option<String>,
    pub(crate) column: Option<String>,
}

impl Missed {
    /// Of the whole run.
    pub(crate) fn of(guard: Guard) -> Self {
        Self {
            guard,
            store: None,
            table: None,
            column: None,
        }
    }

    pub(crate) fn told(self) -> ProofRefusal {
        ProofRefusal {
            rule: self.guard.word().to_owned(),
            store: self.store.map(|store| store.word().to_owned()),
            table: self.table,
            column: self.column,
        }
    }
}

/// What a run has to show for each withheld column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coverage {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) withheld: u64,
    pub(crate) perturbed: u64,
    /// Whether a rule reads it: then every draw may have changed a grant.
    pub(crate) read: bool,
    /// Whether any cell could be changed at all: of a key only those of rows that retail does not have.
    pub(crate) changeable: bool,
}

/// The guards that speak of the run as a whole.
pub(crate) fn of_run(retail_rows: u64, columns: &[Coverage]) -> Vec<Missed> {
    let mut missed = Vec::new();
    if retail_rows == 0 {
        missed.push(Missed::of(Guard::RetailEmpty));
    }
    if columns.iter().all(|column| column.withheld == 0) {
        missed.push(Missed::of(Guard::NothingWithheld));
    }
    let alone = columns.iter().filter(|column| {
        column.withheld > 0 && column.changeable && column.perturbed == 0 && !column.read
    });
    missed.extend(alone.map(|column| Missed {
        guard: Guard::ColumnLeftAlone,
        store: None,
        table: Some(column.table.clone()),
        column: Some(column.column.clone()),
    }));
    missed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(withheld: u64, perturbed: u64, read: bool) -> Coverage {
        Coverage {
            table: "meter".to_owned(),
            column: "updated_by".to_owned(),
            withheld,
            perturbed,
            read,
            changeable: true,
        }
    }

    fn guards(retail_rows: u64, columns: &[Coverage]) -> Vec<Guard> {
        let missed = of_run(retail_rows, columns);
        missed.iter().map(|missed| missed.guard).collect()
    }

    #[test]
    fn a_run_over_an_empty_retail_store_shows_nothing() {
        assert_eq!(guards(0, &[column(3, 3, false)]), [Guard::RetailEmpty]);
        assert_eq!(guards(1, &[column(3, 3, false)]), []);
    }

    #[test]
    fn a_run_over_nothing_withheld_shows_nothing() {
        assert_eq!(guards(1, &[]), [Guard::NothingWithheld]);
        assert_eq!(guards(1, &[column(0, 0, false)]), [Guard::NothingWithheld]);
    }

    #[test]
    fn a_column_that_was_left_alone_is_named_unless_a_rule_reads_it() {
        let missed = of_run(1, &[column(3, 0, false)]);
        assert_eq!(missed[0].guard, Guard::ColumnLeftAlone);
        assert_eq!(missed[0].column.as_deref(), Some("updated_by"));
        assert_eq!(guards(1, &[column(3, 0, true)]), []);
    }
}

//! How a stage says what it is doing, and how it hears that it should stop. Libraries never print.

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A stage begins; `rows` is how many rows it expects to report in total. Of a long table of a server that is an estimate.
    Stage {
        /// `extract`, `split`, `verify`.
        name: &'a str,
        /// Rows to come; 0 where nobody knows.
        rows: u64,
    },
    /// Work on a table begins.
    Table {
        /// Its id.
        id: &'a str,
    },
    /// Rows were finished since the last such event.
    Rows {
        /// How many.
        rows: u64,
    },
    /// A table is complete.
    TableDone {
        /// Its id.
        id: &'a str,
        /// Its rows.
        rows: u64,
    },
    /// A table was found complete from an earlier run.
    TableKept {
        /// Its id.
        id: &'a str,
        /// Its rows.
        rows: u64,
    },
}

/// Hears events; asked often whether to go on.
pub trait Observer: Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
    /// Whether the run should stop at the next safe point.
    fn cancelled(&self) -> bool;
}

/// Hears nothing and never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event<'_>) {}

    fn cancelled(&self) -> bool {
        false
    }
}

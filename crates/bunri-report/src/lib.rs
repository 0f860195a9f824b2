//! What verification says: claims, the rules that findings break, findings while they are gathered, and the report that is
//! written, read back and rendered. Findings are data and never hold a value of a record.
//!
//! 1. [`rules`]: the one list of rules and notes, each with its claim, grade, sentence and advice;
//! 2. [`findings`]: gathered in parts and put together, the first few of each kind named, all counted;
//! 3. [`claims`]: held, broken, or not checked and at what;
//! 4. [`report`]: the file, whose bytes are a function of what was verified; read back by [`Report::parse`], which takes none
//!    that contradicts itself; and beside it what the verification cost.

mod acceptance;
pub mod claim;
pub mod claims;
mod comparison;
mod control;
mod cost;
pub mod expectation;
pub mod findings;
mod plan;
mod reading;
pub mod report;
mod reread;
pub mod rules;
#[cfg(test)]
mod tests;
mod unsigned;
mod waiting;

pub use acceptance::{ByTable, noted_rows};
pub use claim::{Claim, Grade};
pub use claims::Scope;
pub use comparison::{
    ClassMoved, ComparedSide, Comparison, RowsMoved, SaidDifferently, StoreMoves, TableMoves,
};
pub use control::{ControlFigure, ControlGroup, ControlOutcome, ControlReport};
pub use cost::{ClaimCost, CostRecord};
pub use expectation::{Expectation, RejectedRows, TableReport, UndecidedRows};
pub use findings::{About, Findings, NAMED, Place};
pub use plan::{
    Destination, Extent, MeasuredStage, NotKnown, OpenColumn, OwnershipRows, Plan, PlannedCells,
    PlannedColumn, PlannedCost, PlannedReference, PlannedTable, QueryOrigin, QueryReport, ReadAs,
    RerunStep, StoreBytes, WithheldRead,
};
pub use reading::ReportError;
pub use report::*;
pub use reread::{Reread, RereadColumn, RereadReject, RereadStatus, RereadTable};
pub use rules::{NoteRule, Rule};
pub use waiting::{DecidedTable, QuarantineReport, Remedy, TriedDecisions, WaitingGroup};

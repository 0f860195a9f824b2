//! Noninterference (claim C7): retail's bytes do not depend on what is withheld from retail.
//!
//! The other claims look at one run. This one asks what no single run can answer: would the retail store be another one
//! if the secrets were others? So the secrets are made others, the splitter runs again, and every byte must stay.
//!
//! 1. **Determinism first.** The same staging is split twice, with other threads, another memory limit and other units, and, where
//!    all of staging is used, compared with the job's own stores. Otherwise a difference would tell nothing.
//! 2. **What is withheld** (`withheld`) is not this crate's opinion: the plain evaluator of `bunri-verify` decides every
//!    row and cell, and whatever retail must not hold may be changed.
//! 3. **A pair** (`plan`, `perturb`) changes all withheld columns at once, each with one strategy of the pair's draw,
//!    and adds, takes away, doubles or moves rows of other companies. It is written as a staging of its own, sorted and
//!    with a manifest. Columns that rules read are changed within their decision: few cells, or a way that cannot matter.
//! 4. **The evaluator re-decides** the perturbed staging. If what retail must hold is not the same, the guilty draws are
//!    made narrower and drawn again; that is counted.
//! 5. **Split again and compare** every retail file by BLAKE3, manifest, sums and names too (`pair`).
//! 6. **On a difference** the pair's edits are halved until none can be left out (`bisect`); the cause is named as table,
//!    column and strategy. Never a value: not even a file's name is told unless every retail store has it.
//! 7. **Guards against vacuity** (`guards`): a run in which nothing changed, or to which the splitter did not react where
//!    it had to, or that left a withheld column alone, shows nothing and says so.
//!
//! Everything is a function of staging, catalogue, job, seed and version. No clock, no thread count. The splitter is
//! handed in ([`Splitter`]), so that tests can hand in deliberately bad ones.

mod apply;
mod bench;
mod bisect;
mod bytes;
mod donors;
mod draw;
mod errors;
mod flows;
mod guards;
mod inputs;
mod made;
mod pair;
mod perturb;
mod place;
mod plain;
mod plan;
mod prove;
mod record;
mod sample;
mod splitter;
mod strategy;
mod tally;
#[cfg(test)]
mod tests;
mod withheld;

pub use errors::ProveError;
pub use inputs::{ProveInputs, ProveOptions};
pub use prove::prove;
pub use splitter::{Shipped, SplitTask, Splitter};

//! The reviewed classification and the job: parse, resolve, check. No Arrow here, and no evaluation.
//!
//! A catalogue is read in three steps, each of which goes on after a mistake so that all are found at once:
//! `read` understands words (TOML to drafts), `resolve` looks up names (drafts to the model), `check` holds the
//! model against the rules that no single name can break. Only [`load`] makes a [`Catalogue`], so whoever holds
//! one holds a valid one; the same is true of [`load_job`] and [`Job`], and of [`load_decisions`] and [`Decisions`].

mod check;
mod day;
mod decisions;
mod digest;
mod draft;
mod grant;
mod item;
mod job;
mod lint;
mod load;
mod model;
mod problem;
mod read;
mod reading;
mod resolve;
mod section;
mod syntax;
mod types;
mod value;
mod words;

pub use day::{day_text, days_of_month, month_of_day};
pub use decisions::{
    Decision, Decisions, KeyPart, load_decisions, not_staged, not_undecided, read_decisions,
};
pub use digest::digest_files;
pub use grant::{
    class_of_another_time, granted, possible_classes, possible_ownerships, reaches_nobody,
    store_columns, stored_type,
};
pub use job::{
    AcceptedReview, Amount, Expect, ExpectWords, Job, JobKind, OwnRows, RekeySecrets, RowLimits,
    Said, SecretFile, Source, check_basis, check_expect_words, check_job, check_pin, check_ranges,
    check_warnings, load_job, load_rekey_secrets,
};
pub use lint::Lint;
pub use load::load;
pub use model::*;
pub use problem::{Position, Problem, Problems};
pub use reading::{
    JAPAN_SECONDS, Moment, MomentForm, OPEN_END, Stamp, TruthWords, ValueForm, listed_integer,
};
pub use value::Value;

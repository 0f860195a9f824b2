//! What one run is asked to do: which source, which catalogue, where to, within which limits, with which secrets and human
//! decisions, and what a good run is. Only [`load_job`] makes a [`Job`], so whoever holds one holds a valid one.

mod check;
mod control;
mod decisions;
mod delimited;
mod delta;
mod evidence;
mod expect;
mod job;
mod odbc;
mod one_line;
mod password;
mod paths;
mod pin;
mod read;
mod rekey;
mod secret_place;
mod source;
mod target;

pub use check::{
    ExpectWords, check_basis, check_expect_words, check_job, check_pin, check_ranges,
    check_warnings,
};
pub use control::Control;
pub use decisions::load_decisions;
pub use delimited::{Cp932, Delimited, Encoding, Gaiji, LineForm, TableFiles, WaveDash};
pub use delta::{ChangedAt, Delta, OnDifference};
pub use evidence::role;
pub use expect::{AcceptedReview, Amount, Expect, OwnRows, RowLimits, Said};
pub use job::{Job, JobKind, PostgresqlSource, SecretFile, Source, Tls};
pub use odbc::{OdbcEntrance, OdbcSource};
pub use password::{PasswordPlace, closed_file};
pub use paths::{is_within, path_of};
pub use read::load_job;
pub use rekey::{RekeySecrets, load_rekey_secrets};
pub use target::{Target, load_target};

//! Text that people write and review: TOML read with the place of every word, and every mistake of a run at once, each with
//! its file, line and column. What the text means, the crates know that read it; here are only its words for people ([`Lint`], and
//! keys that belong elsewhere).

mod file;
mod item;
mod lines;
mod lint;
mod named;
mod problem;
mod section;
mod syntax;
mod written;

pub use file::{decode, load_toml, load_toml_bytes, read_file, read_file_within};
pub use item::{Item, readable};
pub use lines::{CsvRecord, csv_records};
pub use lint::Lint;
pub use named::named;
pub use problem::{
    Log, Name, Position, Problem, Problems, SourceFile, Spot, Spotted, WAITING, closest,
    did_you_mean, listed, position,
};
pub use section::{Entry, Section};
pub use syntax::parse_toml;
pub use written::{comment, key, quoted};

//! What one table holds, seen while it is read once: columns, keys, periods. Counts and names come out, never a value.

mod column;
mod forms;
mod hashing;
mod keys;
pub(crate) mod literals;
mod numbers;
mod periods;
mod shapes;
mod sketch;
mod table;

pub(crate) use column::READABLE_OF_100;
pub use column::{ColumnProfile, FormOf, FormSeen, SentinelSeen, Stored, Texts};
pub use keys::FoundKey;
pub use numbers::Digits;
pub use periods::Periods;
pub use shapes::Shape;
pub use sketch::Distinct;
pub(crate) use sketch::Sketch;
pub(crate) use table::{Seen, TableWatch, Wanted};

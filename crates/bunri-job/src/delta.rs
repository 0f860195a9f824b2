//! `[delta]`: an earlier run of the same source, from which rows that did not change are taken. docs/delta.md says what that is worth.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bunri_text::{Item, Log, Position, Section, Spot, Spotted, position, readable};
use bunri_types::Day;
use toml::de::DeValue;

use crate::expect::Amount;
use crate::paths::{is_within, path_of};
use crate::pin::pin;

/// An earlier run, and how it is seen of a row that it did not change since.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delta {
    /// The custody folder of the earlier run.
    pub custody: PathBuf,
    /// Its retail store; none: no store of it is used.
    pub retail: Option<PathBuf>,
    /// The digest that the manifest of its staging must have, 64 hex digits. A cutover always has one.
    pub blake3: Option<String>,
    /// Tables of which only changed rows are read; all others are read whole.
    pub changed_at: Option<ChangedAt>,
    /// Where the section and its tables stand in the job.
    pub(crate) place: Option<Position>,
    pub(crate) tables: BTreeMap<String, Position>,
}

/// Columns that say when a row was changed, and how far they are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedAt {
    /// By table id: the column.
    pub columns: BTreeMap<String, String>,
    /// Rows changed on this day or later are read whatever else is known of them: a day before the earlier run's source was as it
    /// was read.
    pub since: Day,
    /// Of the rows that are said to be unchanged, so many of every table are read and compared.
    pub sample: Amount,
    /// What happens where one of them differs.
    pub on_difference: OnDifference,
}

/// What happens to a table of which a row changed and its column does not say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDifference {
    /// The run ends.
    Refuse,
    /// The table is read whole.
    ReadWhole,
}

const ON_DIFFERENCE: [(&str, OnDifference); 2] = [
    ("refuse", OnDifference::Refuse),
    ("read whole", OnDifference::ReadWhole),
];
const SAMPLE: &str = "a number of rows, or a share such as \"1 %\"";
/// So many rows of a sample are held in memory.
const MOST_SAMPLED: i64 = 1_000_000;

/// What a delta must agree with in the rest of the job.
pub(crate) struct Surroundings<'a> {
    pub(crate) base: &'a Path,
    pub(crate) text: &'a str,
    pub(crate) is_cutover: bool,
    /// What the source is called in a message, with its verb, if it is not asked for single rows.
    pub(crate) unasked: Option<&'static str>,
    /// Custody and retail of this run.
    pub(crate) output: Option<(&'a Path, &'a Path)>,
}

/// Reads `[delta]`. [`None`] after a mistake.
pub(crate) fn delta(
    value: Option<Item<'_>>,
    around: &Surroundings<'_>,
    log: &mut Log,
) -> Option<Option<Delta>> {
    let Some(value) = value else {
        return Some(None);
    };
    let mut section = Section::open(&value, "`[delta]`", log)?;
    let custody = path_of(&mut section, "custody", around.base, log);
    let retail = section
        .has("retail")
        .then(|| path_of(&mut section, "retail", around.base, log));
    let blake3 = readable(section.take("blake3"), |value| pin(value, log));
    let since = readable(section.take("since"), |value| value.day(log));
    let sample = readable(section.take("sample"), |value| sample(value, log));
    let on_difference = readable(section.take("on_difference"), |value| {
        value.word("ending of a comparison", &ON_DIFFERENCE, log)
    });
    let columns = columns(section.take("changed_at"), log);
    let spot = section.spot();
    section.close(log);
    let (custody, columns) = (custody?, columns?);
    let retail = match retail {
        None => None,
        Some(read) => Some(read?),
    };
    refuse_own_output(&custody, retail.as_ref(), around, log);
    let blake3 = blake3?;
    if around.is_cutover && blake3.is_none() {
        let message = "a cutover needs `blake3` in `[delta]`: the digest of the earlier run's staging, as `bunri check` prints it";
        log.refuse(custody.spot, message);
    }
    let place = |spot: Spot| spot.offset.map(|offset| position(around.text, offset));
    let tables = columns
        .iter()
        .filter_map(|(id, column)| Some((id.clone(), place(column.spot)?)))
        .collect();
    let (since, sample, on_difference) = (since?, sample?, on_difference?);
    let changed_at = if columns.is_empty() {
        None
    } else {
        refuse_source_without_keys(columns.values().next(), around.unasked, log);
        for (missing, key, why) in [
            (
                since.is_none(),
                "since",
                "a day before the earlier run's source was as it was read; rows changed from then on are read again",
            ),
            (
                sample.is_none(),
                "sample",
                "how many rows that are said to be unchanged are read and compared, as a number of rows or as \"1 %\"",
            ),
        ] {
            if missing {
                log.refuse(
                    spot,
                    format!("`changed_at` needs `{key}` in `[delta]`: {why}"),
                );
            }
        }
        Some(ChangedAt {
            columns: columns
                .into_iter()
                .map(|(id, column)| (id, column.value))
                .collect(),
            since: since?.value,
            sample: sample?,
            on_difference: on_difference.map_or(OnDifference::Refuse, |word| word.value),
        })
    };
    Some(Some(Delta {
        custody: custody.value,
        retail: retail.map(|retail| retail.value),
        blake3: blake3.map(|pin| pin.value),
        changed_at,
        place: place(spot),
        tables,
    }))
}

/// The columns by table id.
fn columns(value: Option<Item<'_>>, log: &mut Log) -> Option<BTreeMap<String, Spotted<String>>> {
    let Some(value) = value else {
        return Some(BTreeMap::new());
    };
    let entries = Section::open(&value, "`[delta.changed_at]`", log)?.take_all();
    let mut columns = BTreeMap::new();
    for entry in &entries {
        if let Some(column) = entry.value.filled_text(log) {
            let column = Spotted {
                value: column.value,
                spot: entry.spot,
            };
            columns.insert(entry.key.to_owned(), column);
        }
    }
    (columns.len() == entries.len()).then_some(columns)
}

fn sample(value: &Item<'_>, log: &mut Log) -> Option<Amount> {
    if let DeValue::String(text) = value.raw {
        let share = Amount::share(text).filter(|share| *share != Amount::Share(0));
        if share.is_none() {
            let message = format!(
                "{} must be {SAMPLE}, of more than 0 %, at most 100 % and four decimals",
                value.label()
            );
            log.refuse(value.spot, message);
        }
        return share;
    }
    let rows = value.integer(1..=MOST_SAMPLED, log)?;
    rows.try_into().ok().map(Amount::Rows)
}

/// What is read must not be what is written.
fn refuse_own_output(
    custody: &Spotted<PathBuf>,
    retail: Option<&Spotted<PathBuf>>,
    around: &Surroundings<'_>,
    log: &mut Log,
) {
    let Some((own_custody, own_retail)) = around.output else {
        return;
    };
    let touch = |one: &Path, other: &Path| is_within(one, other) || is_within(other, one);
    for earlier in std::iter::once(custody).chain(retail) {
        if [own_custody, own_retail]
            .iter()
            .any(|own| touch(&earlier.value, own))
        {
            let message = "the earlier run lies in a folder of `[output]`, or around it: a run keeps what an earlier one left, and \
                           writes into folders of its own";
            log.refuse(earlier.spot, message);
        }
    }
}

/// A source that cannot be asked for the rows of some keys would be read whole every time.
fn refuse_source_without_keys(
    first: Option<&Spotted<String>>,
    unasked: Option<&'static str>,
    log: &mut Log,
) {
    if let (Some(first), Some(kind)) = (first, unasked) {
        let message = format!(
            "{kind} not asked for single rows: leave `changed_at` out. Every table is read whole then, and what it comes to is \
             compared with the earlier run's all the same"
        );
        log.refuse(first.spot, message);
    }
}

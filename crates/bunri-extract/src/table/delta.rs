//! A table made of an earlier staging and of what changed since (docs/delta.md), in four steps: a narrow pass over the keys of all
//! rows (`narrow`), what changed by it (`changes`), those rows read by their keys, and both put together (`compose`). What comes of
//! it is what reading the whole table gives, byte for byte, if the column that says when a row was changed tells the truth; a sample
//! of the rows that it calls unchanged is read and compared each time. Where a step cannot be done, the table is read whole.

mod changes;
mod compose;
mod narrow;

use bunri_columnar::{RawValue, SortedRecords};
use bunri_job::OnDifference;
use bunri_manifest::TableDelta;
use bunri_source::{Figures, Session};

use self::changes::{Changes, Counts, not_ours};
use self::compose::Compared;
use self::narrow::{NarrowRow, decode};
use super::Work;
use super::reading::Intake;
use crate::ExtractError;
use crate::earlier::Way;
use crate::output::Parts;
use crate::rejects::Rejects;
use crate::rows::{Batcher, ReadBatch};
use crate::sorted::RowSorter;

/// Keys that the source is asked for at one time.
const KEYS_AT_ONCE: usize = 8_192;

/// What came of it.
pub(super) enum Made<'a> {
    /// The table, its parts committed and its rejects not, and how it was made.
    Of(Box<Parts<'a>>, Box<Rejects<'a>>, TableDelta),
    /// It is to be read whole; of a sample that differed it is said how.
    Whole(Option<TableDelta>),
}

/// Makes the table, or says that it is to be read whole; then nothing of it is there.
pub(super) fn make<'a>(
    work: &Work<'a>,
    (session, figures): (&Session, &Figures),
    way: &Way<'_>,
) -> Result<Made<'a>, ExtractError> {
    let table = work.table;
    way.earlier.refuse_damage(table)?;
    let narrow = narrow::read(work, session, way)?;
    work.all_read(narrow.rows, figures)?;
    work.progress.reach(narrow.rows / 2);
    let Some(changes) = changes::find(work, way, narrow)? else {
        return Ok(Made::Whole(None));
    };
    let Changes {
        wanted,
        left_out,
        counts,
    } = changes;
    let mut rejects = work.rejects();
    let Some((read, rows_read)) = look_up((work, session), wanted, &mut rejects)? else {
        return Ok(Made::Whole(None));
    };
    let mut output = work.output()?;
    let compared = compose::compose((table, way), left_out, read, &mut output, &work.bench.halt)?;
    let parts = output.finish()?;
    let differing = differing(counts, &compared);
    let delta = TableDelta {
        earlier: way.earlier.digest().clone(),
        changed_at: way.name.to_owned(),
        taken: counts.taken,
        read: rows_read,
        left_out: counts.left_out,
        sampled: counts.sampled,
        differing,
    };
    if differing > 0 {
        work.bench.custody.clear(&table.id)?;
        return unsaid((work, figures), way, delta, &compared);
    }
    let staged: u64 = parts.files.iter().map(|file| file.rows).sum();
    work.all_read(staged + rejects.rows, figures)?;
    Ok(Made::Of(Box::new(parts), Box::new(rejects), delta))
}

/// A row of the sample that is rejected now was changed too, though nobody can say in which column alone.
fn differing(counts: Counts, compared: &Compared) -> u64 {
    compared.differing + counts.sampled.saturating_sub(compared.rows)
}

fn unsaid<'a>(
    (work, figures): (&Work<'_>, &Figures),
    way: &Way<'_>,
    delta: TableDelta,
    compared: &Compared,
) -> Result<Made<'a>, ExtractError> {
    match way.on_difference {
        OnDifference::ReadWhole => Ok(Made::Whole(Some(TableDelta {
            taken: 0,
            read: figures.rows,
            left_out: 0,
            ..delta
        }))),
        OnDifference::Refuse => Err(ExtractError::ChangedUnsaid {
            table: work.table.id.clone(),
            changed_at: delta.changed_at,
            sampled: delta.sampled,
            differing: delta.differing,
            columns: compared
                .columns
                .iter()
                .map(|(&column, &rows)| (work.table.columns[column].name.clone(), rows))
                .collect(),
        }),
    }
}

/// Reads the wanted rows by their keys, and how many they are; [`None`] where the source cannot be asked for them, or gives others.
fn look_up<'a>(
    (work, session): (&Work<'a>, &Session),
    mut wanted: SortedRecords,
    rejects: &mut Rejects<'_>,
) -> Result<Option<(RowSorter<'a>, u64)>, ExtractError> {
    let (bench, table) = (work.bench, work.table);
    let mut sorter = RowSorter::new(table, &bench.custody.tmp(), bench.budget / 2)?;
    let each = |read: ReadBatch| {
        sorter.push(&read.rows)?;
        for line in &read.rejected {
            rejects.push(line)?;
        }
        Ok(true)
    };
    let mut intake = Intake::new(Batcher::new(table)?, &bench.halt, each);
    let (mut keys, mut rows, mut last) = (Vec::<Vec<RawValue>>::new(), 0, Vec::new());
    loop {
        let record = wanted.next()?;
        let raw = match record {
            Some(record) => Some(NarrowRow::of(record).ok_or_else(|| not_ours(table))?.raw),
            None => None,
        };
        // Rows with one key stand behind one another, and the key is asked for once.
        let is_another = raw.is_none_or(|raw| raw != last);
        if is_another && (raw.is_none() || keys.len() == KEYS_AT_ONCE) && !keys.is_empty() {
            let before = intake.rows_read;
            let asked = session.read_keys(table, work.kind, &keys, &mut intake)?;
            if !asked || intake.rows_read - before != rows {
                return Ok(None);
            }
            keys.clear();
            rows = 0;
        }
        let Some(raw) = raw else { break };
        rows += 1;
        if is_another {
            last.clear();
            last.extend_from_slice(raw);
            keys.push(decode(raw).ok_or_else(|| not_ours(table))?);
        }
    }
    intake.pass_on()?;
    let rows_read = intake.rows_read;
    Ok(Some((sorter, rows_read)))
}

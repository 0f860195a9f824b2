//! The ledger as a fact file: for every supply point that the ledger or its rejects name, its timeline.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;
use bunri_catalogue::{Catalogue, Ledger, LedgerTable, Table};
use bunri_columnar::Staging;
use bunri_evaluator::{Codes, Days, Period, Reason, Row, Segment, Terms, Timeline, code_text};
use bunri_types::{Day, Value};

use super::file::FactFile;
use super::fold::{FactBuilder, Fold, Scratch};
use super::rejected::ledger_keys;
use super::verdict::{code, of_code};
use crate::RedecideError;
use crate::rows::{BATCH_ROWS, Keys, View};

const REJECTED: u8 = 0;
const PERIOD: u8 = 1;

/// The lists and the terms of each ledger, in the order of [`Catalogue::ledgers`], with the retailers that staging knows.
///
/// # Errors
/// When staging cannot be read.
pub fn terms(
    catalogue: &Catalogue,
    staging: &Staging,
    cutover: Day,
) -> Result<Vec<Terms>, RedecideError> {
    let retailers = retailers(catalogue, staging)?;
    let codes = Codes::new(&catalogue.incumbent, &catalogue.vacant, retailers);
    let terms = |ledger: &Ledger| Terms {
        cutover,
        ledger: ledger.clone(),
        codes: codes.clone(),
    };
    Ok(catalogue.ledgers.iter().map(terms).collect())
}

fn retailers(catalogue: &Catalogue, staging: &Staging) -> Result<BTreeSet<String>, RedecideError> {
    let retailers = &catalogue.retailers;
    let table = staging.table(&catalogue.tables[retailers.table])?;
    let mut codes = BTreeSet::new();
    for batch in table.columns(&[retailers.column], BATCH_ROWS)? {
        let batch = batch?;
        let view = View::of(&batch)?;
        for row in 0..batch.num_rows() {
            if let Value::Text(code) = view.cells[0].value(row) {
                codes.insert(code.to_owned());
            }
        }
    }
    Ok(codes)
}

/// Reads a ledger and its rejects and writes every key's timeline.
pub(crate) fn build(
    catalogue: &Catalogue,
    terms: &Terms,
    staging: &Staging,
    scratch: &Scratch,
) -> Result<FactFile, RedecideError> {
    let ledger = &terms.ledger;
    // Of several tables each is in its own order.
    let in_order = ledger.tables.len() == 1
        && ledger
            .tables
            .iter()
            .all(|part| catalogue.tables[part.table].key.starts_with(&part.key));
    let mut builder = FactBuilder::new(LedgerFold::new(terms), in_order, scratch)?;
    for part in &ledger.tables {
        add_table(&catalogue.tables[part.table], part, staging, &mut builder)?;
    }
    builder.finish()
}

fn add_table(
    table: &Table,
    part: &LedgerTable,
    staging: &Staging,
    builder: &mut FactBuilder<LedgerFold<'_>>,
) -> Result<(), RedecideError> {
    let mut rejected = ledger_keys(table, &part.key, staging)?
        .into_iter()
        .peekable();
    let mut keys = Keys::new(table, &part.key)?;
    let mut record = Vec::new();
    let missing_key = |ordinal: u64| RedecideError::LedgerKeyNull {
        table: table.id.clone(),
        row: ordinal,
    };
    let mut ordinal = 0;
    for batch in staging.table(table)?.all(BATCH_ROWS)? {
        let batch: RecordBatch = batch?;
        let encoded = keys.encode(&batch)?;
        let view = View::of(&batch)?;
        for row in 0..batch.num_rows() {
            ordinal += 1;
            let key = encoded.key(row).ok_or_else(|| missing_key(ordinal))?;
            while let Some(early) = rejected.next_if(|early| early.as_slice() <= key) {
                builder.push(&early, &[REJECTED])?;
            }
            write_period(part, &view.row(table, row), &mut record);
            builder.push(key, &record)?;
        }
    }
    for late in rejected {
        builder.push(&late, &[REJECTED])?;
    }
    Ok(())
}

/// Days and texts, each with a byte that says whether it is there.
fn write_period(part: &LedgerTable, row: &impl Row, record: &mut Vec<u8>) {
    record.clear();
    record.push(PERIOD);
    let until = part.until.and_then(|column| row.day(column));
    for day in [row.day(part.from), until] {
        record.push(u8::from(day.is_some()));
        record.extend_from_slice(&day.unwrap_or(0).to_le_bytes());
    }
    let value = |column: Option<usize>| column.map_or(Value::Null, |column| row.value(column));
    let own_when = part.own_when.iter().map(|&column| Some(column));
    for column in [Some(part.retailer), part.counts]
        .into_iter()
        .chain(own_when)
    {
        let text = code_text(value(column));
        record.push(u8::from(text.is_some()));
        let text = text.unwrap_or_default();
        record.extend_from_slice(&(text.len() as u64).to_le_bytes());
        record.extend_from_slice(text.as_bytes());
    }
}

fn read_period(record: &[u8]) -> Option<Period> {
    let mut rest = record;
    let mut day = || -> Option<Option<Day>> {
        let (bytes, after) = rest.split_first_chunk::<5>()?;
        rest = after;
        let [known, day @ ..] = bytes;
        Some((*known == 1).then_some(Day::from_le_bytes(*day)))
    };
    let (from, until) = (day()?, day()?);
    let mut text = || -> Option<Option<String>> {
        let (head, after) = rest.split_first_chunk::<9>()?;
        let [known, length @ ..] = head;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (bytes, after) = after.split_at_checked(length)?;
        rest = after;
        let text = String::from_utf8(bytes.to_vec()).ok()?;
        Some((*known == 1).then_some(text))
    };
    let (retailer, counts) = (text()?, text()?);
    let mut own_when = Vec::new();
    while let Some(value) = text() {
        own_when.push(value);
    }
    rest.is_empty().then_some(Period {
        from,
        until,
        retailer,
        counts,
        own_when,
    })
}

struct LedgerFold<'a> {
    terms: &'a Terms,
    periods: Vec<Period>,
    rejected: bool,
}

impl<'a> LedgerFold<'a> {
    fn new(terms: &'a Terms) -> Self {
        Self {
            terms,
            periods: Vec::new(),
            rejected: false,
        }
    }
}

impl Fold for LedgerFold<'_> {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        match record.split_first() {
            Some((&PERIOD, period)) => {
                self.periods
                    .push(read_period(period).ok_or(RedecideError::Index)?);
            }
            _ => self.rejected = true,
        }
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let timeline = if self.rejected {
            Timeline::constant(Reason::LedgerRejected)
        } else {
            Timeline::of(&self.periods, &self.terms.ledger, &self.terms.codes)
        };
        self.periods.clear();
        self.rejected = false;
        write_timeline(&timeline, fact);
        Ok(())
    }
}

pub(crate) fn write_timeline(timeline: &Timeline, fact: &mut Vec<u8>) {
    for segment in timeline.segments() {
        fact.extend_from_slice(&segment.first.to_le_bytes());
        fact.extend_from_slice(&segment.last.to_le_bytes());
        fact.push(code(segment.verdict));
    }
}

/// A timeline from its fact.
pub(crate) fn read_timeline(fact: &[u8]) -> Result<Timeline, RedecideError> {
    let (records, rest) = fact.as_chunks::<17>();
    let segment = |record: &[u8; 17]| {
        let (verdict, days) = record.split_last()?;
        let (days, _) = days.as_chunks::<8>();
        let verdict = of_code(*verdict)?;
        Some(Segment {
            first: Days::from_le_bytes(days[0]),
            last: Days::from_le_bytes(days[1]),
            verdict,
        })
    };
    let segments: Option<Vec<Segment>> = records.iter().map(segment).collect();
    let timeline = segments.and_then(Timeline::from_segments);
    timeline
        .filter(|_| rest.is_empty())
        .ok_or(RedecideError::Index)
}

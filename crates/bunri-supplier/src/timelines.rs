//! The ledgers' rows, sorted by point, and every point's timeline.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::{Catalogue, Ledger, Table};
use bunri_evaluator::{Codes, Days, Period, Reason, Timeline, Verdict};
use bunri_job::Source;
use bunri_source::{ObjectKind, OpenSource, Session};
use bunri_types::Day;

use crate::SupplierError;
use crate::rows::for_each_row;

/// Days of a point with one verdict, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
    /// Whose it was. Days that no row of the ledger touches are not among them, unless the catalogue says whose they are.
    pub verdict: Verdict,
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Suppliers {
    /// Rows of the ledgers.
    pub rows: u64,
    /// Of these, rows that extraction would reject: their points are undecided.
    pub rejected: u64,
    /// Points.
    pub points: u64,
}

/// What a row says beside its days; few rows say something new.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    retailer: Option<String>,
    counts: Option<String>,
    own_when: Vec<Option<String>>,
}

/// A row of a ledger: its point, its days, and what it says by number.
struct LedgerRow {
    point: Box<str>,
    from: Option<Day>,
    until: Option<Day>,
    /// [`None`]: it does not fit its types.
    said: Option<u32>,
}

/// Gives the stretches of every point of every ledger to `each`, points in order. A point that several ledgers have is the first one's:
/// a number is of one kind of contract.
///
/// # Errors
/// [`SupplierError`], and what `each` says.
pub fn suppliers<E: From<SupplierError>>(
    source: &Source,
    catalogue: &Catalogue,
    most_rows: usize,
    mut each: impl FnMut(&str, &[Stretch]) -> Result<(), E>,
) -> Result<Suppliers, E> {
    let open = OpenSource::open(source).map_err(SupplierError::from)?;
    let mut session = open.session().map_err(SupplierError::from)?;
    let retailers = retailers(&mut session, catalogue)?;
    let codes = Codes::new(&catalogue.incumbent, &catalogue.vacant, retailers);
    let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
    let mut read = Suppliers::default();
    for (number, ledger) in catalogue.ledgers.iter().enumerate() {
        let left = most_rows.saturating_sub(usize::try_from(read.rows).unwrap_or(usize::MAX));
        let (mut rows, said) = rows(&mut session, catalogue, ledger, left, most_rows)?;
        read.rows += rows.len() as u64;
        read.rejected += rows.iter().filter(|row| row.said.is_none()).count() as u64;
        rows.sort_by(|a, b| a.point.cmp(&b.point));
        let last = number + 1 == catalogue.ledgers.len();
        for rows in rows.chunk_by(|a, b| a.point == b.point) {
            let Some(LedgerRow { point, .. }) = rows.first() else {
                continue;
            };
            if seen.contains(point) {
                continue;
            }
            each(point, &stretches(rows, &said, (ledger, &codes)))?;
            read.points += 1;
            // With one ledger, as nearly everybody has, nobody asks.
            if !last {
                seen.insert(point.clone());
            }
        }
    }
    open.at_rest_still(vec![session])
        .map_err(SupplierError::from)?;
    Ok(read)
}

fn kind(session: &mut Session, table: &Table) -> Result<ObjectKind, SupplierError> {
    let name = table.name.as_str();
    let inventory = session.inventory(&BTreeSet::from([name]))?;
    let object = inventory.get(name);
    let object = object.ok_or_else(|| SupplierError::NoTable(name.to_owned()))?;
    Ok(object.kind)
}

fn retailers(
    session: &mut Session,
    catalogue: &Catalogue,
) -> Result<BTreeSet<String>, SupplierError> {
    let table = &catalogue.tables[catalogue.retailers.table];
    let kind = kind(session, table)?;
    let mut codes = BTreeSet::new();
    let columns = [catalogue.retailers.column];
    for_each_row(session, (table, kind), &columns, &mut |row| {
        codes.extend(row.text(0));
        Ok(())
    })?;
    Ok(codes)
}

fn rows(
    session: &mut Session,
    catalogue: &Catalogue,
    ledger: &Ledger,
    left: usize,
    most: usize,
) -> Result<(Vec<LedgerRow>, Vec<Said>), SupplierError> {
    let mut numbers: BTreeMap<Said, u32> = BTreeMap::new();
    let mut rows = Vec::new();
    for part in &ledger.tables {
        let table = &catalogue.tables[part.table];
        let [point] = part.key[..] else {
            return Err(SupplierError::Key {
                table: table.name.clone(),
                columns: part.key.len(),
            });
        };
        let mut columns = vec![point, part.retailer, part.from];
        let mut also = |column: Option<usize>| {
            column.map(|column| {
                columns.push(column);
                columns.len() - 1
            })
        };
        let (until, counts) = (also(part.until), also(part.counts));
        let own_when: Vec<Option<usize>> = part
            .own_when
            .iter()
            .map(|&column| also(Some(column)))
            .collect();
        let kind = kind(session, table)?;
        for_each_row(session, (table, kind), &columns, &mut |row| {
            if rows.len() == left {
                return Err(SupplierError::TooMany(most));
            }
            let no_point = || SupplierError::NoPoint {
                table: table.name.clone(),
                row: row.number,
            };
            let point = row.text(0).ok_or_else(no_point)?.into_boxed_str();
            let text = |column: Option<usize>| column.and_then(|column| row.text(column));
            let said = Said {
                retailer: row.text(1),
                counts: text(counts),
                own_when: own_when.iter().map(|&column| text(column)).collect(),
            };
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(said).or_insert(next);
            rows.push(LedgerRow {
                point,
                from: row.day(2),
                until: until.and_then(|column| row.day(column)),
                said: (!row.is_rejected()).then_some(number),
            });
            Ok(())
        })?;
    }
    let mut said: Vec<(Said, u32)> = numbers.into_iter().collect();
    said.sort_by_key(|(_, number)| *number);
    Ok((rows, said.into_iter().map(|(said, _)| said).collect()))
}

fn stretches(
    rows: &[LedgerRow],
    said: &[Said],
    (ledger, codes): (&Ledger, &Codes),
) -> Vec<Stretch> {
    let period = |row: &LedgerRow| {
        let said = row.said.and_then(|number| said.get(number as usize))?;
        Some(Period {
            from: row.from,
            until: row.until,
            retailer: said.retailer.clone(),
            counts: said.counts.clone(),
            own_when: said.own_when.clone(),
        })
    };
    let periods: Option<Vec<Period>> = rows.iter().map(period).collect();
    let timeline = match periods {
        Some(periods) => Timeline::of(&periods, ledger, codes),
        None => Timeline::constant(Reason::LedgerRejected),
    };
    let day = |day: Days| {
        let end = if day < 0 { Day::MIN } else { Day::MAX };
        Day::try_from(day).unwrap_or(end)
    };
    let silent = [Reason::LedgerGap, Reason::NotInLedger].map(Verdict::Undecided);
    let told = timeline
        .segments()
        .iter()
        .filter(|segment| !silent.contains(&segment.verdict));
    told.map(|segment| Stretch {
        first: day(segment.first),
        last: day(segment.last),
        verdict: segment.verdict,
    })
    .collect()
}

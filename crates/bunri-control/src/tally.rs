//! The figures of a control, taken while the rows of its table pass by once.

use std::collections::{BTreeSet, HashMap};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, TimeUnit};
use bunri_catalogue::{Ownership, Table};
use bunri_columnar::Reject;

use crate::figures::AskedControl;
use crate::raw::{self, Unreadable, month_text};
use crate::shape::Group;

const MICROS_A_DAY: i64 = 86_400_000_000;
/// As many groups that nobody told of are kept, those whose keys come first. Whoever groups by something with more has grouped by
/// the wrong thing.
const MOST_GROUPS: usize = 20_000;

/// A control being taken.
#[derive(Debug)]
pub struct ControlTally<'a> {
    pub(crate) asked: &'a AskedControl,
    pub(crate) table: &'a Table,
    /// By the bytes of the group: its place below.
    places: HashMap<Vec<u8>, usize>,
    pub(crate) groups: Vec<GroupAmounts>,
    /// The keys of those that nobody told of.
    own: BTreeSet<Vec<u8>>,
    /// Rows of groups that are too many.
    pub(crate) further: u64,
    pub(crate) unreadable: UnreadableRows,
    /// By day.
    months: HashMap<i32, String>,
}

/// What a group has.
#[derive(Debug)]
pub(crate) struct GroupAmounts {
    pub(crate) group: Group,
    /// By ownership: the count, then the sums.
    pub(crate) staged: [Vec<i128>; Ownership::ALL.len()],
    pub(crate) rejected: Vec<i128>,
    /// By figure: rejected rows whose value cannot be read.
    pub(crate) open: Vec<u64>,
}

/// Rejected rows whose group cannot be read.
#[derive(Debug)]
pub(crate) struct UnreadableRows {
    pub(crate) rows: u64,
    /// Of them, lines that are no rows: each may be one, or a part of one.
    pub(crate) broken: u64,
    /// By figure: what the negative ones of them add, the positive ones, and of how many nobody knows.
    pub(crate) below: Vec<i128>,
    pub(crate) above: Vec<i128>,
    pub(crate) open: Vec<u64>,
}

impl GroupAmounts {
    fn new(group: Group, figures: usize) -> Self {
        Self {
            group,
            staged: std::array::from_fn(|_| vec![0; figures]),
            rejected: vec![0; figures],
            open: vec![0; figures],
        }
    }

    /// Of all of staging.
    pub(crate) fn staged(&self, figure: usize) -> i128 {
        let parts = self.staged.iter().map(|part| part[figure]);
        parts.fold(0, i128::saturating_add)
    }

    /// Of staging and rejects.
    pub(crate) fn all(&self, figure: usize) -> i128 {
        self.staged(figure).saturating_add(self.rejected[figure])
    }
}

/// A column of a batch that tells a part of the group.
enum Part<'b> {
    Text(&'b StringArray),
    Int(&'b Int64Array),
    Day(&'b Date32Array),
    Moment(&'b TimestampMicrosecondArray),
    /// Of a type that the check refuses: nobody is in a group by it.
    None,
}

/// A column of a batch that is summed.
enum Addend<'b> {
    Int(&'b Int64Array),
    Decimal(&'b Decimal128Array),
    None,
}

impl<'b> Part<'b> {
    fn of(array: &'b dyn Array) -> Self {
        match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string::<i32>()),
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>()),
            DataType::Date32 => Self::Day(array.as_primitive::<Date32Type>()),
            DataType::Timestamp(TimeUnit::Microsecond, None) => {
                Self::Moment(array.as_primitive::<TimestampMicrosecondType>())
            }
            _ => Self::None,
        }
    }

    /// Appends what tells the group.
    fn write(&self, row: usize, months: &mut HashMap<i32, String>, key: &mut Vec<u8>) {
        let mut month = |day: i32, key: &mut Vec<u8>| {
            let text = months.entry(day).or_insert_with(|| month_text(day));
            push(key, text.as_bytes());
        };
        match self {
            Self::Text(array) if array.is_valid(row) => push(key, array.value(row).as_bytes()),
            Self::Int(array) if array.is_valid(row) => {
                push(key, array.value(row).to_string().as_bytes());
            }
            Self::Day(array) if array.is_valid(row) => month(array.value(row), key),
            Self::Moment(array) if array.is_valid(row) => {
                let day = array.value(row).div_euclid(MICROS_A_DAY);
                month(i32::try_from(day).unwrap_or(i32::MAX), key);
            }
            _ => push(key, b""),
        }
    }
}

impl<'b> Addend<'b> {
    fn of(array: &'b dyn Array) -> Self {
        match array.data_type() {
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>()),
            DataType::Decimal128(..) => Self::Decimal(array.as_primitive::<Decimal128Type>()),
            _ => Self::None,
        }
    }

    fn value(&self, row: usize) -> i128 {
        match self {
            Self::Int(array) if array.is_valid(row) => array.value(row).into(),
            Self::Decimal(array) if array.is_valid(row) => array.value(row),
            Self::Int(_) | Self::Decimal(_) | Self::None => 0,
        }
    }
}

/// A part of a key: its length, then its bytes, so that no two groups have one key. Nothing and the empty text are one.
fn push(key: &mut Vec<u8>, part: &[u8]) {
    key.extend((part.len() as u64).to_le_bytes());
    key.extend(part);
}

/// The group whose key it is.
fn group_of(mut key: &[u8]) -> Group {
    let mut group = Vec::new();
    while let Some((length, rest)) = key.split_first_chunk::<8>() {
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (part, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let text = String::from_utf8_lossy(part).into_owned();
        group.push(Some(text).filter(|text| !text.is_empty()));
        key = rest;
    }
    group
}

fn key_of(group: &Group) -> Vec<u8> {
    let mut key = Vec::new();
    for part in group {
        push(&mut key, part.as_deref().unwrap_or_default().as_bytes());
    }
    key
}

fn add(to: &mut i128, more: i128) {
    // It saturates, and then it differs.
    *to = to.saturating_add(more);
}

impl<'a> ControlTally<'a> {
    /// Of a control on this table.
    #[must_use]
    pub fn new(asked: &'a AskedControl, table: &'a Table) -> Self {
        let figures = 1 + asked.shape.sums.len();
        let told = asked.figures.iter().flat_map(|it| it.groups.keys());
        let groups: Vec<GroupAmounts> = told
            .map(|group| GroupAmounts::new(group.clone(), figures))
            .collect();
        let places = groups.iter().enumerate();
        Self {
            asked,
            table,
            places: places.map(|(at, it)| (key_of(&it.group), at)).collect(),
            groups,
            own: BTreeSet::new(),
            further: 0,
            unreadable: UnreadableRows {
                rows: 0,
                broken: 0,
                below: vec![0; figures],
                above: vec![0; figures],
                open: vec![0; figures],
            },
            months: HashMap::new(),
        }
    }

    /// Takes staged rows, with whose each is.
    pub fn take(&mut self, batch: &RecordBatch, ownerships: impl Iterator<Item = Ownership>) {
        let shape = &self.asked.shape;
        let parts = shape.by.iter().chain(&shape.month_of);
        let parts: Vec<Part<'_>> = parts.map(|&at| Part::of(batch.column(at))).collect();
        let addends = shape.sums.iter();
        let addends: Vec<Addend<'_>> = addends.map(|&at| Addend::of(batch.column(at))).collect();
        let mut key = Vec::new();
        for (row, ownership) in ownerships.enumerate() {
            key.clear();
            for part in &parts {
                part.write(row, &mut self.months, &mut key);
            }
            let Some(at) = self.place(&key) else {
                self.further += 1;
                continue;
            };
            let amounts = &mut self.groups[at].staged[ownership as usize];
            add(&mut amounts[0], 1);
            for (amount, addend) in amounts[1..].iter_mut().zip(&addends) {
                add(amount, addend.value(row));
            }
        }
    }

    /// Adds the staged rows of those behind that were taken.
    pub fn add(&mut self, next: Self) {
        self.further += next.further;
        for more in next.groups {
            let rows = more.staged.iter().map(|part| part[0]);
            let rows = rows.fold(0, i128::saturating_add);
            if rows == 0 {
                continue;
            }
            let Some(at) = self.place(&key_of(&more.group)) else {
                self.further += u64::try_from(rows).unwrap_or(u64::MAX);
                continue;
            };
            for (part, more) in self.groups[at].staged.iter_mut().zip(&more.staged) {
                for (amount, more) in part.iter_mut().zip(more) {
                    add(amount, *more);
                }
            }
        }
    }

    /// Takes a rejected row, as the source stored it.
    pub fn rejected(&mut self, reject: &Reject) {
        let (group, amounts) = self.read(reject);
        let known = match group {
            Ok(group) => self.place(&key_of(&group)),
            Err(Unreadable) => {
                let unreadable = &mut self.unreadable;
                unreadable.rows += 1;
                unreadable.broken += u64::from(reject.broken_line().is_some());
                for (figure, amount) in amounts.iter().enumerate() {
                    match amount {
                        Ok(amount) if *amount < 0 => add(&mut unreadable.below[figure], *amount),
                        Ok(amount) => add(&mut unreadable.above[figure], *amount),
                        Err(Unreadable) => unreadable.open[figure] += 1,
                    }
                }
                return;
            }
        };
        let Some(at) = known else {
            self.further += 1;
            return;
        };
        let group = &mut self.groups[at];
        for (figure, amount) in amounts.iter().enumerate() {
            match amount {
                Ok(amount) => add(&mut group.rejected[figure], *amount),
                Err(Unreadable) => group.open[figure] += 1,
            }
        }
    }

    /// The group and the figures of a rejected row.
    fn read(&self, reject: &Reject) -> (Result<Group, Unreadable>, Vec<Result<i128, Unreadable>>) {
        let shape = &self.asked.shape;
        let columns = &self.table.columns;
        let value = |at: usize| reject.values.get(at).ok_or(Unreadable);
        let by = shape.by.iter();
        let by = by.map(|&at| raw::part(value(at)?, &columns[at]));
        let month = shape.month_of.iter();
        let month = month.map(|&at| raw::month(value(at)?, &columns[at]));
        let sums = shape.sums.iter();
        let sums = sums.map(|&at| raw::amount(value(at)?, &columns[at]));
        let amounts = std::iter::once(Ok(1)).chain(sums).collect();
        (by.chain(month).collect(), amounts)
    }

    fn place(&mut self, key: &[u8]) -> Option<usize> {
        if let Some(&at) = self.places.get(key) {
            return Some(at);
        }
        let figures = 1 + self.asked.shape.sums.len();
        let group = || GroupAmounts::new(group_of(key), figures);
        let at = if self.own.len() < MOST_GROUPS {
            self.groups.push(group());
            self.groups.len() - 1
        } else {
            // Rows come in units, side by side: those that came first are not always the same.
            let last = self
                .own
                .last()
                .filter(|last| last.as_slice() > key)?
                .clone();
            self.own.remove(&last);
            let at = self.places.remove(&last)?;
            let gone = std::mem::replace(&mut self.groups[at], group());
            self.further += u64::try_from(gone.all(0)).unwrap_or(u64::MAX);
            at
        };
        self.own.insert(key.to_vec());
        self.places.insert(key.to_vec(), at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, new_null_array};
    use bunri_catalogue::Catalogue;
    use bunri_columnar::staging_schema;

    use super::*;
    use crate::shape::Shape;

    fn catalogue() -> Catalogue {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/catalogues");
        bunri_parse::load(&samples.join("valid/minimal")).unwrap()
    }

    /// A control that groups readings by their point, which nobody should.
    fn asked(catalogue: &Catalogue) -> AskedControl {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("job.toml");
        let text = "label = \"t\"\nkind = \"rehearsal\"\ncutover = 2026-04-01\n[source]\nsqlite = \"legacy.db\"\n\
                    [catalogue]\npath = \"catalogue\"\n[output]\ncustody = \"custody\"\nretail = \"retail\"\n\
                    [[control]]\nname = \"c\"\ntable = \"meter_reading\"\nby = [\"supply_point_id\"]\n\
                    sums = [\"usage_kwh\"]\nfigures = \"c.csv\"\n";
        std::fs::write(&file, text).unwrap();
        let job = bunri_job::load_job(&file).unwrap();
        AskedControl {
            control: job.controls[0].clone(),
            shape: Shape::of(&job.controls[0], catalogue).unwrap(),
            figures: None,
        }
    }

    fn rows(table: &Table, points: &[u64]) -> RecordBatch {
        let schema = staging_schema(table);
        let columns = schema.fields().iter().map(|field| -> ArrayRef {
            match field.name().as_str() {
                "supply_point_id" => Arc::new(StringArray::from_iter_values(
                    points.iter().map(|point| format!("{point:05}")),
                )),
                "usage_kwh" => {
                    let units = points.iter().map(|point| i128::from(point % 97));
                    let units = Decimal128Array::from_iter_values(units);
                    Arc::new(units.with_data_type(field.data_type().clone()))
                }
                _ => new_null_array(field.data_type(), points.len()),
            }
        });
        RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
    }

    /// Groups with their amounts, in order, and the rows of those that are too many.
    type Kept = (BTreeMap<Group, [i128; 2]>, u64);

    fn kept(asked: &AskedControl, table: &Table, points: &[u64], unit: usize) -> Kept {
        let whose = |batch: &RecordBatch| (0..batch.num_rows()).map(|_| Ownership::Own);
        let mut all = ControlTally::new(asked, table);
        for unit in points.chunks(unit) {
            let mut tally = ControlTally::new(asked, table);
            for points in unit.chunks(1000) {
                let batch = rows(table, points);
                tally.take(&batch, whose(&batch));
            }
            all.add(tally);
        }
        let groups = all.groups.iter();
        let groups = groups.map(|it| (it.group.clone(), [it.staged(0), it.staged(1)]));
        (groups.collect(), all.further)
    }

    #[test]
    fn of_too_many_groups_the_same_are_kept_however_rows_are_cut() {
        let catalogue = catalogue();
        let (asked, table) = (asked(&catalogue), catalogue.table("meter_reading").unwrap());
        // 25,000 groups of three rows, in no order and far from each other.
        let count = MOST_GROUPS as u64 + 5000;
        let points: Vec<u64> = (0..3 * count).map(|row| row * 7919 % count).collect();
        let whole = kept(&asked, table, &points, points.len());
        assert_eq!((whole.0.len(), whole.1), (MOST_GROUPS, 3 * 5000));
        let first = &whole.0[&vec![Some("00000".to_owned())]];
        assert_eq!(first, &[3, 0]);
        assert!(!whole.0.contains_key(&vec![Some("20000".to_owned())]));
        for unit in [1000, 30_000] {
            assert!(kept(&asked, table, &points, unit) == whole, "{unit}");
        }
    }
}

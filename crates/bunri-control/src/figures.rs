//! The legacy team's answer: a CSV file, read with every mistake at once. Messages name lines and headers, never a field.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_catalogue::{Catalogue, Table};
use bunri_job::{Control, Job};
use bunri_manifest::Blake3Hex;
use bunri_text::{CsvRecord, Log, Problems, Spot, csv_records, decode, listed, read_file};
use bunri_types::ValueType;

use crate::amount::{NoAmount, units};
use crate::shape::{COUNT, Group, Shape};

/// A control, and the answer if it is there.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AskedControl {
    /// As the job asks for it.
    pub control: Control,
    /// Its columns.
    pub shape: Shape,
    /// What the legacy team says.
    pub figures: Option<Figures>,
}

/// What the legacy team says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub(crate) blake3: Blake3Hex,
    pub(crate) groups: BTreeMap<Group, LegacyGroup>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LegacyGroup {
    pub(crate) line: u64,
    /// The count, then the sums, in units of their scales.
    pub(crate) amounts: Vec<i128>,
}

/// Every control of a job that was checked against this catalogue, with the answers that are there.
///
/// # Errors
/// Every mistake of every file, each with its line.
pub fn load_controls(job: &Job, catalogue: &Catalogue) -> Result<Vec<AskedControl>, Problems> {
    let mut asked = Vec::new();
    let mut problems = Vec::new();
    for control in &job.controls {
        // The check of the job refuses what is not found.
        let Some(shape) = Shape::of(control, catalogue) else {
            continue;
        };
        match load(control, &shape, &catalogue.tables[shape.table]) {
            Ok(figures) => asked.push(AskedControl {
                control: control.clone(),
                shape,
                figures,
            }),
            Err(refused) => problems.extend(refused.0),
        }
    }
    if problems.is_empty() {
        Ok(asked)
    } else {
        Err(Problems(problems))
    }
}

/// The answer; [`None`] where nobody has answered yet.
fn load(control: &Control, shape: &Shape, table: &Table) -> Result<Option<Figures>, Problems> {
    let path: &Path = &control.figures;
    if bunri_manifest::is_absent(path) {
        return Ok(None);
    }
    let bytes = read_file(path).map_err(|why| Problems::whole(path, why))?;
    let blake3 = Blake3Hex::of(&bytes);
    let mut log = Log::default();
    let files = [decode(0, path.to_owned(), bytes, &mut log)];
    let mut groups = BTreeMap::new();
    if files[0].readable {
        let mut reading = Reading {
            table,
            shape,
            log: &mut log,
        };
        groups = reading.file(&files[0].text);
    }
    if log.is_empty() {
        Ok(Some(Figures { blake3, groups }))
    } else {
        Err(log.into_problems(&files))
    }
}

struct Reading<'a> {
    table: &'a Table,
    shape: &'a Shape,
    log: &'a mut Log,
}

/// Where the columns of the answer stand in its lines.
struct Header {
    fields: usize,
    group: Vec<usize>,
    amounts: Vec<usize>,
}

fn spot(offset: usize) -> Spot {
    Spot {
        file: 0,
        offset: Some(offset),
    }
}

impl Reading<'_> {
    fn file(&mut self, text: &str) -> BTreeMap<Group, LegacyGroup> {
        let mut groups: BTreeMap<Group, LegacyGroup> = BTreeMap::new();
        let records = match csv_records(text) {
            Ok(records) => records,
            Err((offset, message)) => {
                self.log.refuse(spot(offset), message);
                return groups;
            }
        };
        let Some((header, lines)) = records.split_first() else {
            let message = format!(
                "the file is empty: its first line names {}",
                listed(&self.wanted())
            );
            self.log.refuse(spot(0), message);
            return groups;
        };
        let Some(header) = self.header(header) else {
            return groups;
        };
        for record in lines {
            let Some((group, read)) = self.line(record, &header) else {
                continue;
            };
            match groups.get(&group) {
                Some(LegacyGroup { line, .. }) => {
                    let message = format!("this group stands in line {line} already");
                    self.log.refuse(spot(record.offset), message);
                }
                None => {
                    groups.insert(group, read);
                }
            }
        }
        groups
    }

    fn wanted(&self) -> Vec<&str> {
        let mut wanted = self.shape.group_headers(self.table);
        wanted.extend(self.shape.figure_headers(self.table));
        wanted
    }

    /// A line of records in the place of the header must not be told, so what is not known is told by its number.
    fn header(&mut self, record: &CsvRecord) -> Option<Header> {
        let (table, shape) = (self.table, self.shape);
        let wanted = self.wanted();
        let mut told = Vec::new();
        for (number, field) in record.fields.iter().enumerate() {
            let number = number + 1;
            if !wanted.contains(&field.as_str()) {
                let all = listed(&wanted);
                told.push(format!("column {number} of the header is none of {all}"));
            } else if record.fields[..number - 1].contains(field) {
                told.push(format!("the header has `{field}` twice"));
            }
        }
        let place = |name: &&str| record.fields.iter().position(|field| field == name);
        let missing = wanted.iter().filter(|name| place(name).is_none());
        told.extend(missing.map(|name| format!("the header has no `{name}`")));
        let found = |names: Vec<&str>| names.iter().map(place).collect::<Option<Vec<usize>>>();
        let header = Some(Header {
            fields: record.fields.len(),
            group: found(shape.group_headers(table)).unwrap_or_default(),
            amounts: found(shape.figure_headers(table)).unwrap_or_default(),
        });
        let good = told.is_empty();
        for message in told {
            self.log.refuse(spot(record.offset), message);
        }
        header.filter(|_| good)
    }

    fn line(&mut self, record: &CsvRecord, header: &Header) -> Option<(Group, LegacyGroup)> {
        let CsvRecord {
            fields,
            line,
            offset,
        } = record;
        if fields.len() != header.fields {
            let message = format!(
                "{} fields where the header has {}: a text with a comma in it stands in double quotes",
                fields.len(),
                header.fields
            );
            self.log.refuse(spot(*offset), message);
            return None;
        }
        let mut amounts = Vec::new();
        let names = self.shape.figure_headers(self.table);
        let scales = self.shape.scales(self.table);
        for ((&at, name), scale) in header.amounts.iter().zip(names).zip(scales) {
            let read = units(&fields[at], scale).map_err(|why| no_amount(name, scale, why));
            let read = read.and_then(|amount| self.counted(name, amount));
            match read {
                Ok(amount) => amounts.push(amount),
                Err(message) => self.log.refuse(spot(*offset), message),
            }
        }
        if amounts.len() != header.amounts.len() {
            return None;
        }
        let group = header.group.iter().enumerate();
        let group = group.map(|(place, &at)| self.part(place, &fields[at]));
        let read = LegacyGroup {
            line: u64::try_from(*line).unwrap_or(u64::MAX),
            amounts,
        };
        Some((group.collect(), read))
    }

    /// A count of a group is of its rows.
    fn counted(&self, name: &str, amount: i128) -> Result<i128, String> {
        let least = i128::from(!self.shape.group_headers(self.table).is_empty());
        if name == COUNT && amount < least {
            return Err(format!("`{COUNT}` is less than {least}: a group has rows"));
        }
        Ok(amount)
    }

    /// A part of a group, as staging would tell it.
    fn part(&self, place: usize, field: &str) -> Option<String> {
        if field.is_empty() {
            return None;
        }
        let column = self.shape.by.get(place).map(|&it| &self.table.columns[it]);
        let is_int = column.is_some_and(|column| column.value_type == ValueType::Int);
        let number = field.parse::<i64>().ok().filter(|_| is_int);
        Some(number.map_or_else(|| field.to_owned(), |number| number.to_string()))
    }
}

fn no_amount(name: &str, scale: u8, why: NoAmount) -> String {
    match why {
        NoAmount::NotPlain => format!(
            "`{name}` is no plain decimal such as -1234.5: digits and one point, no separators between thousands, no exponent, no blank"
        ),
        NoAmount::TooFine => format!(
            "`{name}` has more than {scale} digits behind the point, and its column has not: is it of another unit?"
        ),
        NoAmount::TooLarge => format!("`{name}` has more digits than any sum"),
    }
}

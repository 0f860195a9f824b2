//! Row rules: the columns they read, and whether those can be read so.

use bunri_text::{Log, Name, Spot, Spotted};
use bunri_types::ValueType;

use super::columns::{check_values, compare_for};
use super::ledger::{is_date, is_text};
use super::lookup::{Book, LedgerFacts, Part, refuse_real};
use crate::draft::{DayDraft, RowsDraft, TimeDraft};
use crate::model::{CodeDay, LedgerTime, Match, RowRule, UntilIs};

const AT: Part<'_> = Part {
    role: "`at`",
    wanted: "a date or timestamp",
    accepts: ValueType::is_day,
};
const DURING: Part<'_> = Part {
    role: "`during`",
    wanted: "a date or timestamp",
    accepts: ValueType::is_day,
};
const SLOT_DATE: Part<'_> = Part {
    role: "the `date` of a slot",
    wanted: "a date",
    accepts: is_date,
};
const SLOT: Part<'_> = Part {
    role: "`slot`",
    wanted: "an int",
    accepts: is_int,
};
const MONTH: Part<'_> = Part {
    role: "`month`",
    wanted: "a date, timestamp, int or text",
    accepts: is_month,
};
const CASE: Part<'_> = Part {
    role: "the column of `cases`",
    wanted: "text or int",
    accepts: ValueType::is_code,
};
const CODE: Part<'_> = Part {
    role: "the retailer code",
    wanted: "text",
    accepts: is_text,
};

fn is_int(value_type: ValueType) -> bool {
    value_type == ValueType::Int
}

fn is_month(value_type: ValueType) -> bool {
    value_type.is_day() || value_type.is_code()
}

/// A row rule of one table.
pub(crate) fn rule(
    book: &Book<'_>,
    table: usize,
    draft: &Spotted<RowsDraft>,
    log: &mut Log,
) -> Option<RowRule> {
    match &draft.value {
        RowsDraft::Constant { rule, .. } => Some(rule.clone()),
        RowsDraft::Ledger(time) => time_of(book, table, time, draft.spot, log).map(RowRule::Ledger),
        RowsDraft::Column {
            column,
            compare,
            at,
            has_basis: _,
        } => {
            let column = book.column_for(CODE, table, column, log);
            let at = code_day(book, table, at.as_ref(), draft.spot, log);
            Some(RowRule::Column {
                column: column?,
                compare: *compare,
                at: at?,
            })
        }
        RowsDraft::Parent {
            table: parent,
            key,
            references,
            matching,
            has_basis: _,
        } => parent_rule(book, table, parent, key, references, *matching, log),
        RowsDraft::Cases { by, compare, cases } => {
            let column = book.column_for(CASE, table, by, log);
            let rules: Vec<(String, RowRule)> = cases
                .iter()
                .filter_map(|(value, draft)| {
                    Some((value.value.clone(), rule(book, table, draft, log)?))
                })
                .collect();
            let column = column?;
            let value_type = book.tables[table].columns[column].value_type?;
            let compare = compare_for(by, value_type, compare.as_ref(), log)?;
            let values: Vec<&Name> = cases.iter().map(|(value, _)| value).collect();
            let good = check_values(&values, value_type, compare, log);
            (good && rules.len() == cases.len()).then_some(RowRule::Cases {
                column,
                compare,
                cases: rules,
            })
        }
        RowsDraft::All(rules) => every(book, table, rules, log).map(RowRule::All),
        RowsDraft::Any(rules) => every(book, table, rules, log).map(RowRule::Any),
    }
}

fn every(
    book: &Book<'_>,
    table: usize,
    rules: &[Spotted<RowsDraft>],
    log: &mut Log,
) -> Option<Vec<RowRule>> {
    let resolved: Vec<RowRule> = rules
        .iter()
        .filter_map(|draft| rule(book, table, draft, log))
        .collect();
    (resolved.len() == rules.len()).then_some(resolved)
}

/// The columns of the first day and the end of a period.
pub(super) fn period(
    book: &Book<'_>,
    table: usize,
    (from_name, until_name): (&Name, &Name),
    log: &mut Log,
) -> Option<(usize, usize)> {
    let from = book.column_for(DURING, table, from_name, log);
    let until = book.column_for(DURING, table, until_name, log);
    for (column, name) in [(from, from_name), (until, until_name)] {
        refuse_end_stamp(book, table, column, name, log)?;
    }
    from.zip(until)
}

/// The ends of a period say by `until_is` what they are.
fn refuse_end_stamp(
    book: &Book<'_>,
    table: usize,
    column: Option<usize>,
    name: &Name,
    log: &mut Log,
) -> Option<()> {
    let columns = &book.tables[table].columns;
    let stamped = column.is_some_and(|column| columns[column].reading.moment.is_end_stamp());
    if stamped {
        let message = format!(
            "`{}` is the end of a period and stamps the end of an interval by its type: leave out `stamp` there and say \
             `until_is = \"exclusive\"` here",
            name.value
        );
        log.refuse(name.spot, message);
    }
    (!stamped).then_some(())
}

fn time_of(
    book: &Book<'_>,
    table: usize,
    time: &TimeDraft,
    rule: Spot,
    log: &mut Log,
) -> Option<LedgerTime> {
    match time {
        TimeDraft::During {
            from,
            until,
            until_is,
        } => {
            let columns = period(book, table, (from, until), log);
            // Only the ledger's own rows may take it from `[ledger]`: elsewhere it is said, never inherited in silence.
            let mut ledgers = book.ledgers.iter();
            let own = ledgers.find(|ledger| ledger.tables.contains(&table));
            let inherited = own.and_then(|ledger| ledger.until_is);
            let is_known = |ledger: &LedgerFacts<'_>| !ledger.tables.is_empty();
            let known = own.is_none() && book.ledgers.iter().all(is_known);
            if until_is.is_none() && known {
                let message = "`until_is` is missing: say whether the end belongs to the period (\"inclusive\") or is the first \
                               moment after it (\"exclusive\")";
                log.refuse(rule, message);
                return None;
            }
            let until_is = until_is.or(inherited).unwrap_or(UntilIs::Inclusive);
            let (from, until) = columns?;
            Some(LedgerTime::During {
                from,
                until,
                until_is,
            })
        }
        TimeDraft::At(day) => match code_day_of(book, table, day, log)? {
            CodeDay::Column(column) => Some(LedgerTime::At {
                column,
                days_after: 0,
            }),
            CodeDay::Cutover => Some(LedgerTime::AtCutover),
        },
        TimeDraft::Month(column) => {
            let column = book.column_for(MONTH, table, column, log)?;
            Some(LedgerTime::Month { column })
        }
        TimeDraft::Slot { date, slot } => {
            let date = book.column_for(SLOT_DATE, table, date, log);
            let slot = book.column_for(SLOT, table, slot, log);
            Some(LedgerTime::AtSlot {
                date: date?,
                slot: slot?,
            })
        }
    }
}

/// The day of a retailer code: mandatory once an incumbent code is valid for some days only.
fn code_day(
    book: &Book<'_>,
    table: usize,
    at: Option<&DayDraft>,
    rule: Spot,
    log: &mut Log,
) -> Option<Option<CodeDay>> {
    match at {
        Some(day) => code_day_of(book, table, day, log).map(Some),
        None if book.codes_have_validity => {
            let message = "`at` is missing: an incumbent code has a validity, so a code means nothing \
                           without its day. Name a date column, or \"cutover\"";
            log.refuse(rule, message);
            None
        }
        None => Some(None),
    }
}

/// A column that is itself called "cutover" would make the word mean two things, so it is refused here.
fn code_day_of(book: &Book<'_>, table: usize, day: &DayDraft, log: &mut Log) -> Option<CodeDay> {
    match day {
        DayDraft::Column(name) => book.column_for(AT, table, name, log).map(CodeDay::Column),
        DayDraft::Cutover(spot) => {
            let columns = &book.tables[table].columns;
            if columns.iter().any(|column| column.name.value == "cutover") {
                let message = "`at = \"cutover\"` means the day of the cutover, and this table has a column \
                               `cutover`: a view in the source can give the column another name";
                log.refuse(*spot, message);
                return None;
            }
            Some(CodeDay::Cutover)
        }
    }
}

fn parent_rule(
    book: &Book<'_>,
    table: usize,
    parent: &Name,
    key: &[Name],
    references: &Spotted<Vec<Name>>,
    matching: Match,
    log: &mut Log,
) -> Option<RowRule> {
    let (parent, key_columns, reference_columns) =
        joined(book, (table, key), (parent, references), log)?;
    Some(RowRule::Parent {
        table: parent,
        key: key_columns,
        references: reference_columns,
        matching,
    })
}

/// The columns of a table and those of another that hold the same, with that table.
pub(super) fn joined(
    book: &Book<'_>,
    (table, key): (usize, &[Name]),
    (other, references): (&Name, &Spotted<Vec<Name>>),
    log: &mut Log,
) -> Option<(usize, Vec<usize>, Vec<usize>)> {
    let key_columns = book.columns(table, key, log);
    let other = book.table(other, log)?;
    let reference_columns = book.columns(other, &references.value, log)?;
    let key_columns = key_columns?;
    let ours = Side {
        table,
        names: key,
        columns: &key_columns,
    };
    let theirs = Side {
        table: other,
        names: &references.value,
        columns: &reference_columns,
    };
    are_pairs(book, ("key", ours), theirs, references.spot, log).then_some(())?;
    Some((other, key_columns, reference_columns))
}

/// Columns of one table, as they are written and where they are.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) table: usize,
    pub(super) names: &'a [Name],
    pub(super) columns: &'a [usize],
}

/// Whether columns and what they refer to are as many, and of one type each.
pub(super) fn are_pairs(
    book: &Book<'_>,
    (key, own): (&str, Side<'_>),
    other: Side<'_>,
    spot: Spot,
    log: &mut Log,
) -> bool {
    let (ours, theirs) = (own.columns.len(), other.columns.len());
    if ours != theirs {
        let message =
            format!("`references` names {theirs} columns, and `{key}` {ours}: they are pairs");
        log.refuse(spot, message);
        return false;
    }
    let mut good = true;
    for (index, name) in other.names.iter().enumerate() {
        let value_type =
            |side: Side<'_>| book.tables[side.table].columns[side.columns[index]].value_type;
        // A type that could not be read is a mistake already.
        let (Some(ours), Some(theirs)) = (value_type(own), value_type(other)) else {
            return false;
        };
        if ours == ValueType::Real || theirs == ValueType::Real {
            refuse_real(&own.names[index], log);
            good = false;
        } else if !ours.compares_with(theirs) {
            let message = format!(
                "`{}` is {} and refers to `{}`, which is {}: both must be of one type",
                own.names[index].value,
                ours.word(),
                name.value,
                theirs.word()
            );
            log.refuse(name.spot, message);
            good = false;
        }
    }
    good
}

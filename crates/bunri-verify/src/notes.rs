//! What breaks no claim and still should be read: undecided rows, rejects, rules that matched nothing, empty tables,
//! values that the catalogue has no case for. A check that could pass on nothing says so here.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use bunri_catalogue::{Catalogue, Class, Ownership, Store, Table};
use bunri_columnar::Staging;
use bunri_decisions::Decision;
use bunri_evaluator::grants::ownerships;
use bunri_redecide::BATCH_ROWS;
use bunri_report::{
    Note, NoteRule, RegionReport, RejectedRows, StoreRows, TableReport, UndecidedRows,
};
use bunri_types::Day;

use crate::days::FAR;
use crate::errors::VerifyError;
use crate::inputs::VerifyInputs;
use crate::table::TableOutcome;

/// The notes about one table.
pub(crate) fn of_table(table: &Table, outcome: &TableOutcome<'_>, notes: &mut Vec<Note>) {
    let mut note = |rule, detail: Option<String>, count| {
        notes.push(Note {
            rule,
            store: None,
            table: table.id.clone(),
            detail,
            count,
        });
    };
    for (reason, &rows) in &outcome.tally.undecided {
        note(
            NoteRule::UndecidedRows,
            Some(reason.word().to_owned()),
            rows,
        );
    }
    for (word, &rows) in ["own", "other"].iter().zip(&outcome.decided) {
        if rows > 0 {
            note(NoteRule::DecidedRows, Some((*word).to_owned()), rows);
        }
    }
    for ((column, rule), &rows) in &outcome.tally.rejected_by {
        note(
            NoteRule::RejectedRows,
            Some(format!("{column}, {rule}")),
            rows,
        );
    }
    for (told, rows) in &outcome.tally.of_another_number {
        note(NoteRule::ViewOfAnotherNumber, Some(told.clone()), *rows);
    }
    for watched in outcome.tally.days.columns() {
        if watched.far_after > 0 {
            let column = table.columns[watched.column].name.clone();
            note(NoteRule::FarAfterCutover, Some(column), watched.far_after);
        }
    }
    if outcome.tally.totals.rows == 0 {
        note(NoteRule::EmptyTable, None, 0);
    }
    for rule in one_sided(table, outcome) {
        note(rule, None, 0);
    }
    let unmet = outcome
        .seen
        .when
        .iter()
        .enumerate()
        .filter(|(_, rows)| **rows == 0);
    for (when, _) in unmet {
        note(
            NoteRule::WhenMatchedNoRow,
            Some(format!("[[when]] number {}", when + 1)),
            0,
        );
    }
    for (&column, &rows) in &outcome.seen.unseen {
        note(
            NoteRule::UnseenCaseValue,
            Some(table.columns[column].name.clone()),
            rows,
        );
    }
    notes.extend(empty_stores(table, outcome));
}

/// What people decided: how much follows from it through parents, and lines that whoever approves them should see again.
pub(crate) fn of_decisions(
    inputs: &VerifyInputs<'_>,
    through: &BTreeMap<usize, [u64; 2]>,
    notes: &mut Vec<Note>,
) {
    for position in inputs.decisions.tables() {
        let table = &inputs.catalogue.tables[position];
        let mut note = |rule, detail: String, count| {
            notes.push(Note {
                rule,
                store: None,
                table: table.id.clone(),
                detail: Some(detail),
                count,
            });
        };
        let released = through.get(&position).copied().unwrap_or_default();
        for (word, rows) in ["own", "other"].iter().zip(released) {
            if rows > 0 {
                note(NoteRule::ReleasedRows, (*word).to_owned(), rows);
            }
        }
        let decisions = inputs.decisions.of(position);
        let late = |decision: &&Decision| decision.date > inputs.cutover;
        let empty = |decision: &&Decision| says_nothing(&decision.basis);
        let lines = [
            (
                NoteRule::DecisionAfterCutover,
                lines(decisions.iter().filter(late)),
            ),
            (
                NoteRule::DecisionSaysNothing,
                lines(decisions.iter().filter(empty)),
            ),
        ];
        for (rule, lines) in lines {
            if let Some(first) = lines.first() {
                let detail = format!("from line {first} on");
                note(rule, detail, lines.len() as u64);
            }
        }
    }
}

fn lines<'a>(decisions: impl Iterator<Item = &'a Decision>) -> Vec<usize> {
    let mut lines: Vec<usize> = decisions.map(|decision| decision.line).collect();
    lines.sort_unstable();
    lines
}

/// A basis of fewer than four letters or digits, or of one over and over, says nothing that somebody could look up.
fn says_nothing(basis: &str) -> bool {
    let mut letters: Vec<char> = basis.chars().filter(|it| it.is_alphanumeric()).collect();
    let few = letters.len() < 4;
    letters.dedup();
    few || letters.len() < 2
}

/// Where nothing of the source is near the cutover, it is an old one, or the cutover is of another year.
pub(crate) fn of_newest_day(
    newest: Option<&(Day, String, String)>,
    cutover: Day,
    notes: &mut Vec<Note>,
) {
    let Some((day, table, column)) = newest else {
        return;
    };
    let distance = i64::from(cutover) - i64::from(*day);
    if distance > i64::from(FAR) {
        notes.push(Note {
            rule: NoteRule::FarBeforeCutover,
            store: None,
            table: table.clone(),
            detail: Some(column.clone()),
            count: distance.unsigned_abs(),
        });
    }
}

/// The incumbent is a retailer like any other. Where the list of retailers does not have its code, the code is written another
/// way than the source writes it, and nothing would be own; or the list is another one, and who is listed is wrong.
pub(crate) fn of_retailers(
    catalogue: &Catalogue,
    staging: &Staging,
    notes: &mut Vec<Note>,
) -> Result<(), VerifyError> {
    let list = &catalogue.tables[catalogue.retailers.table];
    let mut listed = BTreeSet::new();
    for batch in staging
        .table(list)?
        .columns(&[catalogue.retailers.column], BATCH_ROWS)?
    {
        let batch = batch?;
        if let Some(codes) = batch.column(0).as_string_opt::<i32>() {
            let codes = codes.iter().flatten();
            listed.extend(codes.map(|code| code.trim().to_owned()));
        }
    }
    let codes: BTreeSet<&str> = catalogue
        .incumbent
        .iter()
        .map(|it| it.code.trim())
        .collect();
    for code in codes.into_iter().filter(|code| !listed.contains(*code)) {
        notes.push(Note {
            rule: NoteRule::IncumbentNotListed,
            store: None,
            table: list.id.clone(),
            detail: Some(code.to_owned()),
            count: 0,
        });
    }
    Ok(())
}

/// Of a table that is decided row by row: where every row is own, nothing was withheld, and the other way round.
fn one_sided<'a>(table: &Table, outcome: &'a TableOutcome) -> impl Iterator<Item = NoteRule> + 'a {
    let decided = outcome.tally.totals.rows > 0 && ownerships(table).len() > 1;
    let none = move |ownership| decided && outcome.tally.by_ownership[ownership as usize] == 0;
    let rules = [
        (NoteRule::NoRowIsOwn, Ownership::Own),
        (NoteRule::NoRowIsOther, Ownership::Other),
    ];
    rules
        .into_iter()
        .filter(move |(_, ownership)| none(*ownership))
        .map(|(rule, _)| rule)
}

/// Stores that the table brought no row. A quarantine without rows is what everybody hopes for.
fn empty_stores<'a>(
    table: &'a Table,
    outcome: &'a TableOutcome,
) -> impl Iterator<Item = Note> + 'a {
    let stores = outcome
        .stores
        .iter()
        .filter(|(store, _)| *store != Store::Quarantine);
    let empty = stores.filter(|(_, outcome)| outcome.checked.rows == 0);
    empty.map(|(store, _)| Note {
        rule: NoteRule::EmptyStoreTable,
        store: Some(store.word().to_owned()),
        table: table.id.clone(),
        detail: None,
        count: 0,
    })
}

/// What became of the rows of one table.
pub(crate) fn rows(table: &Table, outcome: &TableOutcome<'_>) -> TableReport {
    let tally = &outcome.tally;
    let of = |ownership: Ownership| tally.by_ownership[ownership as usize];
    let rejected = tally.rejected_by.iter();
    let mut rejected: Vec<RejectedRows> = rejected
        .map(|((column, rule), &rows)| RejectedRows {
            column: column.clone(),
            rule: rule.clone(),
            rows,
        })
        .collect();
    let undecided = tally.undecided.iter();
    let mut undecided: Vec<UndecidedRows> = undecided
        .map(|(reason, &rows)| UndecidedRows {
            reason: reason.word().to_owned(),
            rows,
        })
        .collect();
    // Stable, so that equals stay in the order of their names.
    rejected.sort_by_key(|it| std::cmp::Reverse(it.rows));
    undecided.sort_by_key(|it| std::cmp::Reverse(it.rows));
    TableReport {
        table: table.id.clone(),
        staged: tally.totals.rows,
        rejected,
        own: of(Ownership::Own),
        other: of(Ownership::Other),
        reference: of(Ownership::Reference),
        undecided,
    }
}

/// The regions of one table that have rows anywhere.
pub(crate) fn regions<'a>(
    table: &'a Table,
    outcome: &'a TableOutcome,
) -> impl Iterator<Item = RegionReport> + 'a {
    let pairs = Ownership::ALL
        .into_iter()
        .flat_map(|ownership| Class::ALL.map(|class| (ownership, class)));
    pairs.filter_map(move |(ownership, class)| {
        let rows_in = |wanted: Store| {
            let found = outcome.stores.iter().find(|(store, _)| *store == wanted);
            found.map_or(0, |(_, outcome)| {
                outcome.is[ownership as usize][class as usize].count()
            })
        };
        let staging_rows = outcome.tally.regions[ownership as usize][class as usize];
        let store_rows = StoreRows {
            retail: rows_in(Store::Retail),
            transmission: rows_in(Store::Transmission),
            quarantine: rows_in(Store::Quarantine),
        };
        (staging_rows > 0 || store_rows != StoreRows::default()).then(|| RegionReport {
            table: table.id.clone(),
            ownership: ownership.word().to_owned(),
            class: class.word().to_owned(),
            staging_rows,
            store_rows,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::says_nothing;

    #[test]
    fn a_basis_says_something_that_can_be_looked_up() {
        for nothing in ["x", "ok", "----", "....", "xxxxxx", "１", "n/a"] {
            assert!(says_nothing(nothing), "{nothing}");
        }
        for something in ["meeting of 2026-05-11, point 3", "会議決定", "B-12/4"] {
            assert!(!says_nothing(something), "{something}");
        }
    }
}

//! `[[control]]` against the catalogue: what is there, what can be summed, and what may be told of a group.

use bunri_catalogue::{Catalogue, Category, Class, ClassRule, Column, Table};
use bunri_text::{Problem, Problems, did_you_mean};
use bunri_types::ValueType;

use super::{collected, problem};
use crate::control::Control;
use crate::job::Job;

/// Headers of the figures that are no column's.
const WORDS: [&str; 2] = ["count", "month"];

/// Refuses tables and columns that are not there, and groups whose values could speak of a customer.
pub(crate) fn check_controls(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    let problems = job.controls.iter().flat_map(|control| {
        let told = of_control(control, catalogue);
        told.into_iter().map(|(message, suggestion)| {
            let message = format!("control `{}`: {message}", control.name);
            problem(job, control.place, message).suggesting(suggestion)
        })
    });
    let problems: Vec<Problem> = problems.collect();
    collected(problems)
}

type Told = (String, Option<String>);

fn of_control(control: &Control, catalogue: &Catalogue) -> Vec<Told> {
    let id = &control.table;
    let Some(table) = catalogue.table(id) else {
        let ids = catalogue.tables.iter().map(|table| table.id.as_str());
        let message = format!("the catalogue has no table with the id `{id}`");
        return vec![(message, did_you_mean(id, ids))];
    };
    let mut told = Vec::new();
    let groups = control.by.iter().map(|name| (name, not_by(catalogue)));
    let months = control.month_of.iter().map(|name| (name, of_months()));
    let sums = control.sums.iter().map(|name| (name, of_sums()));
    let every: Vec<(&String, Refusal<'_>)> = groups.chain(months).chain(sums).collect();
    for (name, refusal) in every {
        match column(table, name) {
            Err(missing) => told.push(missing),
            Ok(place) => told.extend(refusal(table, place).map(|why| (why, None))),
        }
    }
    let by: Vec<Option<usize>> = control.by.iter().map(|it| place_of(table, it)).collect();
    if !table.key.is_empty() && table.key.iter().all(|&key| by.contains(&Some(key))) {
        let message = format!(
            "`by` has the whole key of `{id}`, so each row would be a group, and its figures the row's own values"
        );
        told.push((message, None));
    }
    for name in control.by.iter().chain(&control.sums) {
        if WORDS.contains(&name.as_str()) {
            let message = format!(
                "a column called `{name}` cannot be told in the figures from their own `{name}`"
            );
            told.push((message, None));
        }
    }
    for name in control.sums.iter().filter(|it| control.by.contains(it)) {
        told.push((format!("`{name}` stands in `by` and in `sums`"), None));
    }
    told
}

fn place_of(table: &Table, name: &str) -> Option<usize> {
    table.columns.iter().position(|column| column.name == name)
}

/// Why a column cannot be what it is to be.
type Refusal<'a> = Box<dyn Fn(&Table, usize) -> Option<String> + 'a>;

fn column(table: &Table, name: &str) -> Result<usize, Told> {
    place_of(table, name).ok_or_else(|| {
        let names = table.columns.iter().map(|column| column.name.as_str());
        let message = format!("`{}` has no column `{name}`", table.id);
        (message, did_you_mean(name, names))
    })
}

/// Groups are told by their values. A list of what is allowed: a new category is not, until somebody has thought about it.
fn not_by(catalogue: &Catalogue) -> Refusal<'_> {
    Box::new(move |table, place| {
        let column = &table.columns[place];
        let why = if !matches!(column.value_type, ValueType::Text | ValueType::Int) {
            let word = column.value_type.word();
            format!("is {word}, and a group is told by a text or an int")
        } else if is_of_a_ledger(catalogue, table, place) {
            "is of the ledger's key: each group would be one customer's".to_owned()
        } else if column.rekey.is_some() {
            "is rekeyed, because its values are not for everybody".to_owned()
        } else {
            may_not_be_told(column)?.to_owned()
        };
        Some(format!("`by` has `{}`, which {why}", column.name))
    })
}

fn may_not_be_told(column: &Column) -> Option<&'static str> {
    match column.category {
        None | Some(Category::Derived) => {}
        Some(Category::Personal) => {
            return Some(
                "is personal: groups are told by their values, and a report holds none of a person",
            );
        }
        Some(Category::FreeText) => {
            return Some(
                "is free text: groups are told by their values, and anything may stand in it",
            );
        }
        Some(Category::GridOperation | Category::Security | Category::Audit) => {
            return Some("is of a category whose values are not told");
        }
    }
    let classes = match &column.class {
        ClassRule::Fixed(class) => vec![*class],
        ClassRule::ByValue {
            cases, otherwise, ..
        } => {
            let cases = cases.iter().map(|(_, class)| *class);
            cases.chain([*otherwise]).collect()
        }
    };
    let silent = |class: &Class| matches!(class, Class::Discard | Class::Hold);
    classes
        .iter()
        .any(silent)
        .then_some("is of the class `discard` or `hold`, whose values nobody has read")
}

fn is_of_a_ledger(catalogue: &Catalogue, table: &Table, place: usize) -> bool {
    let asked = table.ledger_key.iter().flatten().any(|&key| key == place);
    let name = &table.columns[place].name;
    let named = catalogue.ledger_tables().any(|ledger| {
        let columns = &catalogue.tables[ledger.table].columns;
        ledger.key.iter().any(|&key| columns[key].name == *name)
    });
    asked || named
}

/// A month of a day of birth would say little, and still of a person.
fn of_months() -> Refusal<'static> {
    Box::new(|table, place| {
        let column = &table.columns[place];
        let name = &column.name;
        if !column.value_type.is_day() {
            let word = column.value_type.word();
            return Some(format!("`month_of` has `{name}`, which is {word}"));
        }
        match column.category {
            Some(Category::Personal | Category::FreeText) => Some(format!(
                "`month_of` has `{name}`, which is personal: groups are told by their values"
            )),
            None
            | Some(
                Category::Derived | Category::GridOperation | Category::Security | Category::Audit,
            ) => None,
        }
    })
}

fn of_sums() -> Refusal<'static> {
    Box::new(|table, place| {
        let column = &table.columns[place];
        let summed = matches!(
            column.value_type,
            ValueType::Int | ValueType::Decimal { .. }
        );
        let word = column.value_type.word();
        (!summed).then(|| {
            format!(
                "`sums` has `{}`, which is {word}: int and decimal columns have exact sums",
                column.name
            )
        })
    })
}

//! Two classifications held against each other: what is said differently by table and column, and, where both speak of one
//! shape of staging, what that moves.

use bunri_catalogue::{Catalogue, ClassRule, Column, Table};
use bunri_explain::{rules_in_words, terms_in_words};
use bunri_report::{ComparedSide, Comparison, SaidDifferently, TableMoves};
use bunri_types::day_text;

use crate::PlanError;
use crate::pass::{Passed, Wanted, pass};
use crate::side::{Ground, Side};

/// Why no row was counted.
pub(crate) enum NotCounted {
    /// There is no staging at hand.
    NoStaging(String),
    /// The catalogues declare tables, columns, types or keys differently, and staging has the shape of one of them.
    OtherShape,
}

impl NotCounted {
    fn words(&self) -> String {
        match self {
            Self::NoStaging(why) => why.clone(),
            Self::OtherShape => {
                "the two declare tables, columns, types or keys differently, and staging has the shape of one of \
                 them: rows cannot be decided side by side"
                    .to_owned()
            }
        }
    }
}

/// What two sides say differently, and what that moves in the staging of `ground`; without one, what they say alone.
///
/// # Errors
/// When staging cannot be read or decided, or the observer asked to stop.
pub fn compare(
    from: Side<'_>,
    to: Side<'_>,
    ground: Option<&Ground<'_>>,
) -> Result<Comparison, PlanError> {
    let Some(ground) = ground else {
        let why = "no job was named whose staging would tell it (--job)".to_owned();
        return Ok(comparison(from, to, Err(NotCounted::NoStaging(why))));
    };
    if from.catalogue.shape_digest != to.catalogue.shape_digest {
        return Ok(comparison(from, to, Err(NotCounted::OtherShape)));
    }
    let wanted = Wanted {
        name: "diff",
        ..Wanted::default()
    };
    let passed = pass(ground, to, Some(from), wanted)?;
    Ok(comparison(from, to, Ok(moved(passed))))
}

/// What moves, by table.
pub(crate) fn moved(passed: Passed) -> Vec<TableMoves> {
    let tables = passed.tables.into_values();
    tables.filter_map(|table| table.moves).collect()
}

pub(crate) fn comparison(
    from: Side<'_>,
    to: Side<'_>,
    moved: Result<Vec<TableMoves>, NotCounted>,
) -> Comparison {
    let counted = moved.is_ok();
    let (tables, not_counted) = match moved {
        Ok(tables) => (tables, None),
        Err(why) => (Vec::new(), Some(why.words())),
    };
    Comparison {
        from: compared(from, counted),
        to: compared(to, counted),
        said: said_differently(from.catalogue, to.catalogue),
        not_counted,
        tables,
    }
}

/// Where nothing was decided, no day of a cutover mattered.
fn compared(side: Side<'_>, decided: bool) -> ComparedSide {
    let Side {
        catalogue,
        decisions,
        cutover,
    } = side;
    ComparedSide {
        name: catalogue.name.clone(),
        version: catalogue.version.clone(),
        blake3: catalogue.digest.clone(),
        cutover: decided.then(|| day_text(cutover)),
        decisions: decisions.digest().map(str::to_owned),
    }
}

/// By table and column, in the order of their names.
fn said_differently(from: &Catalogue, to: &Catalogue) -> Vec<SaidDifferently> {
    let mut said = Vec::new();
    lines_apart(
        None,
        "terms",
        &terms_in_words(from),
        &terms_in_words(to),
        &mut said,
    );
    let ids = from.tables.iter().chain(&to.tables);
    let ids: std::collections::BTreeSet<&str> = ids.map(|table| table.id.as_str()).collect();
    for id in ids {
        match (from.table(id), to.table(id)) {
            (Some(before), Some(after)) => {
                let rules =
                    [(from, before), (to, after)].map(|(it, table)| rules_in_words(it, table));
                lines_apart(Some(id), "rules", &rules[0], &rules[1], &mut said);
                apart(
                    (id, None),
                    "basis",
                    before.basis.as_deref(),
                    after.basis.as_deref(),
                    &mut said,
                );
                let [opened, opens] = [before, after].map(|it| {
                    it.any_retailer_on_other_rows
                        .then_some("any_retailer of other rows goes to retail")
                });
                apart((id, None), "release", opened, opens, &mut said);
                columns(before, after, &mut said);
            }
            (Some(_), None) => apart((id, None), "table", Some(id), None, &mut said),
            (None, Some(_)) => apart((id, None), "table", None, Some(id), &mut said),
            (None, None) => {}
        }
    }
    said
}

fn columns(before: &Table, after: &Table, said: &mut Vec<SaidDifferently>) {
    let id = after.id.as_str();
    let named = |table: &Table, name: &str| table.columns.iter().position(|it| it.name == name);
    let names = before.columns.iter().chain(&after.columns);
    let names: std::collections::BTreeSet<&str> = names.map(|it| it.name.as_str()).collect();
    for name in names {
        let at = (id, Some(name));
        match (named(before, name), named(after, name)) {
            (Some(was), Some(is)) => {
                let facts = [(before, was), (after, is)].map(|(table, at)| Facts::of(table, at));
                let [was, is] = &facts;
                apart(at, "class", Some(&was.class), Some(&is.class), said);
                apart(
                    at,
                    "type",
                    Some(&was.value_type),
                    Some(&is.value_type),
                    said,
                );
                apart(at, "basis", was.basis, is.basis, said);
                apart(at, "rekey", was.rekey, is.rekey, said);
            }
            (Some(was), None) => {
                let class = Facts::of(before, was).class;
                apart(at, "column", Some(&class), None, said);
            }
            (None, Some(is)) => {
                let class = Facts::of(after, is).class;
                apart(at, "column", None, Some(&class), said);
            }
            (None, None) => {}
        }
    }
}

/// What a catalogue says of a column, as a reader compares it.
struct Facts<'a> {
    class: String,
    value_type: String,
    basis: Option<&'a str>,
    rekey: Option<&'a str>,
}

impl<'a> Facts<'a> {
    fn of(table: &'a Table, at: usize) -> Self {
        let column = &table.columns[at];
        Self {
            class: class_text(table, column),
            value_type: column.value_type.word(),
            basis: column.basis.as_deref(),
            rekey: column.rekey.as_deref(),
        }
    }
}

/// The class of a column in one line.
pub(crate) fn class_text(table: &Table, column: &Column) -> String {
    match &column.class {
        ClassRule::Fixed(class) => class.word().to_owned(),
        ClassRule::ByValue {
            column: by,
            cases,
            otherwise,
            ..
        } => {
            let cases = cases
                .iter()
                .map(|(value, class)| format!("{value} = {}", class.word()));
            let cases: Vec<String> = cases.collect();
            let by = &table.columns[*by].name;
            format!("by {by}: {}, else {}", cases.join(", "), otherwise.word())
        }
    }
}

fn apart(
    (table, column): (&str, Option<&str>),
    what: &str,
    from: Option<&str>,
    to: Option<&str>,
    said: &mut Vec<SaidDifferently>,
) {
    if from != to {
        said.push(SaidDifferently {
            table: table.to_owned(),
            column: column.map(str::to_owned),
            what: what.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        });
    }
}

/// Lines that only one of the two has, in their order.
fn lines_apart(
    table: Option<&str>,
    what: &str,
    from: &[String],
    to: &[String],
    said: &mut Vec<SaidDifferently>,
) {
    let only = |these: &[String], others: &[String]| {
        let lines = these.iter().filter(|line| !others.contains(line));
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    };
    let (gone, new) = (only(from, to), only(to, from));
    if gone.is_some() || new.is_some() {
        let at = (table.unwrap_or_default(), None);
        apart(at, what, gone.as_deref(), new.as_deref(), said);
    }
}

//! What leads an honest engineer wrong: a word that decides every row of a table that names customers, a day of writing that
//! is only the first, free text without its category. Each can be accepted by a person who says why.

use bunri_text::{Lint, Log, Spotted};
use bunri_types::ValueType;

use super::ledger_key;
use crate::draft::{KnownAtDraft, RowsDraft, TableDraft, constant_word};
use crate::grant::{granted, possible_classes, possible_ownerships};
use crate::model::{Category, Store, Table};
use crate::resolve::Resolved;

/// Names of columns in which people type what they know.
const FREE_TEXT: [&str; 6] = ["備考", "メモ", "remark", "memo", "filler", "json"];
/// Names of days of writing: the first, and every later one.
const FIRST_WRITTEN: [&str; 4] = ["created", "registered", "登録", "作成"];
const LAST_WRITTEN: [&str; 3] = ["updated", "modified", "更新"];

/// Checks one table.
pub(crate) fn check(
    resolved: &Resolved,
    (position, table): (usize, &Table),
    draft: &TableDraft,
    log: &mut Log,
) {
    refuse_constant(resolved, (position, table), draft, log);
    refuse_first_written(table, draft, log);
    refuse_free_text(table, draft, log);
}

/// A constant rule decides rows of which the ledger could say whose they are, or that name people.
fn refuse_constant(
    resolved: &Resolved,
    (position, table): (usize, &Table),
    draft: &TableDraft,
    log: &mut Log,
) {
    let unexplained = |rows: &&Spotted<RowsDraft>| {
        matches!(
            rows.value,
            RowsDraft::Constant {
                has_basis: false,
                ..
            }
        )
    };
    // A constant among `cases` decides every row of its kind alike.
    let rules: Vec<_> = draft.rows.iter().flat_map(RowsDraft::leaves).collect();
    let Some(rows) = rules.into_iter().find(unexplained) else {
        return;
    };
    let RowsDraft::Constant { rule, .. } = &rows.value else {
        return;
    };
    let personal = table
        .columns
        .iter()
        .find(|column| column.category == Some(Category::Personal));
    let holds = match personal {
        _ if ledger_key::of(resolved, position).is_some() => {
            "holds the ledger's key, so the ledger can say whose each row is".to_owned()
        }
        Some(column) => format!("holds the personal column `{}`", column.name),
        None => return,
    };
    let word = constant_word(rule);
    let message = format!(
        "`{word}` decides every row alike, and this table {holds}: give it a row rule, or write `{{ every_row = \"{word}\", \
         basis = \"…\" }}`"
    );
    log.lint(Lint::ConstantRule, rows.spot, message);
}

/// A row that was created by one and changed by another was written by the other.
fn refuse_first_written(table: &Table, draft: &TableDraft, log: &mut Log) {
    let Some(known_at) = &draft.known_at else {
        return;
    };
    let KnownAtDraft::Column {
        columns,
        has_basis: false,
        ..
    } = &known_at.value
    else {
        return;
    };
    let is_named = |name: &str, words: &[&str]| {
        let name = name.to_lowercase();
        words.iter().any(|word| name.contains(word))
    };
    let first = columns
        .iter()
        .all(|column| is_named(&column.value, &FIRST_WRITTEN));
    let last = table
        .columns
        .iter()
        .find(|column| column.value_type.is_day() && is_named(&column.name, &LAST_WRITTEN));
    if let (true, Some(last), Some(only)) = (first, last, columns.first()) {
        let message = format!(
            "`{}` says when a row was first written, and `{}` stands beside it: `latest_of = [\"{}\", \"{}\"]`, or a `basis`",
            only.value, last.name, last.name, only.value
        );
        log.lint(Lint::FirstWritten, known_at.spot, message);
    }
}

/// Free text by its name, or bytes, that would go to retail: somebody has to say what they are.
fn refuse_free_text(table: &Table, draft: &TableDraft, log: &mut Log) {
    if table.rows.is_constant() {
        return;
    }
    let opened = table.any_retailer_on_other_rows;
    for (position, column) in table.columns.iter().enumerate() {
        let name = column.name.to_lowercase();
        let free = column.value_type == ValueType::Text
            && FREE_TEXT.iter().any(|word| name.contains(word));
        let bytes = column.value_type == ValueType::Bytes;
        let goes = possible_ownerships(table).iter().any(|&ownership| {
            possible_classes(table, position, ownership)
                .into_iter()
                .any(|class| granted(Store::Retail, ownership, class, opened))
        });
        if goes && (free || bytes) && column.category.is_none() && column.basis.is_none() {
            let what = if bytes {
                "is bytes: scans, documents and the like hold what nobody has read"
            } else {
                "is free text by its name: anything may be in it"
            };
            let message = format!(
                "`{}` {what}, and it goes to retail: give it its `category`, or a `basis`",
                column.name
            );
            let lint = if bytes {
                Lint::BytesShown
            } else {
                Lint::FreeText
            };
            log.lint(lint, draft.columns[position].name.spot, message);
        }
    }
}

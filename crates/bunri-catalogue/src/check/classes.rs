//! Which classes may stand where.

use bunri_text::{Log, Spot};

use crate::draft::TableDraft;
use crate::model::{Category, Class, ClassRule, Column, RowRule, Table};

/// Checks every column of a table.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) {
    let public = table.rows == RowRule::Reference;
    for (position, (column, written)) in table.columns.iter().zip(&draft.columns).enumerate() {
        let spot = written.name.spot;
        if public {
            refuse_private(column, spot, log);
        } else {
            refuse_public(column, spot, log);
        }
        if column.category == Some(Category::FreeText) {
            refuse_shown_free_text(column, spot, log);
        }
        if table.key.contains(&position) && !matches!(column.class, ClassRule::Fixed(_)) {
            let message = format!(
                "the key column `{}` must have one class for every row",
                column.name
            );
            log.refuse(spot, message);
        }
    }
}

/// A table of public codes speaks of nobody's customer, so a customer's class there is a mistake.
fn refuse_private(column: &Column, spot: Spot, log: &mut Log) {
    let allowed = [Class::Reference, Class::TransmissionOnly, Class::Discard];
    if let Some(class) = column
        .class
        .possible()
        .into_iter()
        .find(|class| !allowed.contains(class))
    {
        let message = format!(
            "`{}` is `{}` in a table with `rows = \"reference\"`: there a column is `reference`, \
             `transmission_only` or `discard`",
            column.name,
            class.word()
        );
        log.refuse(spot, message);
    }
}

fn refuse_public(column: &Column, spot: Spot, log: &mut Log) {
    if column.class.possible().contains(&Class::Reference) {
        let message = format!(
            "`{}` is `reference`, which only tables with `rows = \"reference\"` may have",
            column.name
        );
        log.refuse(spot, message);
    }
}

/// Anything may stand in free text, so it never leaves whoever typed it.
fn refuse_shown_free_text(column: &Column, spot: Spot, log: &mut Log) {
    let allowed = [
        Class::TransmissionOnly,
        Class::RetailOnly,
        Class::Hold,
        Class::Discard,
    ];
    if let Some(class) = column
        .class
        .possible()
        .into_iter()
        .find(|class| !allowed.contains(class))
    {
        let message = format!(
            "`{}` is free text and `{}`: free text is `transmission_only`, or `retail_only` where the \
             retailer typed it, `hold` where both did, or `discard`",
            column.name,
            class.word()
        );
        log.refuse(spot, message);
    }
}

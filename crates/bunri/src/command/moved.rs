//! What moves between two sides, for the screen.

use bunri_report::{Comparison, TableMoves};

use crate::screen;

/// Tables that are printed; the files have all.
const SHOWN: usize = 20;

/// Prints what moves, the stores first.
pub(crate) fn say(changes: &Comparison) {
    if let Some(why) = &changes.not_counted {
        screen::say_wrapped(&format!("rows and cells were not counted: {why}"), 4);
        return;
    }
    if changes.tables.is_empty() {
        screen::say("nothing moves: every row and every cell stays where it is");
        return;
    }
    screen::say(&line([
        "moves, of",
        "to",
        "rows in",
        "rows out",
        "cells in",
        "cells out",
    ]));
    for table in changes.tables.iter().take(SHOWN) {
        say_table(table);
    }
    if changes.tables.len() > SHOWN {
        let more = changes.tables.len() - SHOWN;
        screen::say(&format!("  … and {more} tables more (--json has all)"));
    }
}

fn say_table(table: &TableMoves) {
    for (number, store) in table.stores.iter().enumerate() {
        let counts = [
            store.rows_gained,
            store.rows_lost,
            store.cells_gained,
            store.cells_lost,
        ];
        let [rows_in, rows_out, cells_in, cells_out] = counts.map(|count| count.to_string());
        let name = if number == 0 {
            table.table.as_str()
        } else {
            ""
        };
        screen::say(&line([
            name,
            &store.store,
            &rows_in,
            &rows_out,
            &cells_in,
            &cells_out,
        ]));
    }
    if table.stores.is_empty() {
        screen::say(&format!("{}: no store", table.table));
    }
    for rows in &table.rows {
        screen::say(&format!(
            "  {} rows: {} becomes {}",
            rows.rows, rows.from, rows.to
        ));
    }
    for class in &table.classes {
        screen::say(&format!(
            "  {} values: {} becomes {}",
            class.cells, class.from, class.to
        ));
    }
}

fn line([table, store, rows_in, rows_out, cells_in, cells_out]: [&str; 6]) -> String {
    const TABLE: usize = 24;
    let rest = format!(" {store:<12} {rows_in:>9} {rows_out:>9} {cells_in:>10} {cells_out:>10}");
    if table.chars().count() > TABLE {
        format!("{table}\n{:TABLE$}{rest}", "")
    } else {
        format!("{table:TABLE$}{rest}")
    }
}

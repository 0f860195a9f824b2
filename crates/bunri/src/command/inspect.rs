//! `bunri inspect`: what a source holds, on one page of 80 columns; everything as JSON.

use bunri_arguments::InspectArguments;
use bunri_inspect::{
    ColumnProfile, FormOf, InspectOptions, LedgerCandidate, Periods, SourceProfile, TableProfile,
    inspect,
};
use comfy_table::{CellAlignment, Table, presets};

use crate::command::sides::source_at;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen::{self, grouped};

/// Tables on the page; the JSON has all of them.
const TABLES_SHOWN: usize = 12;
/// Names in one line of the page.
const NAMES_SHOWN: usize = 4;
/// Letters of a name on the page.
const NAME_LETTERS: usize = 36;

pub(crate) fn run(arguments: &InspectArguments, progress: &Progress) -> Result<Outcome, Failure> {
    let InspectArguments {
        source,
        json,
        sample,
    } = arguments;
    let options = InspectOptions {
        sample: *sample,
        threads: threads(),
    };
    let from = source_at(source)?;
    let profile = inspect(&from, &options, progress)?;
    progress.done();
    if *json {
        screen::say_exact(&serde_json::to_string_pretty(&profile).map_err(Failure::Unwritable)?);
    } else {
        page(&from.place(), &profile);
    }
    Ok(Outcome::Clean)
}

/// As many as the machine has, up to a few: a source on one disk gives no more to more.
pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |threads| threads.get().min(8))
}

/// A name on one line, whatever somebody called it, and no longer than the page bears.
pub(super) fn shown(name: &str) -> String {
    let mut letters = name.chars();
    let mut shown = String::new();
    for letter in letters.by_ref().take(NAME_LETTERS) {
        if letter.is_control() {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

fn page(source: &str, profile: &SourceProfile) {
    let rows: u64 = profile.tables.iter().map(|table| table.rows).sum();
    let columns: usize = profile.tables.iter().map(|table| table.columns.len()).sum();
    let bytes: Option<u64> = profile.tables.iter().map(|table| table.bytes).sum();
    let size = bytes.map_or("size not known".to_owned(), |bytes| {
        format!("{} MiB", mebibytes(bytes))
    });
    screen::say_wrapped(
        &format!(
            "{source}: {}, {}, {} rows, {}; {size}",
            plural(profile.tables.len(), "table"),
            plural(columns, "column"),
            grouped(rows),
            plural(profile.views.len(), "view"),
        ),
        4,
    );
    if let Some(sampled) = profile.sampled {
        screen::say_wrapped(
            &format!(
                "sampled: at most {} rows of each table were read; what follows is of those rows, keys too",
                grouped(sampled)
            ),
            4,
        );
    }
    if !profile.tables.is_empty() {
        screen::say(&tables(profile));
    }
    values(profile);
    keys(profile);
    references(profile);
    views(profile);
    ledgers(profile);
}

fn tables(profile: &SourceProfile) -> String {
    let mut largest: Vec<&TableProfile> = profile.tables.iter().collect();
    largest.sort_by_key(|table| std::cmp::Reverse(table.rows));
    let mut page = Table::new();
    page.load_style(presets::NOTHING).set_width(screen::WIDTH);
    page.set_header(["rows", "MiB", "columns", "key", "table"]);
    for table in largest.iter().take(TABLES_SHOWN) {
        page.add_row([
            grouped(table.rows),
            table.bytes.map_or("?".to_owned(), mebibytes),
            table.columns.len().to_string(),
            key(table),
            shown(&table.name),
        ]);
    }
    for column in page.column_iter_mut().take(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let left = largest.len().saturating_sub(TABLES_SHOWN);
    let more = if left > 0 {
        format!("\n  and {left} smaller tables (--json has all)")
    } else {
        String::new()
    };
    format!("{page}{more}")
}

fn key(table: &TableProfile) -> String {
    if table.unreadable.is_some() {
        return "not read".to_owned();
    }
    if !table.key_declared.is_empty() {
        return "declared".to_owned();
    }
    match table.keys_found.first() {
        Some(key) if key.rows < table.rows_read => format!("found (in {} rows)", grouped(key.rows)),
        Some(_) => "found".to_owned(),
        None => "none".to_owned(),
    }
}

fn columns(profile: &SourceProfile) -> impl Iterator<Item = (&TableProfile, &ColumnProfile)> {
    let tables = profile.tables.iter();
    tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)))
}

/// A line of the page, if there is anything to say; a few names behind it.
fn line<'a>(
    title: &str,
    what: &str,
    found: impl Iterator<Item = (&'a TableProfile, &'a ColumnProfile)>,
    detail: impl Fn(&ColumnProfile) -> String,
) {
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        return;
    }
    let name = |(table, column): &(&TableProfile, &ColumnProfile)| {
        format!(
            "{}.{}{}",
            shown(&table.name),
            shown(&column.name),
            detail(column)
        )
    };
    let mut names: Vec<String> = found.iter().take(NAMES_SHOWN).map(name).collect();
    if found.len() > NAMES_SHOWN {
        names.push(format!("and {} more", found.len() - NAMES_SHOWN));
    }
    screen::say_wrapped(
        &format!(
            "{title:<12} {what} in {}: {}",
            plural(found.len(), "column"),
            names.join(", ")
        ),
        13,
    );
}

fn values(profile: &SourceProfile) {
    let mixed = columns(profile).filter(|(_, column)| column.stored.is_mixed());
    line("mixed", "several kinds of value", mixed, |column| {
        let stored = column.stored;
        let kinds = [
            ("integer", stored.integer),
            ("real", stored.real),
            ("text", stored.text),
            ("bytes", stored.bytes),
        ];
        let kinds = kinds.iter().filter(|(_, count)| *count > 0);
        let kinds: Vec<String> = kinds
            .map(|(kind, count)| format!("{kind} {}", grouped(*count)))
            .collect();
        format!(" ({})", kinds.join(", "))
    });
    let broken = columns(profile).filter(|(_, column)| column.stored.not_utf8 > 0);
    line("encoding", "texts that are not UTF-8", broken, |column| {
        format!(" ({})", grouped(column.stored.not_utf8))
    });
    forms(profile);
    let two = columns(profile).filter(|(_, column)| column.days_in_two_forms().is_some());
    line(
        "two forms",
        "days in two forms, of which no one reads enough,",
        two,
        |column| {
            let forms = column.days_in_two_forms().into_iter().flatten();
            let forms: Vec<String> = forms
                .map(|(form, values)| format!("{form} {}", grouped(values)))
                .collect();
            format!(" ({})", forms.join(", "))
        },
    );
    let sentinels =
        columns(profile).filter(|(_, column)| has_forms(column) && !column.sentinels.is_empty());
    line(
        "sentinels",
        "values that are no days",
        sentinels,
        |column| {
            let sentinels = column.sentinels.iter().take(3);
            let sentinels: Vec<String> = sentinels
                .map(|sentinel| format!("{} {}", sentinel.literal, grouped(sentinel.values)))
                .collect();
            format!(" ({})", sentinels.join(", "))
        },
    );
    let era = columns(profile).filter(|(_, column)| column.beyond_era > 0);
    line("eras", "days that their era does not have", era, |column| {
        format!(" ({})", grouped(column.beyond_era))
    });
    let padded =
        columns(profile).filter(|(_, column)| column.texts.padded + column.texts.blank > 0);
    line(
        "blanks",
        "blanks, alone or around texts",
        padded,
        |column| format!(" ({})", grouped(column.texts.padded + column.texts.blank)),
    );
    let width =
        |column: &ColumnProfile| column.texts.full_width > 0 && column.texts.half_width_kana > 0;
    let widths = columns(profile).filter(|(_, column)| width(column));
    line("width", "full and half width", widths, |_| String::new());
    let typed = columns(profile).filter(|(_, column)| column.free_text);
    line("free text", "sentences or structures", typed, |_| {
        String::new()
    });
}

/// Whether most values are days or moments.
fn has_forms(column: &ColumnProfile) -> bool {
    main_form(column).is_some()
}

/// The form in which most values can be read.
fn main_form(column: &ColumnProfile) -> Option<&str> {
    let sentinels: u64 = column
        .sentinels
        .iter()
        .map(|sentinel| sentinel.values)
        .sum();
    let values = column.stored.values() - column.texts.empty - column.texts.blank;
    let values = values.saturating_sub(sentinels);
    let most = column.forms.iter().filter(|form| form.of != FormOf::Month);
    let most = most.max_by_key(|form| form.values)?;
    (values > 0 && most.values * 2 >= values && !most.form.starts_with("epoch"))
        .then_some(&most.form)
}

fn forms(profile: &SourceProfile) {
    let mut counts = std::collections::BTreeMap::new();
    for (_, column) in columns(profile) {
        if let Some(form) = main_form(column) {
            *counts.entry(form).or_insert(0_usize) += 1;
        }
    }
    if counts.is_empty() {
        return;
    }
    let all: usize = counts.values().sum();
    let forms: Vec<String> = counts
        .iter()
        .map(|(form, count)| format!("{form} {count}"))
        .collect();
    screen::say_wrapped(
        &format!(
            "{:<12} {all} columns hold days: {}",
            "days",
            forms.join(", ")
        ),
        13,
    );
}

fn keys(profile: &SourceProfile) {
    let count =
        |test: fn(&TableProfile) -> bool| profile.tables.iter().filter(|table| test(table)).count();
    let declared = count(|table| !table.key_declared.is_empty());
    let found = count(|table| table.key_declared.is_empty() && !table.keys_found.is_empty());
    let without = count(|table| {
        table.key_declared.is_empty() && table.keys_found.is_empty() && table.unreadable.is_none()
    });
    screen::say_wrapped(
        &format!(
            "{:<12} {declared} declared, {found} found in the values, {without} tables have none",
            "keys"
        ),
        13,
    );
    let unread: Vec<String> = profile
        .tables
        .iter()
        .filter_map(|table| {
            Some(format!(
                "{} ({})",
                shown(&table.name),
                table.unreadable.as_ref()?
            ))
        })
        .collect();
    list("not read", &unread);
}

fn references(profile: &SourceProfile) {
    let declared = profile.references.iter().filter(|one| one.declared).count();
    let implied: Vec<String> = profile
        .references
        .iter()
        .filter(|one| !one.declared)
        .map(|one| {
            let columns: Vec<String> = one.columns.iter().map(|column| shown(column)).collect();
            format!(
                "{}.{} → {}",
                shown(&one.table),
                columns.join("+"),
                shown(&one.to)
            )
        })
        .collect();
    screen::say_wrapped(
        &format!(
            "{:<12} {declared} declared, {} implied by names and values",
            "references",
            implied.len()
        ),
        13,
    );
    list("", &implied);
}

/// The first few of a list, set in.
fn list(title: &str, all: &[String]) {
    if all.is_empty() {
        return;
    }
    let mut some: Vec<String> = all.iter().take(NAMES_SHOWN).cloned().collect();
    if all.len() > NAMES_SHOWN {
        some.push(format!("and {} more", all.len() - NAMES_SHOWN));
    }
    screen::say_wrapped(&format!("{title:<12} {}", some.join("; ")), 13);
}

fn views(profile: &SourceProfile) {
    let views: Vec<String> = profile
        .views
        .iter()
        .map(|view| match &view.unreadable {
            Some(why) => format!("{} cannot be read ({})", shown(&view.name), shown(why)),
            None => {
                let reads: Vec<String> = view
                    .reads
                    .iter()
                    .take(3)
                    .map(|table| shown(table))
                    .collect();
                format!("{} reads {}", shown(&view.name), reads.join(", "))
            }
        })
        .collect();
    list("views", &views);
}

fn ledgers(profile: &SourceProfile) {
    if profile.ledgers.is_empty() {
        screen::say_wrapped(
            &format!(
                "{:<12} no table has a supply point, a supplier and a first day by its names; name it with `bunri init --ledger`",
                "ledger"
            ),
            13,
        );
    }
    for candidate in profile.ledgers.iter().take(NAMES_SHOWN) {
        screen::say_wrapped(&format!("{:<12} {}", "ledger?", ledger(candidate)), 13);
    }
}

fn ledger(candidate: &LedgerCandidate) -> String {
    let LedgerCandidate {
        table,
        key,
        retailer,
        from,
        until,
        periods,
    } = candidate;
    let until = until
        .as_ref()
        .map_or("no end".to_owned(), |until| shown(until));
    let columns = format!(
        "{}: {}, {}, {} – {until}",
        shown(table),
        shown(key),
        shown(retailer),
        shown(from)
    );
    let Some(periods) = periods else {
        return format!("{columns}; too many periods to compare");
    };
    let Periods {
        keys,
        undated,
        reversed,
        open,
        gaps,
        overlaps,
        next_day: _,
        same_day: _,
        open_null: _,
    } = *periods;
    let counts = [
        (keys, "keys"),
        (open, "without an end"),
        (gaps, "gaps"),
        (overlaps, "overlaps"),
        (reversed, "reversed"),
        (undated, "without a day"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .map(|(count, what)| format!("{} {what}", grouped(*count)))
        .collect();
    format!("{columns}; {}", counts.join(", "))
}

fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) >> 20;
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
}

fn plural(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {what}{ending}", grouped(count as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(shown("a\nb\u{1b}"), "a\\u{a}b\\u{1b}");
        assert_eq!(shown(&"漢".repeat(40)), format!("{}…", "漢".repeat(36)));
    }
}

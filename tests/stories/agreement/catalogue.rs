//! A world's catalogue as somebody would have written it: TOML files.

use std::fmt::Write as _;

use super::legacy::{iso, number, plain_moment};
use super::oracle::REKEY;
use super::world::{
    Class, Classes, CodeDay, Column, Kind, Rule, Table, Test, Value, When, Who, World,
};

/// Every file of the catalogue, by its path.
pub(super) fn files(world: &World) -> Vec<(String, String)> {
    let tables = world.tables.iter().map(|table| {
        (
            format!("tables/{}.toml", table.name),
            table_file(world, table),
        )
    });
    std::iter::once(("catalogue.toml".to_owned(), main_file(world)))
        .chain(tables)
        .collect()
}

/// The file of decisions as somebody would have written it.
pub(super) fn decisions(world: &World) -> String {
    let mut text = String::from("table,key,ownership,basis,approver,date\n");
    for decision in &world.decisions {
        let table = &world.tables[decision.table];
        let parts: Vec<String> = decision.key.iter().map(key_part).collect();
        let own = if decision.own { "own" } else { "other" };
        let key = parts.join("|").replace('"', "\"\"");
        let name = &table.name;
        writeln!(
            text,
            "{name},\"{key}\",{own},\"by chance, once\",甲野,2026-05-12"
        )
        .unwrap();
    }
    text
}

fn key_part(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Tenths(tenths) => number(Kind::Tenths, *tenths),
        Value::Day(day) => iso(*day),
        Value::Moment(micros) => plain_moment(*micros),
        Value::Text(text) => text.replace('\\', "\\\\").replace('|', "\\|"),
        Value::Null | Value::Misfit => panic!("a key that no staged row has"),
    }
}

fn main_file(world: &World) -> String {
    let ledger = &world.ledger;
    let table = &world.tables[ledger.table];
    let name = |column: usize| quoted(&table.columns[column].name);
    let incumbent: Vec<String> = world
        .incumbent
        .iter()
        .map(|entry| {
            let bound = |word: &str, day: Option<i64>| {
                day.map(|day| format!(", {word} = {}", quoted(&iso(day))))
                    .unwrap_or_default()
            };
            let (from, until) = (bound("from", entry.from), bound("until", entry.until));
            format!("{{ code = {}{from}{until} }}", quoted(&entry.code))
        })
        .collect();
    let (list, code) = world.retailers;
    let (list, code) = (
        &world.tables[list].name,
        &world.tables[list].columns[code].name,
    );
    let open = ledger
        .open
        .iter()
        .map(|&day| iso(day))
        .chain(ledger.null_is_open.then(|| "NULL".to_owned()));
    let mut text = format!(
        "[catalogue]\nname = \"chance\"\nversion = \"1\"\nincumbent = [{}]\nvacant = {}\n\
         retailers = {{ table = {}, column = {} }}\n\n[ledger]\ntable = {}\nkey = {}\nretailer = {}\nfrom = {}\n\
         until = {}\nuntil_is = {}\ncompare = {}\nopen = {}\n",
        incumbent.join(", "),
        list_of(&world.vacant),
        quoted(list),
        quoted(code),
        quoted(&table.name),
        names(table, &ledger.key),
        name(ledger.retailer),
        name(ledger.from),
        name(ledger.until),
        quoted(until_word(ledger.inclusive)),
        quoted(compare_word(ledger.trim)),
        list_of(&open.collect::<Vec<_>>()),
    );
    if let Some(not_own) = &ledger.not_own {
        let (column, values) = (name(not_own.column), list_of(&not_own.values));
        let compare = quoted(compare_word(not_own.trim));
        writeln!(
            text,
            "not_own_when = {{ column = {column}, in = {values}, compare = {compare} }}"
        )
        .unwrap();
    }
    let opened: Vec<String> = world
        .tables
        .iter()
        .filter(|table| table.opened)
        .map(|table| table.name.clone())
        .collect();
    writeln!(
        text,
        "\n[release]\nany_retailer_on_other_rows = {}",
        list_of(&opened)
    )
    .unwrap();
    text
}

fn table_file(world: &World, table: &Table) -> String {
    let mut text = format!("table = {}\n", quoted(&table.name));
    let key = if table.key.is_empty() {
        quoted("none")
    } else {
        names(table, &table.key)
    };
    writeln!(
        text,
        "key = {key}\nrows = {}",
        rule(world, table, &table.rule)
    )
    .unwrap();
    match (table.known_at, &table.rule) {
        (Some((column, grace)), rule) => {
            let during = rule
                .direct()
                .iter()
                .filter(|rule| matches!(rule, Rule::During { .. }))
                .count()
                == 1;
            let grace = if during {
                format!(", grace_days = {grace}")
            } else {
                String::new()
            };
            let column = quoted(&table.columns[column].name);
            writeln!(text, "known_at = {{ column = {column}{grace} }}").unwrap();
        }
        (None, rule) if rule.is_constant() => {}
        (None, _) => text.push_str("known_at = { none = \"chance\" }\n"),
    }
    if let (Some(key), true) = (&table.ledger_key, table.ledger_key_written) {
        writeln!(text, "ledger_key = {}", names(table, key)).unwrap();
    }
    table
        .whens
        .iter()
        .for_each(|when| text.push_str(&when_section(table, when)));
    text.push_str("\n[columns]\n");
    for column in &table.columns {
        writeln!(
            text,
            "{} = {}",
            quoted(&column.name),
            class_rule(table, column)
        )
        .unwrap();
    }
    text.push_str("\n[types]\n");
    for column in &table.columns {
        writeln!(
            text,
            "{} = {}",
            quoted(&column.name),
            quoted(type_word(column.kind))
        )
        .unwrap();
    }
    text
}

fn rule(world: &World, table: &Table, one: &Rule) -> String {
    let name = |column: usize| quoted(&table.columns[column].name);
    match one {
        Rule::During {
            from,
            until,
            inclusive,
        } => {
            let word = inclusive
                .map(|inclusive| format!(", until_is = {}", quoted(until_word(inclusive))));
            let word = word.unwrap_or_default();
            format!(
                "{{ by = \"ledger\", during = [{}, {}]{word} }}",
                name(*from),
                name(*until)
            )
        }
        Rule::At(column) => format!("{{ by = \"ledger\", at = {} }}", name(*column)),
        Rule::AtCutover => "{ by = \"ledger\", at = \"cutover\" }".to_owned(),
        Rule::AtSlot { date, slot } => {
            format!(
                "{{ by = \"ledger\", at = {{ date = {}, slot = {} }} }}",
                name(*date),
                name(*slot)
            )
        }
        Rule::Code { column, trim, at } => {
            let at = match at {
                CodeDay::Never => String::new(),
                CodeDay::Cutover => ", at = \"cutover\"".to_owned(),
                CodeDay::Column(column) => format!(", at = {}", name(*column)),
            };
            format!(
                "{{ by = \"column\", column = {}, compare = {}{at} }}",
                name(*column),
                quoted(compare_word(*trim))
            )
        }
        Rule::Parent {
            table: parent,
            key,
            references,
            any,
        } => {
            let parent = &world.tables[*parent];
            let matching = if *any {
                "\"any\", basis = \"chance\""
            } else {
                "\"all\""
            };
            let (key, references) = (names(table, key), names(parent, references));
            let parent = quoted(&parent.name);
            format!(
                "{{ by = \"parent\", table = {parent}, key = {key}, references = {references}, match = {matching} }}"
            )
        }
        Rule::All(rules) => {
            let rules: Vec<String> = rules
                .iter()
                .map(|direct| rule(world, table, direct))
                .collect();
            format!("{{ all = [{}] }}", rules.join(", "))
        }
        Rule::AllTransmission => quoted("all_transmission"),
        Rule::AllRetail => quoted("all_retail"),
        Rule::Reference => quoted("reference"),
    }
}

fn when_section(table: &Table, when: &When) -> String {
    let column = &table.columns[when.column];
    let test = match &when.test {
        Test::In { values, trim } if column.kind == Kind::Text => {
            format!(
                "in = {}, compare = {}",
                list_of(values),
                quoted(compare_word(*trim))
            )
        }
        Test::In { values, .. } => format!("in = {}", list_of(values)),
        Test::AtLeast(bound) => format!("at_least = {}", quoted(&number(column.kind, *bound))),
        Test::Below(bound) => format!("below = {}", quoted(&number(column.kind, *bound))),
    };
    let rows: Vec<String> = when
        .rows
        .iter()
        .map(|who| who_word(*who).to_owned())
        .collect();
    let change: Vec<String> = when
        .change
        .iter()
        .map(|(from, to)| format!("{} = {}", class_word(*from), quoted(class_word(*to))))
        .collect();
    format!(
        "\n[[when]]\nif = {{ column = {}, {test} }}\nrows = {}\nchange = {{ {} }}\nbasis = \"chance\"\n",
        quoted(&column.name),
        list_of(&rows),
        change.join(", ")
    )
}

fn class_rule(table: &Table, column: &Column) -> String {
    let rekey = if column.rekeyed {
        format!(", rekey = {}", quoted(REKEY))
    } else {
        String::new()
    };
    match &column.class {
        Classes::Fixed(class) if column.rekeyed => {
            format!("{{ class = {}{rekey} }}", quoted(class_word(*class)))
        }
        Classes::Fixed(class) => quoted(class_word(*class)),
        Classes::By {
            column,
            trim,
            cases,
            otherwise,
        } => {
            let by = &table.columns[*column];
            let compare = if by.kind == Kind::Text {
                format!(", compare = {}", quoted(compare_word(*trim)))
            } else {
                String::new()
            };
            let case = |(value, class): &(String, Class)| {
                format!("{} = {}", quoted(value), quoted(class_word(*class)))
            };
            let cases: Vec<String> = cases.iter().map(case).collect();
            let (by, otherwise) = (quoted(&by.name), quoted(class_word(*otherwise)));
            format!(
                "{{ by = {by}{compare}, cases = {{ {} }}, else = {otherwise}{rekey} }}",
                cases.join(", ")
            )
        }
    }
}

/// A TOML text: control characters escaped, everything else as it is.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(letter)).unwrap()
            }
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

fn list_of(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

fn names(table: &Table, columns: &[usize]) -> String {
    list_of(
        &columns
            .iter()
            .map(|&column| table.columns[column].name.clone())
            .collect::<Vec<_>>(),
    )
}

fn until_word(inclusive: bool) -> &'static str {
    if inclusive { "inclusive" } else { "exclusive" }
}

fn compare_word(trim: bool) -> &'static str {
    if trim { "trim" } else { "exact" }
}

fn type_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Int => "int",
        Kind::Tenths => "decimal(9,1)",
        Kind::Iso => "date",
        Kind::Compact => "date(YYYYMMDD)",
        Kind::Slashed => "date(YYYY/MM/DD)",
        Kind::Moment => "timestamp",
    }
}

pub(super) fn class_word(class: Class) -> &'static str {
    match class {
        Class::AnyRetailer => "any_retailer",
        Class::OwnCustomer => "own_customer",
        Class::TransmissionOnly => "transmission_only",
        Class::RetailOnly => "retail_only",
        Class::Reference => "reference",
        Class::Discard => "discard",
    }
}

pub(super) fn who_word(who: Who) -> &'static str {
    match who {
        Who::Own => "own",
        Who::Other => "other",
        Who::Undecided => "undecided",
        Who::Public => "reference",
    }
}

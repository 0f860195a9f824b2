//! A world's catalogue as somebody would have written it: TOML files.

use std::fmt::Write as _;

use super::legacy::{NOTHING, OPEN, iso, number, plain_moment};
use super::oracle::REKEY;
use super::world::{
    Bound, CellRule, Cells, Class, Classes, CodeDay, Column, Early, End, Kind, KnownAt, Ledger,
    List, Part, Reference, Rule, Table, Test, Through, Time, Value, When, Who, World,
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
    let opened: Vec<String> = world
        .tables
        .iter()
        .filter(|table| table.opened)
        .map(|table| format!("{{ table = {}, basis = \"chance\" }}", quoted(&table.name)))
        .collect();
    let mut ledgers = ledger_section(world, &world.ledger, "[ledger]");
    if let Some(second) = &world.second {
        ledgers += &ledger_section(world, second, "\n[ledgers.fit]");
    }
    format!(
        "[catalogue]\nname = \"chance\"\nversion = \"1\"\nincumbent = [{}]\nvacant = {}\n\
         retailers = {{ table = {}, column = {} }}\n\n{}\n[release]\nany_retailer_on_other_rows = [{}]\n{}",
        incumbent.join(", "),
        list_of(&world.vacant),
        quoted(list),
        quoted(code),
        ledgers,
        opened.join(", "),
        references(world)
    )
}

/// What the catalogue says; the source declares the others.
fn references(world: &World) -> String {
    let listed = world.references.iter().filter(|it| !it.declared);
    let names = |table: usize, columns: &[usize]| {
        let columns = columns.iter();
        let names: Vec<String> = columns
            .map(|&column| world.tables[table].columns[column].name.clone())
            .collect();
        list_of(&names)
    };
    let entry = |it: &Reference| {
        format!(
            "\n[[references]]\ntable = {}\ncolumns = {}\nto = {}\nreferences = {}\n",
            quoted(&world.tables[it.table].name),
            names(it.table, &it.columns),
            quoted(&world.tables[it.to].name),
            names(it.to, &it.references),
        )
    };
    listed.map(entry).collect()
}

fn ledger_section(world: &World, ledger: &Ledger, head: &str) -> String {
    let first = &ledger.parts[0];
    let table = &world.tables[first.table];
    let name = |column: usize| quoted(&table.columns[column].name);
    let tables: Vec<String> = ledger
        .parts
        .iter()
        .map(|part| world.tables[part.table].name.clone())
        .collect();
    let tables = match tables.as_slice() {
        [one] => format!("table = {}", quoted(one)),
        several => format!("tables = {}", list_of(several)),
    };
    let end = match &ledger.end {
        End::Next => "until_is = \"next\"".to_owned(),
        End::Until {
            inclusive,
            open,
            null_is_open,
        } => {
            // Some of them are days of data.
            let with_basis =
                |day: i64| format!("{{ day = {}, basis = \"chance\" }}", quoted(&iso(day)));
            let open = open.iter().map(|&day| with_basis(day));
            let open = open.chain(null_is_open.then(|| quoted("NULL")));
            format!(
                "until = {}\nuntil_is = {}\nopen = [{}]",
                name(first.until),
                quoted(until_word(*inclusive)),
                open.collect::<Vec<_>>().join(", ")
            )
        }
    };
    let mut text = format!(
        "{head}\n{tables}\nkey = {}\nretailer = {}\nfrom = {}\n{end}\ncompare = {}\n",
        names(table, &first.key),
        name(first.retailer),
        name(first.from),
        quoted(compare_word(ledger.trim)),
    );
    if let Some(counts) = &ledger.counts {
        writeln!(
            text,
            "counts = {{ column = {}, in = {}, never = {}{} }}",
            name(first.counts),
            codes(&counts.counting),
            codes(&counts.never),
            comparison(&table.columns[first.counts], counts.trim)
        )
        .unwrap();
    }
    let entries = ledger.own_when.iter().zip(&first.own_when);
    let entries: Vec<String> = entries
        .map(|(entry, &column)| {
            let other = entry.other.as_ref().map(codes);
            format!(
                "{{ column = {}, own = {}, other = {}{} }}",
                name(column),
                codes(&entry.own),
                other.unwrap_or_else(|| quoted("listed retailers")),
                comparison(&table.columns[column], entry.trim)
            )
        })
        .collect();
    if !entries.is_empty() {
        writeln!(text, "own_when = [{}]", entries.join(", ")).unwrap();
    }
    if ledger.same_verdict {
        text += "overlap = { is = \"same verdict\", basis = \"chance\" }\n";
    }
    if ledger.gap_is_other {
        text += "gap = { is = \"other\", basis = \"chance\" }\n";
    }
    text
}

fn codes(list: &List) -> String {
    let mut values = list.values.clone();
    values.extend(list.null.then(|| "NULL".to_owned()));
    list_of(&values)
}

/// Numbers are not compared in ways.
fn comparison(column: &Column, trim: bool) -> String {
    match column.kind {
        Kind::Text => format!(", compare = {}", quoted(compare_word(trim))),
        _ => String::new(),
    }
}

fn table_file(world: &World, table: &Table) -> String {
    let mut text = format!("table = {}\n", quoted(&table.name));
    let key = if table.key.is_empty() {
        quoted("none")
    } else {
        names(table, &table.key)
    };
    let mut rows = rule(world, table, &table.rule);
    // A reference to the ledger's key makes a key of its columns.
    let holds_key = table.ledger_key.is_some() || !world.references.is_empty();
    if table.rule.is_constant() && holds_key {
        rows = format!("{{ every_row = {rows}, basis = \"chance\" }}");
    }
    writeln!(text, "key = {key}\nrows = {rows}").unwrap();
    match &table.known_at {
        Some(known_at) => text.push_str(&known_at_line(table, known_at)),
        None if table.rule.is_constant() => {}
        None => text.push_str("known_at = { none = \"chance\" }\n"),
    }
    if table.second {
        text += "ledger = \"fit\"\n";
    }
    if let (Some(key), true) = (&table.ledger_key, table.ledger_key_written) {
        let written = match &table.through {
            None => names(table, key),
            Some(through) => through_of(world, names(table, key), through),
        };
        writeln!(text, "ledger_key = {written}").unwrap();
    }
    let cells = table.cells.iter();
    cells.for_each(|cells| text.push_str(&cells_section(world, table, cells)));
    let whens = table.whens.iter();
    whens.for_each(|when| text.push_str(&when_section(world, table, when)));
    text.push_str("\n[columns]\n");
    for (position, column) in table.columns.iter().enumerate() {
        writeln!(
            text,
            "{} = {}",
            quoted(&column.name),
            column_rule(world, table, position)
        )
        .unwrap();
    }
    text.push_str("\n[types]\n");
    for column in &table.columns {
        writeln!(text, "{} = {}", quoted(&column.name), declared(column)).unwrap();
    }
    text
}

fn through_of(world: &World, key: String, through: &Through) -> String {
    let table = &world.tables[through.table];
    let mut open: Vec<String> = through.open.iter().map(|&day| quoted(&iso(day))).collect();
    open.extend(through.null_is_open.then(|| quoted("NULL")));
    let until_is = if through.inclusive {
        "inclusive"
    } else {
        "exclusive"
    };
    format!(
        "{{ through = {}, key = {key}, references = {}, during = {}, until_is = {}, open = [{}] }}",
        quoted(&table.name),
        names(table, &through.references),
        names(table, &[through.from, through.until]),
        quoted(until_is),
        open.join(", ")
    )
}

fn rule(world: &World, table: &Table, one: &Rule) -> String {
    let name = |column: usize| quoted(&table.columns[column].name);
    let several = |rules: &[Rule]| {
        let rules: Vec<String> = rules.iter().map(|one| rule(world, table, one)).collect();
        rules.join(", ")
    };
    match one {
        Rule::Ledger(time) => format!("{{ by = \"ledger\", {} }}", time_of(table, time)),
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
        Rule::Cases {
            column,
            trim,
            cases,
        } => {
            let case = |(value, one): &(String, Rule)| {
                let mut text = rule(world, table, one);
                if one.is_constant() {
                    text = format!("{{ every_row = {text}, basis = \"chance\" }}");
                }
                format!("{} = {text}", quoted(value))
            };
            let cases: Vec<String> = cases.iter().map(case).collect();
            let compare = comparison(&table.columns[*column], *trim);
            let (by, cases) = (name(*column), cases.join(", "));
            format!("{{ by = {by}{compare}, cases = {{ {cases} }} }}")
        }
        Rule::All(rules) => format!("{{ all = [{}] }}", several(rules)),
        Rule::Any(rules) => format!("{{ any = [{}], basis = \"chance\" }}", several(rules)),
        Rule::AllTransmission => quoted("all_transmission"),
        Rule::AllRetail => quoted("all_retail"),
        Rule::Reference => quoted("reference"),
    }
}

/// The days of a ledger rule.
fn time_of(table: &Table, time: &Time) -> String {
    let name = |column: usize| quoted(&table.columns[column].name);
    match time {
        Time::During {
            from,
            until,
            inclusive,
        } => {
            let word = inclusive
                .map(|inclusive| format!(", until_is = {}", quoted(until_word(inclusive))));
            let (from, until) = (name(*from), name(*until));
            format!("during = [{from}, {until}]{}", word.unwrap_or_default())
        }
        Time::At { column, after: 0 } => format!("at = {}", name(*column)),
        Time::At { .. } => panic!("only `days` speak of a day after"),
        Time::AtCutover => "at = \"cutover\"".to_owned(),
        Time::AtSlot { date, slot } => {
            let (date, slot) = (name(*date), name(*slot));
            format!("at = {{ date = {date}, slot = {slot} }}")
        }
        Time::Month(column) => format!("month = {}", name(*column)),
    }
}

fn known_at_line(table: &Table, known_at: &KnownAt) -> String {
    let columns = match known_at.columns.as_slice() {
        [one] => format!("column = {}", quoted(&table.columns[*one].name)),
        several => format!("latest_of = {}", names(table, several)),
    };
    let grace = match known_at.grace {
        0 => String::new(),
        grace @ 1..=60 => format!(", grace_days = {grace}"),
        grace => format!(", grace_days = {grace}, basis = \"chance\""),
    };
    let early = match known_at.early {
        None => String::new(),
        Some(Early::Own) => ", early = \"own\"".to_owned(),
        Some(Early::Undecided) => ", early = \"undecided\"".to_owned(),
        Some(Early::Days(days)) => format!(", early = {{ days = {days} }}"),
    };
    format!("known_at = {{ {columns}{grace}{early} }}\n")
}

/// `[[cells]]`; a rule of one column stands with the column.
fn cells_section(world: &World, table: &Table, cells: &Cells) -> String {
    let rule = match &cells.rule {
        CellRule::OfColumn(_) => return String::new(),
        CellRule::Rows(one) => format!("rows = {}", rule(world, table, one)),
        CellRule::Days { from } => {
            let from = quoted(&table.columns[*from].name);
            format!("days = {{ from = {from} }}")
        }
    };
    let columns = names(table, &cells.columns);
    format!("\n[[cells]]\ncolumns = {columns}\n{rule}\n")
}

fn when_section(world: &World, table: &Table, when: &When) -> String {
    let (source, of) = match &when.parent {
        Some(Rule::Parent { table, .. }) => {
            let parent = &world.tables[*table];
            (parent, format!("parent = {}, ", quoted(&parent.name)))
        }
        _ => (table, String::new()),
    };
    let column = &source.columns[when.column];
    let values = |word: &str, values: &[String], trim: bool| {
        format!("{word} = {}{}", list_of(values), comparison(column, trim))
    };
    let bound = |word: &str, bound: &Option<Bound>| {
        bound.map(|bound| {
            let bound = match bound {
                Bound::Number(bound) => number(column.kind, bound),
                Bound::Day(day) => iso(day),
                Bound::Cutover => "cutover".to_owned(),
            };
            format!("{word} = {}", quoted(&bound))
        })
    };
    let test = match &when.test {
        Test::In { values: list, trim } => values("in", list, *trim),
        Test::NotIn { values: list, trim } => values("not_in", list, *trim),
        Test::Within { at_least, below } => {
            let bounds = [bound("at_least", at_least), bound("below", below)];
            bounds.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    };
    let columns = when.columns.as_ref();
    let columns = columns.map(|columns| format!("columns = {}\n", names(table, columns)));
    let columns = columns.unwrap_or_default();
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
        "\n[[when]]\nif = {{ {of}column = {}, {test} }}\nrows = {}\nchange = {{ {} }}\n{columns}basis = \"chance\"\n",
        quoted(&column.name),
        list_of(&rows),
        change.join(", ")
    )
}

/// A column's class, rekey and rows.
fn column_rule(world: &World, table: &Table, position: usize) -> String {
    let column = &table.columns[position];
    let mut keys = match &column.class {
        Classes::Fixed(class) => vec![format!("class = {}", quoted(class_word(*class)))],
        Classes::By {
            column,
            trim,
            cases,
            otherwise,
        } => {
            let by = &table.columns[*column];
            let case = |(value, class): &(String, Class)| {
                format!("{} = {}", quoted(value), quoted(class_word(*class)))
            };
            let cases: Vec<String> = cases.iter().map(case).collect();
            let (name, compare) = (quoted(&by.name), comparison(by, *trim));
            vec![
                format!("by = {name}{compare}"),
                format!("cases = {{ {} }}", cases.join(", ")),
                format!("else = {}", quoted(class_word(*otherwise))),
            ]
        }
    };
    if needs_basis(world, table, position) {
        keys.push("basis = \"a decision\"".to_owned());
    }
    keys.extend(column.rekeyed.then(|| format!("rekey = {}", quoted(REKEY))));
    let mut groups = table.cells.iter();
    if let Some(cells) = groups.find(|cells| cells.columns == [position])
        && let CellRule::OfColumn(one) = &cells.rule
    {
        keys.push(format!("rows = {}", rule(world, table, one)));
    }
    match (keys.as_slice(), &column.class) {
        ([_], Classes::Fixed(class)) => quoted(class_word(*class)),
        _ => format!("{{ {} }}", keys.join(", ")),
    }
}

/// An end of supply, what is free text by its name, a key of which others of its name are replaced, and a class by value,
/// whose `else` is any.
fn needs_basis(world: &World, table: &Table, position: usize) -> bool {
    let column = &table.columns[position];
    let mut parts = world.ledgers().flat_map(|ledger| &ledger.parts);
    let is_end =
        |part: &Part| part.until == position && std::ptr::eq(&world.tables[part.table], table);
    let mut others = world.tables.iter().flat_map(|table| &table.columns);
    let replaced = others.any(|other| other.rekeyed && other.name == column.name);
    parts.any(is_end)
        || column.name == "memo"
        || (replaced && !column.rekeyed)
        || matches!(column.class, Classes::By { .. })
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

/// A column's type: a word, or a table where it says more.
fn declared(column: &Column) -> String {
    let (kind, reading) = (column.kind, column.reading);
    let word = match kind {
        Kind::Text if reading.numbers => "text(any)",
        kind => type_word(kind),
    };
    let mut keys = match kind {
        Kind::Moment => vec!["timestamp = \"YYYY-MM-DD HH:MM:SS\"".to_owned()],
        _ => vec![format!("type = {}", quoted(word))],
    };
    let nothing = NOTHING.map(str::to_owned);
    keys.extend(
        reading
            .nothing
            .then(|| format!("nothing = {}", list_of(&nothing))),
    );
    keys.extend(reading.open.then(|| format!("open = [{}]", quoted(OPEN))));
    keys.extend(reading.utc.then(|| "clock = \"UTC\"".to_owned()));
    keys.extend(reading.end.then(|| "stamp = \"end\"".to_owned()));
    match keys.len() {
        1 => quoted(word),
        _ => format!("{{ {} }}", keys.join(", ")),
    }
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
        Class::Hold => "hold",
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

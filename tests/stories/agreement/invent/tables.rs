//! Ordinary tables by chance: every row rule, parents among the tables before.

use super::super::dice::Dice;
use super::super::world::{CellRule, Cells, CodeDay, Column, Kind, Ledger, Rule, Table, Time};
use super::cells::Pool;
use super::classes;
use super::ledger::{KEYS, date_kind, day_kind, empty, known_at, plain, settle_key};
use super::rows::rows;

/// The names that hold the ledger's key where `ledger_key` says so.
const OWN_NAMES: [&str; 2] = ["pt", "pu"];

/// What the next table is made in.
pub(super) struct Frame<'a> {
    pub(super) before: &'a [Table],
    pub(super) ledger: &'a Ledger,
    pub(super) pool: &'a Pool,
    /// Whether an incumbent code has a validity.
    pub(super) validity: bool,
    /// How many rows it may have.
    pub(super) rows: usize,
    /// Whether its rows may inherit.
    pub(super) parents: bool,
}

/// The next table.
pub(super) fn table(dice: &mut Dice, frame: &Frame<'_>) -> Table {
    let Frame { before, ledger, .. } = *frame;
    let home = &before[ledger.parts[0].table];
    let name = format!("{}{}", dice.pick(&["a", "k", "t", "z"]), before.len());
    let asked = dice.chance(65);
    let (mut columns, ledger_key) = ledger_key_columns(dice, home, ledger, asked);
    columns.extend(data_columns(dice));
    dice.shuffle(&mut columns);
    let mut table = empty(name, Vec::new(), columns, Rule::AllTransmission);
    table.ledger_key = ledger_key
        .as_ref()
        .map(|names| names.iter().map(|name| table.column(name)).collect());
    table.ledger_key_written = ledger_key.is_some_and(|names| !names.contains(&KEYS[0]));
    table.key = key(dice, &table);
    table.indexed = dice.chance(30);
    table.rule = rule(dice, &table, frame);
    if !table.rule.is_constant() && reaches(&table, before) && dice.chance(75) {
        table.known_at = Some(known_at(dice, &table, "known"));
    }
    table.cells = cells(dice, &table, frame);
    table.rows = rows(dice, &table, frame);
    settle_key(&mut table);
    classes::classify(dice, frame.before, &mut table);
    table
}

/// The columns that hold the ledger's key, and their names; or some that do not.
fn ledger_key_columns<'n>(
    dice: &mut Dice,
    home: &Table,
    ledger: &Ledger,
    asked: bool,
) -> (Vec<Column>, Option<Vec<&'n str>>) {
    let kinds: Vec<Kind> = ledger.parts[0]
        .key
        .iter()
        .map(|&column| home.columns[column].kind)
        .collect();
    let all = |names: &[&str]| -> Vec<Column> {
        names
            .iter()
            .zip(&kinds)
            .map(|(name, kind)| plain(name, *kind))
            .collect()
    };
    let width = kinds.len();
    match dice.below(10) {
        // Half a key is none.
        _ if !asked && width == 2 && dice.chance(50) => (all(&KEYS[..1]), None),
        _ if !asked => (Vec::new(), None),
        0..6 => (all(&KEYS), Some(KEYS[..width].to_vec())),
        6 => (
            [all(&KEYS), all(&OWN_NAMES)].concat(),
            Some(OWN_NAMES[..width].to_vec()),
        ),
        7 if width == 2 && kinds[0] == kinds[1] => {
            (all(&OWN_NAMES), Some(vec![OWN_NAMES[1], OWN_NAMES[0]]))
        }
        _ => (all(&OWN_NAMES), Some(OWN_NAMES[..width].to_vec())),
    }
}

fn data_columns(dice: &mut Dice) -> Vec<Column> {
    let code = |dice: &mut Dice| *dice.pick(&[Kind::Text, Kind::Int]);
    let number = |dice: &mut Dice| *dice.pick(&[Kind::Tenths, Kind::Int]);
    vec![
        plain("id", code(dice)),
        plain("d1", date_kind(dice)),
        plain("d2", day_kind(dice)),
        plain("d3", day_kind(dice)),
        plain("known", day_kind(dice)),
        plain("made", day_kind(dice)),
        plain("mi", Kind::Int),
        plain("mt", Kind::Text),
        plain("ty", code(dice)),
        plain("p1", number(dice)),
        plain("p2", Kind::Text),
        plain("p3", number(dice)),
        plain("slot", Kind::Int),
        plain("code", Kind::Text),
        plain("lt", Kind::Text),
        plain("li", Kind::Int),
        plain("ld", date_kind(dice)),
        plain("unit", code(dice)),
        plain("kw", number(dice)),
        plain("memo", Kind::Text),
    ]
}

fn key(dice: &mut Dice, table: &Table) -> Vec<usize> {
    let id = vec![table.column("id")];
    let owner = table.ledger_key.clone().unwrap_or_default();
    let named = |names: &[&str]| {
        names
            .iter()
            .map(|name| table.column(name))
            .collect::<Vec<_>>()
    };
    match dice.below(9) {
        0 | 1 => Vec::new(),
        2 => [id, owner].concat(),
        3 => [owner, named(&["d1", "slot"])].concat(),
        4 => named(&["lt", "li"]),
        5 => [named(&["d2"]), id].concat(),
        6 => [owner, id].concat(),
        _ => id,
    }
}

/// What a rule stands in: some rules do not stand in each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Table,
    All,
    Any,
    Cases,
}

fn rule(dice: &mut Dice, table: &Table, frame: &Frame<'_>) -> Rule {
    if dice.chance(5) {
        return constant(dice);
    }
    let found = part(dice, table, frame, &[Inside::Table]);
    found.unwrap_or(Rule::AllTransmission)
}

fn constant(dice: &mut Dice) -> Rule {
    dice.pick(&[Rule::AllTransmission, Rule::AllRetail]).clone()
}

/// A rule in others; the outermost stands first.
fn part(dice: &mut Dice, table: &Table, frame: &Frame<'_>, inside: &[Inside]) -> Option<Rule> {
    let rare = inside.len();
    let may = |kind: Inside| inside.len() < 3 && !inside.contains(&kind);
    match dice.below(100 * rare) {
        0..18 if may(Inside::All) => several(dice, table, frame, inside, Inside::All),
        18..34 if may(Inside::Any) => several(dice, table, frame, inside, Inside::Any),
        34..50 if may(Inside::Cases) => cases(dice, table, frame, inside),
        _ => leaf(dice, table, frame),
    }
}

/// `all` and `any` need two rules.
fn several(
    dice: &mut Dice,
    table: &Table,
    frame: &Frame<'_>,
    inside: &[Inside],
    kind: Inside,
) -> Option<Rule> {
    let inside = [inside, &[kind]].concat();
    let mut rules: Vec<Rule> = (0..dice.between(2, 3))
        .filter_map(|_| part(dice, table, frame, &inside))
        .collect();
    if rules.len() < 2 {
        return rules.pop();
    }
    Some(match kind {
        Inside::Any => Rule::Any(rules),
        Inside::All | Inside::Table | Inside::Cases => Rule::All(rules),
    })
}

fn cases(dice: &mut Dice, table: &Table, frame: &Frame<'_>, inside: &[Inside]) -> Option<Rule> {
    let column = table.column("ty");
    let text = table.columns[column].kind == Kind::Text;
    let inside = [inside, &[Inside::Cases]].concat();
    let names = if text {
        ["A", "B\u{3000}", "C"]
    } else {
        ["1", "2", "3"]
    };
    let count = dice.below(2) + 2;
    let mut cases = Vec::new();
    for name in dice.some(&names, count) {
        let rule = if dice.chance(12) {
            Some(constant(dice))
        } else {
            part(dice, table, frame, &inside)
        };
        cases.extend(rule.map(|rule| (name.to_owned(), rule)));
    }
    (!cases.is_empty()).then_some(Rule::Cases {
        column,
        trim: text && dice.chance(50),
        cases,
    })
}

/// A rule that asks something by itself.
fn leaf(dice: &mut Dice, table: &Table, frame: &Frame<'_>) -> Option<Rule> {
    let days: Vec<usize> = ["d1", "d2", "d3"].map(|name| table.column(name)).to_vec();
    if table.ledger_key.is_some() && dice.chance(65) {
        return Some(Rule::Ledger(time(dice, table, &days)));
    }
    if dice.chance(30) || !frame.parents {
        let at = match dice.below(3) {
            0 if !frame.validity => CodeDay::Never,
            1 => CodeDay::Cutover,
            _ => CodeDay::Column(*dice.pick(&days)),
        };
        return Some(Rule::Code {
            column: table.column("code"),
            trim: dice.chance(50),
            at,
        });
    }
    parent(dice, table, frame.before)
}

fn time(dice: &mut Dice, table: &Table, days: &[usize]) -> Time {
    match dice.below(100) {
        0..50 => {
            let mut pair = dice.some(days, 2);
            if dice.chance(80) {
                pair.sort_by_key(|&column| &table.columns[column].name);
            }
            Time::During {
                from: pair[0],
                until: pair[1],
                inclusive: Some(dice.chance(50)),
            }
        }
        50..64 => Time::At {
            column: *dice.pick(days),
            after: 0,
        },
        64..74 => Time::AtCutover,
        74..82 => Time::AtSlot {
            date: table.column("d1"),
            slot: table.column("slot"),
        },
        82..88 => Time::Month(table.column("mi")),
        88..94 => Time::Month(table.column("mt")),
        _ => Time::Month(*dice.pick(days)),
    }
}

/// Cells of another time: some of the columns that are no key and that no rule has to read.
fn cells(dice: &mut Dice, table: &Table, frame: &Frame<'_>) -> Vec<Cells> {
    let names = ["p1", "p2", "p3", "memo", "unit", "kw"];
    let mut free: Vec<usize> = names.map(|name| table.column(name)).to_vec();
    free.retain(|column| !table.key.contains(column));
    dice.shuffle(&mut free);
    let mut groups = Vec::new();
    if matches!(table.rule, Rule::AllTransmission | Rule::Reference) {
        return groups;
    }
    for _ in 0..dice.weighted(&[(5, 0), (4, 1), (2, 2)]) {
        let count = dice.below(3) + 1;
        let columns: Vec<usize> = free.split_off(free.len().saturating_sub(count));
        if columns.is_empty() {
            break;
        }
        let rule = if table.ledger_key.is_some() && dice.chance(35) {
            let names = ["d1", "d2", "d3"].map(|name| table.column(name));
            let from = *dice.pick(&names);
            Some(CellRule::Days { from })
        } else {
            let rule = if dice.chance(5) {
                Some(Rule::AllTransmission)
            } else {
                part(dice, table, frame, &[Inside::Table])
            };
            let one = columns.len() == 1 && dice.chance(70);
            rule.map(if one {
                CellRule::OfColumn
            } else {
                CellRule::Rows
            })
        };
        groups.extend(rule.map(|rule| Cells { columns, rule }));
    }
    groups
}

/// A parent among the tables before; public code tables have no children.
fn parent(dice: &mut Dice, table: &Table, before: &[Table]) -> Option<Rule> {
    let owned: Vec<usize> = (0..before.len())
        .filter(|&at| !matches!(before[at].rule, Rule::Reference))
        .collect();
    let position = *dice.pick(&owned);
    let other = &before[position];
    let find =
        |table: &Table, name: &str| table.columns.iter().position(|column| column.name == name);
    let names = [
        ("lt", "lt"),
        ("li", "li"),
        ("li", "li"),
        ("li", "id"),
        ("ld", "ld"),
        ("ld", "d1"),
        ("d1", "from"),
        ("ty", "ty"),
        ("sp", "sp"),
        ("br", "br"),
    ];
    let names =
        names
            .into_iter()
            .chain([("pt", "sp"), ("pt", "pt"), ("code", "code"), ("id", "id")]);
    let pairs: Vec<(usize, usize)> = names
        .filter_map(|(ours, theirs)| Some((find(table, ours)?, find(other, theirs)?)))
        .filter(|&(ours, theirs)| {
            table.columns[ours]
                .kind
                .refers_to(other.columns[theirs].kind)
        })
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let mut chosen = vec![*dice.pick(&pairs)];
    let second = *dice.pick(&pairs);
    if dice.chance(30) && second.0 != chosen[0].0 && second.1 != chosen[0].1 {
        chosen.push(second);
    }
    let (key, references) = chosen.into_iter().unzip();
    Some(Rule::Parent {
        table: position,
        key,
        references,
        any: dice.chance(35),
    })
}

/// Whether `known_at` has a ledger key to ask, here or through the parents that may be asked.
fn reaches(table: &Table, before: &[Table]) -> bool {
    let asked = asked(&table.rule);
    let all = |parents: Vec<usize>| parents.iter().all(|&at| reaches(&before[at], before));
    table.ledger_key.is_some() || (!asked.is_empty() && all(asked))
}

/// The first parents in the order written, of every case.
fn asked(rule: &Rule) -> Vec<usize> {
    match rule {
        Rule::Parent { table, .. } => vec![*table],
        Rule::Cases { cases, .. } => cases.iter().flat_map(|(_, rule)| asked(rule)).collect(),
        Rule::All(rules) | Rule::Any(rules) => {
            let mut each = rules.iter().map(asked);
            each.find(|parents| !parents.is_empty()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

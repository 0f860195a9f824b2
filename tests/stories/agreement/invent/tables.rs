//! Ordinary tables by chance: every row rule, parents among the tables before.

use super::super::dice::Dice;
use super::super::world::{CodeDay, Column, Kind, Ledger, Rule, Table};
use super::cells::Pool;
use super::classes;
use super::ledger::{KEYS, date_kind, day_kind, empty, plain, settle_key};
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
    let home = &before[ledger.table];
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
    if !table.rule.is_constant() && reaches(&table, before) && dice.chance(60) {
        table.known_at = Some((table.column("known"), grace(dice, &table.rule)));
    }
    table.rows = rows(dice, &table, frame);
    settle_key(&mut table);
    classes::classify(dice, &mut table);
    table
}

fn grace(dice: &mut Dice, rule: &Rule) -> i64 {
    let during = rule
        .direct()
        .iter()
        .filter(|rule| matches!(rule, Rule::During { .. }))
        .count();
    if during == 1 {
        *dice.pick(&[0, 1, 3, 3, 45, 45])
    } else {
        0
    }
}

/// The columns that hold the ledger's key, and their names; or some that do not.
fn ledger_key_columns<'n>(
    dice: &mut Dice,
    home: &Table,
    ledger: &Ledger,
    asked: bool,
) -> (Vec<Column>, Option<Vec<&'n str>>) {
    let kinds: Vec<Kind> = ledger
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

fn rule(dice: &mut Dice, table: &Table, frame: &Frame<'_>) -> Rule {
    let constants = [Rule::AllTransmission, Rule::AllRetail];
    match dice.below(100) {
        0..5 => dice.pick(&constants).clone(),
        5..30 => {
            let rules = (0..dice.between(2, 3))
                .filter_map(|_| direct(dice, table, frame))
                .collect();
            Rule::All(rules)
        }
        _ => direct(dice, table, frame).unwrap_or(Rule::AllTransmission),
    }
    .sound()
}

impl Rule {
    /// An `all` needs two rules.
    fn sound(self) -> Self {
        match self {
            Rule::All(mut rules) if rules.len() < 2 => rules.pop().unwrap_or(Rule::AllRetail),
            rule => rule,
        }
    }
}

fn direct(dice: &mut Dice, table: &Table, frame: &Frame<'_>) -> Option<Rule> {
    let days: Vec<usize> = ["d1", "d2", "d3"].map(|name| table.column(name)).to_vec();
    let by_ledger = table.ledger_key.is_some();
    match dice.below(100) {
        0..42 if by_ledger => {
            let mut pair = dice.some(&days, 2);
            if dice.chance(80) {
                pair.sort_by_key(|&column| &table.columns[column].name);
            }
            let inclusive = dice.chance(50).then(|| dice.chance(50));
            Some(Rule::During {
                from: pair[0],
                until: pair[1],
                inclusive,
            })
        }
        42..50 if by_ledger => Some(Rule::At(*dice.pick(&days))),
        50..55 if by_ledger => Some(Rule::AtCutover),
        55..62 if by_ledger => Some(Rule::AtSlot {
            date: table.column("d1"),
            slot: table.column("slot"),
        }),
        62..72 => {
            let at = match dice.below(3) {
                0 if !frame.validity => CodeDay::Never,
                1 => CodeDay::Cutover,
                _ => CodeDay::Column(*dice.pick(&days)),
            };
            Some(Rule::Code {
                column: table.column("code"),
                trim: dice.chance(50),
                at,
            })
        }
        _ if frame.parents => parent(dice, table, frame.before),
        _ => None,
    }
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

/// Whether `known_at` has a ledger key to ask, here or through the first parents.
fn reaches(table: &Table, before: &[Table]) -> bool {
    let first = table.rule.direct().iter().find_map(|rule| match rule {
        Rule::Parent { table, .. } => Some(*table),
        _ => None,
    });
    table.ledger_key.is_some() || first.is_some_and(|parent| reaches(&before[parent], before))
}

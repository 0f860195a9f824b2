//! A world by chance. Days lie close together, so that boundaries meet; names, codes and keys differ by a space or a
//! letter's width; nothing that a rule distinguishes is left out.

mod cells;
mod classes;
mod decisions;
mod ledger;
mod readings;
mod records;
mod references;
mod rekeys;
mod rows;
mod second;
mod tables;
mod through;

use super::dice::Dice;
use super::world::{Incumbent, Kind, Limits, Value, World};
use cells::Pool;

/// How many days the story has: few, so that every boundary has neighbours.
const WINDOW: i64 = 60;
/// What each name in the lists of codes may look like in a row.
const PADS: [&str; 9] = [
    " ", "\u{3000}", "\t", "\u{a0}", "\u{85}", "\u{2003}", "\u{200b}", "\u{1c}", "\u{feff}",
];

/// How large a world may be.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Keys of the ledger, each with some periods.
    points: usize,
    tables: i64,
    /// Rows of the first and of the last ordinary table; the others have few.
    first: usize,
    last: usize,
}

const SMALL: Size = Size {
    points: FEW_POINTS,
    tables: 7,
    first: FEW_ROWS,
    last: FEW_ROWS,
};
const FEW_POINTS: usize = 8;
const FEW_ROWS: usize = 24;

/// The world of a seed.
pub(super) fn world(seed: u64) -> World {
    of_size(seed, SMALL)
}

/// A world of which a part is larger than what any stage takes at once: the ledger, the last table, the first one,
/// or both ledger and last table. Few tables, since what a row inherits multiplies from parent to child.
pub(super) fn large(seed: u64) -> World {
    let few = Size { tables: 3, ..SMALL };
    let size = match seed % 4 {
        0 => Size {
            points: 36_000,
            ..few
        },
        1 => Size {
            last: 40_000,
            ..few
        },
        2 => Size {
            first: 40_000,
            ..few
        },
        _ => Size {
            points: 30_000,
            last: 40_000,
            ..few
        },
    };
    of_size(seed, size)
}

fn of_size(seed: u64, size: Size) -> World {
    let mut dice = Dice::new(seed);
    let dice = &mut dice;
    let first = *dice.pick(&[20_500, 20_500, -30, -25_000]);
    let (incumbent, vacant) = (incumbent(dice, first), vacant(dice));
    let codes = codes(&incumbent, &vacant);
    let (ledger, ledger_tables) = ledger::ledger(dice, 1, first, &codes, size.points);
    let mut tables = vec![ledger::retailers(dice)];
    tables.extend(ledger_tables);
    let mut pool = Pool::new(first, codes, &ledger, &tables);
    pool.absent(dice, &ledger, &tables);
    let bounds = incumbent.iter().flat_map(|entry| [entry.from, entry.until]);
    let bounds: Vec<i64> = bounds.flatten().collect();
    let validity = !bounds.is_empty();
    let cutover = pool.cut_over(dice, bounds);
    let count = dice.between(3, size.tables);
    for table in 1..=count {
        let rows = match table {
            1 => size.first,
            last if last == count => size.last,
            _ => FEW_ROWS,
        };
        let frame = tables::Frame {
            before: &tables,
            ledger: &ledger,
            pool: &pool,
            validity,
            rows,
            // Too many rows of one value on both sides would make too many pairs.
            parents: rows == FEW_ROWS || size.points == FEW_POINTS,
        };
        let table = tables::table(dice, &frame);
        tables.push(table);
    }
    let limits = limits(dice, cutover, &tables);
    let mut world = World {
        incumbent,
        vacant,
        retailers: (0, tables[0].column("code")),
        ledger,
        second: None,
        tables,
        limits,
        decisions: Vec::new(),
        references: Vec::new(),
    };
    // Dice of their own: whatever else there is stays as it was without them.
    readings::declare(&mut Dice::new(!seed), &mut world);
    records::keep(&mut Dice::new(seed ^ 0x0f0f), &mut world);
    rekeys::replace(dice, &mut world);
    let dice_of_keys = &mut Dice::new(seed ^ 0x5eed);
    through::hang(dice_of_keys, &mut world, &pool);
    second::add(dice_of_keys, &mut world, first, &pool.codes);
    decisions::decide(dice, &mut world);
    references::refer(dice, &mut world);
    world
}

fn incumbent(dice: &mut Dice, first: i64) -> Vec<Incumbent> {
    let entry = |code: &str, from, until| Incumbent {
        code: code.to_owned(),
        from,
        until,
    };
    let a = first + dice.between(0, WINDOW / 2);
    let b = a + dice.between(1, 20);
    let mut entries = match dice.below(6) {
        0 | 1 => vec![entry("99010", None, None)],
        2 => vec![entry("99010", None, None), entry("98010", None, Some(a))],
        3 => vec![
            entry("99010", Some(a), Some(b)),
            entry("99010", Some(b + dice.between(1, 5)), None),
        ],
        4 => vec![
            entry("99010", None, Some(a)),
            entry(" 99010", Some(b), None),
            entry("99010", Some(b), None),
        ],
        _ => vec![entry("99010", Some(a), None), entry("98010", None, None)],
    };
    dice.shuffle(&mut entries);
    entries
}

fn vacant(dice: &mut Dice) -> Vec<String> {
    let lists: [&[&str]; 5] = [
        &[],
        &["00000"],
        &["00000", "     "],
        &[""],
        &["00000\u{3000}", "V"],
    ];
    dice.pick(&lists)
        .iter()
        .map(|&code| code.to_owned())
        .collect()
}

/// Codes as rows hold them: known and unknown, and padded.
fn codes(incumbent: &[Incumbent], vacant: &[String]) -> Vec<String> {
    let mut codes: Vec<String> = incumbent
        .iter()
        .flat_map(|entry| vec![entry.code.clone(); 7])
        .collect();
    codes.extend(vacant.iter().cloned());
    codes.extend(
        [
            "99020", "99020", "99030", "77777", "98010", "00000", "", "  ",
        ]
        .map(str::to_owned),
    );
    codes
}

/// Sometimes with white space, of which not all is white space to everybody.
fn padded(dice: &mut Dice, text: &str) -> String {
    if !dice.mishap(20) {
        return text.to_owned();
    }
    let pad = *dice.pick(&PADS);
    match dice.below(3) {
        0 => format!("{pad}{text}"),
        1 => format!("{text}{pad}"),
        _ => format!("{pad}{text}{pad}"),
    }
}

fn limits(dice: &mut Dice, cutover: i64, tables: &[super::world::Table]) -> Limits {
    let mut ranges = Vec::new();
    for (position, table) in tables.iter().enumerate() {
        let Some(&first) = table.key.first() else {
            continue;
        };
        let kind = table.columns[first].kind;
        if !dice.chance(25) || !matches!(kind, Kind::Text | Kind::Int) {
            continue;
        }
        let mut bounds: Vec<Value> = table.rows.iter().map(|row| row[first].clone()).collect();
        bounds.retain(|bound| bound.code().is_some());
        bounds.sort();
        bounds.dedup();
        let count = dice.below(3) + 1;
        let mut bounds = dice.some(&bounds, count);
        bounds.sort();
        ranges.push((position, bounds.iter().filter_map(Value::code).collect()));
    }
    Limits {
        cutover,
        threads: dice.below(2) + 1,
        memory: *dice.pick(&[1 << 16, 1 << 20, 1 << 28]),
        ranges,
    }
}

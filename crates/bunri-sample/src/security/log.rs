//! The access log. Ordinary days, and among them, each once:
//!
//! | account | scenario |
//! |---|---|
//! | `K-1207` | 26,885 reads of competitors' points on `S01`, which retail may not open, in sixty working days |
//! | `K-1208` | a search by name by a role of retail |
//! | `E-0007` | the right `GR-7` of `DEC-2024-01`: one read in scope, one of an item that was not declared, 41 points after its end |
//! | `N-0457` | of `P-88`, who left 甲送配電 on 2025-04-01: it signs in afterwards, on a terminal of 甲電力, searches by name and reads a competitor's point, for which 甲電力 asks to switch ten days later |
//! | `GRID-OPS` | the dispatch screen `G01`, opened from a terminal of 甲電力 |
//! | `K-3301` | signs in on `T-777`, which is 甲送配電's |
//! | `K-3302` | signs in on `T-501`, which is 甲送配電's and stands in a room of 甲電力 |
//! | `B-3100` | the contractor's account: a list of everybody's changes, eight rows, each month of a quarter |
//! | | three numbers of the log that are missing, and a clock that goes back for an hour |

use bunri_legacy::calendar::plus;
use bunri_legacy::names::OWN;
use bunri_legacy::point::Point;
use jiff::civil::{Date, Weekday, date};

use super::points::{Points, office};

/// Reads of the account that read too much.
const MANY: usize = 26_885;
/// Points that were read after the right had ended.
const AFTER_THE_END: usize = 41;
/// In their area the emergency was declared.
const DECLARED: &str = "乙原営業所";

const ALL_ITEMS: &[&str] = &[
    "supply_point.service_address",
    "supply_point.contract_power_kw",
    "consumer.consumer_name",
    "supply_period.retailer_code",
];
const MASKED_ITEMS: &[&str] = &[
    "supply_point.service_address",
    "meter_reading_monthly.usage_kwh",
];
const DECLARED_ITEMS: &[&str] = &["supply_point.service_address", "consumer.contact_phone"];

/// A moment by Japan's clock, as the log stamps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamped {
    day: Date,
    second: u64,
}

impl Stamped {
    pub(crate) fn text(self) -> String {
        let Stamped { day, second } = self;
        format!(
            "{day}T{:02}:{:02}:{:02}+09:00",
            second / 3_600,
            second / 60 % 60,
            second % 60
        )
    }
}

/// One line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) sequence: u64,
    pub(crate) at: Stamped,
    pub(crate) account: &'static str,
    pub(crate) terminal: &'static str,
    pub(crate) event: &'static str,
    pub(crate) screen: &'static str,
    pub(crate) search: &'static str,
    pub(crate) point: Option<String>,
    pub(crate) items: &'static [&'static str],
    pub(crate) hits: Option<u64>,
}

/// An account on a terminal on a day.
#[derive(Clone, Copy)]
struct Seat {
    account: &'static str,
    terminal: &'static str,
    day: Date,
}

struct Writer {
    lines: Vec<Line>,
}

impl Writer {
    fn push(&mut self, seat: Seat, second: u64, event: &'static str) -> &mut Line {
        self.lines.push(Line {
            sequence: 0,
            at: Stamped {
                day: seat.day,
                second,
            },
            account: seat.account,
            terminal: seat.terminal,
            event,
            screen: "",
            search: "",
            point: None,
            items: &[],
            hits: None,
        });
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    fn login(&mut self, seat: Seat, second: u64) {
        self.push(seat, second, "LOGIN");
    }

    fn read(
        &mut self,
        seat: Seat,
        second: u64,
        screen: &'static str,
        point: &Point,
        items: &'static [&'static str],
    ) {
        let line = self.push(seat, second, "READ");
        line.screen = screen;
        line.point = Some(point.id.clone());
        line.items = items;
        line.hits = Some(1);
    }

    fn search(&mut self, seat: Seat, second: u64, by: &'static str, hits: u64) {
        let line = self.push(seat, second, "SEARCH");
        line.screen = "S05";
        line.search = by;
        line.hits = Some(hits);
    }
}

/// The log, in its order; [`None`]: too few points.
pub(crate) fn lines(points: &Points) -> Option<Vec<Line>> {
    let (own, others) = (points.own(), points.others());
    if own.is_empty() || others.len() < AFTER_THE_END + 1 {
        return None;
    }
    let mut writer = Writer { lines: Vec::new() };
    ordinary_days(&mut writer, &own, &others);
    read_too_much(&mut writer, &others);
    emergency(&mut writer, &others)?;
    after_the_transfer(&mut writer, others.first()?);
    terminals_and_lists(&mut writer);
    let mut lines = writer.lines;
    lines.sort_by_key(|line| line.at);
    number(&mut lines);
    Some(lines)
}

/// Working days from a day on.
fn working_days(from: Date) -> impl Iterator<Item = Date> {
    (0..)
        .map(move |days| plus(from, days))
        .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
}

/// Retail reads its own customers on its screen, the operator whomever it must.
fn ordinary_days(writer: &mut Writer, own: &[&Point], others: &[&Point]) {
    let clerks = [("K-1101", "T-210"), ("K-1102", "T-211")];
    let operators = [("N-0101", "T-101"), ("N-0102", "T-102")];
    for (number, day) in working_days(date(2026, 3, 2)).take(20).enumerate() {
        for (account, terminal) in clerks {
            let seat = Seat {
                account,
                terminal,
                day,
            };
            writer.login(seat, 9 * 3_600);
            writer.search(seat, 9 * 3_600 + 60, "POINT", 1);
            for call in 0..5 {
                let point = own[(number * 5 + call) % own.len()];
                writer.read(
                    seat,
                    9 * 3_600 + 120 + 600 * call as u64,
                    "S03",
                    point,
                    MASKED_ITEMS,
                );
            }
        }
        for (account, terminal) in operators {
            let seat = Seat {
                account,
                terminal,
                day,
            };
            writer.login(seat, 9 * 3_600 + 5);
            writer.search(seat, 9 * 3_600 + 65, "NAME", 2);
            for call in 0..5 {
                let point = others[(number * 5 + call) % others.len()];
                writer.read(
                    seat,
                    9 * 3_600 + 125 + 600 * call as u64,
                    "S01",
                    point,
                    ALL_ITEMS,
                );
            }
        }
    }
}

fn read_too_much(writer: &mut Writer, others: &[&Point]) {
    const A_DAY: usize = MANY / 60 + 1;
    let mut left = MANY;
    for day in working_days(date(2025, 4, 1)) {
        let seat = Seat {
            account: "K-1207",
            terminal: "T-211",
            day,
        };
        writer.login(seat, 9 * 3_600 + 10);
        for call in 0..A_DAY.min(left) {
            let point = others[(MANY - left) % others.len()];
            writer.read(
                seat,
                9 * 3_600 + 30 + 45 * call as u64,
                "S01",
                point,
                ALL_ITEMS,
            );
            left -= 1;
            if left == 0 {
                break;
            }
        }
        if left == 0 {
            break;
        }
    }
    let seat = Seat {
        account: "K-1208",
        terminal: "T-210",
        day: date(2025, 9, 3),
    };
    writer.login(seat, 10 * 3_600);
    writer.search(seat, 10 * 3_600 + 40, "NAME", 3);
}

fn emergency(writer: &mut Writer, others: &[&Point]) -> Option<()> {
    let declared = others.iter().find(|point| office(point) == DECLARED)?;
    let seat = |day| Seat {
        account: "E-0007",
        terminal: "T-210",
        day,
    };
    let within = seat(date(2024, 1, 2));
    writer.login(within, 8 * 3_600);
    writer.read(within, 8 * 3_600 + 300, "S01", declared, DECLARED_ITEMS);
    let other_item = &["supply_point.contract_power_kw"];
    writer.read(within, 8 * 3_600 + 360, "S01", declared, other_item);
    let after = seat(date(2024, 3, 5));
    writer.login(after, 13 * 3_600);
    let in_area = others.iter().filter(|point| office(point) == DECLARED);
    let elsewhere = others.iter().filter(|point| office(point) != DECLARED);
    for (call, point) in in_area.chain(elsewhere).take(AFTER_THE_END).enumerate() {
        writer.read(
            after,
            13 * 3_600 + 120 + 90 * call as u64,
            "S01",
            point,
            DECLARED_ITEMS,
        );
    }
    Some(())
}

/// `N-0457` before the transfer of its owner, and after it.
fn after_the_transfer(writer: &mut Writer, competitors: &Point) {
    let before = Seat {
        account: "N-0457",
        terminal: "T-101",
        day: date(2025, 3, 10),
    };
    writer.login(before, 9 * 3_600);
    let after = Seat {
        account: "N-0457",
        terminal: "T-210",
        day: SEARCHED,
    };
    writer.login(after, 14 * 3_600);
    writer.search(after, 14 * 3_600 + 30, "NAME", 1);
    writer.read(after, 14 * 3_600 + 60, "S01", competitors, ALL_ITEMS);
    let dispatch = Seat {
        account: "GRID-OPS",
        terminal: "T-901",
        day: date(2025, 7, 1),
    };
    writer.login(dispatch, 7 * 3_600);
    writer.push(dispatch, 7 * 3_600 + 20, "READ").screen = "G01";
    let outside = Seat {
        terminal: "T-210",
        day: date(2025, 7, 2),
        ..dispatch
    };
    writer.login(outside, 16 * 3_600);
    writer.push(outside, 16 * 3_600 + 20, "READ").screen = "G01";
}

const SEARCHED: Date = date(2025, 6, 10);

/// Ten days after the point was read, the incumbent asks to switch it.
pub(crate) fn planted_request(points: &Points) -> Option<[String; 3]> {
    let point = points.others().first()?.id.clone();
    Some([plus(SEARCHED, 10).to_string(), point, OWN.to_owned()])
}

fn terminals_and_lists(writer: &mut Writer) {
    writer.login(
        Seat {
            account: "K-3301",
            terminal: "T-777",
            day: date(2025, 10, 6),
        },
        18 * 3_600,
    );
    writer.login(
        Seat {
            account: "K-3302",
            terminal: "T-501",
            day: date(2025, 10, 7),
        },
        9 * 3_600,
    );
    for month in [1, 2, 3] {
        let seat = Seat {
            account: "B-3100",
            terminal: "T-301",
            day: date(2026, month, 2),
        };
        writer.login(seat, 2 * 3_600);
        let line = writer.push(seat, 2 * 3_600 + 5, "EXPORT");
        line.items = &[
            "supply_period.retailer_code",
            "consumer.contract_holder_name",
        ];
        line.hits = Some(8);
    }
}

/// Numbers the lines; three numbers are missing, and one line is stamped an hour too early.
fn number(lines: &mut [Line]) {
    let (gap, back) = (lines.len() / 3, lines.len() / 2);
    for (place, line) in lines.iter_mut().enumerate() {
        line.sequence = 1 + place as u64 + if place >= gap { 3 } else { 0 };
    }
    if let Some(line) = lines.get_mut(back) {
        line.at.second = line.at.second.saturating_sub(3_600);
    }
}

//! A small system: two companies that must not share, one contractor, and a log of a few lines.

use std::path::Path;

use bunri_access::form::{Field, Layout, Log, Place};
use bunri_access::known::{Account, Emergency, Guarded, Known, Numbers, Terminal};
use bunri_access::points::{Ownership, PointsBuilder};
use bunri_access::time::{Instant, JAPAN, TimeForm, japan_midnight};
use bunri_access::{AccessError, Report, Terms, Work, scan};
use bunri_security::Side;
use bunri_security::file::Encoding;
use bunri_security::file::{Action, SearchBy};
use tempfile::TempDir;

/// The columns of the log.
pub(crate) const HEADER: &str = "seq,at,user,term,screen,do,by,point,items,hits";

pub(crate) fn day(text: &str) -> i32 {
    bunri_types::parse_day(text).unwrap()
}

pub(crate) fn at(day_text: &str, seconds: i64) -> Instant {
    japan_midnight(day(day_text)) + seconds * 1_000_000
}

fn account(side: Side, company: u32) -> Account {
    Account {
        side,
        company,
        left: None,
        batch: false,
        emergencies: Vec::new(),
        screens: None,
    }
}

/// Point 90 is own to 2024-03-31 and another's from 2024-04-01 on, with a gap in 2025; 91 is another's, 92 own, 93 undecided.
pub(crate) fn known() -> Known {
    let mut known = Known::default();
    let sides = [
        ("Grid", Side::Operator),
        ("Retail", Side::Retail),
        ("Hydro", Side::Affiliate),
        ("Systems", Side::Contractor),
    ];
    for (name, side) in sides {
        known.companies.number(name);
        known.sides.push(side);
    }
    let screens = ["S01", "S03", "G01"].map(|screen| known.screens.number(screen));
    known.dispatch = [screens[2]].into_iter().collect();
    let terminals = [
        ("T-G", 0, Some(0), false),
        ("T-R", 1, Some(1), false),
        ("T-H", 2, Some(2), false),
        ("T-X", 0, Some(1), false),
        ("T-D", 0, Some(0), true),
        ("T-S", 3, None, false),
    ];
    for (name, company, room, dispatch) in terminals {
        known.terminals.number(name);
        known.terminal.push(Terminal {
            company,
            room,
            dispatch,
        });
    }
    for (name, guarded) in [
        ("p.name", Guarded::Yes),
        ("p.address", Guarded::No),
        ("p.power", Guarded::Yes),
    ] {
        known.columns.number(name);
        known.guarded.push(guarded);
    }
    let north = known.areas.number("north");
    let south = known.areas.number("south");
    let emergency = Emergency {
        window: Some((at("2024-01-01", 0), at("2024-01-05", 86_400) - 1)),
        screens: Some([screens[0]].into_iter().collect()),
        areas: Some([north].into_iter().collect()),
        columns: Some([1].into_iter().collect()),
    };
    let moved = |account: Account| Account {
        left: Some((day("2024-02-01"), Side::Retail)),
        ..account
    };
    let accounts = [
        ("G-1", account(Side::Operator, 0)),
        ("G-2", moved(account(Side::Operator, 0))),
        ("R-1", account(Side::Retail, 1)),
        ("R-2", account(Side::Retail, 1)),
        (
            "E-1",
            Account {
                emergencies: vec![emergency],
                screens: Some(Numbers::default()),
                ..account(Side::Retail, 1)
            },
        ),
        ("H-1", account(Side::Affiliate, 2)),
        ("C-1", account(Side::Contractor, 3)),
        (
            "B-1",
            Account {
                batch: true,
                ..account(Side::Operator, 0)
            },
        ),
    ];
    for (name, account) in accounts {
        known.accounts.number(name);
        known.account.push(account);
    }
    let actions = [
        ("LOGIN", Action::Login),
        ("READ", Action::Read),
        ("SEARCH", Action::Search),
        ("WRITE", Action::Write),
        ("EXPORT", Action::Export),
        ("MENU", Action::Other),
    ];
    for (word, action) in actions {
        known.actions.insert(word.as_bytes().to_vec(), action);
    }
    for (word, by) in [("NAME", SearchBy::Name), ("POINT", SearchBy::Other)] {
        known.searches.insert(word.as_bytes().to_vec(), by);
    }
    known.separator = ";".to_owned();
    known.every_column = vec!["*".to_owned()];
    let mut points = PointsBuilder::new(100);
    let mut period = |point, from, until, ownership| {
        points
            .period(point, day(from), day(until), ownership)
            .unwrap();
    };
    period("90", "2020-01-01", "2024-03-31", Ownership::Own);
    period("90", "2024-04-01", "2024-12-31", Ownership::Other);
    period("91", "2020-01-01", "2030-12-31", Ownership::Other);
    period("92", "2020-01-01", "2030-12-31", Ownership::Own);
    period("93", "2020-01-01", "2030-12-31", Ownership::Undecided);
    points.area("91", north).unwrap();
    points.area("90", south).unwrap();
    points.request("91", at("2024-06-10", 86_400) - 1).unwrap();
    points.request("92", at("2024-06-10", 86_400) - 1).unwrap();
    known.points = points.build();
    known
}

/// A log in files of this folder, written as [`HEADER`] says.
pub(crate) fn csv_log(files: Vec<std::path::PathBuf>) -> Log {
    let names = [
        (Field::Sequence, "seq"),
        (Field::Time, "at"),
        (Field::Account, "user"),
        (Field::Terminal, "term"),
        (Field::Screen, "screen"),
        (Field::Action, "do"),
        (Field::Search, "by"),
        (Field::Point, "point"),
        (Field::Columns, "items"),
        (Field::Rows, "hits"),
    ];
    let layout = Layout::Delimited {
        delimiter: b',',
        quote: Some(b'"'),
        columns: None,
        names: names.map(|(field, name)| (field, name.to_owned())).into(),
    };
    let place = Place::Files {
        files,
        layout,
        encoding: Encoding::Utf8,
    };
    Log::new(place, TimeForm::Year, JAPAN)
}

/// Writes these bytes and looks through them.
pub(crate) fn looked(bytes: &[u8], terms: &Terms) -> Result<Report, AccessError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, bytes).unwrap();
    look(&csv_log(vec![path]), terms, Work::new(1))
}

pub(crate) fn look(log: &Log, terms: &Terms, work: Work) -> Result<Report, AccessError> {
    scan(log, &known(), terms, work, |_| true)
}

/// The lines, each with the next number before it, under the names of the columns.
pub(crate) fn numbered(lines: &[&str]) -> String {
    let mut text = format!("{HEADER}\n");
    for (number, line) in lines.iter().enumerate() {
        text += &format!("{},{line}\n", number + 1);
    }
    text
}

/// What was found, one a line: rule, account, screen, count, lines of the first places.
pub(crate) fn story(report: &Report) -> Vec<String> {
    let places = |examples: &[String]| {
        let lines = examples.iter().filter_map(|it| it.rsplit(':').next());
        lines.collect::<Vec<_>>().join(" ")
    };
    let mut story = Vec::new();
    for it in &report.findings {
        let account = it.account.as_deref().unwrap_or("log");
        let screen = it.screen.as_deref().unwrap_or("-");
        let places = places(&it.examples);
        story.push(format!(
            "{} {account} {screen} {} @{places}",
            it.rule, it.count
        ));
    }
    for (what, open) in [
        ("malformed", &report.malformed),
        ("open", &report.not_judged),
    ] {
        for it in open {
            let places = places(&it.examples);
            story.push(format!("{what} {} {} @{places}", it.reason, it.lines));
        }
    }
    story
}

/// What these lines come to.
pub(crate) fn found(lines: &[&str]) -> Vec<String> {
    found_with(lines, &Terms::new())
}

pub(crate) fn found_with(lines: &[&str], terms: &Terms) -> Vec<String> {
    story(&looked(numbered(lines).as_bytes(), terms).unwrap())
}

/// Writes a file of this folder.
pub(crate) fn file(folder: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

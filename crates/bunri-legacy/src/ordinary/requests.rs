//! What is applied for, what changed, what people said: switching requests, history, statements.

use jiff::civil::Date;

use crate::calendar::{FREEZE, LIBERALISATION, era, moment, plus};
use crate::cell::{NULL, int, shown, text};
use crate::names::VACANT;
use crate::ordinary::Rows;
use crate::ordinary::holders::holder;
use crate::point::{Period, Point};
use crate::schema::{Row, TableName};

/// The pairs of periods between which the supplier changed.
fn switches(point: &Point) -> impl Iterator<Item = (&Period, &Period)> {
    point
        .periods
        .windows(2)
        .map(|pair| (&pair[0], &pair[1]))
        .filter(|(ending, starting)| ending.code != starting.code && starting.code != VACANT)
}

fn received(point: &Point, starting: &Period) -> Date {
    plus(starting.from, -point.dice.between(500, 10, 40))
}

/// Every request to switch the point: the day on which it was received, and the code of the retailer that sent it.
pub fn requests_of(point: &Point) -> impl Iterator<Item = (Date, &'static str)> {
    switches(point).map(|(_, starting)| (received(point, starting), starting.code))
}

/// The new retailer's request to start, sent some weeks before.
pub(crate) fn switching_requests(point: &Point, rows: &mut Rows) {
    for (ending, starting) in switches(point) {
        let received = received(point, starting);
        rows.push(
            TableName::SwitchingRequest,
            vec![
                text(request_no(point, starting)),
                int(receipt_no(point, ending)),
                text(&point.id),
                text(starting.code),
                text("start"),
                shown(starting.from.strftime("%Y/%m/%d")),
                text(moment(received, 50_000)),
                text(ending.code),
                shown(format!("SW-{}-GW", starting.code)),
                NULL,
            ],
        );
    }
}

/// The operator numbers what it receives from a counter of its own, whose numbers are also name-holders' numbers.
pub(crate) fn receipt_no(point: &Point, ending: &Period) -> i64 {
    point.consumer_id(ending.no)
}

/// One point in fifteen has a scan of its holder's papers, one in five switches the letter that came with the request.
pub(crate) fn documents(point: &Point, rows: &mut Rows) {
    let holder_of = point
        .current()
        .filter(|period| !period.is_vacant() && point.dice.below(520, 15) == 0);
    if let Some(period) = holder_of {
        let name = holder(point, period).name;
        let row = document(
            &format!("DC{:08}", point.index),
            ("CONSUMER", point.consumer_id(period.no)),
            ("本人確認書類", format!("運転免許証の写し　{name}")),
            period.written(point.dice),
        );
        rows.push(TableName::Document, noted(point, row));
    }
    for (ending, starting) in switches(point).filter(|_| point.dice.below(521, 5) == 0) {
        let name = holder(point, starting).name;
        let row = document(
            &format!("DR{:08}-{}", point.index, starting.no),
            ("REQUEST", receipt_no(point, ending)),
            ("委任状", format!("開始申込の委任状　{name}")),
            plus(starting.from, -7),
        );
        rows.push(TableName::Document, noted(point, row));
    }
}

/// One scan in ten with a note in the field that the clerks of both companies share.
fn noted(point: &Point, mut row: Row) -> Row {
    let notes = ["窓口で原本確認", "住所変更の届出待ち", "代理人の印影を照合"];
    if point.dice.below(522, 10) == 0
        && let Some(at) = TableName::Document.definition().position("clerk_note")
    {
        row[at] = text(point.dice.pick(523, &notes));
    }
    row
}

/// Papers of a person are good for some years, a letter until it is revoked; some clerks wrote zeros, some nothing.
fn expiry(kind: &str, received: Date) -> String {
    match (kind, received.day() % 4) {
        (_, 0) => "00000000".to_owned(),
        (_, 1) => String::new(),
        ("委任状", _) => "99999999".to_owned(),
        (_, _) => plus(received, 1_461).strftime("%Y%m%d").to_string(),
    }
}

/// A scan: its number, whose it is by kind and number, what it is and who is named on it, the day it came,
/// how long it is good.
pub fn document(
    no: &str,
    (owner, id): (&str, i64),
    (kind, title): (&str, String),
    received: Date,
) -> Row {
    let received = received.min(FREEZE);
    vec![
        text(no),
        text(owner),
        int(id),
        text(kind),
        text(title),
        text(era(received)),
        text(expiry(kind, received)),
        NULL,
        text("SCAN01"),
    ]
}

/// `SW26-99020-0001008`: year, the requester's code and a number.
pub(crate) fn request_no(point: &Point, starting: &Period) -> String {
    let year = starting.from.strftime("%y");
    format!(
        "SW{year}-{}-{:07}",
        starting.code,
        point.consumer_id(starting.no)
    )
}

/// In no order and without an index: newest first, as the old screen showed it.
pub(crate) fn change_history(point: &Point, rows: &mut Rows) {
    let changes: Vec<_> = switches(point).zip(1..).collect();
    for ((ending, starting), number) in changes.into_iter().rev() {
        rows.push(
            TableName::ChangeHistory,
            vec![
                text(&point.id),
                int(number),
                text(if starting.from < LIBERALISATION {
                    "名義変更"
                } else {
                    "SW"
                }),
                shown(starting.from),
                text(ending.code),
                text(starting.code),
                text("SWBATCH"),
                text(moment(starting.from, 300)),
            ],
        );
    }
}

pub(crate) fn customer_statements(point: &Point, rows: &mut Rows) {
    let Some(period) = point.current().filter(|_| point.dice.below(510, 12) == 0) else {
        return;
    };
    let words = [
        "検針の時刻を知らせてほしい",
        "停電の連絡は携帯へ",
        "来月転居の予定",
        "計器の音が大きい",
    ];
    rows.push(
        TableName::CustomerStatement,
        vec![
            shown(format!("S{:09}", point.index)),
            text(&point.id),
            shown(period.written(point.dice)),
            text(point.dice.pick(511, &words)),
            shown(format!("U{}{:03}", period.code, point.dice.below(512, 300))),
        ],
    );
}

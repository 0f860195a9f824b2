//! Rows that belong to no supply point: code tables, accounts, totals of the area.

use crate::cell::{NULL, int, shown, tenths, text};
use crate::names::{OPERATOR, OWN, RETAILERS, TARIFFS};
use crate::ordinary::{Rows, Totals};
use crate::schema::TableName;

/// Account, name, company, role. `GRID-OPS` is shared, `N-0457` changed sides and kept its account.
const ACCOUNTS: [(&str, &str, &str, &str); 6] = [
    ("T-501", "託送 営業所端末", OPERATOR, "wheeling"),
    ("T-777", "小売 窓口端末", OWN, "retail"),
    ("N-0457", "異動者 ネットワーク→小売", OWN, "wheeling"),
    ("GRID-OPS", "給電 共用", OPERATOR, "grid"),
    ("P-88", "電話受付", OWN, "retail"),
    ("BATCH", "夜間処理", OPERATOR, "batch"),
];

/// The rows of tables that no point has: retailers, tariffs, logins.
pub fn fixed_rows(rows: &mut Rows) {
    for (code, name, kind, last_used) in RETAILERS {
        let last_used = last_used.map_or(NULL, text);
        rows.push(
            TableName::CodeRetailer,
            vec![text(code), text(name), text(kind), last_used],
        );
    }
    for (code, name, price, description, last_used) in TARIFFS {
        let last_used = last_used.map_or(NULL, text);
        rows.push(
            TableName::CodeTariff,
            vec![
                text(code),
                text(name),
                int(price),
                text(description),
                last_used,
            ],
        );
    }
    for ((id, name, company, role), number) in ACCOUNTS.into_iter().zip(1..) {
        rows.push(
            TableName::Account,
            vec![
                text(id),
                text(name),
                text(company),
                text(role),
                shown(format!("5f4dcc3b5aa765d61d8327deb882cf9{number}")),
                shown(format!("2026-03-{:02} 08:3{number}:00", 20 + number)),
            ],
        );
    }
}

/// Totals as the old monthly job wrote them, over every supplier's points: own and other in one number.
pub fn area_totals(totals: &Totals, rows: &mut Rows) {
    for ((voltage, month), (usage, count)) in totals {
        rows.push(
            TableName::AreaTotal,
            vec![
                text("90"),
                text(*voltage),
                text(month),
                tenths(*usage),
                int(*count),
            ],
        );
    }
}

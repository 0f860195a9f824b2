//! How rows come in the order of a key: from the database where it follows an index for that and sorts nothing, by its own word; then
//! an interrupted table goes on behind a key. Where it would sort, it would do so on disks that others need, so rows come as they lie,
//! and are sorted here unless that is their order.
//!
//! The order that is asked for need not be that of the values that come: whoever takes them sees whether they ascend, and counts
//! whether all of them came. But it is always one and the same, with and without a key that rows stand behind.

use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use bunri_odbc::{Connection, Dbms, literal};
use bunri_source_model::{ObjectKind, Query, SourceError};

use crate::form::{Column, Order};
use crate::session::{OdbcReader, from};

impl OdbcReader {
    /// What makes the database give the rows in key order for little, all of them or those behind the row with a key; [`None`]: take
    /// them as they lie.
    ///
    /// # Errors
    /// What the database says.
    pub fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
        behind: Option<&[RawValue]>,
    ) -> Result<Option<Query>, SourceError> {
        if table.key.is_empty() || kind == ObjectKind::View {
            return Ok(None);
        }
        let connection = self.shared.turn();
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let columns = self.named(&connection, &table.name, &names)?;
        let Some(order) = KeyOrder::of(connection.dbms(), table, &columns) else {
            return Ok(None);
        };
        if order.has_texts() && order.dbms == Dbms::Postgresql && !is_utf8(&connection)? {
            return Ok(None);
        }
        let text = match behind {
            None => order.all(),
            Some(key) => match order.behind(key) {
                Some(text) => text,
                None => return Ok(None),
            },
        };
        let asked: Vec<&str> = columns.iter().map(|column| column.asked.as_str()).collect();
        let from = from(&connection, self.entry(&table.name)?);
        let statement = format!("SELECT {} {from} {text}", asked.join(", "));
        if !follows_an_index(&connection, &statement)? {
            return Ok(None);
        }
        Ok(Some(Query {
            text,
            behind: Vec::new(),
        }))
    }
}

/// The columns of a key as rows are asked for by them.
pub(crate) struct KeyOrder {
    dbms: Dbms,
    /// Of each column how its values are compared, and by which term.
    terms: Vec<(Order, String)>,
}

impl KeyOrder {
    /// Of a table with a key whose columns are read so, all of the table's; [`None`] where one of the key has no order that is known.
    pub(crate) fn of(dbms: Dbms, table: &Table, columns: &[Column]) -> Option<Self> {
        let key = table.key.iter().map(|&at| {
            let column = &columns[at];
            let order = column.order?;
            Some((order, term(dbms, column, order)))
        });
        Some(Self {
            dbms,
            terms: key.collect::<Option<_>>()?,
        })
    }

    fn has_texts(&self) -> bool {
        self.terms.iter().any(|(order, _)| *order == Order::Texts)
    }

    /// What stands behind `FROM …` for all rows.
    fn all(&self) -> String {
        let terms: Vec<&str> = self.terms.iter().map(|(_, term)| term.as_str()).collect();
        format!("ORDER BY {}", terms.join(", "))
    }

    /// The same for the rows behind the row with this key; [`None`] where one of its values cannot be compared.
    pub(crate) fn behind(&self, key: &[RawValue]) -> Option<String> {
        let condition = stands_behind(self.dbms, &self.terms, key)?;
        Some(format!("WHERE {condition} {}", self.all()))
    }
}

/// Whether texts are stored as they come: in another encoding their bytes are others, and so is the order of these.
fn is_utf8(connection: &Connection) -> Result<bool, SourceError> {
    let answer = connection.rows("name its encoding", "SELECT getdatabaseencoding()::text")?;
    Ok(answer == [[Some("UTF8".to_owned())]])
}

/// Whether the database would follow an index of the table, or the table itself, and sort nothing. Of one whose word for that nobody
/// here has seen, it would not.
fn follows_an_index(connection: &Connection, statement: &str) -> Result<bool, SourceError> {
    let explain = match connection.dbms() {
        Dbms::Mariadb | Dbms::Postgresql => "EXPLAIN",
        Dbms::Sqlite => "EXPLAIN QUERY PLAN",
        Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other => return Ok(false),
    };
    let plan = connection.rows("say how it would read", &format!("{explain} {statement}"))?;
    let last = |row: &Vec<Option<String>>| row.last().cloned().flatten().unwrap_or_default();
    let steps: Vec<String> = plan.iter().map(last).collect();
    Ok(is_in_order(connection.dbms(), &steps))
}

/// What the steps of a plan say, each by its last column.
fn is_in_order(dbms: Dbms, steps: &[String]) -> bool {
    let Some(first) = steps.first() else {
        return false;
    };
    match dbms {
        Dbms::Mariadb => {
            steps.len() == 1 && !first.contains("filesort") && !first.contains("temporary")
        }
        Dbms::Postgresql => ["Index Scan using", "Index Only Scan using"]
            .iter()
            .any(|way| first.starts_with(way)),
        // Not by an index beside the table: what SQLite takes from there, it does not look up in the table.
        Dbms::Sqlite => {
            steps.len() == 1
                && (first.contains("USING INTEGER PRIMARY KEY")
                    || first.contains("USING PRIMARY KEY")
                    || !first.contains(" USING "))
        }
        Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other => false,
    }
}

/// A column of a key as it is ordered.
fn term(dbms: Dbms, column: &Column, order: Order) -> String {
    match (dbms, order) {
        (Dbms::Postgresql, Order::Texts) => format!("{} COLLATE \"C\"", column.stored),
        (_, Order::Stored) => format!("{} COLLATE BINARY", column.stored),
        (_, Order::Numbers | Order::Moments | Order::Texts) => column.stored.clone(),
    }
}

/// The condition of the rows behind these values; [`None`] where one cannot be compared. Rows of values are not compared as such: not
/// every database does that, nor by an index where it does. So of every column but the last: at least its value, and more than that or
/// else the columns behind it decide.
fn stands_behind(dbms: Dbms, key: &[(Order, String)], values: &[RawValue]) -> Option<String> {
    let ([(order, term), rest @ ..], [value, values @ ..]) = (key, values) else {
        return None;
    };
    let value = bound(dbms, *order, value)?;
    if rest.is_empty() && values.is_empty() {
        return Some(format!("{term} > {value}"));
    }
    let rest = stands_behind(dbms, rest, values)?;
    Some(format!(
        "{term} >= {value} AND ({term} > {value} OR ({rest}))"
    ))
}

/// A value of a key as SQL compares it; [`None`]: it cannot be, exactly.
fn bound(dbms: Dbms, order: Order, value: &RawValue) -> Option<String> {
    match (order, value) {
        (Order::Numbers | Order::Stored, RawValue::Int(number)) => Some(number.to_string()),
        // Between quotes some would compare it as a floating-point number.
        (Order::Numbers, RawValue::Decimal(digits)) => {
            let is_plain = |sign: u8| sign.is_ascii_digit() || matches!(sign, b'-' | b'.');
            digits.bytes().all(is_plain).then(|| digits.clone())
        }
        (Order::Moments, RawValue::Text(text)) => {
            // MariaDB knows no zones; its session's is UTC, and so is what stands there.
            let text = match dbms {
                Dbms::Mariadb => text.strip_suffix("+00:00").unwrap_or(text),
                _ => text,
            };
            let is_plain = |sign: u8| {
                sign.is_ascii_digit() || matches!(sign, b'-' | b'.' | b':' | b' ' | b'+')
            };
            text.bytes().all(is_plain).then(|| literal(text))
        }
        (Order::Texts, RawValue::Text(text)) => characters(dbms, text),
        // SQLite ends a statement there.
        (Order::Stored, RawValue::Text(text)) if !text.contains('\0') => Some(literal(text)),
        _ => None,
    }
}

/// A text by the bytes of its characters, so that no sign in it means anything.
fn characters(dbms: Dbms, text: &str) -> Option<String> {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    match dbms {
        Dbms::Mariadb => Some(format!("_utf8mb4 x'{hex}'")),
        Dbms::Postgresql => Some(format!("convert_from(decode('{hex}', 'hex'), 'UTF8')")),
        Dbms::Sqlite | Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    #[test]
    fn rows_behind_a_key_of_one_column_and_of_several() {
        let key = |columns: &[&str]| {
            let column = |name: &&str| (Order::Numbers, (*name).to_owned());
            columns.iter().map(column).collect::<Vec<_>>()
        };
        let behind = |columns: &[&str], values: &[i64]| {
            let values: Vec<RawValue> = values.iter().copied().map(RawValue::Int).collect();
            stands_behind(Dbms::Mariadb, &key(columns), &values)
        };
        assert_eq!(behind(&["a"], &[1]).unwrap(), "a > 1");
        assert_eq!(
            behind(&["a", "b", "c"], &[1, -2, 3]).unwrap(),
            "a >= 1 AND (a > 1 OR (b >= -2 AND (b > -2 OR (c > 3))))"
        );
        // A key of another shape, of an earlier catalogue.
        assert_eq!(behind(&["a"], &[1, 2]), None);
        assert_eq!(behind(&["a", "b"], &[1]), None);
        assert_eq!(behind(&[], &[]), None);
    }

    #[test]
    fn values_are_compared_as_what_they_are_or_not_at_all() {
        let maria = |order, value: RawValue| bound(Dbms::Mariadb, order, &value);
        let decimal = |digits: &str| RawValue::Decimal(digits.to_owned());
        assert_eq!(maria(Order::Numbers, RawValue::Int(-7)).unwrap(), "-7");
        assert_eq!(maria(Order::Numbers, decimal("-0.50")).unwrap(), "-0.50");
        assert_eq!(maria(Order::Numbers, decimal("NaN")), None);
        assert_eq!(maria(Order::Numbers, text("7")), None);
        assert_eq!(
            maria(Order::Moments, text("2024-02-29 00:00:00.5+00:00")).unwrap(),
            "'2024-02-29 00:00:00.5'"
        );
        assert_eq!(maria(Order::Moments, text("infinity")), None);
        assert_eq!(
            maria(Order::Texts, text("a'\\")).unwrap(),
            "_utf8mb4 x'61275c'"
        );
        assert_eq!(maria(Order::Texts, RawValue::TextHex("93".into())), None);
        let postgresql = |order, value: RawValue| bound(Dbms::Postgresql, order, &value);
        assert_eq!(
            postgresql(Order::Moments, text("2024-02-29 00:00:00+00:00")).unwrap(),
            "'2024-02-29 00:00:00+00:00'"
        );
        assert_eq!(postgresql(Order::Moments, text("0044-03-15 BC")), None);
        assert_eq!(
            postgresql(Order::Texts, text("髙")).unwrap(),
            "convert_from(decode('e9ab99', 'hex'), 'UTF8')"
        );
        let sqlite = |value: RawValue| bound(Dbms::Sqlite, Order::Stored, &value);
        assert_eq!(sqlite(text("a'b")).unwrap(), "'a''b'");
        assert_eq!(sqlite(text("a\0b")), None);
        assert_eq!(sqlite(RawValue::Real("0.5".into())), None);
    }

    #[test]
    fn a_plan_that_sorts_gives_no_order() {
        for (dbms, step, follows) in [
            (Dbms::Mariadb, "", true),
            (Dbms::Mariadb, "Using where", true),
            (Dbms::Mariadb, "Using filesort", false),
            (Dbms::Mariadb, "Using temporary; Using filesort", false),
            (
                Dbms::Postgresql,
                "Index Scan using t_pkey on t  (cost=0.42..8.44 rows=1 width=4)",
                true,
            ),
            (
                Dbms::Postgresql,
                "Sort  (cost=1.0..2.0 rows=1 width=4)",
                false,
            ),
            (Dbms::Postgresql, "Gather Merge  (cost=1.0..2.0)", false),
            (Dbms::Sqlite, "SCAN t", true),
            (
                Dbms::Sqlite,
                "SEARCH t USING INTEGER PRIMARY KEY (rowid>?)",
                true,
            ),
            (Dbms::Sqlite, "SCAN t USING INDEX i", false),
            (Dbms::Sqlite, "SCAN t USING COVERING INDEX i", false),
            (Dbms::Oracle, "", false),
        ] {
            assert_eq!(is_in_order(dbms, &[step.to_owned()]), follows, "{step}");
        }
        let sorted = ["SCAN t", "USE TEMP B-TREE FOR ORDER BY"].map(str::to_owned);
        assert!(!is_in_order(Dbms::Sqlite, &sorted));
        assert!(!is_in_order(Dbms::Mariadb, &[]));
    }
}

//! How rows come in key order: as they lie in the table, where the server's statistics say that they lie so; else from an index that
//! gives the order for little; else sorted here. The server is asked what it would do; where it would sort, it would do so on disks that
//! others need, so that is done here. Statistics are of a sample: whoever takes the rows looks whether they ascend, and sorts them if not.
//!
//! Texts are ordered by their bytes (`COLLATE "C"`), which an index of another collation does not give; and bytes are those of the
//! database's encoding, so that in a database that is not UTF-8 texts in keys are sorted here.

use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use bunri_postgresql::literal;

use super::form::{Column, Form, Object};
use super::read::select;
use super::server::ServerReader;
use bunri_source_model::SourceError;
use bunri_source_model::{ObjectKind, Query};

/// How a plan begins that follows an index of the table, and sorts nothing.
const ALONG_AN_INDEX: [&str; 3] = [
    "Index Scan using",
    "Index Only Scan using",
    "Index Scan Backward",
];

impl ServerReader {
    /// What makes the server give the rows in key order for little; [`None`]: sort here.
    pub(crate) fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
    ) -> Result<Option<Query>, SourceError> {
        self.in_order(table, kind, None)
    }

    /// The same of the rows behind the row with this key.
    pub(crate) fn in_key_order_behind(
        &self,
        table: &Table,
        kind: ObjectKind,
        key: &[RawValue],
    ) -> Result<Option<Query>, SourceError> {
        if key.len() != table.key.len() {
            return Ok(None);
        }
        let bound: Option<Vec<String>> = key.iter().map(bound).collect();
        match bound {
            Some(bound) => self.in_order(table, kind, Some(&bound)),
            None => Ok(None),
        }
    }

    fn in_order(
        &self,
        table: &Table,
        kind: ObjectKind,
        behind: Option<&[String]>,
    ) -> Result<Option<Query>, SourceError> {
        if table.key.is_empty() || kind == ObjectKind::View {
            return Ok(None);
        }
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let columns = self.named(&table.name, &names)?;
        let key: Option<Vec<String>> = table.key.iter().map(|&at| ordered(&columns[at])).collect();
        let Some(key) = key else { return Ok(None) };
        if self.orders_by_other_bytes(table, &columns)? {
            return Ok(None);
        }
        let object = self.object(&table.name)?;
        let asked = |text: String| {
            Some(Query {
                text,
                behind: Vec::new(),
            })
        };
        if behind.is_none()
            && self.lies_in_order(object, &table.columns[table.key[0]].name)?
            && self.begins_with(&select(object, &columns, ""), &["Seq Scan on"])?
        {
            return Ok(asked(String::new()));
        }
        let condition = behind.map_or_else(String::new, |behind| {
            format!("WHERE ({}) > ({}) ", key.join(", "), behind.join(", "))
        });
        let text = format!("{condition}ORDER BY {}", key.join(", "));
        if self.begins_with(&select(object, &columns, &text), &ALONG_AN_INDEX)? {
            return Ok(asked(text));
        }
        Ok(None)
    }

    /// Whether every row of the sample that the server took last lies behind those with a smaller value in this column.
    fn lies_in_order(&self, object: &Object, column: &str) -> Result<bool, SourceError> {
        let sql = format!(
            "SELECT count(*) FROM pg_stats s, pg_class c, pg_namespace n WHERE c.oid = {} AND n.oid = c.relnamespace \
             AND s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = {} AND NOT s.inherited AND s.correlation = 1",
            object.oid,
            literal(column)
        );
        let answer = self
            .connection
            .rows("say whether its rows lie in order", &sql)?;
        Ok(answer == [[Some("1".to_owned())]])
    }

    /// Whether texts of the key are stored in another encoding than they come in.
    pub(super) fn orders_by_other_bytes(
        &self,
        table: &Table,
        columns: &[Column],
    ) -> Result<bool, SourceError> {
        let is_text = |&at: &usize| matches!(columns[at].form, Form::Text | Form::Padded);
        if !table.key.iter().any(is_text) {
            return Ok(false);
        }
        let answer = self
            .connection
            .rows("name its encoding", "SELECT getdatabaseencoding()")?;
        Ok(answer != [[Some("UTF8".to_owned())]])
    }

    /// Whether the server's plan for a statement begins with one of these steps.
    fn begins_with(&self, statement: &str, steps: &[&str]) -> Result<bool, SourceError> {
        let plan = self
            .connection
            .rows("say how it would read", &format!("EXPLAIN {statement}"))?;
        let first = plan.into_iter().flatten().flatten().next();
        Ok(first.is_some_and(|first| steps.iter().any(|step| first.starts_with(step))))
    }
}

/// A column of a key as it is ordered; [`None`] where the server's order may not be that of the typed values.
fn ordered(column: &Column) -> Option<String> {
    let stored = column.stored();
    match column.form {
        Form::Int2
        | Form::Int4
        | Form::Int8
        | Form::Oid
        | Form::Numeric
        | Form::Date
        | Form::Timestamp
        | Form::TimestampTz => Some(stored),
        // `character(n)` is compared without its blanks, and so is not in the order of the texts that come.
        Form::Text => Some(format!("{stored} COLLATE \"C\"")),
        Form::Bool
        | Form::Float4
        | Form::Float8
        | Form::Money
        | Form::Padded
        | Form::Bytes
        | Form::Written => None,
    }
}

/// A value of a key as SQL compares it; [`None`]: it cannot be.
pub(super) fn bound(value: &RawValue) -> Option<String> {
    match value {
        RawValue::Int(number) => Some(number.to_string()),
        RawValue::Decimal(text) | RawValue::Text(text) => Some(literal(text)),
        RawValue::Null
        | RawValue::Real(_)
        | RawValue::TextHex(_)
        | RawValue::Blob(_)
        | RawValue::Unknown => None,
    }
}

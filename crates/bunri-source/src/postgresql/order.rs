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
    /// What makes the server give the rows in key order for little, all of them or those behind the row with a key, in about so many
    /// answers; [`None`]: sort here.
    pub(crate) fn in_key_order(
        &self,
        table: &Table,
        kind: ObjectKind,
        behind: Option<&[RawValue]>,
        answers: usize,
    ) -> Result<Option<Vec<Query>>, SourceError> {
        if table.key.is_empty() || kind == ObjectKind::View {
            return Ok(None);
        }
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let columns = self.named(&table.name, &names)?;
        let key = table.key.iter().map(|&at| &columns[at]);
        let key = key.map(|column| ordered(column.form, &column.stored()));
        let Some(key) = key.collect::<Option<Vec<String>>>() else {
            return Ok(None);
        };
        if self.orders_by_other_bytes(table, &columns)? {
            return Ok(None);
        }
        let object = self.object(&table.name)?;
        if behind.is_none()
            && self.lies_in_order(object, &table.columns[table.key[0]].name)?
            && self.begins_with(&select(object, &columns, ""), &["Seq Scan on"])?
        {
            let cut = self.cut_by_pages(object, &columns, answers)?;
            return Ok(Some(queries(cut, "")));
        }
        let mut text = String::new();
        if let Some(behind) = behind {
            let bound: Option<Vec<String>> = behind.iter().map(bound).collect();
            match bound.filter(|bound| bound.len() == key.len()) {
                Some(bound) => text = format!("({}) > ({})", key.join(", "), bound.join(", ")),
                None => return Ok(None),
            }
        }
        let order = format!("ORDER BY {}", key.join(", "));
        let whole = queries(vec![text.clone()], &order);
        if !self.begins_with(&select(object, &columns, &whole[0].text), &ALONG_AN_INDEX)? {
            return Ok(None);
        }
        let cut = self.cut_by_key((object, table, &columns), behind, answers)?;
        if cut.len() < 2 {
            return Ok(Some(whole));
        }
        let both = |condition: &String| match (text.as_str(), condition.as_str()) {
            ("", condition) | (condition, "") => condition.to_owned(),
            (behind, condition) => format!("{behind} AND {condition}"),
        };
        let cut = queries(cut.iter().map(both).collect(), &order);
        // Of less than the whole the server may see it otherwise.
        let last = cut.last().map_or("", |last| last.text.as_str());
        if self.begins_with(&select(object, &columns, last), &ALONG_AN_INDEX)? {
            return Ok(Some(cut));
        }
        Ok(Some(whole))
    }

    /// The rows in whatever order they lie, in about so many answers.
    pub(crate) fn in_any_order(
        &self,
        table: &Table,
        kind: ObjectKind,
        answers: usize,
    ) -> Result<Vec<Query>, SourceError> {
        if kind == ObjectKind::View || answers < 2 {
            return Ok(vec![Query::everything()]);
        }
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let columns = self.named(&table.name, &names)?;
        let object = self.object(&table.name)?;
        Ok(queries(self.cut_by_pages(object, &columns, answers)?, ""))
    }

    /// Whether every row of the sample that the server took last lies behind those with a smaller value in this column.
    fn lies_in_order(&self, object: &Object, column: &str) -> Result<bool, SourceError> {
        let sql = format!(
            "SELECT count(*) {} AND s.correlation = 1",
            from_statistics(object, column)
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
    pub(super) fn begins_with(&self, statement: &str, steps: &[&str]) -> Result<bool, SourceError> {
        let plan = self
            .connection
            .rows("say how it would read", &format!("EXPLAIN {statement}"))?;
        let first = plan.into_iter().flatten().flatten().next();
        Ok(first.is_some_and(|first| steps.iter().any(|step| first.starts_with(step))))
    }
}

/// `FROM …` with what the server's last sample says of a column of a table, under the name `s`.
pub(super) fn from_statistics(object: &Object, column: &str) -> String {
    format!(
        "FROM pg_stats s, pg_class c, pg_namespace n WHERE c.oid = {} AND n.oid = c.relnamespace \
         AND s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = {} AND NOT s.inherited",
        object.oid,
        literal(column)
    )
}

/// What stands behind `FROM …` for the rows of each condition, in an order.
fn queries(conditions: Vec<String>, order: &str) -> Vec<Query> {
    let query = |condition: String| {
        let text = match condition.as_str() {
            "" => order.to_owned(),
            condition => format!("WHERE {condition} {order}"),
        };
        Query {
            text,
            behind: Vec::new(),
        }
    };
    conditions.into_iter().map(query).collect()
}

/// A value of a column as it is ordered; [`None`] where the server's order may not be that of the typed values.
pub(super) fn ordered(form: Form, value: &str) -> Option<String> {
    match form {
        Form::Int2
        | Form::Int4
        | Form::Int8
        | Form::Oid
        | Form::Numeric
        | Form::Date
        | Form::Timestamp
        | Form::TimestampTz => Some(value.to_owned()),
        // `character(n)` is compared without its blanks, and so is not in the order of the texts that come.
        Form::Text => Some(format!("{value} COLLATE \"C\"")),
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

//! The rows with some keys: the server is given the keys as arrays and finds the rows by an index, or by one pass over the table,
//! whichever it finds cheaper. Nothing is made on the server for it.

use bunri_catalogue::Table;
use bunri_columnar::RawValue;
use bunri_postgresql::literal;

use super::form::Form;
use super::order::bound;
use super::server::ServerReader;
use bunri_source_model::RowSink;

impl ServerReader {
    /// Gives the sink the rows with these keys of a table that has one; `false` where a column of the key has no plain equality, or a value no literal.
    pub(crate) fn read_keys<S: RowSink>(
        &self,
        table: &Table,
        keys: &[Vec<RawValue>],
        sink: &mut S,
    ) -> Result<bool, S::Error> {
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let columns = self.named(&table.name, &names)?;
        if self.orders_by_other_bytes(table, &columns)? {
            return Ok(false);
        }
        let (mut stored, mut arrays) = (Vec::new(), Vec::new());
        for (place, &at) in table.key.iter().enumerate() {
            let values = keys.iter().map(|key| text(key.get(place)?));
            let values: Option<Vec<String>> = values.collect();
            let (Some(array), Some(values)) = (array(columns[at].form), values) else {
                return Ok(false);
            };
            stored.push(columns[at].stored());
            arrays.push(format!("ARRAY[{}]::{array}", values.join(", ")));
        }
        let rest = format!(
            "WHERE ({}) IN (SELECT * FROM unnest({}) AS asked)",
            stored.join(", "),
            arrays.join(", ")
        );
        self.read_rows(&table.name, &names, &rest, sink)?;
        Ok(true)
    }
}

/// A value as an element of an array whose type is said behind it: always as a text, so that the elements are of one type.
fn text(value: &RawValue) -> Option<String> {
    match value {
        RawValue::Int(number) => Some(literal(&number.to_string())),
        RawValue::Null
        | RawValue::Real(_)
        | RawValue::Decimal(_)
        | RawValue::Text(_)
        | RawValue::TextHex(_)
        | RawValue::Blob(_)
        | RawValue::Unknown => bound(value),
    }
}

/// The type of an array of such values; [`None`] where a value that came may not be equal to the one that is stored.
pub(super) fn array(form: Form) -> Option<&'static str> {
    match form {
        Form::Int2 => Some("int2[]"),
        Form::Int4 => Some("int4[]"),
        Form::Int8 => Some("int8[]"),
        Form::Oid => Some("oid[]"),
        Form::Numeric => Some("numeric[]"),
        Form::Text => Some("text[]"),
        Form::Padded => Some("bpchar[]"),
        Form::Date => Some("date[]"),
        Form::Timestamp => Some("timestamp[]"),
        Form::TimestampTz => Some("timestamptz[]"),
        Form::Bool | Form::Float4 | Form::Float8 | Form::Money | Form::Bytes | Form::Written => {
            None
        }
    }
}

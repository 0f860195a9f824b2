//! Rejects while a table is read: whole rows as the source stores them, sorted, so that the order in which
//! the source held them leaves no trace.

use std::path::Path;

use bunri_catalogue::Table;
use bunri_columnar::{ByteSorter, ColumnarError, REJECT_BYTES, RawValue, Reject, RejectWriter};
use bunri_manifest::Digests;

use crate::ExtractError;
use crate::convert::Misfit;
use crate::source::{SourceRow, SourceValue};

/// Gathers the rejected rows of one table.
#[derive(Debug)]
pub(crate) struct Rejects {
    sorter: ByteSorter,
    pub(crate) rows: u64,
}

impl Rejects {
    /// Nothing rejected yet; runs spill to `folder`.
    pub(crate) fn new(folder: &Path, budget: usize) -> Self {
        Self {
            sorter: ByteSorter::new(folder, budget),
            rows: 0,
        }
    }

    /// Takes a row whose column number `column` broke a rule.
    pub(crate) fn take(
        &mut self,
        table: &Table,
        row: &impl SourceRow,
        column: usize,
        misfit: Misfit,
    ) -> Result<(), ExtractError> {
        let too_large = || ColumnarError::RejectTooLarge {
            table: table.id.clone(),
            column: table.columns[column].name.clone(),
        };
        // Before anything is copied: written out, no value is shorter than what the source holds.
        let mut held = 0;
        for at in 0..table.columns.len() {
            held += length(row.value(at)?);
        }
        if held > REJECT_BYTES {
            return Err(too_large().into());
        }
        let values = (0..table.columns.len()).map(|at| row.value(at).map(raw));
        let reject = Reject {
            table: table.id.clone(),
            column: table.columns[column].name.clone(),
            rule: misfit.word().to_owned(),
            values: values.collect::<Result<_, _>>()?,
        };
        self.rows += 1;
        let line = serde_json::to_vec(&reject).map_err(|refused| ColumnarError::Staging {
            path: table.id.clone().into(),
            message: format!("a reject cannot be written: {:?}", refused.classify()),
        })?;
        // With the end of its line.
        if line.len() >= REJECT_BYTES {
            return Err(too_large().into());
        }
        Ok(self.sorter.push(&line)?)
    }

    /// Writes them to `path`; no file when there are none.
    pub(crate) fn write(self, path: &Path) -> Result<Option<(u64, Digests)>, ColumnarError> {
        if self.rows == 0 {
            return Ok(None);
        }
        let mut writer = RejectWriter::create(path)?;
        let mut sorted = self.sorter.finish()?;
        while let Some(line) = sorted.next()? {
            writer.write_line(line)?;
        }
        writer.commit().map(Some)
    }
}

/// Bytes of a text or blob; a number takes few.
fn length(value: SourceValue<'_>) -> usize {
    match value {
        SourceValue::Null | SourceValue::Integer(_) | SourceValue::Real(_) => 0,
        SourceValue::Text(bytes) | SourceValue::Blob(bytes) => bytes.len(),
    }
}

fn raw(value: SourceValue<'_>) -> RawValue {
    match value {
        SourceValue::Null => RawValue::Null,
        SourceValue::Integer(number) => RawValue::Int(number),
        // `{:?}` is the shortest text that reads back as the same number, with an exponent where it is long.
        SourceValue::Real(number) => RawValue::Real(format!("{number:?}")),
        SourceValue::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => RawValue::Text(text.to_owned()),
            Err(_) => RawValue::TextHex(hex(bytes)),
        },
        SourceValue::Blob(bytes) => RawValue::Blob(hex(bytes)),
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_values_keep_what_the_source_holds() {
        let list = [
            (SourceValue::Null, RawValue::Null),
            (SourceValue::Integer(-1), RawValue::Int(-1)),
            (SourceValue::Real(0.1), RawValue::Real("0.1".into())),
            (SourceValue::Real(1e300), RawValue::Real("1e300".into())),
            (SourceValue::Text(b""), RawValue::Text(String::new())),
            (
                SourceValue::Text(b"\x93\xfa"),
                RawValue::TextHex("93fa".into()),
            ),
            (
                SourceValue::Blob(b"\x00\xff"),
                RawValue::Blob("00ff".into()),
            ),
        ];
        for (value, expected) in list {
            assert_eq!(raw(value), expected);
        }
    }
}

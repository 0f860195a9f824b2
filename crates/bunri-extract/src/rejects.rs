//! Rejects while a table is read: whole rows as the source stores them, sorted, so that the order in which
//! the source held them leaves no trace. What was rejected before a seam lies aside in files, so that a run that goes on there
//! has it too.

use bunri_catalogue::Table;
use bunri_columnar::{
    ByteSorter, ColumnarError, REJECT_BYTES, RawValue, Reject, RejectLine, RejectWriter,
};
use bunri_manifest::FileEntry;

use crate::ExtractError;
use crate::custody::{Custody, create_parent};
use bunri_source::{LineFault, LinePlace, Misfit, raw};
use bunri_source::{SourceError, SourceRow, SourceValue};
use bunri_types::ValueType;

/// Gathers the rejected rows of one table, a line each.
pub(crate) struct Rejects<'a> {
    sorter: ByteSorter,
    pub(crate) rows: u64,
    aside: Option<Aside<'a>>,
    /// Whether an earlier run rejected some of them.
    has_earlier: bool,
}

/// What became of the rejected rows of a table.
pub(crate) enum CommittedRejects {
    /// They are in this file; none where there are none.
    InFile(Option<FileEntry>),
    /// Two of them are the same, and an earlier run rejected some. Such a row did not lie where its key says: it was met before a seam,
    /// and again among the rows with the keys behind it. Then another row, which lies the other way round, was met by nobody.
    Twice,
}

/// The rejected rows once more, a file for every stretch between two seams that has some.
struct Aside<'a> {
    custody: &'a Custody,
    id: &'a str,
    writer: Option<RejectWriter>,
    files: Vec<FileEntry>,
}

impl<'a> Rejects<'a> {
    /// Nothing rejected yet; runs spill to the folder of temporary files.
    pub(crate) fn new(custody: &Custody, budget: usize) -> Self {
        Self {
            sorter: ByteSorter::new(&custody.tmp(), budget),
            rows: 0,
            aside: None,
            has_earlier: false,
        }
    }

    /// The same of a table with seams, from the last one on: what was rejected before it lies in these files.
    pub(crate) fn aside(
        custody: &'a Custody,
        id: &'a str,
        budget: usize,
        before: Vec<FileEntry>,
    ) -> Result<Self, ColumnarError> {
        let mut rejects = Self::new(custody, budget);
        for file in &before {
            rejects.rows += file.rows;
            custody.lines(file, |line| rejects.sorter.push(line))?;
        }
        rejects.has_earlier = rejects.rows > 0;
        rejects.aside = Some(Aside {
            custody,
            id,
            writer: None,
            files: before,
        });
        Ok(rejects)
    }

    /// At a seam: every file of rejected rows up to here, committed.
    pub(crate) fn seam(&mut self) -> Result<Vec<FileEntry>, ColumnarError> {
        let Some(aside) = &mut self.aside else {
            return Ok(Vec::new());
        };
        if let Some(writer) = aside.writer.take() {
            let (path, _) = aside.custody.rejects_aside(aside.id, aside.files.len())?;
            let (rows, digests) = writer.commit()?;
            aside.files.push(FileEntry::new(path, rows, digests));
        }
        Ok(aside.files.clone())
    }

    /// Takes a row, as [`row_line`] or [`fault_line`] writes it.
    pub(crate) fn push(&mut self, line: &[u8]) -> Result<(), ColumnarError> {
        self.rows += 1;
        if let Some(aside) = &mut self.aside {
            aside.take(line)?;
        }
        self.sorter.push(line)
    }

    /// Writes the file of a table's rejected rows, if there are any.
    pub(crate) fn commit(
        self,
        custody: &Custody,
        id: &str,
    ) -> Result<CommittedRejects, ColumnarError> {
        if self.rows == 0 {
            return Ok(CommittedRejects::InFile(None));
        }
        let (relative, path) = custody.rejects(id)?;
        create_parent(&path)?;
        let mut writer = RejectWriter::create(&path)?;
        let mut sorted = self.sorter.finish()?;
        let mut last = Vec::new();
        while let Some(line) = sorted.next()? {
            if self.has_earlier {
                if line == last {
                    return Ok(CommittedRejects::Twice);
                }
                line.clone_into(&mut last);
            }
            writer.write_line(line)?;
        }
        let (rows, digests) = writer.commit()?;
        let file = FileEntry::new(relative, rows, digests);
        Ok(CommittedRejects::InFile(Some(file)))
    }
}

impl Aside<'_> {
    fn take(&mut self, line: &[u8]) -> Result<(), ColumnarError> {
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let (_, path) = self.custody.rejects_aside(self.id, self.files.len())?;
                RejectWriter::create(&path)?
            }
        };
        writer.write_line(line)?;
        self.writer = Some(writer);
        Ok(())
    }
}

/// The line of a row whose column number `column` broke a rule.
pub(crate) fn row_line(
    table: &Table,
    row: &impl SourceRow,
    column: usize,
    misfit: Misfit,
) -> Result<Vec<u8>, ExtractError> {
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
    let columns = table.columns.iter().enumerate();
    let values = columns.map(|(at, column)| Ok(raw(row.value(at)?, column.value_type)));
    let reject = Reject {
        table: table.id.clone(),
        column: table.columns[column].name.clone(),
        rule: misfit.word().to_owned(),
        values: values.collect::<Result<_, SourceError>>()?,
        line: row.place().map(|place| RejectLine {
            file: place.file.to_owned(),
            number: place.line,
            raw: None,
        }),
    };
    Ok(written(&reject, too_large)?)
}

/// The line of a line of the source that is no row.
pub(crate) fn fault_line(
    table: &Table,
    place: LinePlace<'_>,
    fault: LineFault,
) -> Result<Vec<u8>, ExtractError> {
    let too_large = || ColumnarError::RejectTooLarge {
        table: table.id.clone(),
        column: fault.word().to_owned(),
    };
    if place.raw.len() > REJECT_BYTES {
        return Err(too_large().into());
    }
    let reject = Reject {
        table: table.id.clone(),
        column: String::new(),
        rule: fault.word().to_owned(),
        values: vec![RawValue::Unknown; table.columns.len()],
        line: Some(RejectLine {
            file: place.file.to_owned(),
            number: place.line,
            // It has no type.
            raw: Some(raw(SourceValue::Text(place.raw), ValueType::Text)),
        }),
    };
    Ok(written(&reject, too_large)?)
}

fn written(
    reject: &Reject,
    too_large: impl Fn() -> ColumnarError,
) -> Result<Vec<u8>, ColumnarError> {
    let line = serde_json::to_vec(reject).map_err(|refused| ColumnarError::Staging {
        path: reject.table.clone().into(),
        message: format!("a reject cannot be written: {:?}", refused.classify()),
    })?;
    // With the end of its line.
    if line.len() >= REJECT_BYTES {
        return Err(too_large());
    }
    Ok(line)
}

/// Bytes of a text or blob; a number takes few.
fn length(value: SourceValue<'_>) -> usize {
    match value {
        SourceValue::Null | SourceValue::Integer(_) | SourceValue::Real(_) => 0,
        SourceValue::Text(bytes)
        | SourceValue::Decimal(bytes)
        | SourceValue::Blob(bytes)
        | SourceValue::Untyped(bytes)
        | SourceValue::Undecodable(bytes) => bytes.len(),
    }
}

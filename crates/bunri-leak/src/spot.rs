//! Where something was found: a site (a file, a manifest, the names), a row, a column. And the records in which candidates
//! wait to be confirmed and hits to be reported, in an order that depends on the place alone.

use bunri_report::Rule;
use bunri_spelling::tokens::Coat;

use crate::hashing::{Kind, Name};
use crate::seek::Candidate;

/// Something that is searched as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Site {
    /// The rule of what is found here, where it is not that of a cell.
    pub(crate) rule: Option<Rule>,
    pub(crate) table: Option<String>,
    /// Not given where the file's own name may hold the value.
    pub(crate) file: Option<String>,
    /// Names of the columns, where cells have one.
    pub(crate) columns: Vec<String>,
}

/// A place in a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) site: u32,
    pub(crate) row: u64,
    /// Position in the site's columns; [`u16::MAX`]: none.
    pub(crate) column: u16,
    /// Whether the cell is what the source's granted cell says.
    pub(crate) explained: bool,
    /// The row's name.
    pub(crate) label: String,
}

pub(crate) const NO_COLUMN: u16 = u16::MAX;

/// A fixed number of bytes from the front.
pub(crate) fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(head)
}

impl Spot {
    pub(crate) fn write(&self, record: &mut Vec<u8>) {
        record.extend_from_slice(&self.site.to_be_bytes());
        record.extend_from_slice(&self.row.to_be_bytes());
        record.extend_from_slice(&self.column.to_be_bytes());
        record.push(u8::from(self.explained));
        record.extend_from_slice(self.label.as_bytes());
    }

    pub(crate) fn read(mut bytes: &[u8]) -> Option<Self> {
        Some(Self {
            site: u32::from_be_bytes(*take(&mut bytes)?),
            row: u64::from_be_bytes(*take(&mut bytes)?),
            column: u16::from_be_bytes(*take(&mut bytes)?),
            explained: take::<1>(&mut bytes)? != &[0],
            label: String::from_utf8(bytes.to_vec()).ok()?,
        })
    }
}

/// Something that the filter let through, with its place.
pub(crate) struct Waiting<'a> {
    pub(crate) candidate: Candidate,
    pub(crate) coat: Coat,
    pub(crate) spot: &'a [u8],
}

impl<'a> Waiting<'a> {
    pub(crate) fn write(candidate: &Candidate, coat: Coat, spot: &Spot, record: &mut Vec<u8>) {
        record.clear();
        record.extend_from_slice(&candidate.name);
        record.push(candidate.kind as u8);
        record.extend_from_slice(&candidate.strict);
        record.extend_from_slice(&[u8::from(candidate.whole), coat as u8]);
        record.extend_from_slice(&(candidate.from as u64).to_be_bytes());
        spot.write(record);
    }

    pub(crate) fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let name: Name = *take(&mut bytes)?;
        let kind = if take::<1>(&mut bytes)? == &[Kind::Strict as u8] {
            Kind::Strict
        } else {
            Kind::Loose
        };
        let strict = *take(&mut bytes)?;
        let [whole, coat] = *take(&mut bytes)?;
        let from = usize::try_from(u64::from_be_bytes(*take(&mut bytes)?)).ok()?;
        let candidate = Candidate {
            kind,
            name,
            strict,
            from,
            whole: whole != 0,
        };
        Some(Self {
            candidate,
            coat: Coat::of_code(coat)?,
            spot: bytes,
        })
    }
}

/// A confirmed hit; its record sorts by place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) spot: Spot,
    pub(crate) from: u64,
    pub(crate) source: u16,
    pub(crate) coat: Coat,
    pub(crate) loose: bool,
    /// Whether a cell that nobody vouches for holds the value too.
    pub(crate) copied: bool,
    /// Of the value.
    pub(crate) name: Name,
}

impl Hit {
    /// The bytes of a record that tell one finding from another.
    pub(crate) const TOLD: usize = 26;

    pub(crate) fn write(&self) -> Vec<u8> {
        let Self {
            spot,
            from,
            source,
            coat,
            loose,
            copied,
            name,
        } = self;
        let mut record = Vec::new();
        record.extend_from_slice(&spot.site.to_be_bytes());
        record.extend_from_slice(&spot.row.to_be_bytes());
        record.extend_from_slice(&spot.column.to_be_bytes());
        record.extend_from_slice(&from.to_be_bytes());
        record.extend_from_slice(&source.to_be_bytes());
        record.extend_from_slice(&[*coat as u8, u8::from(*loose), u8::from(*copied)]);
        record.extend_from_slice(name);
        spot.write(&mut record);
        record
    }

    pub(crate) fn read(mut bytes: &[u8]) -> Option<Self> {
        take::<14>(&mut bytes)?;
        let from = u64::from_be_bytes(*take(&mut bytes)?);
        let source = u16::from_be_bytes(*take(&mut bytes)?);
        let [coat, loose, copied] = *take(&mut bytes)?;
        let name = *take(&mut bytes)?;
        Some(Self {
            spot: Spot::read(bytes)?,
            from,
            source,
            coat: Coat::of_code(coat)?,
            loose: loose != 0,
            copied: copied != 0,
            name,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn records_read_back_as_they_were_written() {
        let spot = Spot {
            site: 3,
            row: 1 << 40,
            column: 7,
            explained: true,
            label: "meter_no=45M".to_owned(),
        };
        let candidate = Candidate {
            kind: Kind::Strict,
            name: [1; 16],
            strict: [2; 16],
            from: 9,
            whole: true,
        };
        let mut record = Vec::new();
        Waiting::write(&candidate, Coat::Base64, &spot, &mut record);
        let waiting = Waiting::read(&record).unwrap();
        assert_eq!(
            (waiting.candidate.name, waiting.coat),
            ([1; 16], Coat::Base64)
        );
        assert_eq!(
            (waiting.candidate.kind, waiting.candidate.from),
            (Kind::Strict, 9)
        );
        assert_eq!(Spot::read(waiting.spot).unwrap(), spot);
        let hit = Hit {
            spot,
            from: 2,
            source: 5,
            coat: Coat::Sha1,
            loose: true,
            copied: true,
            name: [3; 16],
        };
        assert_eq!(Hit::read(&hit.write()).unwrap(), hit);
    }
}

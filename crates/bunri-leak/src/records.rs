//! Data that memory need not hold, and records that are sorted within a memory bound: fields one after the other, numbers with
//! their highest byte first, so that the order of the bytes is that of the fields. A text is the last field, because nothing says where it ends.

use std::fs::File;
use std::marker::PhantomData;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use bunri_columnar::{ByteSorter, ColumnarError};
use bunri_spelling::tokens::Encoding;

use crate::LeakError;

/// Where temporary data go, and how much memory one sort may use.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// The temporary folder of the run.
    pub folder: PathBuf,
    /// Bytes.
    pub budget: usize,
}

/// Takes records from any thread. Few get here, so one lock is enough.
pub(crate) struct Sorter<T> {
    sorter: Mutex<ByteSorter>,
    scratch: Scratch,
    of: PhantomData<T>,
}

impl<T: Field> Sorter<T> {
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self {
            sorter: Mutex::new(ByteSorter::new(&scratch.folder, scratch.budget)),
            scratch: scratch.clone(),
            of: PhantomData,
        }
    }

    pub(crate) fn push(&self, record: &T) -> Result<(), LeakError> {
        let mut sorter = self.sorter.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(sorter.push(&record.bytes())?)
    }

    /// What was pushed so far, in order; nothing of it is left here.
    pub(crate) fn sorted(
        &self,
    ) -> Result<impl Iterator<Item = Result<T, LeakError>> + use<T>, LeakError> {
        let empty = ByteSorter::new(&self.scratch.folder, self.scratch.budget);
        let mut sorter = self.sorter.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted = std::mem::replace(&mut *sorter, empty).finish()?;
        Ok(std::iter::from_fn(move || match sorted.next() {
            Ok(record) => record.map(T::read),
            Err(error) => Some(Err(error.into())),
        }))
    }
}

/// An anonymous file to which any thread appends.
pub(crate) struct TemporaryFile {
    file: File,
    end: AtomicU64,
    folder: PathBuf,
}

impl TemporaryFile {
    pub(crate) fn new(scratch: &Scratch) -> Result<Self, LeakError> {
        let folder = scratch.folder.clone();
        let file = tempfile::tempfile_in(&folder);
        Ok(Self {
            file: file.map_err(ColumnarError::io("create a file in", &folder))?,
            end: AtomicU64::new(0),
            folder,
        })
    }

    /// Gives where the bytes lie.
    pub(crate) fn append(&self, bytes: &[u8]) -> Result<Range<u64>, LeakError> {
        let length = bytes.len() as u64;
        let start = self.end.fetch_add(length, Relaxed);
        let written = self.file.write_all_at(bytes, start);
        written.map_err(ColumnarError::io("write in", &self.folder))?;
        Ok(start..start + length)
    }

    pub(crate) fn read(&self, at: Range<u64>) -> Result<Vec<u8>, LeakError> {
        let mut bytes = vec![0; (at.end - at.start) as usize];
        let read = self.file.read_exact_at(&mut bytes, at.start);
        read.map_err(ColumnarError::io("read in", &self.folder))?;
        Ok(bytes)
    }
}

/// A field of a record, or a record.
pub(crate) trait Field: Sized {
    fn put(&self, bytes: &mut Vec<u8>);
    /// Takes it from the front; [`None`] of bytes that are no such field.
    fn take(bytes: &mut &[u8]) -> Option<Self>;

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.put(&mut bytes);
        bytes
    }

    /// What was written by [`Field::put`].
    fn read(mut bytes: &[u8]) -> Result<Self, LeakError> {
        Self::take(&mut bytes).ok_or(LeakError::Index)
    }
}

/// Structs that are records of their fields.
macro_rules! record {
    ($($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) struct $name {
            $($(#[$what])* pub(crate) $field: $type,)*
        }

        impl $crate::records::Field for $name {
            #[inline]
            fn put(&self, bytes: &mut Vec<u8>) {
                $($crate::records::Field::put(&self.$field, bytes);)*
            }

            #[inline]
            fn take(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::records::Field::take(bytes)?,)* })
            }
        }
    )+};
}
pub(crate) use record;

impl<const N: usize> Field for [u8; N] {
    #[inline]
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self);
    }

    #[inline]
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (field, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(*field)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Field for $number {
            #[inline]
            fn put(&self, bytes: &mut Vec<u8>) {
                self.to_be_bytes().put(bytes);
            }

            #[inline]
            fn take(bytes: &mut &[u8]) -> Option<Self> {
                Field::take(bytes).map(Self::from_be_bytes)
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, u128);

impl Field for bool {
    #[inline]
    fn put(&self, bytes: &mut Vec<u8>) {
        u8::from(*self).put(bytes);
    }

    #[inline]
    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u8::take(bytes).map(|byte| byte != 0)
    }
}

impl Field for String {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.as_bytes());
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Self::from_utf8(std::mem::take(bytes).to_vec()).ok()
    }
}

impl Field for Encoding {
    fn put(&self, bytes: &mut Vec<u8>) {
        (*self as u8).put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Self::of_code(u8::take(bytes)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    record! {
        Sample { wide: u32, narrow: u16, flag: bool, bytes: [u8; 3], encoding: Encoding, text: String, }
    }

    #[test]
    fn records_read_back_as_they_were_written_and_sort_by_their_fields() {
        let sample = |wide, narrow, text: &str| Sample {
            wide,
            narrow,
            flag: true,
            bytes: [1, 2, 3],
            encoding: Encoding::Sha1,
            text: text.to_owned(),
        };
        let all = [
            sample(1, 0x0200, "b"),
            sample(1, 0x0201, "a"),
            sample(1, 0x0201, "ab"),
            sample(0x0100, 0, "meter_no=45M"),
        ];
        let written = all.each_ref().map(Field::bytes);
        assert!(written.is_sorted());
        for (record, bytes) in all.iter().zip(written) {
            assert_eq!(&Sample::read(&bytes).unwrap(), record);
            assert!(Sample::read(&bytes[..10]).is_err());
        }
    }
}

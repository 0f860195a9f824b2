//! A piece of memory for data that come and go in bulk.

use std::io;
use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// So many bytes, zero at first. They take memory as they are written for the first time, and all of it goes back to the
/// operating system with their owner.
///
/// An allocator promises neither: it doubles what grows, and keeps what it was given back wherever something smaller still
/// lies behind it, so that a process takes half as much again as it holds.
#[derive(Debug)]
pub struct Memory(MmapMut);

impl Memory {
    /// Asks for so many bytes, at least one.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub fn new(bytes: usize) -> io::Result<Self> {
        let memory = MmapMut::map_anon(bytes.max(1))?;
        // What is written from many ends at once would take all of it in huge pages, which some systems give without being asked. A
        // kernel that has none refuses to hear of them.
        #[cfg(target_os = "linux")]
        drop(memory.advise(memmap2::Advice::NoHugePage));
        Ok(Self(memory))
    }
}

impl Deref for Memory {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Memory {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

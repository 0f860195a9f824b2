//! Compressed pages. A page is what the canonical level makes of its content: it is unpacked within the bound that its
//! header declares, packed again and compared. Only if it differs do we look into the frames, to say how: frames that
//! decoders skip, bytes behind the last frame, or another level, window or checksum.

use zstd::bulk::{Compressor, Decompressor};

use crate::residue::Rule;

/// The canonical writer's level.
const LEVEL: i32 = 1;
const MAGIC: u32 = 0xfd2f_b528;
const SKIPPABLE: u32 = 0x184d_2a50;

/// Packs and unpacks pages, one after the other.
pub(crate) struct Packer {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
    again: Vec<u8>,
}

impl Packer {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            compressor: Compressor::new(LEVEL)?,
            decompressor: Decompressor::new()?,
            again: Vec::new(),
        })
    }

    /// Unpacks a page of exactly `size` bytes into `content`. [`None`] if it is not that.
    pub(crate) fn unpack(
        &mut self,
        packed: &[u8],
        size: usize,
        content: &mut Vec<u8>,
    ) -> Option<()> {
        content.clear();
        // One byte more would be room enough to notice that there is more.
        content.reserve_exact(size);
        let written = self
            .decompressor
            .decompress_to_buffer(packed, content)
            .ok()?;
        (written == size).then_some(())
    }

    /// What speaks against `packed` being the canonical form of `content`.
    pub(crate) fn judge(&mut self, packed: &[u8], content: &[u8]) -> std::io::Result<Option<Rule>> {
        self.again.clear();
        self.again
            .reserve(zstd::zstd_safe::compress_bound(content.len()));
        self.compressor
            .compress_to_buffer(content, &mut self.again)?;
        Ok((self.again != packed).then(|| diagnose(packed)))
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}

/// Follows frame after frame, block after block.
fn diagnose(packed: &[u8]) -> Rule {
    let mut at = 0;
    let mut frames = 0;
    while at < packed.len() {
        let Some(magic) = word(packed, at) else {
            return Rule::FrameTrailingBytes;
        };
        if magic & !0xf == SKIPPABLE {
            return Rule::FrameSkippable;
        }
        if magic != MAGIC || frames > 0 {
            return Rule::FrameTrailingBytes;
        }
        match frame_end(packed, at) {
            Some(end) => at = end,
            None => return Rule::FrameNotCanonical,
        }
        frames += 1;
    }
    Rule::FrameNotCanonical
}

/// Where a frame ends, by its own headers.
fn frame_end(packed: &[u8], start: usize) -> Option<usize> {
    let descriptor = *packed.get(start + 4)?;
    let single = descriptor & 0x20 != 0;
    let content_size = match descriptor >> 6 {
        0 => usize::from(single),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let mut at = start + 5 + usize::from(!single) + dictionary + content_size;
    loop {
        let block = packed.get(at..at.checked_add(3)?)?;
        let header = u32::from_le_bytes([block[0], block[1], block[2], 0]);
        let size = if header >> 1 & 3 == 1 {
            1
        } else {
            (header >> 3) as usize
        };
        at = at.checked_add(3)?.checked_add(size)?;
        if header & 1 == 1 {
            break;
        }
    }
    let end = at + if descriptor & 4 != 0 { 4 } else { 0 };
    (end <= packed.len()).then_some(end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_hides_in_frames_is_named() {
        let mut packer = Packer::new().unwrap();
        let content = b"supply point ".repeat(40);
        let good = Compressor::new(LEVEL).unwrap().compress(&content).unwrap();
        assert_eq!(packer.judge(&good, &content).unwrap(), None);
        let mut judged = |packed: Vec<u8>| {
            let mut back = Vec::new();
            let told = packer.unpack(&packed, content.len(), &mut back).is_some();
            (told, packer.judge(&packed, &content).unwrap())
        };
        let hidden = [b"\x52\x2a\x4d\x18\x04\0\0\0abcd".as_slice(), &good].concat();
        assert_eq!(judged(hidden), (true, Some(Rule::FrameSkippable)));
        let behind = [good.as_slice(), b"\x52\x2a\x4d\x18\x04\0\0\0abcd"].concat();
        assert_eq!(judged(behind), (true, Some(Rule::FrameSkippable)));
        let trailing = [good.as_slice(), b"abcd"].concat();
        assert_eq!(judged(trailing), (false, Some(Rule::FrameTrailingBytes)));
        let (one, two) = content.split_at(100);
        let two_frames = [one, two]
            .map(|part| Compressor::new(LEVEL).unwrap().compress(part).unwrap())
            .concat();
        assert_eq!(judged(two_frames), (true, Some(Rule::FrameTrailingBytes)));
        let mut summed = Compressor::new(LEVEL).unwrap();
        summed.include_checksum(true).unwrap();
        let summed = summed.compress(&content).unwrap();
        assert_eq!(judged(summed), (true, Some(Rule::FrameNotCanonical)));
    }

    #[test]
    fn a_page_that_unpacks_to_more_than_it_says_is_not_unpacked() {
        let bomb = Compressor::new(LEVEL)
            .unwrap()
            .compress(&vec![0; 1 << 24])
            .unwrap();
        let mut content = Vec::new();
        assert_eq!(
            Packer::new().unwrap().unpack(&bomb, 1000, &mut content),
            None
        );
        assert!(content.capacity() < 2000);
    }
}

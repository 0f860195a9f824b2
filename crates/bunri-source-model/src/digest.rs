//! The digest of a source: taken once to bind a run to it, and once under the readers' locks, to see that what is read is
//! what the run is bound to. Nothing else can be done meanwhile, so all threads take part: BLAKE3 hashes a tree, of which each
//! piece of a file is a subtree.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};
use bunri_columnar::Observer;
use bunri_manifest::{Blake3Hex, open_regular};

/// What is read at once: a whole subtree, so a power of two, and more than a chunk.
const PIECE: u64 = 1 << 20;

/// The BLAKE3 of a file; [`None`] if the observer asked to stop.
///
/// # Errors
/// What the file system says; when it is no regular file.
pub fn file_digest(
    path: &Path,
    threads: usize,
    observer: &dyn Observer,
) -> io::Result<Option<Blake3Hex>> {
    Ok(digest(&open_regular(path)?, threads, observer)?.map(|(_, blake3)| blake3))
}

/// Bytes and BLAKE3 of a file, whatever was read of it before; [`None`] if the observer asked to stop.
///
/// # Errors
/// What reading says, also of a file that ends sooner than it did when this began.
pub fn digest(
    file: &File,
    threads: usize,
    observer: &dyn Observer,
) -> io::Result<Option<(u64, Blake3Hex)>> {
    if observer.cancelled() {
        return Ok(None);
    }
    let bytes = file.metadata()?.len();
    let pieces = usize::try_from(bytes.div_ceil(PIECE)).map_err(io::Error::other)?;
    let read = |buffer: &mut Vec<u8>, number: usize| {
        let start = number as u64 * PIECE;
        // At most a piece.
        buffer.resize(PIECE.min(bytes - start) as usize, 0);
        file.read_exact_at(buffer, start)?;
        Ok::<_, io::Error>(start)
    };
    let subtree = |buffer: &mut Vec<u8>, number: usize| {
        if observer.cancelled() {
            return Ok(None);
        }
        let start = read(buffer, number)?;
        let mut hasher = Hasher::new();
        hasher.set_input_offset(start).update(buffer);
        Ok::<_, io::Error>(Some(hasher.finalize_non_root()))
    };
    let hash = if pieces > 1 {
        let values = bunri_work::run_with(threads, pieces, Vec::new, subtree)?;
        let Some(values) = values.into_iter().collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let (left, right) = children(&values, bytes);
        merge_subtrees_root(&left, &right, Mode::Hash)
    } else {
        // A tree of one piece is no subtree of another.
        let mut buffer = Vec::new();
        read(&mut buffer, 0)?;
        blake3::hash(&buffer)
    };
    let blake3 = Blake3Hex::try_from(hash.to_hex().to_string()).map_err(io::Error::other)?;
    Ok(Some((bytes, blake3)))
}

/// The two subtrees of the tree over these pieces, which have so many bytes: of all that are not the last whole [`PIECE`]s.
fn children(pieces: &[ChainingValue], bytes: u64) -> (ChainingValue, ChainingValue) {
    let left = left_subtree_len(bytes);
    let (first, rest) = pieces.split_at((left / PIECE) as usize);
    (value(first, left), value(rest, bytes - left))
}

fn value(pieces: &[ChainingValue], bytes: u64) -> ChainingValue {
    if let [piece] = pieces {
        return *piece;
    }
    let (left, right) = children(pieces, bytes);
    merge_subtrees_non_root(&left, &right, Mode::Hash)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bunri_columnar::Silent;

    use super::*;

    #[test]
    fn the_digest_is_that_of_all_bytes_in_one_piece_whatever_the_threads() {
        let bytes: Vec<u8> = (0..7 * PIECE + 5)
            .map(|at| (at.wrapping_mul(0x9e37_79b9) >> 13) as u8)
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("source");
        let around = |pieces: u64| [pieces * PIECE - 1, pieces * PIECE, pieces * PIECE + 1];
        let lengths = [0, 1, 1024, 1025].into_iter();
        let lengths = lengths.chain([1, 2, 3, 4, 5, 7].into_iter().flat_map(around));
        for length in lengths {
            let content = &bytes[..length as usize];
            std::fs::write(&path, content).unwrap();
            let expected = blake3::hash(content).to_hex();
            for threads in [1, 3] {
                let file = File::open(&path).unwrap();
                let (read, blake3) = digest(&file, threads, &Silent).unwrap().unwrap();
                assert_eq!(
                    (read, blake3.as_str()),
                    (length, expected.as_str()),
                    "{length} bytes"
                );
            }
        }
    }
}

//! A digest that a job pins.

use bunri_text::{Item, Log, Name};

/// 64 hex digits.
pub(crate) fn pin(value: &Item<'_>, log: &mut Log) -> Option<Name> {
    let digest = value.text(log)?;
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digest.value.len() != 64 || !digest.value.bytes().all(hex) {
        let message = format!("{} must be 64 hex digits, in small letters", value.label());
        log.refuse(digest.spot, message);
        return None;
    }
    Some(digest)
}

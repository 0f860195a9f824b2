//! Texts that can stand in a message.

use bunri_text::{Item, Log, Name};

/// A text without control characters.
pub(crate) fn one_line(value: &Item<'_>, log: &mut Log) -> Option<Name> {
    let text = value.filled_text(log)?;
    if text.value.chars().any(char::is_control) {
        let message = format!("{} holds a control character", value.label());
        log.refuse(text.spot, message);
        return None;
    }
    Some(text)
}

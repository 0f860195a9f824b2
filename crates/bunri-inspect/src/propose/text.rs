//! Lines of a proposal: reasons in comments behind what they are of.

pub(super) use bunri_text::{comment, key, quoted};

pub(super) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// A line with its reason behind it.
pub(super) fn line(written: &str, reason: &str) -> String {
    format!("{written:<45} # {}\n", comment(reason))
}

//! `password`: where it stands. A password itself is refused.

use std::path::Path;

use bunri_text::{Item, Log, Section, readable};

use crate::one_line::one_line;
use crate::password::PasswordPlace;
use crate::paths::joined;

/// `otherwise`: what is done without one, for the message.
pub(crate) fn password_place(
    value: &Item<'_>,
    base: &Path,
    otherwise: &str,
    log: &mut Log,
) -> Option<PasswordPlace> {
    let mut section = match value.raw {
        toml::de::DeValue::String(_) => {
            let message = format!(
                "a password does not stand in a job: `password = {{ env = \"NAME\" }}` or `password = {{ file = \"path\" }}`{otherwise}"
            );
            log.refuse(value.spot, message);
            return None;
        }
        _ => Section::open(value, "`password`", log)?,
    };
    let variable = readable(section.take("env"), |value| one_line(value, log));
    let file = readable(section.take("file"), |value| one_line(value, log));
    let spot = section.spot();
    section.close(log);
    match (variable?, file?) {
        (Some(name), None) => Some(PasswordPlace::Environment(name.value)),
        (None, Some(path)) => Some(PasswordPlace::File(joined(base, Path::new(&path.value)))),
        _ => {
            log.refuse(
                spot,
                "`password` names one place: `{ env = \"NAME\" }` or `{ file = \"path\" }`",
            );
            None
        }
    }
}

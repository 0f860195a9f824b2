//! The text that a driver is called with: `KEY=value;` in the order of the keys, the password last. It lives for the call.

use bunri_job::{OdbcEntrance, OdbcSource};
use zeroize::Zeroizing;

/// The connection string. `needs` are attributes that the driver has to be given, unless the job sets them.
pub(crate) fn connection_string(
    source: &OdbcSource,
    needs: &[(&str, &str)],
    password: Option<&str>,
) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(1024));
    match &source.entrance {
        OdbcEntrance::Driver(name) => push(&mut text, "DRIVER", &format!("{{{name}}}"), false),
        OdbcEntrance::Dsn(name) => push(&mut text, "DSN", name, true),
    }
    for (key, value) in &source.attributes {
        push(&mut text, key, value, true);
    }
    for (key, value) in needs {
        let is_set = |set: &String| set.eq_ignore_ascii_case(key);
        if !source.attributes.keys().any(is_set) {
            push(&mut text, key, value, true);
        }
    }
    if let Some(user) = &source.user {
        push(&mut text, "UID", user, true);
    }
    if let Some(password) = password {
        push(&mut text, "PWD", password, true);
    }
    text
}

/// A value with a sign that means something stands in braces, in which a closing one is doubled.
fn push(text: &mut String, key: &str, value: &str, quotes: bool) {
    text.push_str(key);
    text.push('=');
    let means = |sign: char| "[]{}(),;?*=!@".contains(sign) || sign.is_whitespace();
    if quotes && value.contains(means) {
        text.push('{');
        for sign in value.chars() {
            text.push(sign);
            if sign == '}' {
                text.push(sign);
            }
        }
        text.push('}');
    } else {
        text.push_str(value);
    }
    text.push(';');
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn values_that_mean_something_stand_in_braces() {
        let attributes = [("SERVER", "127.0.0.1"), ("option", "1")];
        let attributes = attributes.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let source = OdbcSource::new(
            OdbcEntrance::Driver("Some Driver".to_owned()),
            BTreeMap::from(attributes),
        );
        let text = connection_string(&source, &[("OPTION", "3"), ("CHARSET", "x")], Some("a;}b"));
        assert_eq!(
            *text,
            "DRIVER={Some Driver};SERVER=127.0.0.1;option=1;CHARSET=x;PWD={a;}}b};"
        );
    }
}

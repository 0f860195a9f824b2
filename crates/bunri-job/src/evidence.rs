//! `[evidence]`: whose signatures a run needs before it is believed.

use bunri_evidence::{Policy, PublicKey, Role, StatementKind};
use bunri_text::{Item, Log, Section, Spotted};

/// More people than that sign nothing.
const MOST_KEYS: usize = 64;

/// [`None`] after a mistake; `Some(None)` where the job asks for no signature.
pub(crate) fn evidence(value: Option<Item<'_>>, log: &mut Log) -> Option<Option<Policy>> {
    let Some(value) = value else {
        return Some(None);
    };
    let mut section = Section::open(&value, "`[evidence]`", log)?;
    let mut policy = Policy::default();
    let mut mistaken = false;
    for kind in StatementKind::ALL {
        let Some(value) = section.take(kind.role()) else {
            continue;
        };
        match role(&value, log) {
            Some(role) => {
                policy.0.insert(kind, role);
            }
            None => mistaken = true,
        }
    }
    section.close(log);
    if mistaken {
        return None;
    }
    if policy.0.is_empty() {
        let message = "`[evidence]` names nobody: give at least one role its keys, or leave it out";
        log.refuse(value.spot, message);
        return None;
    }
    Some(Some(policy))
}

/// The keys of a role, and how many of them must sign: `{ keys = ["…"], threshold = 2 }`. [`None`] after a mistake.
pub fn role(value: &Item<'_>, log: &mut Log) -> Option<Role> {
    let mut section = Section::open(value, value.label(), log)?;
    let keys = section.require("keys").and_then(|value| keys(&value, log));
    let threshold = match section.take("threshold") {
        None => Some(None),
        Some(value) => {
            let number = value.integer(1..=MOST_KEYS as i64, log);
            number.map(|number| Some((number, value.spot)))
        }
    };
    section.close(log);
    let (keys, threshold) = (keys?, threshold?);
    let (number, spot) = threshold.unwrap_or((1, value.spot));
    let role = usize::try_from(number)
        .ok()
        .and_then(|threshold| Role::new(keys, threshold));
    if role.is_none() {
        let message = format!(
            "`threshold` is {number}, and there are fewer different keys: a key that is listed twice is one key"
        );
        log.refuse(spot, message);
    }
    role
}

fn keys(value: &Item<'_>, log: &mut Log) -> Option<Vec<PublicKey>> {
    let texts = value.some_texts(log)?;
    if texts.len() > MOST_KEYS {
        log.refuse(value.spot, format!("`keys` has more than {MOST_KEYS} keys"));
        return None;
    }
    let read = |text: &Spotted<String>, log: &mut Log| match PublicKey::parse(&text.value) {
        Ok(key) => Some(key),
        Err(refused) => {
            log.refuse(text.spot, refused.to_string());
            None
        }
    };
    let keys: Vec<Option<PublicKey>> = texts.iter().map(|text| read(text, log)).collect();
    keys.into_iter().collect()
}

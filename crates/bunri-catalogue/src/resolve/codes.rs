//! The incumbent's codes and the vacancy codes: no code may mean two things.

use std::collections::BTreeSet;

use bunri_text::{Log, Name, Spotted};

use crate::draft::CatalogueDraft;
use crate::model::{Compare, IncumbentCode};

/// Whether the day matters when an incumbent code is looked up.
pub(crate) fn have_validity(main: &CatalogueDraft) -> bool {
    let mut codes = main.incumbent.iter().flatten();
    codes.any(|code| code.value.from.is_some() || code.value.until.is_some())
}

/// Refuses codes that are both vacant and incumbent, and validities of one code that overlap.
pub(crate) fn check(main: &CatalogueDraft, log: &mut Log) {
    let incumbent: Vec<&Spotted<IncumbentCode>> = main.incumbent.iter().flatten().collect();
    for (index, code) in incumbent.iter().enumerate() {
        let earlier = &incumbent[..index];
        if earlier
            .iter()
            .any(|other| overlap(&code.value, &other.value))
        {
            let message = format!(
                "the code `{}` is listed twice for the same days",
                code.value.code
            );
            log.refuse(code.spot, message);
        }
    }
    for vacant in main.vacant.iter().flatten() {
        // Rules may compare codes trimmed, so codes that differ only in white space count as the same here.
        let same = |code: &&&Spotted<IncumbentCode>| code.value.code.trim() == vacant.value.trim();
        if incumbent.iter().find(same).is_some() {
            let message = format!("the code `{}` is both vacant and incumbent", vacant.value);
            log.refuse(vacant.spot, message);
        }
    }
}

fn overlap(a: &IncumbentCode, b: &IncumbentCode) -> bool {
    let begins_by_end = |from: Option<i32>, until: Option<i32>| {
        from.unwrap_or(i32::MIN) <= until.unwrap_or(i32::MAX)
    };
    a.code == b.code && begins_by_end(a.from, b.until) && begins_by_end(b.from, a.until)
}

/// Refuses values of a list that are the same once compared as declared.
pub(crate) fn refuse_same(values: &[&Name], compare: Compare, log: &mut Log) -> bool {
    let mut good = true;
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(compare.key(&value.value)) {
            log.refuse(
                value.spot,
                format!(
                    "`{}` is the same as an earlier value once trimmed",
                    value.value
                ),
            );
            good = false;
        }
    }
    good
}

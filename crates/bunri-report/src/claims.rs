//! The claims as the report states them: their status, how much was looked at, and what the look cannot see.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::claim::Claim;
use crate::findings::Findings;
use crate::report::{Checked, ClaimReport, Gap, Status};

/// How much was looked at for each claim, and why not where nothing was.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// How much, by claim; a claim that is not listed was not looked at.
    pub looked: Vec<(Claim, Checked)>,
    /// Why not, by claim.
    pub not_checked: Vec<(Claim, Cow<'static, str>)>,
    /// Only the store was at hand, without the staging.
    pub alone: bool,
    /// Where "held" is said in other words than always.
    pub held: Vec<(Claim, String)>,
    /// What a look could not be turned to, beside what findings say of it.
    pub gaps: BTreeMap<Claim, Vec<Gap>>,
    /// What this look could not see, with its figures.
    pub blind_spots: BTreeMap<Claim, Vec<String>>,
}

impl Scope {
    fn held(&self, code: Claim, findings: u64) -> String {
        let own = self.held.iter().find(|(claim, _)| *claim == code);
        own.map_or_else(
            || held(code, self.alone, findings).to_owned(),
            |(_, words)| words.clone(),
        )
    }
}

/// All of them, in their order.
pub fn report(scope: &Scope, findings: &Findings) -> Vec<ClaimReport> {
    Claim::ALL
        .into_iter()
        .map(|code| claim(code, scope, findings))
        .collect()
}

pub(crate) fn claim(code: Claim, scope: &Scope, findings: &Findings) -> ClaimReport {
    let findings_total = findings.total(code);
    let looked = scope
        .looked
        .iter()
        .find(|(claim, _)| *claim == code)
        .map(|(_, checked)| *checked);
    let excuse = scope
        .not_checked
        .iter()
        .find(|(claim, _)| *claim == code)
        .map(|(_, why)| why.as_ref());
    // Whoever looked at no file, table, row or cell did not look.
    let looked = looked.filter(|checked| *checked != Checked::default());
    let certain = findings.certain(code);
    let mut not_checked = Vec::new();
    if looked.is_some() {
        not_checked.extend(scope.gaps.get(&code).into_iter().flatten().cloned());
        not_checked.extend(findings.gaps(code));
    }
    let (status, reason) = match (certain, looked, excuse, &not_checked[..]) {
        (1, ..) => (Status::Broken, "1 finding".to_owned()),
        (2.., ..) => (Status::Broken, format!("{certain} findings")),
        (0, Some(_), None, []) => (Status::Held, scope.held(code, findings_total)),
        (0, Some(_), None, [first, more @ ..]) => (Status::NotChecked, in_part(first, more.len())),
        (0, _, excuse, _) => (
            Status::NotChecked,
            excuse.unwrap_or("nothing was looked at").to_owned(),
        ),
    };
    let checked = looked.unwrap_or_default();
    let blind = if looked.is_none() && status == Status::NotChecked {
        &[][..]
    } else {
        blind_spots(code, scope.alone)
    };
    let figures = scope.blind_spots.get(&code).into_iter().flatten().cloned();
    let blind_spots = blind
        .iter()
        .map(|&spot| spot.to_owned())
        .chain(figures)
        .collect();
    ClaimReport {
        code,
        name: code.name().to_owned(),
        status,
        reason,
        checked,
        not_checked,
        blind_spots,
        findings_total,
    }
}

/// Why a claim does not hold, although nothing that was looked at speaks against it.
fn in_part(first: &Gap, more: usize) -> String {
    let Gap {
        store,
        table,
        file,
        why,
        count: _,
    } = first;
    let place = file.as_ref().or(table.as_ref());
    let places = [store.as_ref(), place].into_iter().flatten();
    let places: Vec<&str> = places.map(String::as_str).collect();
    let place = if places.is_empty() {
        String::new()
    } else {
        format!("{}: ", places.join(", "))
    };
    let why = why.trim_end_matches('.');
    match more {
        0 => format!("in part: {place}{why}"),
        more => format!("in part: {place}{why}; and {more} more"),
    }
}

/// Why a claim holds, and how much of it a person should read all the same.
fn held(code: Claim, alone: bool, review: u64) -> String {
    let why = why_held(code, alone);
    match review {
        0 => why.to_owned(),
        _ => format!("{why}; {review} to review"),
    }
}

fn why_held(code: Claim, alone: bool) -> &'static str {
    match code {
        Claim::C1 => "every listed file is there with both digests, and nothing else is there",
        Claim::C2 => "tables, columns, order and types are exactly those that the catalogue grants",
        Claim::C3 => {
            "source = staging + rejects, and every region is whole in every store that it goes to"
        }
        Claim::C4 => {
            "every row and every cell that is not NULL is granted, decided again from staging"
        }
        Claim::C6 if alone => {
            "the structural half: the rows of the files explain every byte of them; whether these are the granted rows \
             needs the staging"
        }
        Claim::C6 => {
            "the retail files are, byte for byte, what the canonical writer makes of the granted cells, and in every \
             store the rows explain every byte"
        }
        Claim::C5 => {
            "no value that only withheld cells hold is in a store, but in the source's own granted cells"
        }
        // In words of their own, from the records that they rest on.
        Claim::C7 | Claim::C8 | Claim::C9 => "",
    }
}

fn blind_spots(code: Claim, alone: bool) -> &'static [&'static str] {
    match code {
        Claim::C1 => &["who wrote the manifest is not checked here (C8)"],
        Claim::C2 => &[],
        Claim::C3 => &[
            "what the source had lost before it was read cannot be seen",
            "control totals are compared for text, int and decimal columns, unless numbers are stored as text; others by counts",
        ],
        Claim::C4 => &[
            "a granted cell that itself holds another customer's data (free text, wrong entries) is granted",
            "the ledger is believed: a wrong period in it is a wrong decision",
        ],
        Claim::C6 if alone => &[
            "whether the rows are the granted ones is not checked: a file of other rows can be canonical",
            "permissions are the receiver's own and not looked at",
        ],
        Claim::C6 => &[
            "what the rows themselves say, by their order or their number, is not residue (C2, C4)",
            "file times, owners, and the attributes of security modules are not looked at",
        ],
        Claim::C7 => &[
            "evidence from perturbed pairs, and not proof: an influence that no pair met is not seen",
            "what the decisions themselves say of withheld data (declared flows) is meant to be known",
            "time, file times and whatever the splitter leaves outside the retail store are not compared",
        ],
        Claim::C9 => &[
            "both readings ask one and the same database library, and believe the catalogue's declarations of types",
            "what the source had lost or wrong before it was read is read so twice",
        ],
        Claim::C8 => &[
            "a signature is worth what the keeping of its key is worth",
            "when something was signed is not known: no clock is in a signature",
            "of stores and staging the manifests are looked at; the files below them are C1",
        ],
        // With its figures, from the search itself.
        Claim::C5 => &[],
    }
}

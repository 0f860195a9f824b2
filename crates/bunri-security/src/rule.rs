//! What a rule is: which command looks, of which incident of the regulator's deck it is, on what it rests, and from which number on it
//! speaks.

use std::collections::BTreeMap;

/// Which command looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Command {
    /// `bunri incident exposure`
    Exposure,
    /// `bunri incident access`
    Access,
    /// `bunri incident accounts`
    Accounts,
}

/// An incident of the deck (domain.md, section 5; docs/incidents.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Incident {
    /// A shared system whose masks had holes.
    A,
    /// Emergency rights: always on, too wide, never reviewed.
    B,
    /// A contractor sent the whole area's list.
    C1,
    /// Terminals unlocked, or delivered to the wrong place.
    C2,
    /// Accounts and passwords known from an earlier post.
    C3,
    /// Kyushu 2020: switched customers' data to their old supplier.
    Kyushu,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name: in findings, and in `[rules.NAME]`.
    pub name: &'static str,
    /// What it is about, in English and in Japanese.
    pub title: [&'static str; 2],
    /// Which command looks.
    pub command: Command,
    /// Of which incident it is.
    pub incident: Incident,
    /// What it rests on: a regulation, or what happened.
    pub basis: &'static str,
    /// Numbers from which on it speaks; [`None`]: nobody can say one for all, so without the file's number it is not checked.
    pub thresholds: &'static [(&'static str, Option<u64>)],
}

/// A rule's terms in one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTerms {
    /// The incident file leaves it out.
    pub off: bool,
    /// What it rests on, and who says so if the file changed it.
    pub basis: String,
    /// By name.
    pub thresholds: BTreeMap<&'static str, Option<u64>>,
}

impl Rule {
    /// Its own terms.
    #[must_use]
    pub fn terms(&self) -> RuleTerms {
        RuleTerms {
            off: false,
            basis: self.basis.to_owned(),
            thresholds: self.thresholds.iter().copied().collect(),
        }
    }
}

impl Command {
    /// As it is typed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::Access => "access",
            Self::Accounts => "accounts",
        }
    }
}

impl Incident {
    /// Every one, in the deck's order.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C1, Self::C2, Self::C3, Self::Kyushu];

    /// As the deck calls it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C1 => "C1",
            Self::C2 => "C2",
            Self::C3 => "C3",
            Self::Kyushu => "Kyushu 2020",
        }
    }
}

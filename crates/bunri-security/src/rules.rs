//! What is looked for: rules as data. Each says which command looks, of which incident of the regulator's deck it is, on what it
//! rests, and from which number on it speaks. The incident file may change numbers and leave rules out, with a basis.

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

const fn rule(
    name: &'static str,
    command: Command,
    incident: Incident,
    basis: &'static str,
    thresholds: &'static [(&'static str, Option<u64>)],
) -> Rule {
    Rule {
        name,
        command,
        incident,
        basis,
        thresholds,
    }
}

use Command::{Accounts, Exposure};
use Incident::{A, B, C2, C3};

/// Every rule, in the order in which they are told of.
pub static RULES: [Rule; 17] = [
    rule(
        "field_unmasked",
        Exposure,
        A,
        "deck, type A: masks missed items of screens that both companies open",
        &[],
    ),
    rule(
        "screen_reached",
        Exposure,
        A,
        "deck, type A: a key still led from a screen that retail may open to one that it may not",
        &[],
    ),
    rule(
        "live_after_transfer",
        Accounts,
        C3,
        "deck, type C3: accounts of an earlier post were used after the transfer",
        &[("days", Some(0))],
    ),
    rule(
        "shared_account",
        Accounts,
        C3,
        "deck, type C3: an account that several people use names nobody",
        &[],
    ),
    rule(
        "old_password",
        Accounts,
        C3,
        "deck, type C3: passwords known from an earlier post still opened the system",
        &[("days", None)],
    ),
    rule(
        "used_from_two_companies",
        Accounts,
        C3,
        "deck, type C3: one account was used from terminals of both companies",
        &[],
    ),
    rule(
        "terminal_in_wrong_room",
        Accounts,
        C2,
        "deck, type C2: a terminal of one company stood in a room of another",
        &[],
    ),
    rule(
        "terminal_of_other_company",
        Accounts,
        C2,
        "deck, type C2: an account signed in on a terminal of another company",
        &[],
    ),
    rule(
        "terminal_without_room",
        Accounts,
        C2,
        "deck, type C2: nobody knew where a terminal had been delivered",
        &[],
    ),
    rule(
        "emergency_without_end",
        Accounts,
        B,
        "deck, type B: emergency rights were always on",
        &[],
    ),
    rule(
        "emergency_too_long",
        Accounts,
        B,
        "deck, type B: emergency rights outlived what they were given for",
        &[("days", Some(31))],
    ),
    rule(
        "emergency_without_declaration",
        Accounts,
        B,
        "deck, type B: emergency rights without a declared emergency",
        &[],
    ),
    rule(
        "emergency_outside_declaration",
        Accounts,
        B,
        "deck, type B: emergency rights reached beyond the declared days",
        &[],
    ),
    rule(
        "emergency_too_wide",
        Accounts,
        B,
        "deck, type B: emergency rights opened every screen, item or area",
        &[],
    ),
    rule(
        "emergency_never_reviewed",
        Accounts,
        B,
        "deck, type B: nobody reviewed who held emergency rights",
        &[("days", Some(365))],
    ),
    rule(
        "standing_right_of_other_company",
        Accounts,
        B,
        "deck, type B: a standing right to screens that the holder's role may not open",
        &[],
    ),
    rule(
        "names_nobody",
        Accounts,
        C3,
        "docs/incidents.md: what names an account, a terminal or a room that no table lists cannot be judged",
        &[],
    ),
];

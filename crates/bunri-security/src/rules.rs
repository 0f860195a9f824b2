//! What is looked for: rules as data. Each says which command looks, of which incident of the regulator's deck it is, on what it
//! rests, and from which number on it speaks. The incident file may change numbers and leave rules out, with a basis.

use crate::access_rules::ACCESS_RULES;
use crate::rule::Command::{Accounts, Exposure};
use crate::rule::Incident::{A, B, C2, C3};
use crate::rule::{Command, Incident, Rule};

impl Rule {
    /// Every rule of every command, in the order in which they are told of.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        RULES.iter().chain(&ACCESS_RULES)
    }

    /// The rule of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|rule| rule.name == name)
    }
}

const fn rule(
    name: &'static str,
    title: [&'static str; 2],
    command: Command,
    incident: Incident,
    basis: &'static str,
    thresholds: &'static [(&'static str, Option<u64>)],
) -> Rule {
    Rule {
        name,
        title,
        command,
        incident,
        basis,
        thresholds,
    }
}

/// Every rule, in the order in which they are told of.
pub static RULES: [Rule; 19] = [
    rule(
        "field_unmasked",
        [
            "an item is shown unmasked to people who may not see it",
            "見てはならない項目がマスクされずに表示される",
        ],
        Exposure,
        A,
        "deck, type A: masks missed items of screens that both companies open",
        &[],
    ),
    rule(
        "field_of_conditional_class",
        [
            "items whose class depends on the row",
            "行の値により区分が変わる項目",
        ],
        Exposure,
        A,
        "docs/incidents.md: a class that the row's values make stricter is judged at its loosest",
        &[],
    ),
    rule(
        "field_without_column",
        [
            "items of which the dictionary does not say what they show",
            "画面定義書に参照先のない項目",
        ],
        Exposure,
        A,
        "docs/incidents.md: an item that the dictionary says nothing of has no class",
        &[],
    ),
    rule(
        "screen_reached",
        [
            "a role reaches a screen that it may not open",
            "権限のない画面に遷移できる",
        ],
        Exposure,
        A,
        "deck, type A: a key still led from a screen that retail may open to one that it may not",
        &[],
    ),
    rule(
        "live_after_transfer",
        [
            "an account is live for a post that its owner left",
            "異動後も前の所属のIDが有効",
        ],
        Accounts,
        C3,
        "deck, type C3: accounts of an earlier post were used after the transfer",
        &[("days", Some(0))],
    ),
    rule(
        "shared_account",
        ["several people use one account", "共用ID"],
        Accounts,
        C3,
        "deck, type C3: an account that several people use names nobody",
        &[],
    ),
    rule(
        "old_password",
        ["a password is too old", "パスワードが古い"],
        Accounts,
        C3,
        "deck, type C3: passwords known from an earlier post still opened the system",
        &[("days", None)],
    ),
    rule(
        "used_from_two_companies",
        [
            "an account was used on terminals of two companies",
            "一つのIDが二社の端末で使われた",
        ],
        Accounts,
        C3,
        "deck, type C3: one account was used from terminals of both companies",
        &[],
    ),
    rule(
        "terminal_in_wrong_room",
        [
            "a terminal stands in a room of the other company",
            "端末が他社の部屋にある",
        ],
        Accounts,
        C2,
        "deck, type C2: a terminal of one company stood in a room of another",
        &[],
    ),
    rule(
        "terminal_of_other_company",
        [
            "an account signed in on a terminal of the other company",
            "他社の端末でログインした",
        ],
        Accounts,
        C2,
        "deck, type C2: an account signed in on a terminal of another company",
        &[],
    ),
    rule(
        "terminal_without_room",
        [
            "nobody knows where a terminal stands",
            "設置場所の分からない端末",
        ],
        Accounts,
        C2,
        "deck, type C2: nobody knew where a terminal had been delivered",
        &[],
    ),
    rule(
        "emergency_without_end",
        ["an emergency right has no end", "期限のない非常用権限"],
        Accounts,
        B,
        "deck, type B: emergency rights were always on",
        &[],
    ),
    rule(
        "emergency_too_long",
        ["an emergency right lasts too long", "長すぎる非常用権限"],
        Accounts,
        B,
        "deck, type B: emergency rights outlived what they were given for",
        &[("days", Some(31))],
    ),
    rule(
        "emergency_without_declaration",
        [
            "an emergency right without a declared emergency",
            "非常災害の宣言のない非常用権限",
        ],
        Accounts,
        B,
        "deck, type B: emergency rights without a declared emergency",
        &[],
    ),
    rule(
        "emergency_outside_declaration",
        [
            "an emergency right reaches beyond the declared days",
            "宣言の期間を超える非常用権限",
        ],
        Accounts,
        B,
        "deck, type B: emergency rights reached beyond the declared days",
        &[],
    ),
    rule(
        "emergency_too_wide",
        [
            "an emergency right is wider than the emergency",
            "範囲の広すぎる非常用権限",
        ],
        Accounts,
        B,
        "deck, type B: emergency rights opened every screen, item or area",
        &[],
    ),
    rule(
        "emergency_never_reviewed",
        [
            "nobody reviewed an emergency right",
            "見直されていない非常用権限",
        ],
        Accounts,
        B,
        "deck, type B: nobody reviewed who held emergency rights",
        &[("days", Some(365))],
    ),
    rule(
        "standing_right_of_other_company",
        [
            "a standing right to screens that the holder's role may not open",
            "役割にない画面への常設権限",
        ],
        Accounts,
        B,
        "deck, type B: a standing right to screens that the holder's role may not open",
        &[],
    ),
    rule(
        "names_nobody",
        [
            "what is named somewhere and listed nowhere",
            "台帳にない名前",
        ],
        Accounts,
        C3,
        "docs/incidents.md: what names an account, a terminal or a room that no table lists cannot be judged",
        &[],
    ),
];

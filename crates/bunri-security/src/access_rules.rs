//! What `bunri incident access` looks for.

use crate::rule::Incident::{A, B, C1, C2, C3};
use crate::rule::{Command, Incident, Rule};

const fn rule(
    name: &'static str,
    title: [&'static str; 2],
    incident: Incident,
    basis: &'static str,
    thresholds: &'static [(&'static str, Option<u64>)],
) -> Rule {
    Rule {
        name,
        title,
        command: Command::Access,
        incident,
        basis,
        thresholds,
    }
}

/// Every rule, in the order in which they are told of.
pub static ACCESS_RULES: [Rule; 20] = [
    rule(
        "other_company_read",
        [
            "retail's side was shown a point that was not its own on that day",
            "小売側が、その日に自社の顧客でない地点を閲覧した",
        ],
        A,
        "deck, type A: retail's staff opened the records of competitors' customers; Electricity Business Act, article 23",
        &[],
    ),
    rule(
        "name_search",
        [
            "retail's side looked for people by name",
            "小売側が氏名等で検索した",
        ],
        A,
        "deck, types A and C3: customers were looked up by name",
        &[],
    ),
    rule(
        "reads_a_day",
        [
            "an account was shown more on a day than its work needs",
            "1日の閲覧件数が業務に必要な数を超えた",
        ],
        A,
        "deck, type A: one account, 26,885 reads",
        &[("reads", None)],
    ),
    rule(
        "reads_in_a_window",
        [
            "an account read faster than people read",
            "短時間に多数を閲覧した",
        ],
        A,
        "deck, type A: lists were gone through one point after the other",
        &[("reads", None), ("seconds", Some(60))],
    ),
    rule(
        "emergency_window",
        [
            "an emergency right was used outside the declared time",
            "非常時権限が宣言期間の外で使われた",
        ],
        B,
        "deck, type B: rights of an emergency were used after it",
        &[],
    ),
    rule(
        "emergency_area",
        [
            "an emergency right was used for another area",
            "非常時権限が宣言区域の外で使われた",
        ],
        B,
        "deck, type B: rights of an emergency reached beyond its area",
        &[],
    ),
    rule(
        "emergency_fields",
        [
            "an emergency right showed other columns or screens",
            "非常時権限で宣言外の項目・画面が閲覧された",
        ],
        B,
        "deck, type B: rights of an emergency showed more than it needed",
        &[],
    ),
    rule(
        "login_after_transfer",
        [
            "an account signed in after its owner had left the post",
            "異動後の利用者のIDでログインした",
        ],
        C3,
        "deck, type C3: accounts of an earlier post were used after the transfer",
        &[("days", Some(0))],
    ),
    rule(
        "used_on_other_terminal",
        [
            "an account was used on a terminal of another company",
            "他社の端末で使われた",
        ],
        C2,
        "deck, type C2: terminals of one company were used by the other",
        &[],
    ),
    rule(
        "used_in_other_room",
        [
            "an account was used in a room of another company",
            "他社の執務室で使われた",
        ],
        C2,
        "deck, type C2: terminals stood on the floor of the other company",
        &[],
    ),
    rule(
        "switching_after_read",
        [
            "retail asked to switch a point that its side had been shown",
            "閲覧の後、その地点へ自社への切替を申し込んだ",
        ],
        C3,
        "deck, type C3: what was read served to win the customer (取戻し営業)",
        &[("days", Some(30))],
    ),
    rule(
        "guarded_write",
        [
            "a batch or a contractor wrote or took columns that are one side's only",
            "委託先・バッチが一方の社のみの項目を書き出した",
        ],
        C1,
        "deck, type C1: a contractor sent the whole area's list each month",
        &[],
    ),
    rule(
        "dispatch_from_outside",
        [
            "the dispatch system was used from elsewhere",
            "給電システムが指令所の外から使われた",
        ],
        C2,
        "guideline on proper electricity trading: information of dispatching stays in its rooms",
        &[],
    ),
    rule(
        "sequence_missing",
        ["numbers of the log are missing", "ログの通番が欠けている"],
        A,
        "docs/incidents.md: a log with holes proves nothing of what stood in them",
        &[],
    ),
    rule(
        "sequence_repeated",
        [
            "a number of the log came again",
            "ログの通番が戻った・重複した",
        ],
        A,
        "docs/incidents.md: a log with two lines of one number was put together, or changed",
        &[],
    ),
    rule(
        "silent_span",
        ["the log says nothing for long", "ログが長時間途切れている"],
        A,
        "docs/incidents.md: silence may be a night, or a log that was switched off",
        &[("seconds", None)],
    ),
    rule(
        "clock_backwards",
        ["the clock of the log was set back", "ログの時計が戻った"],
        A,
        "docs/incidents.md: days are judged by this clock",
        &[("seconds", Some(5))],
    ),
    rule(
        "clock_forwards",
        ["the clock of the log leapt ahead", "ログの時計が飛んだ"],
        A,
        "docs/incidents.md: days are judged by this clock",
        &[("seconds", None)],
    ),
    rule(
        "malformed_line",
        ["lines that are none", "読み取れないログの行"],
        A,
        "docs/incidents.md: what cannot be read was judged by nobody",
        &[],
    ),
    rule(
        "not_judged",
        [
            "lines on which a rule could not be decided",
            "判定できなかったログの行",
        ],
        A,
        "docs/incidents.md: an account, a screen or a point on no list could be anybody's",
        &[],
    ),
];

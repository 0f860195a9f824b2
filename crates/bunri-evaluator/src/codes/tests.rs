//! What each list says of a code, and on which days.

use super::*;
use crate::tests::set;
use bunri_catalogue::Ownership::{Other, Own, Undecided};

fn codes() -> Codes {
    let incumbent = [
        IncumbentCode {
            code: "99010".into(),
            from: None,
            until: None,
        },
        IncumbentCode {
            code: "99011".into(),
            from: Some(100),
            until: Some(200),
        },
    ];
    Codes::new(
        &incumbent,
        &set(["00000"]),
        set(["99020", "99010", " 99030 "]),
    )
}

#[test]
fn each_list_has_its_verdict() {
    let codes = codes();
    for (code, expected) in [
        ("99010", Own),
        ("00000", Other),
        ("99020", Other),
        ("", Undecided),
        ("99010 ", Undecided),
    ] {
        assert_eq!(
            codes.verdict(Some(code), Compare::Exact, 0).ownership(),
            expected,
            "{code:?}"
        );
    }
    assert_eq!(
        codes.verdict(None, Compare::Exact, 0),
        Verdict::Undecided(Reason::RetailerUnknown)
    );
}

#[test]
fn trimmed_codes_meet_trimmed_lists() {
    let codes = codes();
    assert_eq!(
        codes.verdict(Some("\u{3000}99010 "), Compare::Trim, 0),
        Verdict::Own
    );
    assert_eq!(
        codes.verdict(Some("99030"), Compare::Trim, 0),
        Verdict::Other
    );
    assert_eq!(
        codes.verdict(Some(" "), Compare::Trim, 0),
        Verdict::Undecided(Reason::RetailerUnknown)
    );
}

#[test]
fn a_merged_code_is_own_within_its_validity_only() {
    let codes = codes();
    let on = |day| {
        codes
            .verdict(Some("99011"), Compare::Exact, day)
            .ownership()
    };
    assert_eq!(
        [on(99), on(100), on(200), on(201)],
        [Undecided, Own, Own, Undecided]
    );
    assert_eq!(codes.changes().collect::<Vec<_>>(), [100, 201]);
}

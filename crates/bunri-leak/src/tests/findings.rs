//! How a hit is told: its rule, its place, where the value comes from. Never the value.

use bunri_report::{Finding, Grade};
use bunri_spelling::tokens::Encoding;

use super::*;
use crate::filter::Prefix;
use crate::hashing::FormKind;
use crate::lexicon::Candidate;
use crate::report::{COMMON, ReviewList};
use crate::values::Entry;

/// A value and where it was found.
#[derive(Clone)]
struct Hit {
    location: Location,
    encoding: Encoding,
    loose: bool,
    copied: bool,
    hash: u128,
}

fn in_column(column: u16, location: Location) -> Location {
    let position = Position {
        column,
        ..location.position
    };
    Location {
        position,
        ..location
    }
}

/// In the second column of a row that has a name.
fn hit() -> Hit {
    Hit {
        location: in_column(1, location("point=7")),
        encoding: Encoding::Plain,
        loose: false,
        copied: false,
        hash: 7,
    }
}

fn site() -> Site {
    Site {
        table: Some("contract".to_owned()),
        file: Some("contract/part-00000.parquet".to_owned()),
        columns: vec!["number".to_owned(), "memo".to_owned()],
        ..Site::default()
    }
}

fn findings_of(hits: &[Hit], site: Site) -> Vec<Finding> {
    let (_folder, scratch) = scratch(1 << 20);
    let (sites, sources) = ([site], ["bill.payer".to_owned()]);
    let found = HitSink::new(&sites, &scratch);
    for hit in hits {
        let candidate = Candidate {
            kind: FormKind::Loose,
            hash: hit.hash,
            strict: 1,
            from: 0,
            whole: true,
        };
        let entry = Entry {
            hash: hit.hash,
            source: 0,
            whole_only: false,
            copied: hit.copied,
            prefix: Prefix { hash: 0, length: 9 },
            spellings: if hit.loose { vec![] } else { vec![1] },
        };
        found
            .value(&candidate, &entry, hit.encoding, &hit.location)
            .unwrap();
    }
    let mut findings = Findings::default();
    let mut reporter = Reporter {
        store: "retail",
        sites: &sites,
        sources: &sources,
        findings: &mut findings,
    };
    reporter.hits(&found.hits).unwrap();
    let mut list = ReviewList::create(&scratch).unwrap();
    reporter
        .review(&found.review_cells, &scratch, &mut list)
        .unwrap();
    findings.into_report()
}

/// Rule, column, row and detail of the one finding.
fn line(hit: Hit, site: Site) -> [String; 4] {
    let findings = findings_of(&[hit], site);
    assert_eq!(findings.len(), 1);
    let Finding {
        rule,
        column,
        row,
        detail,
        ..
    } = findings.into_iter().next().unwrap();
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    [
        rule.word().to_owned(),
        or_none(column),
        or_none(row),
        or_none(detail),
    ]
}

#[test]
fn a_cell_is_reported_by_file_column_and_row_once() {
    let findings = findings_of(&[hit(), hit()], site());
    let [finding] = &findings[..] else {
        panic!("{findings:?}");
    };
    assert_eq!(finding.table.as_deref(), Some("contract"));
    assert_eq!(finding.file.as_deref(), Some("contract/part-00000.parquet"));
    assert_eq!(
        (finding.rule, finding.grade),
        (bunri_report::Rule::ValueLeaked, Grade::Certain)
    );
    assert_eq!(
        line(hit(), site()),
        ["value_leaked", "memo", "point=7", "bill.payer"]
    );
}

#[test]
fn a_row_without_a_name_has_none() {
    let nameless = Hit {
        location: in_column(0, location("")),
        ..hit()
    };
    assert_eq!(
        line(nameless, site()),
        ["value_leaked", "number", "-", "bill.payer"]
    );
}

#[test]
fn what_is_no_cell_is_reported_by_what_it_is() {
    let footer = Hit {
        location: location("metadata"),
        ..hit()
    };
    let said = ["value_leaked", "-", "-", "bill.payer, in metadata"];
    assert_eq!(line(footer, site()), said);
    let nothing = Hit {
        location: location(""),
        ..hit()
    };
    assert_eq!(
        line(nothing, site()),
        ["value_leaked", "-", "-", "bill.payer"]
    );
}

#[test]
fn what_the_sources_granted_cell_holds_is_for_review_whatever_its_encoding() {
    for encoding in [Encoding::Plain, Encoding::Hex, Encoding::Sha1] {
        let mut explained = hit();
        explained.location.explained = true;
        explained.encoding = encoding;
        let findings = findings_of(&[explained], site());
        assert_eq!(findings[0].rule, bunri_report::Rule::ValueInGrantedCell);
        assert_eq!(findings[0].grade, Grade::Review);
    }
}

fn explained(row: u64, column: u16, hash: u128) -> Hit {
    let mut location = in_column(column, location(&format!("point={row}")));
    location.position.row = row;
    location.explained = true;
    Hit {
        location,
        hash,
        ..hit()
    }
}

#[test]
fn what_is_to_be_reviewed_is_one_finding_a_pair_with_its_values_and_cells() {
    let hits = [
        explained(1, 1, 7),
        explained(2, 1, 7),
        explained(2, 1, 8),
        explained(2, 0, 8),
    ];
    let findings = findings_of(&hits, site());
    let lines: Vec<_> = findings
        .iter()
        .map(|it| {
            (
                it.column.as_deref(),
                it.row.as_deref(),
                it.detail.as_deref(),
                it.count,
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (Some("number"), None, Some("bill.payer, 1 value"), 1),
            (Some("memo"), None, Some("bill.payer, 2 values"), 2),
        ]
    );
}

#[test]
fn a_copied_value_that_many_cells_hold_says_nothing_and_a_leaked_one_does() {
    for (cells, copied, count) in [
        (COMMON as u64, true, COMMON as u64),
        (COMMON as u64 + 1, true, 0),
        (COMMON as u64 + 1, false, COMMON as u64 + 1),
    ] {
        let hit = |row| Hit {
            copied,
            ..explained(row, 1, 7)
        };
        let hits: Vec<Hit> = (0..cells).map(hit).collect();
        let findings = findings_of(&hits, site());
        assert_eq!(findings.iter().map(|it| it.count).sum::<u64>(), count);
    }
}

#[test]
fn another_spelling_is_reported_by_the_rule_or_beside_it() {
    let loose = Hit {
        loose: true,
        ..hit()
    };
    assert_eq!(line(loose.clone(), site())[0], "value_leaked_loose");
    assert_eq!(line(loose.clone(), site())[3], "bill.payer");
    let name = Site {
        rule: Some(bunri_report::Rule::ValueInName),
        ..site()
    };
    let said = line(loose.clone(), name);
    assert_eq!(
        (&said[0][..], &said[3][..]),
        ("value_in_name", "bill.payer, loose")
    );
    let hashed = Hit {
        encoding: Encoding::Md5,
        ..loose
    };
    let said = line(hashed, site());
    assert_eq!(
        (&said[0][..], &said[3][..]),
        ("value_hashed", "bill.payer, MD5")
    );
}

#[test]
fn a_record_is_reported_by_its_row_its_table_and_its_columns() {
    let mut findings = Findings::default();
    let mut reporter = Reporter {
        store: "retail",
        sites: &[site()],
        sources: &[],
        findings: &mut findings,
    };
    reporter.combined(location("point=7"), "bill", 3).unwrap();
    let finding = &findings.into_report()[0];
    assert_eq!(
        (finding.rule, finding.grade),
        (bunri_report::Rule::RecordCombined, Grade::Certain)
    );
    assert_eq!(finding.table.as_deref(), Some("contract"));
    assert_eq!(finding.row.as_deref(), Some("point=7"));
    assert_eq!(
        finding.detail.as_deref(),
        Some("bill, 3 columns of one record")
    );
}

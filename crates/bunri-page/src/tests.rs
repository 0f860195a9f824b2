//! What a page must stand: names that somebody hostile typed, a report of a hundred thousand findings, another run's stores.

#![allow(clippy::unwrap_used)]

use bunri_manifest::{Blake3Hex, Source};
use bunri_report::{
    CatalogueReport, Checked, Claim, ClaimReport, ControlFigure, ControlGroup, ControlOutcome,
    ControlReport, Dangling, Expectation, Finding, Gap, Grade, Judged, JudgedPart, JudgedStore,
    Note, NoteRule, ReferenceReport, RegionReport, RejectedRows, Report, Rule, SaidBy, Status,
    StoreReference, StoreRows, TableReport, UndecidedRows, Verdict,
};

use crate::{Lang, PageInputs, html, markdown};

/// Markup, quotes, a line's end, a mark that turns the line round, and what Markdown reads.
const HOSTILE: &str =
    "<script>alert(1)</script>\"'\n| x | [a](http://b) `c` *d* \u{202e}\u{200b}&lt;</details>";

fn claim(code: Claim, status: Status) -> ClaimReport {
    ClaimReport {
        code,
        name: code.name().to_owned(),
        status,
        reason: HOSTILE.to_owned(),
        checked: Checked::default(),
        not_checked: Vec::new(),
        blind_spots: vec![HOSTILE.to_owned()],
        findings_total: 0,
    }
}

fn finding(id: usize, table: &str) -> Finding {
    Finding {
        id: format!("F{id}"),
        claim: Claim::C3,
        grade: Grade::Certain,
        rule: Rule::RowMissing,
        store: "retail".to_owned(),
        table: Some(table.to_owned()),
        column: None,
        row: Some(id.to_string()),
        file: None,
        detail: None,
        count: 1,
    }
}

/// A report with every name in it hostile.
fn hostile() -> Report {
    let name = || HOSTILE.to_owned();
    let digest = Blake3Hex::of(b"");
    let gap = Gap {
        store: Some(name()),
        table: Some(name()),
        file: Some(name()),
        why: name(),
        count: 2,
    };
    let mut claims: Vec<ClaimReport> = Claim::ALL
        .into_iter()
        .map(|code| claim(code, Status::NotChecked))
        .collect();
    claims[0].not_checked = vec![gap.clone(), gap];
    claims[2].status = Status::Broken;
    claims[2].findings_total = 1;
    let found = Finding {
        id: name(),
        store: name(),
        column: Some(name()),
        row: Some(name()),
        file: Some(name()),
        detail: Some(name()),
        ..finding(1, HOSTILE)
    };
    let reference = ReferenceReport {
        table: name(),
        columns: vec![name()],
        to: name(),
        references: vec![name()],
        said_by: vec![SaidBy::Source],
        not_followed: Some(name()),
        stores: vec![StoreReference {
            store: name(),
            rows: 3,
            dangling: Dangling {
                absent: 1,
                ..Dangling::default()
            },
        }],
    };
    let figure = ControlFigure {
        outcome: ControlOutcome::Differs,
        legacy: Some(name()),
        staged: Some(name()),
        rejected: None,
        regions: Some([name(), name(), name(), name()]),
    };
    let control = ControlReport {
        name: name(),
        table: name(),
        by: vec![name()],
        month_of: Some(name()),
        figures: vec![name()],
        blake3: None,
        unreadable: 1,
        outcomes: [0, 0, 0, 1],
        further: 0,
        groups: vec![ControlGroup {
            group: Some(vec![Some(name()), None]),
            line: Some(2),
            figures: vec![figure],
        }],
    };
    Report {
        format: Report::FORMAT.to_owned(),
        tool: name(),
        label: name(),
        kind: name(),
        catalogue: Some(CatalogueReport {
            name: name(),
            version: name(),
            blake3: name(),
        }),
        judged: Judged {
            source: Some(Source {
                state: None,
                kind: name(),
                bytes: 1,
                blake3: digest.clone(),
            }),
            staging_manifest: Some(digest.clone()),
            decisions: Some(digest.clone()),
            cutover: Some(name()),
            stores: vec![JudgedStore {
                store: name(),
                manifest: Some(digest),
            }],
        },
        verdict: Verdict::Broken,
        claims,
        findings: vec![found],
        expectations: vec![Expectation {
            key: name(),
            line: Some(1),
            expected: name(),
            seen: name(),
            met: false,
        }],
        tables: vec![TableReport {
            table: name(),
            staged: 10,
            rejected: vec![RejectedRows {
                column: name(),
                rule: name(),
                rows: 1,
            }],
            own: 5,
            other: 4,
            reference: 0,
            undecided: vec![UndecidedRows {
                reason: name(),
                rows: 1,
            }],
        }],
        regions: vec![RegionReport {
            table: name(),
            ownership: "own".to_owned(),
            class: name(),
            staging_rows: 5,
            store_rows: StoreRows {
                retail: 5,
                transmission: 5,
                quarantine: 0,
            },
        }],
        references: vec![reference],
        controls: vec![control],
        notes: vec![Note {
            rule: NoteRule::EmptyTable,
            store: Some(name()),
            table: name(),
            detail: Some(name()),
            count: 1,
        }],
        costs: Vec::new(),
    }
}

fn inputs(report: &Report) -> PageInputs<'_> {
    PageInputs {
        report,
        costs: &[],
        differs: &[],
        proof: None,
        catalogue: None,
        before: None,
        both_languages: false,
    }
}

/// A broken report with so many findings, twenty a table.
fn crowded(findings: usize) -> Report {
    let mut report = hostile();
    report.findings = (0..findings)
        .map(|id| finding(id, &format!("table_{}", id / 20)))
        .collect();
    report.claims[2].findings_total = findings as u64;
    report
}

#[test]
fn a_name_is_never_markup_wherever_it_stands() {
    let (report, mut before) = (hostile(), hostile());
    before.label = format!("{HOSTILE} before");
    let inputs = PageInputs {
        before: Some(&before),
        ..inputs(&report)
    };
    for lang in Lang::ALL {
        let page = html(&inputs, lang);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert_eq!(page.matches("<script>").count(), 1, "only the page's own");
        assert_eq!(page.matches("</script>").count(), 1);
        assert_eq!(
            page.matches("<details").count(),
            page.matches("</details>").count()
        );
        let text = markdown(&inputs, lang);
        for sign in ["<script", "](", "| x |", "`c`", "*d*"] {
            assert!(!text.contains(sign), "{sign} in {text}");
        }
        for unseen in ['\u{202e}', '\u{200b}'] {
            assert!(!page.contains(unseen) && !text.contains(unseen));
        }
    }
}

#[test]
fn a_page_fetches_nothing_and_says_so() {
    let page = html(&inputs(&hostile()), Lang::En);
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    let (markup, _) = page.split_once("<script>").unwrap();
    for loading in [
        " src=\"",
        " style=\"",
        " action=\"",
        "<link",
        "<img",
        "@import",
        "url(h",
    ] {
        assert!(!markup.contains(loading), "{loading}");
    }
    // A link that leads somewhere leads to a place on the page itself.
    let links = page.matches("href=\"").count();
    assert_eq!(links, page.matches("href=\"#").count());
}

#[test]
fn a_hundred_thousand_findings_make_a_small_page_that_says_where_the_rest_is() {
    let report = crowded(100_000);
    for lang in Lang::ALL {
        let page = html(&inputs(&report), lang);
        assert!(page.len() < 200_000, "{} bytes", page.len());
        assert!(page.contains("100,000") && page.contains("99,960"));
        assert!(page.contains("custody/evidence/report.json"));
        assert!(markdown(&inputs(&report), lang).len() < 20_000);
    }
}

#[test]
fn what_lies_there_now_has_no_answer_of_another_run() {
    let mut report = hostile();
    report.verdict = Verdict::AsExpected;
    let stale = PageInputs {
        differs: &[JudgedPart::Retail, JudgedPart::Catalogue],
        ..inputs(&report)
    };
    let page = html(&stale, Lang::En);
    let (_, first) = page.split_once("<h1").unwrap();
    assert!(first.contains(">No answer for what lies here now.</h1>"));
    assert!(first.contains("retail store, catalogue"));
    assert!(markdown(&stale, Lang::Ja).contains("小売ストア、カタログ"));
    let page = html(&inputs(&report), Lang::En);
    assert!(page.contains(">Yes.</h1>") && page.contains("claims were not checked."));
}

#[test]
fn the_report_before_is_told_by_what_changed_and_nothing_else() {
    let (before, mut now) = (hostile(), hostile());
    let same = PageInputs {
        before: Some(&before),
        ..inputs(&before)
    };
    assert!(html(&same, Lang::En).contains("Nothing that a report tells has changed."));
    now.tables[0].own = 1_234;
    let changed = PageInputs {
        before: Some(&before),
        ..inputs(&now)
    };
    let page = html(&changed, Lang::En);
    let (_, since) = page.split_once("<section id=\"since\">").unwrap();
    let (since, _) = since.split_once("</section>").unwrap();
    assert_eq!(since.matches("<tr").count(), 2, "the heads, and one change");
    assert!(since.contains("<td>5</td><td>1,234</td>"));
}

#[test]
fn of_two_thousand_tables_the_largest_are_drawn_and_all_are_counted() {
    let mut report = hostile();
    report.tables = (0..2_000)
        .map(|number| TableReport {
            table: format!("table_{number:04}"),
            staged: number,
            own: number,
            rejected: Vec::new(),
            other: 0,
            reference: 0,
            undecided: Vec::new(),
        })
        .collect();
    let page = html(&inputs(&report), Lang::En);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(page.contains("and 1,600 more, in"));
    let drawn = |number: usize| page.contains(&format!("<tr data-table=\"table_{number:04}\">"));
    assert!(drawn(1_999) && drawn(1_600) && !drawn(1_599));
    let (_, all) = page.split_once("<tr class=\"total\">").unwrap();
    let rows = format!("own {}", crate::lang::number((0..2_000).sum()));
    assert!(all.contains(&rows), "{rows}");
}

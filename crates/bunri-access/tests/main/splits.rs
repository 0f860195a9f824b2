//! The same lines come to the same, wherever files end, however many threads look and however much each takes at once.

use std::path::Path;

use bunri_access::{Report, Terms, Work};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::rig::{HEADER, csv_log, file, look};

/// A line of a log in which much is wrong.
fn line() -> impl Strategy<Value = String> {
    let account = prop::sample::select(vec![
        "G-1", "G-2", "R-1", "R-2", "E-1", "H-1", "C-1", "B-1", "U-1", "",
    ]);
    let terminal = prop::sample::select(vec!["T-G", "T-R", "T-X", "T-D", "T-9", ""]);
    let screen = prop::sample::select(vec!["S01", "S03", "G01", "S99", ""]);
    let action = prop::sample::select(vec![
        "LOGIN", "READ", "READ", "READ", "SEARCH", "WRITE", "EXPORT", "?",
    ]);
    let by = prop::sample::select(vec!["NAME", "POINT", ""]);
    let point = prop::sample::select(vec!["90", "91", "92", "93", "94", ""]);
    let items = prop::sample::select(vec!["p.name", "p.address", "p.address;p.power", "x", ""]);
    let step = prop::sample::select(vec![1_i64, 1, 1, 7, 50_000, -400]);
    let end = prop::sample::select(vec!["\n", "\n", "\r\n", ",broken\n", "\"\n", "\n\n"]);
    let parts = (
        account, terminal, screen, action, by, point, items, step, end,
    );
    parts.prop_map(
        |(account, terminal, screen, action, by, point, items, step, end)| {
            format!("{step}|{account},{terminal},{screen},{action},{by},{point},{items},1{end}")
        },
    )
}

/// Lines with their numbers and times.
fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line(), 1..60).prop_map(|lines| {
        let mut second = 1_711_895_000_i64;
        let dated = lines.iter().enumerate().map(|(number, line)| {
            let (step, rest) = line.split_once('|').unwrap();
            second += step.parse::<i64>().unwrap();
            let at = bunri_access::time::japan_text(second * 1_000_000);
            let number = number + number / 20;
            format!("{number},{at},{rest}")
        });
        dated.collect()
    })
}

/// The report, with every place told by its line in all files together.
fn whole(report: &Report, lines_before: &[u64]) -> String {
    let mut report = report.clone();
    let place = |text: &String| {
        let (file, line) = text.rsplit_once(':').unwrap();
        let file: usize = file.strip_suffix(".csv").unwrap().parse().unwrap();
        (line.parse::<u64>().unwrap() - 1 + lines_before[file]).to_string()
    };
    let moved = |examples: &mut Vec<String>| *examples = examples.iter().map(place).collect();
    report
        .findings
        .iter_mut()
        .for_each(|it| moved(&mut it.examples));
    report
        .malformed
        .iter_mut()
        .for_each(|it| moved(&mut it.examples));
    report
        .not_judged
        .iter_mut()
        .for_each(|it| moved(&mut it.examples));
    report.log.files.clear();
    format!("{report:#?}")
}

fn told(folder: &Path, parts: &[&[String]], terms: &Terms, work: Work) -> String {
    let (mut files, mut before, mut lines) = (Vec::new(), Vec::new(), 0);
    for (number, part) in parts.iter().enumerate() {
        let text = format!("{HEADER}\n{}", part.concat());
        before.push(lines);
        lines += part.concat().matches('\n').count() as u64;
        files.push(file(folder, &format!("{number}.csv"), text.as_bytes()));
    }
    whole(&look(&csv_log(files), terms, work).unwrap(), &before)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn where_files_end_and_who_looks_leaves_no_trace(
        lines in lines(),
        cut in any::<prop::sample::Index>(),
        threads in 1_usize..5,
        block_bytes in prop::sample::select(vec![1_usize, 100, 300, 1 << 20]),
    ) {
        let folder = TempDir::new().unwrap();
        let mut terms = Terms::new();
        terms.reads_a_day = 3;
        (terms.reads_in_a_window, terms.window_seconds) = (2, 10);
        let one = told(folder.path(), &[&lines], &terms, Work::new(1));
        let cut = cut.index(lines.len() + 1);
        let (first, second) = lines.split_at(cut);
        let work = Work { threads, block_bytes };
        prop_assert_eq!(&told(folder.path(), &[first, second], &terms, work), &one);
        prop_assert_eq!(&told(folder.path(), &[&lines], &terms, work), &one);
    }
}

//! What dangles, for the screen: the worst first, counts and names of columns only.

use bunri_report::{Report, StoreReference};

/// One entry for every reference that dangles in a company's store.
pub(crate) fn lines(report: &Report) -> Vec<String> {
    let mut entries: Vec<(u64, String)> = Vec::new();
    for reference in &report.references {
        let (columns, to) = (reference.columns.join("+"), &reference.to);
        let place = format!("{}.{columns} -> {to}", reference.table);
        let dangling = reference.stores.iter().filter(|it| {
            // What waits in the quarantine is read beside the transmission store.
            it.store != "quarantine" && it.dangling.total() > 0
        });
        entries.extend(dangling.map(|it| (it.dangling.total(), entry(&place, it))));
    }
    // Stable: ties stay in the order of the report.
    entries.sort_by_key(|(rows, _)| std::cmp::Reverse(*rows));
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn entry(place: &str, it: &StoreReference) -> String {
    let causes = it.dangling.by_cause().into_iter();
    let causes = causes.filter(|(_, rows)| *rows > 0);
    let causes: Vec<String> = causes
        .map(|(cause, rows)| format!("{rows} {cause}"))
        .collect();
    let (causes, total) = (causes.join(", "), it.dangling.total());
    let head = format!("{}: {place}: {total} of {} rows", it.store, it.rows);
    format!("{head} ({causes})")
}

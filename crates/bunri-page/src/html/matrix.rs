//! The destination matrix as a picture: of every table, how much of it is in which store, by whose it is.

use bunri_catalogue::Store;
use maud::{Markup, html};

use crate::html::Page;
use crate::lang::{Lang, number};
use crate::name::Name;
use crate::summary::{Destination, RowsByOwner, destinations};
use crate::words::Phrase as P;

/// More tables are told in one line.
pub(super) const MOST_TABLES: usize = 400;

/// The least that can be seen, in hundredths of a percent.
const SLIVER: u64 = 80;

impl Page<'_> {
    pub(super) fn matrix(&self) -> Markup {
        let (tables, all) = destinations(self.inputs.report);
        html! {
            p { (self.say(P::MatrixWhy)) }
            (self.lang.matrix(&tables, &all))
            (self.more(tables.len().saturating_sub(MOST_TABLES)))
        }
    }
}

impl Lang {
    /// The picture, with its legend and the box that filters it; of many tables the largest.
    pub(super) fn matrix(self, tables: &[Destination<'_>], all: &Destination<'_>) -> Markup {
        let mut shown: Vec<&Destination<'_>> = tables.iter().collect();
        if shown.len() > MOST_TABLES {
            // The largest are shown, in the order of their names.
            shown.sort_by_key(|it| std::cmp::Reverse(it.source.total()));
            shown.truncate(MOST_TABLES);
            shown.sort_by_key(|it| it.table);
        }
        let caption = self.say(P::MatrixCaption);
        html! {
            (self.legend())
            (self.filter())
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table.matrix {
                    caption { (caption) }
                    thead { tr {
                        th scope="col" { (self.say(P::Table)) }
                        th scope="col" { (self.say(P::Source)) }
                        @for store in Store::ALL { th scope="col" { (self.store(store.word())) } }
                    } }
                    tbody {
                        @for table in &shown {
                            tr data-table=(Name(table.table).visible()) {
                                th.name scope="row" { (Name(table.table)) }
                                (self.destination(table))
                            }
                        }
                        tr.total {
                            th scope="row" { (self.say(P::Total)) }
                            (self.destination(all))
                        }
                    }
                }
            }
        }
    }

    fn legend(self) -> Markup {
        let owners = [
            ("own", P::Own, P::OwnMeaning),
            ("other", P::Other, P::OtherMeaning),
            ("undecided", P::Undecided, P::UndecidedMeaning),
            ("reference", P::Reference, P::ReferenceMeaning),
            ("rejected", P::Rejected, P::RejectedMeaning),
        ];
        html! {
            // One pattern for the whole page; it is told from the others without colour, and in print.
            svg.patterns aria-hidden="true" width="0" height="0" {
                defs {
                    pattern #hatched width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                        rect.ground width="4" height="4" {}
                        rect.line width="1.6" height="4" {}
                    }
                }
            }
            ul.legend {
                @for (class, word, meaning) in owners {
                    li {
                        svg aria-hidden="true" width="18" height="12" { rect.(class) x="0.5" y="0.5" width="17" height="11" {} }
                        span { strong { (self.say(word)) } " " (self.say(meaning)) }
                    }
                }
            }
        }
    }

    /// Hidden until a script is there to serve it.
    fn filter(self) -> Markup {
        html! {
            div.filter #filter-box hidden {
                label for="filter" { (self.say(P::Filter)) }
                input #filter type="search" autocomplete="off" spellcheck="false";
                output #filtered for="filter" data-words=(self.say(P::FilterTold)) {}
            }
        }
    }

    fn destination(self, table: &Destination<'_>) -> Markup {
        let of = table.source.total();
        html! {
            (self.picture(self.say(P::Source), table.source, of))
            @for (store, rows) in Store::ALL.into_iter().zip(table.stores) {
                (self.picture(&self.store(store.word()), rows, of))
            }
        }
    }

    /// One cell: the bar, and how many rows it is.
    fn picture(self, place: &str, rows: RowsByOwner, of: u64) -> Markup {
        let RowsByOwner {
            own,
            other,
            undecided,
            reference,
            rejected,
        } = rows;
        let parts = [
            ("own", P::Own, own),
            ("other", P::Other, other),
            ("undecided", P::Undecided, undecided),
            ("reference", P::Reference, reference),
            ("rejected", P::Rejected, rejected),
        ];
        let there = parts.into_iter().filter(|(_, _, rows)| *rows > 0);
        let told: Vec<_> = there
            .clone()
            .map(|(_, word, rows)| (self.say(word), rows))
            .collect();
        let mut begin = 0;
        let drawn = there.map(|(class, _, rows)| {
            let width = hundredths(rows, of);
            let left = begin.min(10_000 - width);
            begin = left + width;
            (class, left, width)
        });
        html! {
            td.bar {
                svg role="img" aria-label=(self.bar(place, &told)) width="100%" height="12" {
                    rect.whole x="0" y="0" width="100%" height="12" {}
                    @for (class, left, width) in drawn {
                        rect.(class) x=(percent(left)) y="0" width=(percent(width)) height="12" {}
                    }
                }
                span.rows { (number(rows.total())) }
            }
        }
    }
}

/// A share in hundredths of a percent; what is there is seen, and nothing is wider than all.
fn hundredths(rows: u64, of: u64) -> u64 {
    let share = (u128::from(rows) * 10_000)
        .checked_div(u128::from(of))
        .unwrap_or(10_000);
    u64::try_from(share).unwrap_or(10_000).clamp(SLIVER, 10_000)
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

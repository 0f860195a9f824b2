//! The screens as a picture (SVG): in columns by how many keys they are away, open ways that a finding tells of drawn heavy. Every
//! colour is the page's ink, so that it reads on paper and in the dark; text is escaped by maud, and longer names are cut.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bunri_security::model::Transition;
use bunri_security::{Outcome, Security, Side};
use maud::{Markup, html};

/// More than that nobody can read; then only what findings tell of is drawn.
const MOST_SCREENS: usize = 60;
const WIDTH: usize = 96;
const HEIGHT: usize = 34;
const COLUMN: usize = 220;
const ROW: usize = 62;
const MARGIN: usize = 30;
/// How far from a box the middle of a key's name is.
const BESIDE: usize = 28;
/// Letters of a name or a key that fit.
const LETTERS: usize = 10;

/// A picture, and how many screens are not in it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// One `svg` element.
    pub svg: String,
    /// Screens that are left out.
    pub left_out: usize,
}

struct Drawing<'a> {
    places: BTreeMap<&'a str, (usize, usize)>,
    ways: Vec<(&'a Transition, bool)>,
    for_retail: BTreeSet<&'a str>,
    reached: BTreeSet<&'a str>,
}

/// Draws the screens; [`None`]: there is nothing to draw. `title` says what it shows, for who cannot see it.
#[must_use]
pub fn picture(
    incidents: &bunri_security::IncidentFile,
    security: &Security,
    outcome: &Outcome,
    title: &str,
) -> Option<Picture> {
    let screens = security.screens.as_deref()?;
    let transitions = security.transitions.as_deref()?;
    let told: BTreeSet<(&str, &str, &str)> = outcome
        .findings
        .iter()
        .flat_map(|finding| &finding.path)
        .map(|step| (step.screen.as_str(), step.key.as_str(), step.to.as_str()))
        .collect();
    let reached: BTreeSet<&str> = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule == "screen_reached")
        .filter_map(|finding| finding.of.get("screen").map(String::as_str))
        .collect();
    let on_ways: BTreeSet<&str> = told.iter().flat_map(|(from, _, to)| [*from, *to]).collect();
    let mut drawn: BTreeSet<&str> = screens
        .iter()
        .map(|screen| screen.screen.as_str())
        .collect();
    if drawn.len() > MOST_SCREENS {
        drawn = on_ways.into_iter().take(MOST_SCREENS).collect();
    }
    if drawn.is_empty() {
        return None;
    }
    let inside =
        |way: &&Transition| drawn.contains(way.from.as_str()) && drawn.contains(way.to.as_str());
    let ways: Vec<(&Transition, bool)> = transitions
        .iter()
        .filter(inside)
        .map(|way| {
            (
                way,
                told.contains(&(way.from.as_str(), way.key.as_str(), way.to.as_str())),
            )
        })
        .collect();
    let drawing = Drawing {
        places: places(&drawn, &ways),
        ways,
        for_retail: for_retail(incidents, security),
        reached,
    };
    Some(Picture {
        svg: drawing.svg(title).into_string(),
        left_out: screens.len() - drawn.len(),
    })
}

/// Screens that some role of retail or an affiliate may open.
fn for_retail<'a>(
    incidents: &bunri_security::IncidentFile,
    security: &'a Security,
) -> BTreeSet<&'a str> {
    let roles = security.roles.iter().flatten().filter(|role| {
        matches!(
            incidents.companies.side(&role.company),
            Some(Side::Retail | Side::Affiliate)
        )
    });
    let roles: BTreeSet<&str> = roles.map(|role| role.role.as_str()).collect();
    let rights = security.role_screens.iter().flatten();
    rights
        .filter(|right| roles.contains(right.role.as_str()))
        .map(|right| right.screen.as_str())
        .collect()
}

/// Column and row of each screen: the column is how many keys it is away from a screen that no other leads to.
fn places<'a>(
    drawn: &BTreeSet<&'a str>,
    ways: &[(&'a Transition, bool)],
) -> BTreeMap<&'a str, (usize, usize)> {
    let mut column = BTreeMap::<&str, usize>::new();
    let led_to: BTreeSet<&str> = ways
        .iter()
        .filter(|(way, _)| way.from != way.to)
        .map(|(way, _)| way.to.as_str())
        .collect();
    let mut next: VecDeque<&str> = drawn
        .iter()
        .copied()
        .filter(|screen| !led_to.contains(screen))
        .collect();
    let mut waiting = drawn.iter().copied();
    loop {
        for screen in &next {
            column.entry(screen).or_insert(0);
        }
        while let Some(screen) = next.pop_front() {
            let at = column[screen];
            for (way, _) in ways.iter().filter(|(way, _)| way.from == screen) {
                if !column.contains_key(way.to.as_str()) {
                    column.insert(&way.to, at + 1);
                    next.push_back(&way.to);
                }
            }
        }
        // What only circles lead to begins with its first name.
        match waiting.find(|screen| !column.contains_key(screen)) {
            Some(screen) => next.push_back(screen),
            None => break,
        }
    }
    let mut rows = BTreeMap::<usize, usize>::new();
    let placed = column.into_iter().map(|(screen, column)| {
        let row = rows.entry(column).or_default();
        *row += 1;
        (screen, (column, *row - 1))
    });
    placed.collect()
}

/// A text that fits.
fn cut(text: &str) -> String {
    let mut letters = text.chars().filter(|letter| !letter.is_control());
    let mut short: String = letters.by_ref().take(LETTERS).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

impl Drawing<'_> {
    fn svg(&self, title: &str) -> Markup {
        let columns = self
            .places
            .values()
            .map(|(column, _)| column + 1)
            .max()
            .unwrap_or(1);
        let rows = self
            .places
            .values()
            .map(|(_, row)| row + 1)
            .max()
            .unwrap_or(1);
        let width = MARGIN * 2 + COLUMN * (columns - 1) + WIDTH;
        let height = MARGIN * 2 + ROW * (rows - 1) + HEIGHT;
        html! {
            svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(title)
                viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
                font-family="ui-monospace, monospace" font-size="12" fill="none" stroke="currentColor" {
                title { (title) }
                defs {
                    marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto" {
                        path d="M0 0L8 4L0 8z" fill="currentColor" stroke="none" {}
                    }
                }
                @for (way, told) in &self.ways { (self.way(way, *told)) }
                @for (screen, place) in &self.places { (self.screen(screen, *place)) }
            }
        }
    }

    fn screen(&self, screen: &str, place: (usize, usize)) -> Markup {
        let (x, y) = corner(place);
        let dashes = (!self.for_retail.contains(screen)).then_some("5 3");
        let heavy = if self.reached.contains(screen) {
            "3"
        } else {
            "1.2"
        };
        html! {
            g {
                title { (screen) }
                rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="3" stroke-width=(heavy) stroke-dasharray=[dashes] {}
                text x=(x + WIDTH / 2) y=(y + HEIGHT / 2 + 4) text-anchor="middle" fill="currentColor" stroke="none" { (cut(screen)) }
            }
        }
    }

    fn way(&self, way: &Transition, told: bool) -> Markup {
        let (Some(from), Some(to)) = (
            self.places.get(way.from.as_str()),
            self.places.get(way.to.as_str()),
        ) else {
            return html! {};
        };
        let ((x1, y1), (x2, y2)) = (corner(*from), corner(*to));
        let (mid1, mid2) = (y1 + HEIGHT / 2, y2 + HEIGHT / 2);
        // Forwards on the upper half of a box, back on the lower, within a column outside of it, each with its key beside a box: no
        // two lie on one another.
        let (d, x, y) = if to.0 > from.0 {
            let (start, end) = (x1 + WIDTH, x2);
            let half = usize::midpoint(start, end);
            let (up1, up2) = (mid1 - 6, mid2 - 6);
            let d = format!("M{start} {up1}C{half} {up1} {half} {up2} {end} {up2}");
            (d, end - BESIDE, up2 - 4)
        } else if to.0 < from.0 {
            let (start, end) = (x1, x2 + WIDTH);
            let half = usize::midpoint(start, end);
            let (low1, low2) = (mid1 + 8, mid2 + 8);
            let d = format!("M{start} {low1}C{half} {low1} {half} {low2} {end} {low2}");
            (d, start - BESIDE, low1 + 11)
        } else {
            let side = x1 + WIDTH;
            let out = side + 26 + mid1.abs_diff(mid2) / 4;
            let (begin, end) = (mid1 + 4, mid2 + 4);
            let d = format!("M{side} {begin}C{out} {begin} {out} {end} {side} {end}");
            (d, out + 8, usize::midpoint(mid1, mid2))
        };
        let (heavy, dashes) = (if told { "3" } else { "0.8" }, way.checked.then_some("2 3"));
        html! {
            g {
                title { (way.from) " " (way.key) " " (way.to) }
                path d=(d) stroke-width=(heavy) stroke-dasharray=[dashes] marker-end="url(#arrow)" {}
                text x=(x) y=(y) text-anchor="middle" font-size="10" fill="currentColor" stroke="none" { (cut(&way.key)) }
            }
        }
    }
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (MARGIN + COLUMN * column, MARGIN + ROW * row)
}

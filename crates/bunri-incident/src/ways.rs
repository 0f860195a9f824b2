//! Which screens a role reaches that it may not open, and by which keys: the shortest way from a screen that it may. Ways go round in
//! circles in every real system; each screen is visited once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bunri_security::model::Transition;
use bunri_security::outcome::Step;

/// Ways by the screen that they begin at.
pub(crate) struct Ways<'a> {
    from: BTreeMap<&'a str, BTreeSet<&'a Transition>>,
}

impl<'a> Ways<'a> {
    pub(crate) fn new(transitions: &'a [Transition]) -> Self {
        let mut from = BTreeMap::<_, BTreeSet<_>>::new();
        for way in transitions {
            from.entry(way.from.as_str()).or_default().insert(way);
        }
        Self { from }
    }

    /// Of a role that may open these screens: every other screen that it reaches, with the shortest way there; of several, the
    /// first by names. Where the system asks for the right, the way ends.
    pub(crate) fn open(&self, may_open: &BTreeSet<&'a str>) -> BTreeMap<&'a str, Vec<Step>> {
        let mut came_by: BTreeMap<&str, Option<&Transition>> =
            may_open.iter().map(|screen| (*screen, None)).collect();
        let mut next: VecDeque<&str> = may_open.iter().copied().collect();
        while let Some(screen) = next.pop_front() {
            for way in self.from.get(screen).into_iter().flatten() {
                if !way.checked && !came_by.contains_key(way.to.as_str()) {
                    came_by.insert(&way.to, Some(way));
                    next.push_back(&way.to);
                }
            }
        }
        let reached = came_by.iter().filter(|(_, by)| by.is_some());
        reached
            .map(|(screen, _)| (*screen, back(screen, &came_by)))
            .collect()
    }
}

/// The way to a screen, from its end to its beginning and turned round.
fn back(screen: &str, came_by: &BTreeMap<&str, Option<&Transition>>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = screen;
    while let Some(Some(way)) = came_by.get(at) {
        steps.push(Step {
            screen: way.from.clone(),
            key: way.key.clone(),
            to: way.to.clone(),
        });
        at = &way.from;
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(from: &str, key: &str, to: &str, checked: bool) -> Transition {
        let [from, key, to] = [from, key, to].map(str::to_owned);
        Transition {
            from,
            key,
            to,
            checked,
        }
    }

    fn told(transitions: &[Transition], may_open: &[&'static str]) -> Vec<String> {
        let may_open = may_open.iter().copied().collect();
        let told = |steps: Vec<Step>| {
            let steps = steps
                .iter()
                .map(|step| format!("{} {} ", step.screen, step.key));
            steps.collect::<String>()
        };
        // The screens live as long as the ways.
        let ways = Ways::new(transitions);
        ways.open(&may_open)
            .into_iter()
            .map(|(screen, steps)| told(steps) + screen)
            .collect()
    }

    #[test]
    fn the_shortest_way_is_told_and_circles_end() {
        let ways = [
            way("A", "PF1", "B", false),
            way("B", "PF1", "C", false),
            way("B", "PF2", "A", false),
            way("C", "PF1", "C", false),
            way("C", "PF2", "D", false),
            way("A", "PF9", "D", false),
            way("A", "PF3", "D", false),
        ];
        assert_eq!(told(&ways, &["A"]), ["A PF1 B", "A PF1 B PF1 C", "A PF3 D"]);
        assert_eq!(told(&ways, &["A", "B", "C", "D"]), [""; 0]);
        assert_eq!(told(&ways, &[]), [""; 0]);
    }

    #[test]
    fn a_way_that_is_checked_is_none() {
        let ways = [way("A", "PF1", "B", true), way("B", "PF1", "C", false)];
        assert_eq!(told(&ways, &["A"]), [""; 0]);
    }
}

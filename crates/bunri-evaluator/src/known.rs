//! Written when, by whom (docs/rules.md, section 4): what stands in an own row was written with the incumbent's knowledge, or
//! before its supply began, or after another had taken over.

use bunri_catalogue::{Early, Match};

use super::{Days, Reason, Timeline, Verdict};

/// What one owner key says of the day on which a row was written, from the best for own to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// With the incumbent's knowledge, or within the grace.
    Stands,
    /// So many days before the own days that the row speaks of; [`Days::MAX`] where there are none.
    Early(Days),
    /// Nobody can say, and why.
    Unknown(Reason),
    /// When another supplied.
    After,
}

/// Asks one timeline: the row was written on the day `known` and speaks of days up to `last`.
#[must_use]
pub fn written(timeline: &Timeline, known: Days, last: Days, grace_days: u32) -> Written {
    if timeline.is_unknown() {
        return Written::Unknown(Reason::NotInLedger);
    }
    let supplier = timeline.on(known);
    let within_grace = last < known && known <= last.saturating_add(Days::from(grace_days));
    if supplier == Verdict::Own || within_grace {
        return Written::Stands;
    }
    if known <= last {
        let own = timeline.segment(last);
        return Written::Early(match own.verdict {
            Verdict::Own => own.first.saturating_sub(known),
            Verdict::Other | Verdict::Undecided(_) | Verdict::Reference => Days::MAX,
        });
    }
    match supplier {
        Verdict::Undecided(reason) => Written::Unknown(reason),
        Verdict::Own | Verdict::Other => Written::After,
        Verdict::Reference => Written::Unknown(Reason::KnownAtUndecided),
    }
}

/// Before the owner keys of a row's parents are asked: what was written on one of the days of an own parent stands, whatever any
/// key says.
pub fn written_in_own_days(
    mut days: impl Iterator<Item = (Days, Days)>,
    known: Days,
) -> Option<Written> {
    let in_own_days = days.any(|(first, last)| first <= known && known <= last);
    in_own_days.then_some(Written::Stands)
}

/// What the owner keys of a row's parents say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenSet {
    /// What the best of them says.
    pub best: Written,
    /// What the worst of them says.
    pub worst: Written,
}

impl WrittenSet {
    /// Of one key.
    #[must_use]
    pub fn of(written: Written) -> Self {
        Self {
            best: written,
            worst: written,
        }
    }

    /// Both together.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            best: self.best.min(other.best),
            worst: self.worst.max(other.worst),
        }
    }
}

/// The verdict of an own row by its own ledger key.
#[must_use]
pub fn by_own_key(written: Written, early: Early) -> Verdict {
    match written {
        Written::Stands => Verdict::Own,
        Written::Early(days) => {
            let own = match early {
                Early::Own => true,
                Early::Undecided => false,
                Early::Days(most) => days <= Days::from(most),
            };
            if own {
                Verdict::Own
            } else {
                Verdict::Undecided(Reason::WrittenEarly)
            }
        }
        Written::Unknown(reason) => Verdict::Undecided(reason),
        Written::After => Verdict::Other,
    }
}

/// The verdict of an own row by the owner keys of its parents: under `all` by the worst of them, under `any` by the best. [`None`]:
/// nothing is known of any.
#[must_use]
pub fn by_parents(set: Option<WrittenSet>, matching: Match, early: Early) -> Verdict {
    let written = set.map(|set| match matching {
        Match::All => set.worst,
        Match::Any => set.best,
    });
    match written {
        None | Some(Written::Unknown(_)) => Verdict::Undecided(Reason::KnownAtUndecided),
        Some(written) => by_own_key(written, early),
    }
}

#[cfg(test)]
mod tests;

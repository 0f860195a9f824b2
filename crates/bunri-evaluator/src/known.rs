//! Written when, by whom (docs/rules.md, section 4): what stands in an own row was written with the incumbent's knowledge, or
//! before its supply began, or after another had taken over.

use bunri_catalogue::{Early, Match};

use super::{Days, Reason, Timeline, Verdict};

/// What one owner key says of the day on which a row was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// With the incumbent's knowledge, or within the grace.
    Stands,
    /// So many days before the own days that the row speaks of; [`Days::MAX`] where there are none.
    Early(Days),
    /// When another supplied.
    After,
    /// Nobody can say, and why.
    Unknown(Reason),
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

/// What the owner keys of a row's parents say together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WrittenSet {
    /// The row was written on one of the days of an own parent.
    pub held: bool,
    /// Some key says [`Written::Stands`].
    pub stands: bool,
    /// Some key says [`Written::After`].
    pub after: bool,
    /// Some key says [`Written::Unknown`], or nothing is known of it.
    pub unknown: bool,
    /// The fewest and the most days of those that say [`Written::Early`].
    pub early: Option<(Days, Days)>,
}

impl WrittenSet {
    /// A key of which nothing is known.
    pub const UNKNOWN: Self = Self {
        held: false,
        stands: false,
        after: false,
        unknown: true,
        early: None,
    };

    /// Of one key.
    #[must_use]
    pub fn of(written: Written) -> Self {
        let mut set = Self::default();
        match written {
            Written::Stands => set.stands = true,
            Written::After => set.after = true,
            Written::Unknown(_) => set.unknown = true,
            Written::Early(days) => set.early = Some((days, days)),
        }
        set
    }

    /// Both together.
    pub fn join(&mut self, other: Self) {
        self.held |= other.held;
        self.stands |= other.stands;
        self.after |= other.after;
        self.unknown |= other.unknown;
        self.early = match (self.early, other.early) {
            (Some(ours), Some(theirs)) => Some((ours.0.min(theirs.0), ours.1.max(theirs.1))),
            (ours, theirs) => ours.or(theirs),
        };
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The verdict of an own row by its own ledger key.
#[must_use]
pub fn by_own_key(written: Written, early: Early) -> Verdict {
    match written {
        Written::Stands => Verdict::Own,
        Written::Early(days) => by_early(days, early),
        Written::After => Verdict::Other,
        Written::Unknown(reason) => Verdict::Undecided(reason),
    }
}

/// The verdict of an own row by the owner keys of its parents.
#[must_use]
pub fn by_parents(set: &WrittenSet, matching: Match, early: Early) -> Verdict {
    let unknown = Verdict::Undecided(Reason::KnownAtUndecided);
    if set.is_empty() {
        return unknown;
    }
    match matching {
        Match::All | Match::Any if set.held => Verdict::Own,
        Match::All if set.after => Verdict::Other,
        Match::All if set.unknown => unknown,
        Match::All => set
            .early
            .map_or(Verdict::Own, |(_, most)| by_early(most, early)),
        Match::Any if set.stands => Verdict::Own,
        Match::Any => match set.early {
            Some((least, _)) => by_early(least, early),
            None if set.unknown => unknown,
            None => Verdict::Other,
        },
    }
}

/// Written so many days before the incumbent's supply began.
fn by_early(days: Days, early: Early) -> Verdict {
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

#[cfg(test)]
mod tests;

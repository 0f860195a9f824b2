//! What is looked for in a log: a rule's name, which fields a line needs for it, and the numbers from which on it speaks.

use crate::form::{Field, Log};

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Retail's side was shown a point that was not its own on that day.
    OtherCompanyRead,
    /// Retail's side looked for people by name.
    NameSearch,
    /// An account was shown more records on a day than a threshold.
    ReadsADay,
    /// An account was shown more records in a few seconds than a threshold.
    ReadsInAWindow,
    /// An emergency right was used outside the window that was declared.
    EmergencyWindow,
    /// … for a point of another area.
    EmergencyArea,
    /// … and showed other columns.
    EmergencyFields,
    /// An account signed in after its owner had left the post.
    LoginAfterTransfer,
    /// An account was used on a terminal of another company.
    TerminalOfOtherCompany,
    /// … or on a terminal in a room of another company.
    TerminalInOtherRoom,
    /// Retail's side was shown a point that was not its own, and its own request to switch that point followed.
    SwitchingAfterRead,
    /// A batch or a contractor wrote a column that is only the own customer's or only the operator's.
    GuardedWrite,
    /// The dispatch system was used from a terminal that does not stand there.
    DispatchFromOutside,
    /// Numbers of the log are missing.
    SequenceMissing,
    /// A number of the log came again, or a smaller one.
    SequenceRepeated,
    /// The log says nothing for longer than a threshold.
    SilentSpan,
    /// The clock of the log was set back.
    ClockBackwards,
    /// … or leapt ahead.
    ClockForwards,
}

impl Rule {
    /// How many there are.
    pub const COUNT: usize = 18;
    /// All, in the order in which they are told of.
    pub const ALL: [Self; Self::COUNT] = [
        Self::OtherCompanyRead,
        Self::NameSearch,
        Self::ReadsADay,
        Self::ReadsInAWindow,
        Self::EmergencyWindow,
        Self::EmergencyArea,
        Self::EmergencyFields,
        Self::LoginAfterTransfer,
        Self::TerminalOfOtherCompany,
        Self::TerminalInOtherRoom,
        Self::SwitchingAfterRead,
        Self::GuardedWrite,
        Self::DispatchFromOutside,
        Self::SequenceMissing,
        Self::SequenceRepeated,
        Self::SilentSpan,
        Self::ClockBackwards,
        Self::ClockForwards,
    ];

    /// As files and reports name it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OtherCompanyRead => "other_company_read",
            Self::NameSearch => "name_search",
            Self::ReadsADay => "reads_a_day",
            Self::ReadsInAWindow => "reads_in_a_window",
            Self::EmergencyWindow => "emergency_window",
            Self::EmergencyArea => "emergency_area",
            Self::EmergencyFields => "emergency_fields",
            Self::LoginAfterTransfer => "login_after_transfer",
            Self::TerminalOfOtherCompany => "used_on_other_terminal",
            Self::TerminalInOtherRoom => "used_in_other_room",
            Self::SwitchingAfterRead => "switching_after_read",
            Self::GuardedWrite => "guarded_write",
            Self::DispatchFromOutside => "dispatch_from_outside",
            Self::SequenceMissing => "sequence_missing",
            Self::SequenceRepeated => "sequence_repeated",
            Self::SilentSpan => "silent_span",
            Self::ClockBackwards => "clock_backwards",
            Self::ClockForwards => "clock_forwards",
        }
    }

    /// What a line has to say beside its time and account; without such a field in the log the rule is not checked.
    #[must_use]
    pub fn needs(self) -> &'static [Field] {
        match self {
            Self::OtherCompanyRead | Self::SwitchingAfterRead | Self::EmergencyArea => {
                &[Field::Action, Field::Point]
            }
            Self::NameSearch => &[Field::Action, Field::Search],
            Self::ReadsADay
            | Self::ReadsInAWindow
            | Self::EmergencyWindow
            | Self::LoginAfterTransfer => &[Field::Action],
            Self::EmergencyFields | Self::GuardedWrite => &[Field::Action, Field::Columns],
            Self::TerminalOfOtherCompany | Self::TerminalInOtherRoom => &[Field::Terminal],
            Self::DispatchFromOutside => &[Field::Screen, Field::Terminal],
            Self::SequenceMissing | Self::SequenceRepeated => &[Field::Sequence],
            Self::SilentSpan | Self::ClockBackwards | Self::ClockForwards => &[],
        }
    }
}

/// Why a rule could not be decided on a line that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotJudged {
    /// The account is on no list.
    UnknownAccount,
    /// The word for what was done is not declared.
    UnknownAction,
    /// The screen is on no list.
    UnknownScreen,
    /// The terminal is on no list.
    UnknownTerminal,
    /// The line names no terminal.
    NoTerminal,
    /// What was searched by is not declared.
    UnknownSearch,
    /// Retail's side was shown something, and the line does not say which point.
    NoPoint,
    /// The ledger does not have the point.
    UnknownPoint,
    /// The ledger has no period of the point on that day.
    NoPeriod,
    /// The ledger says of that day what nobody can decide.
    UndecidedPeriod,
    /// Nobody says in which area the point lies.
    NoArea,
    /// The line of a write or an emergency does not say which columns.
    NoColumns,
    /// A column of a write has no class.
    UnknownColumn,
}

impl NotJudged {
    /// How many there are.
    pub const COUNT: usize = 13;
    /// All, in the order in which they are told of.
    pub const ALL: [Self; Self::COUNT] = [
        Self::UnknownAccount,
        Self::UnknownAction,
        Self::UnknownScreen,
        Self::UnknownTerminal,
        Self::NoTerminal,
        Self::UnknownSearch,
        Self::NoPoint,
        Self::UnknownPoint,
        Self::NoPeriod,
        Self::UndecidedPeriod,
        Self::NoArea,
        Self::NoColumns,
        Self::UnknownColumn,
    ];

    /// As reports say it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownAccount => "unknown_account",
            Self::UnknownAction => "unknown_action",
            Self::UnknownScreen => "unknown_screen",
            Self::UnknownTerminal => "unknown_terminal",
            Self::NoTerminal => "no_terminal",
            Self::UnknownSearch => "unknown_search",
            Self::NoPoint => "no_point",
            Self::UnknownPoint => "unknown_point",
            Self::NoPeriod => "no_period",
            Self::UndecidedPeriod => "undecided_period",
            Self::NoArea => "no_area",
            Self::NoColumns => "no_columns",
            Self::UnknownColumn => "unknown_column",
        }
    }
}

/// The numbers from which on rules speak, and which rules are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// By [`Rule`]'s place, why nobody looks; [`None`]: somebody does.
    pub off: [Option<String>; Rule::COUNT],
    /// An account may be shown so many records on a day.
    pub reads_a_day: u64,
    /// … and so many within [`Terms::window_seconds`].
    pub reads_in_a_window: u64,
    /// How long such a window is.
    pub window_seconds: u64,
    /// Days after a transfer on which an account may still sign in.
    pub transfer_days: u64,
    /// Days after a read within which a switching request is its consequence.
    pub switching_days: u64,
    /// Seconds for which a log may say nothing.
    pub silent_seconds: u64,
    /// Seconds by which a line may be earlier than the one before it: servers write beside one another.
    pub backwards_seconds: u64,
    /// Seconds from which on a step ahead is no silence but a clock.
    pub forwards_seconds: u64,
    /// Facts of points, days of accounts, and moments of windows that may be held in memory, each.
    pub most_held: usize,
}

impl Terms {
    /// All rules, with numbers that only suit tests and examples: every real file says its own.
    #[must_use]
    pub fn new() -> Self {
        Self {
            off: Default::default(),
            reads_a_day: 500,
            reads_in_a_window: 60,
            window_seconds: 60,
            transfer_days: 0,
            switching_days: 30,
            silent_seconds: 4 * 3_600,
            backwards_seconds: 2,
            forwards_seconds: 7 * 86_400,
            most_held: 50_000_000,
        }
    }

    /// Nobody looks for a rule; the first reason stands.
    pub fn leave_out(&mut self, rule: Rule, reason: impl Into<String>) {
        self.off[rule as usize].get_or_insert_with(|| reason.into());
    }

    /// A rule that needs a field that the log does not have is not looked for.
    pub(crate) fn leave_out_what_lacks(&mut self, log: &Log) {
        for rule in Rule::ALL {
            for field in rule.needs() {
                if !log.has(*field) {
                    self.leave_out(
                        rule,
                        format!(
                            "the incident file names no `{}` of `access_log`",
                            field.word()
                        ),
                    );
                }
            }
        }
    }

    pub(crate) fn looks(&self, rule: Rule) -> bool {
        self.off[rule as usize].is_none()
    }

    /// The numbers of a rule, by their names.
    #[must_use]
    pub fn of(&self, rule: Rule) -> Vec<(&'static str, u64)> {
        match rule {
            Rule::ReadsADay => vec![("reads", self.reads_a_day)],
            Rule::ReadsInAWindow => {
                vec![
                    ("reads", self.reads_in_a_window),
                    ("seconds", self.window_seconds),
                ]
            }
            Rule::LoginAfterTransfer => vec![("days", self.transfer_days)],
            Rule::SwitchingAfterRead => vec![("days", self.switching_days)],
            Rule::SilentSpan => vec![("seconds", self.silent_seconds)],
            Rule::ClockBackwards => vec![("seconds", self.backwards_seconds)],
            Rule::ClockForwards => vec![("seconds", self.forwards_seconds)],
            Rule::OtherCompanyRead
            | Rule::NameSearch
            | Rule::EmergencyWindow
            | Rule::EmergencyArea
            | Rule::EmergencyFields
            | Rule::TerminalOfOtherCompany
            | Rule::TerminalInOtherRoom
            | Rule::GuardedWrite
            | Rule::DispatchFromOutside
            | Rule::SequenceMissing
            | Rule::SequenceRepeated => Vec::new(),
        }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use bunri_security::ACCESS_RULES;

    use super::*;

    #[test]
    fn every_rule_is_one_of_the_incident_file_with_its_numbers() {
        let terms = Terms::new();
        // Behind them come those of lines that nobody could judge.
        assert_eq!(ACCESS_RULES.len(), Rule::COUNT + 2);
        for (rule, data) in Rule::ALL.into_iter().zip(&ACCESS_RULES) {
            assert_eq!(rule.word(), data.name);
            let numbers = terms.of(rule).into_iter().map(|(name, _)| name);
            let declared = data.thresholds.iter().map(|(name, _)| *name);
            assert!(numbers.eq(declared), "{}", data.name);
        }
    }
}

//! What depends on the lines before: reads that follow one another too fast, missing numbers, silence, and clocks that leap. Blocks come
//! here one after the other in the order of the log, whichever thread had them.

use std::collections::VecDeque;

use crate::error::AccessError;
use crate::form::{Field, Log};
use crate::location::Location;
use crate::rules::{Rule, Terms};
use crate::tally::Tally;
use crate::time::{Instant, SECOND};

/// Of no account.
pub(crate) const NOBODY: u32 = u32::MAX;

/// What of a line is judged in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) line: u64,
    pub(crate) sequence: Option<u64>,
    /// The account that was shown something.
    pub(crate) reader: Option<u32>,
}

impl Moment {
    /// A line that says nothing.
    pub(crate) fn unreadable(line: u64) -> Self {
        Self {
            at: Instant::MIN,
            line,
            sequence: None,
            reader: None,
        }
    }

    fn is_unreadable(&self) -> bool {
        self.at == Instant::MIN
    }
}

pub(crate) struct Order<'t> {
    terms: &'t Terms,
    pub(crate) tally: Tally,
    /// Of the line before that could be read.
    at: Option<Instant>,
    sequence: Option<u64>,
    /// Lines since then that could not.
    unreadable: u64,
    /// By account, its latest moments, as many as a window may hold.
    windows: Vec<VecDeque<Instant>>,
    held: usize,
    most_in_window: Option<usize>,
    counts_numbers: bool,
}

impl<'t> Order<'t> {
    pub(crate) fn new(log: &Log, terms: &'t Terms, accounts: usize) -> Self {
        let looks = terms.looks(Rule::ReadsInAWindow) && log.has(Field::Action);
        let most = usize::try_from(terms.reads_in_a_window).unwrap_or(usize::MAX);
        Self {
            terms,
            tally: Tally::new(terms),
            at: None,
            sequence: None,
            unreadable: 0,
            windows: vec![VecDeque::new(); accounts],
            held: 0,
            most_in_window: looks.then_some(most),
            counts_numbers: log.has(Field::Sequence),
        }
    }

    pub(crate) fn block(&mut self, file: u32, moments: &[Moment]) -> Result<(), AccessError> {
        for moment in moments {
            if moment.is_unreadable() {
                self.unreadable += 1;
                continue;
            }
            let place = Location {
                file,
                line: moment.line,
            };
            self.clock(moment.at, place);
            if self.counts_numbers {
                self.number(moment, place);
            }
            if let (Some(account), Some(most)) = (moment.reader, self.most_in_window) {
                self.window(account, most, moment.at, place)?;
            }
            self.unreadable = 0;
        }
        Ok(())
    }

    fn clock(&mut self, at: Instant, place: Location) {
        let before = self.at.replace(at);
        let Some(before) = before else {
            return;
        };
        let step = at.saturating_sub(before);
        // Most lines follow at once.
        if (0..SECOND).contains(&step) {
            return;
        }
        let seconds = |number: u64| {
            i64::try_from(number)
                .unwrap_or(i64::MAX)
                .saturating_mul(SECOND)
        };
        let rule = if step > seconds(self.terms.forwards_seconds) {
            Rule::ClockForwards
        } else if step > seconds(self.terms.silent_seconds) {
            Rule::SilentSpan
        } else if step < -seconds(self.terms.backwards_seconds) {
            Rule::ClockBackwards
        } else {
            return;
        };
        if self.terms.looks(rule) {
            self.tally.finding(rule, NOBODY, None, 1, at, place);
        }
    }

    fn number(&mut self, moment: &Moment, place: Location) {
        let before = match moment.sequence {
            Some(sequence) => self.sequence.replace(sequence),
            None => return,
        };
        let (Some(sequence), Some(before)) = (moment.sequence, before) else {
            return;
        };
        if sequence <= before {
            if self.terms.looks(Rule::SequenceRepeated) {
                let rule = Rule::SequenceRepeated;
                self.tally.finding(rule, NOBODY, None, 1, moment.at, place);
            }
            return;
        }
        // Lines that could not be read may have had the numbers.
        let missing = (sequence - before - 1).saturating_sub(self.unreadable);
        if missing > 0 && self.terms.looks(Rule::SequenceMissing) {
            let rule = Rule::SequenceMissing;
            self.tally
                .finding(rule, NOBODY, None, missing, moment.at, place);
        }
    }

    /// Speaks at every read before which as many as are allowed lie within the window.
    fn window(
        &mut self,
        account: u32,
        most: usize,
        at: Instant,
        place: Location,
    ) -> Result<(), AccessError> {
        let width = self.terms.window_seconds.saturating_mul(1_000_000);
        let window = &mut self.windows[account as usize];
        if window.len() == most {
            // Where none is allowed, every read is one too many.
            let within = window.pop_front().is_none_or(|first| {
                window.push_back(at);
                u64::try_from(at.saturating_sub(first)).is_ok_and(|it| it <= width)
            });
            if within {
                let rule = Rule::ReadsInAWindow;
                self.tally.finding(rule, account, None, 1, at, place);
            }
            return Ok(());
        }
        window.push_back(at);
        self.held += 1;
        if self.held > self.terms.most_held {
            return Err(AccessError::Bound {
                what: "moments of reads in windows (accounts times `reads`)",
                most: self.terms.most_held,
            });
        }
        Ok(())
    }
}

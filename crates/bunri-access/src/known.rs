//! What the operator's tables say of accounts, screens, terminals and points, in the form in which a line asks for it. Only names that
//! stand here are ever printed: whatever else a line holds could be a customer's.

use std::collections::HashMap;

use bunri_security::Side;
use bunri_security::file::{Action, SearchBy};
use bunri_types::Day;

use crate::hash::RandomState;
use crate::points::Points;
use crate::time::Instant;

/// Names and their numbers, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Names {
    numbers: HashMap<Box<[u8]>, u32, RandomState>,
    names: Vec<String>,
}

impl Names {
    /// The number of a name, a new one if it has none.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.get(name.as_bytes()) {
            return number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.as_bytes().into(), number);
        self.names.push(name.to_owned());
        number
    }

    /// The number of a name that has one.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name of a number.
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// A set of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers(Vec<u64>);

impl Numbers {
    /// One more.
    pub fn insert(&mut self, number: u32) {
        let place = number as usize / 64;
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        self.0[place] |= 1 << (number % 64);
    }

    /// Whether it is among them.
    #[must_use]
    pub fn has(&self, number: u32) -> bool {
        let word = self.0.get(number as usize / 64).copied().unwrap_or(0);
        word >> (number % 64) & 1 == 1
    }
}

impl FromIterator<u32> for Numbers {
    fn from_iter<T: IntoIterator<Item = u32>>(numbers: T) -> Self {
        let mut set = Self::default();
        numbers.into_iter().for_each(|number| set.insert(number));
        set
    }
}

/// Whether somebody saw records.
pub(crate) fn shows(action: Action) -> bool {
    match action {
        Action::Read | Action::Search | Action::Export => true,
        Action::Login | Action::Logout | Action::Write | Action::Other => false,
    }
}

/// An emergency right of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// From when on, and until when, that instant included: what the right and its declaration allow together. [`None`]: no
    /// emergency was declared for it.
    pub window: Option<(Instant, Instant)>,
    /// Screens that it opens; [`None`]: all.
    pub screens: Option<Numbers>,
    /// Areas, by [`Known::areas`]; [`None`]: all.
    pub areas: Option<Numbers>,
    /// Columns, by [`Known::columns`]; [`None`]: all.
    pub columns: Option<Numbers>,
}

/// What is known of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose it is.
    pub side: Side,
    /// The number of its company.
    pub company: u32,
    /// The first day on which its owner had left the post that it is for, and whose side that one is on now.
    pub left: Option<(Day, Side)>,
    /// Whether it is a program's: a batch.
    pub batch: bool,
    /// Emergency rights.
    pub emergencies: Vec<Emergency>,
    /// Screens that it may open without them; [`None`]: nobody says, so that every line of an account with an emergency right on a screen
    /// of that right is a use of it.
    pub screens: Option<Numbers>,
}

/// What is known of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// The number of its company.
    pub company: u32,
    /// The number of the company of the room in which it stands, if a list says so.
    pub room: Option<u32>,
    /// Whether it stands where the dispatch system may be used.
    pub dispatch: bool,
}

/// Whether a batch or a contractor may write a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    /// `own_customer` or `transmission_only`.
    Yes,
    /// Another class.
    No,
    /// No class: the catalogue does not have it.
    Unknown,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Known {
    /// Companies.
    pub companies: Names,
    /// By company.
    pub sides: Vec<Side>,
    /// Accounts.
    pub accounts: Names,
    /// By account.
    pub account: Vec<Account>,
    /// Screens.
    pub screens: Names,
    /// Screens of the dispatch system (給電).
    pub dispatch: Numbers,
    /// Terminals.
    pub terminals: Names,
    /// By terminal.
    pub terminal: Vec<Terminal>,
    /// The log's words for what was done.
    pub actions: HashMap<Vec<u8>, Action>,
    /// The log's words for what was looked for by.
    pub searches: HashMap<Vec<u8>, SearchBy>,
    /// Columns, as the log writes them.
    pub columns: Names,
    /// By column.
    pub guarded: Vec<Guarded>,
    /// What stands between two columns of one field.
    pub separator: String,
    /// What means all columns.
    pub every_column: Vec<String>,
    /// Areas.
    pub areas: Names,
    /// Points.
    pub points: Points,
}

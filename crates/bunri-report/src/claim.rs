//! What verification promises, claim by claim, and how sure a finding against one is.

use serde::{Deserialize, Serialize};

/// What verification promises (design section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Claim {
    /// Integrity: files and digests.
    C1,
    /// Shape: tables, columns, order, types.
    C2,
    /// Nothing lost.
    C3,
    /// Nothing crossed.
    C4,
    /// No value leaked.
    C5,
    /// No residue.
    C6,
    /// Noninterference.
    C7,
    /// Evidence: signatures.
    C8,
    /// Faithful: staging is what the source holds, read again on another path.
    C9,
}

impl Claim {
    /// Every claim.
    pub const ALL: [Claim; 9] = [
        Claim::C1,
        Claim::C2,
        Claim::C3,
        Claim::C4,
        Claim::C5,
        Claim::C6,
        Claim::C7,
        Claim::C8,
        Claim::C9,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Claim::C1 => "integrity",
            Claim::C2 => "shape",
            Claim::C3 => "nothing lost",
            Claim::C4 => "nothing crossed",
            Claim::C5 => "no value leaked",
            Claim::C6 => "no residue",
            Claim::C7 => "noninterference",
            Claim::C8 => "evidence",
            Claim::C9 => "faithful",
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// It breaks its claim.
    Certain,
    /// A person should look.
    Review,
}

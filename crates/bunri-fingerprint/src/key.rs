//! The secret under which elements are computed. Without it a fingerprint says nothing about a value; with
//! it, it is an oracle ("is this phone number in there?"), so the key stays in custody.

use std::fmt::{self, Debug, Formatter};

/// 32 random bytes, drawn after the data they will cover are fixed.
#[derive(Clone, PartialEq, Eq)]
pub struct FingerprintKey([u8; 32]);

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes for a fingerprint key: {0}")]
pub struct KeyError(#[from] getrandom::Error);

impl FingerprintKey {
    /// A fresh key from the operating system.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    pub fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// A key from its bytes: test vectors, and a key file read back.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for hashing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hex digits, for the key file in custody (mode 0600) and for nothing else.
    #[must_use]
    pub fn to_hex(&self) -> String {
        base16ct::lower::encode_string(&self.0)
    }
}

/// A key never reaches a log, so `Debug` does not print it.
impl Debug for FingerprintKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_key_is_never_printed() {
        let key = FingerprintKey::from_bytes([0xab; 32]);
        assert_eq!(format!("{key:?}"), "FingerprintKey(secret)");
    }

    #[test]
    fn a_key_file_holds_two_digits_a_byte() {
        let mut bytes = [0; 32];
        bytes[0] = 0x0a;
        bytes[31] = 0xf0;
        let text = FingerprintKey::from_bytes(bytes).to_hex();
        assert_eq!(text, format!("0a{}f0", "00".repeat(30)));
    }

    #[test]
    fn two_random_keys_differ() {
        assert_ne!(
            FingerprintKey::random().unwrap(),
            FingerprintKey::random().unwrap()
        );
    }
}

//! A public key: how a job spells it, what it is called in an envelope, and how it is read aloud.

use std::fmt;

use bunri_manifest::Digester;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::DecodePublicKey as _;

/// How many groups of five digits a fingerprint has when it is read aloud: about 100 bits.
const GROUPS: usize = 6;
/// Bytes of the digest behind each group.
const GROUP_BYTES: usize = 5;

/// An Ed25519 public key that could have signed.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Why a text is no public key. Never quotes the text: somebody may have put a private key there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither hex nor PEM.
    #[error(
        "a public key is 64 hex digits, or the PEM text of an Ed25519 public key (`-----BEGIN PUBLIC KEY-----`)"
    )]
    Form,
    /// The text of a private key.
    #[error(
        "this is a private key: whoever reads this file can sign with it. Take a new key, and put its public half here"
    )]
    Private,
    /// No point of the curve, or one of the few that any signature fits.
    #[error("this is no Ed25519 public key that could sign anything")]
    Weak,
}

impl PublicKey {
    /// From 64 hex digits, or the PEM text that `openssl pkey -pubout` writes.
    ///
    /// # Errors
    /// [`KeyError`] when it is neither, or a key that anybody could sign for.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.contains("PRIVATE KEY") {
            return Err(KeyError::Private);
        }
        let key = if text.starts_with("-----BEGIN PUBLIC KEY-----") {
            let lines = text.replace("\r\n", "\n");
            VerifyingKey::from_public_key_pem(&lines).map_err(|_| KeyError::Form)?
        } else {
            let bytes = of_hex(text).ok_or(KeyError::Form)?;
            VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Weak)?
        };
        Self::of(key)
    }

    pub(crate) fn of(key: VerifyingKey) -> Result<Self, KeyError> {
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        Ok(Self(key))
    }

    /// The key's name in an envelope: SHA-256 of its 32 bytes, 64 hex digits.
    #[must_use]
    pub fn id(&self) -> String {
        let mut digester = Digester::new();
        digester.update(self.0.as_bytes());
        digester.finish().sha256.into()
    }

    /// The fingerprint as it is read over a telephone: six groups of five digits, each five bytes of [`PublicKey::id`] as a number, of
    /// which the last five decimal digits are said.
    #[must_use]
    pub fn spoken(&self) -> String {
        let id = self.id();
        let groups = (0..GROUPS).map(|group| {
            let digits = &id[group * GROUP_BYTES * 2..(group + 1) * GROUP_BYTES * 2];
            // Ten hex digits are a number.
            let number = u64::from_str_radix(digits, 16).unwrap_or_default();
            format!("{:05}", number % 100_000)
        });
        groups.collect::<Vec<_>>().join(" ")
    }

    /// Whether this key signed exactly these bytes. Strict: a signature has one form.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(bytes, &signature).is_ok()
    }

    /// The PEM text that OpenSSL reads.
    #[must_use]
    pub fn pem(&self) -> String {
        use ed25519_dalek::pkcs8::EncodePublicKey as _;
        let pem = self
            .0
            .to_public_key_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF);
        // Thirty-two bytes have a PEM text.
        pem.unwrap_or_default()
    }
}

/// The 64 hex digits.
impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.as_bytes() {
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({self})")
    }
}

fn of_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

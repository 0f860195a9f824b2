//! A DSSE envelope: what was signed, and by whom it is said to be. It has one form, byte for byte, so that nothing can be changed in it
//! without being seen, and nothing can be hidden beside.

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What an envelope holds here: an in-toto statement in JSON.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// An envelope of more bytes is not read.
pub const MOST_BYTES: u64 = 1 << 20;
/// More people than that sign nothing.
const MOST_SIGNATURES: usize = 64;

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    keyid: String,
    sig: String,
}

/// A payload with its signatures, in the order of the keys' names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

/// Why a file is no envelope that could be believed. Never quotes it.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Too large.
    #[error("it has more than {MOST_BYTES} bytes")]
    Size,
    /// Not the JSON of an envelope.
    #[error("it is no DSSE envelope: line {line}, column {column}")]
    Malformed {
        /// Where reading ended.
        line: usize,
        /// The column.
        column: usize,
    },
    /// It says the same in other bytes.
    #[error("it is not, byte for byte, what bunri writes of its content")]
    NotCanonical,
    /// Another kind of payload.
    #[error("its payload is not of the type {PAYLOAD_TYPE}")]
    PayloadType,
    /// Doubled, unsorted, none, or too many.
    #[error("its signatures are not one of each key, in the order of the keys' names")]
    Signatures,
}

impl Signature {
    pub(crate) fn new(keyid: String, bytes: &[u8; 64]) -> Self {
        let sig = STANDARD.encode(bytes);
        Self { keyid, sig }
    }

    /// The key that is said to have signed; [`None`] if it is not the name of one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let named = self.keyid.len() == 64 && self.keyid.bytes().all(digit);
        named.then_some(&self.keyid)
    }

    pub(crate) fn bytes(&self) -> Option<[u8; 64]> {
        STANDARD.decode(&self.sig).ok()?.try_into().ok()
    }
}

impl Envelope {
    /// Of a payload, without a signature yet.
    #[must_use]
    pub fn new(payload: &[u8]) -> Self {
        Self {
            payload: STANDARD.encode(payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: Vec::new(),
        }
    }

    /// Adds a signature, in the place of an earlier one of the same key.
    pub fn add(&mut self, signature: Signature) {
        self.signatures.retain(|it| it.keyid != signature.keyid);
        self.signatures.push(signature);
        self.signatures.sort_by(|a, b| a.keyid.cmp(&b.keyid));
    }

    /// Its signatures.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// What was signed.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        // Whoever holds an envelope made it, or read it with `parse`.
        STANDARD.decode(&self.payload).unwrap_or_default()
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// Never in practice: every field is text.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`EnvelopeError`] when it is not exactly an envelope.
    pub fn read(path: &Path) -> Result<Self, EnvelopeError> {
        let mut bytes = Vec::new();
        let file = bunri_manifest::open_regular(path)?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        Self::parse(&bytes)
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// As [`Envelope::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() as u64 > MOST_BYTES {
            return Err(EnvelopeError::Size);
        }
        let envelope: Self =
            serde_json::from_slice(bytes).map_err(|refused| EnvelopeError::Malformed {
                line: refused.line(),
                column: refused.column(),
            })?;
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::PayloadType);
        }
        let again = envelope.to_bytes();
        if again.is_ok_and(|again| again != bytes) || STANDARD.decode(&envelope.payload).is_err() {
            return Err(EnvelopeError::NotCanonical);
        }
        let signatures = &envelope.signatures;
        let ascending = signatures.is_sorted_by(|a, b| a.keyid < b.keyid);
        if !ascending || signatures.is_empty() || signatures.len() > MOST_SIGNATURES {
            return Err(EnvelopeError::Signatures);
        }
        Ok(envelope)
    }
}

/// What is signed of a payload: its type and its bytes, each behind its length ("pre-authentication encoding").
#[must_use]
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

//! A private key in its file: PKCS#8 in PEM, mode 0600, under a passphrase if one is given. Nothing of it reaches an error.

use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes};
use ed25519_dalek::{Signer as _, SigningKey};
use pkcs8::der::pem::LineEnding;
use pkcs8::pkcs5::pbes2;
use pkcs8::{EncryptedPrivateKeyInfo, PrivateKeyInfo};
use zeroize::Zeroizing;

use crate::envelope::{Signature, pae};
use crate::file::create_private;
use crate::key::{KeyError, PublicKey};

/// A key file is a few hundred bytes.
const MOST_BYTES: u64 = 1 << 16;
/// Rounds of PBKDF2 with SHA-256: about half a second for whoever knows the passphrase, each time for whoever tries one.
const ROUNDS: u32 = 600_000;
const LABEL: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// A private key. It is wiped when it is dropped.
pub struct SecretKey(SigningKey);

/// Never prints the key.
impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey")
    }
}

/// Why a key could not be made or read. Never quotes the file.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file system.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A key is never overwritten.
    #[error("it is there already, and a key is never overwritten: take another name")]
    Exists,
    /// Others may read or change it.
    #[error(
        "it can be read or written by others than its owner: `chmod 600` it, and if others could read it, take a new key"
    )]
    Open,
    /// No key.
    #[error(
        "it is no Ed25519 private key in PEM (PKCS#8), as `bunri key new` and `openssl genpkey -algorithm ed25519` write them"
    )]
    NoKey,
    /// A public key where a private one is needed.
    #[error("it is a public key, and nobody can sign with that: give the file of the private key")]
    Public,
    /// A passphrase is needed.
    #[error("it is under a passphrase: name the variable that holds it with --passphrase-env")]
    Locked,
    /// Not this one.
    #[error("the passphrase does not open it")]
    Passphrase,
    /// A passphrase that protects nothing.
    #[error("a passphrase has at least eight characters")]
    ShortPassphrase,
    /// The operating system has no randomness.
    #[error("the operating system gave no random bytes")]
    Random,
    /// A key that anybody could sign for.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl SecretKey {
    /// Draws a key and writes it to a new file, mode 0600.
    ///
    /// # Errors
    /// [`SecretError`] when the file is there or cannot be written.
    pub fn create(path: &Path, passphrase: Option<&str>) -> Result<Self, SecretError> {
        if passphrase.is_some_and(|it| it.chars().count() < 8) {
            return Err(SecretError::ShortPassphrase);
        }
        let mut seed = Zeroizing::new([0; 32]);
        random(&mut *seed)?;
        let key = Self(SigningKey::from_bytes(&seed));
        let pem = key.pem(passphrase)?;
        create_private(path, pem.as_bytes()).map_err(|refused| match refused.kind() {
            io::ErrorKind::AlreadyExists => SecretError::Exists,
            _ => SecretError::Io(refused),
        })?;
        Ok(key)
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`SecretError`]: open to others, no key, or under another passphrase.
    pub fn read(path: &Path, passphrase: Option<&str>) -> Result<Self, SecretError> {
        let text = read_small(path, true)?;
        if text.contains("-----BEGIN PUBLIC KEY-----") {
            return Err(SecretError::Public);
        }
        if !text.contains(&format!("-----BEGIN {ENCRYPTED}-----")) {
            let key = SigningKey::from_pkcs8_pem(&text).map_err(|_| SecretError::NoKey)?;
            return Ok(Self(key));
        }
        let passphrase = passphrase.ok_or(SecretError::Locked)?;
        let (_, document) =
            pkcs8::SecretDocument::from_pem(&text).map_err(|_| SecretError::NoKey)?;
        let locked = EncryptedPrivateKeyInfo::try_from(document.as_bytes());
        let opened = locked.map_err(|_| SecretError::NoKey)?.decrypt(passphrase);
        let opened = opened.map_err(|_| SecretError::Passphrase)?;
        let key =
            SigningKey::from_pkcs8_der(opened.as_bytes()).map_err(|_| SecretError::Passphrase)?;
        Ok(Self(key))
    }

    /// Its public half.
    ///
    /// # Errors
    /// Never in practice: no seed has a weak key.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        PublicKey::of(self.0.verifying_key())
    }

    /// Signs a payload of this type, as DSSE says.
    ///
    /// # Errors
    /// As [`SecretKey::public`].
    pub fn sign(&self, payload_type: &str, payload: &[u8]) -> Result<Signature, KeyError> {
        let signature = self.0.sign(&pae(payload_type, payload));
        Ok(Signature::new(self.public()?.id(), &signature.to_bytes()))
    }

    /// PKCS#8, version 1: OpenSSL reads no other.
    fn pem(&self, passphrase: Option<&str>) -> Result<Zeroizing<String>, SecretError> {
        let bytes = KeypairBytes {
            secret_key: self.0.to_bytes(),
            public_key: None,
        };
        let plain = bytes.to_pkcs8_der().map_err(|_| SecretError::NoKey)?;
        let pem = match passphrase {
            None => plain.to_pem(LABEL, LineEnding::LF),
            Some(passphrase) => {
                let (mut salt, mut start) = ([0; 16], [0; 16]);
                random(&mut salt)?;
                random(&mut start)?;
                let parameters = pbes2::Parameters::pbkdf2_sha256_aes256cbc(ROUNDS, &salt, &start);
                let parameters = parameters.map_err(|_| SecretError::NoKey)?;
                let plain =
                    PrivateKeyInfo::try_from(plain.as_bytes()).map_err(|_| SecretError::NoKey)?;
                let locked = plain.encrypt_with_params(parameters, passphrase);
                let locked = locked.map_err(|_| SecretError::NoKey)?;
                locked.to_pem(ENCRYPTED, LineEnding::LF)
            }
        };
        pem.map_err(|_| SecretError::NoKey)
    }
}

/// The public half of a key file, be it of a private key or of a public one.
///
/// # Errors
/// As [`SecretKey::read`].
pub fn read_public(path: &Path, passphrase: Option<&str>) -> Result<PublicKey, SecretError> {
    let text = read_small(path, false)?;
    match PublicKey::parse(&text) {
        Ok(key) => Ok(key),
        Err(_) => Ok(SecretKey::read(path, passphrase)?.public()?),
    }
}

/// The text of a small file that is a secret: a regular file that nobody but its owner may read or write.
///
/// # Errors
/// [`SecretError::Open`], [`SecretError::Io`], and [`SecretError::NoKey`] of what is no text.
pub fn read_private(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    read_small(path, true)
}

fn random(bytes: &mut [u8]) -> Result<(), SecretError> {
    getrandom::fill(bytes).map_err(|_| SecretError::Random)
}

fn read_small(path: &Path, closed: bool) -> Result<Zeroizing<String>, SecretError> {
    let file = bunri_manifest::open_regular(path)?;
    if closed {
        refuse_open(&file.metadata()?)?;
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| SecretError::NoKey)?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(unix)]
fn refuse_open(about: &fs::Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt as _;
    if about.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(SecretError::Open)
}

#[cfg(not(unix))]
fn refuse_open(_: &fs::Metadata) -> Result<(), SecretError> {
    Ok(())
}

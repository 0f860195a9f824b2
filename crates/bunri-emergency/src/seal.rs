//! Sealing with age, twice: inside to the recipient, outside to the grant's key for that recipient. Both layers are plain age files:
//! `age -d -i GRANT.KEY file.age | age -d -i MINE` opens one without bunri.

use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::stream::StreamWriter;
use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor};
use bunri_evidence::{create_private, read_private};
use zeroize::Zeroizing;

use crate::errors::EmergencyError;

/// A release is a few hundred bytes.
const MOST_RELEASE_BYTES: u64 = 1 << 16;

/// Draws an identity, writes it to a new file (0600) as `age-keygen` does, and says its public half.
///
/// # Errors
/// When the file is there or cannot be written.
pub fn new_identity(path: &Path) -> Result<String, EmergencyError> {
    let identity = Identity::generate();
    let public = identity.to_public().to_string();
    write_identity(path, &identity)?;
    Ok(public)
}

pub(crate) fn write_identity(path: &Path, identity: &Identity) -> Result<(), EmergencyError> {
    let secret = identity.to_string();
    let public = identity.to_public();
    let text = Zeroizing::new(format!(
        "# public key: {public}\n{}\n",
        secret.expose_secret()
    ));
    create_private(path, text.as_bytes()).map_err(|refused| match refused.kind() {
        io::ErrorKind::AlreadyExists => EmergencyError::Exists(path.to_path_buf()),
        _ => EmergencyError::io("write", path)(refused),
    })
}

/// The identity in a file: the first line that is no comment.
pub(crate) fn read_identity(path: &Path) -> Result<Identity, EmergencyError> {
    let text = read_private(path).map_err(|source| EmergencyError::Secret {
        path: path.to_path_buf(),
        source,
    })?;
    identity_of(&text).ok_or_else(|| EmergencyError::NoIdentity(path.to_path_buf()))
}

fn identity_of(text: &str) -> Option<Identity> {
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    line.parse().ok()
}

/// A writer that seals to the recipient, and around that to the grant's key.
pub(crate) struct Sealing<W: Write>(StreamWriter<StreamWriter<W>>);

impl<W: Write> Sealing<W> {
    pub(crate) fn new(
        recipient: &Recipient,
        grant: &Recipient,
        out: W,
    ) -> Result<Self, EmergencyError> {
        let outer = encryptor(grant)?
            .wrap_output(out)
            .map_err(|_| EmergencyError::Seal)?;
        let inner = encryptor(recipient)?
            .wrap_output(outer)
            .map_err(|_| EmergencyError::Seal)?;
        Ok(Self(inner))
    }

    /// Without this the file would be one that was cut off.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.finish()?.finish()
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn encryptor(to: &Recipient) -> Result<Encryptor, EmergencyError> {
    Encryptor::with_recipients(std::iter::once(to as &dyn age::Recipient))
        .map_err(|_| EmergencyError::Seal)
}

/// Opens both layers into `out`. What was written before an error is not to be used.
pub(crate) fn unseal(
    path: &Path,
    file: impl Read,
    grant: &Identity,
    recipient: &Identity,
    out: &mut impl Write,
) -> Result<(), EmergencyError> {
    let outer = opened(path, BufReader::with_capacity(1 << 16, file), grant)?;
    let mut inner = opened(path, outer, recipient)?;
    let mut buffer = Zeroizing::new(vec![0; 1 << 16]);
    loop {
        // What the library says of a broken stream is an error of reading.
        let read = inner
            .read(&mut buffer)
            .map_err(|_| EmergencyError::Damaged(path.to_path_buf()))?;
        if read == 0 {
            return Ok(());
        }
        out.write_all(&buffer[..read])
            .map_err(EmergencyError::io("write what was opened of", path))?;
    }
}

fn opened<R: Read>(
    path: &Path,
    file: R,
    identity: &Identity,
) -> Result<age::stream::StreamReader<R>, EmergencyError> {
    let failed = |refused: DecryptError| match refused {
        DecryptError::NoMatchingKeys => EmergencyError::OtherPerson(path.to_path_buf()),
        _ => EmergencyError::Damaged(path.to_path_buf()),
    };
    let decryptor = Decryptor::new(file).map_err(failed)?;
    decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .map_err(failed)
}

/// The grant's key, sealed to its recipient, as text that can be sent by any way there is.
pub(crate) fn release_text(grant: &Identity, to: &Recipient) -> Result<String, EmergencyError> {
    let secret = grant.to_string();
    age::encrypt_and_armor(to, secret.expose_secret().as_bytes()).map_err(|_| EmergencyError::Seal)
}

/// The grant's key out of what was released.
pub(crate) fn read_release(path: &Path, mine: &Identity) -> Result<Identity, EmergencyError> {
    let file = bunri_manifest::open_regular(path).map_err(EmergencyError::io("read", path))?;
    let small = BufReader::new(file.take(MOST_RELEASE_BYTES));
    let mut reader = opened(path, age::armor::ArmoredReader::new(small), mine)?;
    let mut text = Zeroizing::new(String::new());
    let damaged = |_| EmergencyError::Damaged(path.to_path_buf());
    reader.read_to_string(&mut text).map_err(damaged)?;
    identity_of(&text).ok_or_else(|| EmergencyError::Damaged(path.to_path_buf()))
}

/// Overwrites a key and removes it. Whether a disk still has it somewhere, no program can say.
pub(crate) fn destroy(path: &Path) -> Result<bool, EmergencyError> {
    let about = match path.symlink_metadata() {
        Ok(about) => about,
        Err(refused) if refused.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(refused) => return Err(EmergencyError::io("look at", path)(refused)),
    };
    // A link is removed, and what it leads to is not touched.
    if about.is_file() {
        let zeros = vec![0; usize::try_from(about.len()).unwrap_or(0).min(1 << 16)];
        let over = std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| {
                file.write_all(&zeros)?;
                file.sync_all()
            });
        over.map_err(EmergencyError::io("overwrite", path))?;
    }
    std::fs::remove_file(path).map_err(EmergencyError::io("remove", path))?;
    Ok(true)
}

//! Where the server is and how it is reached.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bunri_job::{PostgresqlSource, Tls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::PostgresqlError;
use crate::pace::Pace;
use crate::password::password;
use crate::use_of::UseOf;

/// How long a server may take to answer a connection.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long bytes that were sent may stay unanswered before the connection counts as lost.
const SILENCE: Duration = Duration::from_secs(60);
/// More is no file of certificates.
const MOST_BYTES: u64 = 16 << 20;

/// A server that can be connected to.
#[derive(Clone)]
pub struct Server {
    source: PostgresqlSource,
    use_of: UseOf,
    place: String,
    tls: Option<MakeRustlsConnect>,
    /// Of all connections together; [`None`]: as fast as it goes.
    pace: Option<Arc<Pace>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.place)
    }
}

impl Server {
    /// Of this source; nothing is asked of the server yet.
    ///
    /// # Errors
    /// When the certificates that it names are of no use.
    pub fn new(source: &PostgresqlSource) -> Result<Self, PostgresqlError> {
        Self::used(source, UseOf::Source)
    }

    /// A database that a store is loaded into; reached as a source is.
    ///
    /// # Errors
    /// As [`Server::new`].
    pub fn target(target: &PostgresqlSource) -> Result<Self, PostgresqlError> {
        Self::used(target, UseOf::Target)
    }

    fn used(source: &PostgresqlSource, use_of: UseOf) -> Result<Self, PostgresqlError> {
        let tls = match &source.tls {
            Tls::Off => None,
            Tls::Verified { ca } => Some(verified(ca)?),
        };
        Ok(Self {
            place: source.place(),
            pace: source
                .max_rows_per_second
                .map(|rows| Arc::new(Pace::new(rows))),
            source: source.clone(),
            use_of,
            tls,
        })
    }

    /// How messages call it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The schema whose tables are called by their names alone.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.source.schema
    }

    pub(crate) fn use_of(&self) -> UseOf {
        self.use_of
    }

    /// How many sessions may read at one time, beside the connection that holds the snapshot; [`None`]: as many as wanted.
    #[must_use]
    pub fn most_sessions(&self) -> Option<usize> {
        let most = self.source.max_connections?;
        Some(most.saturating_sub(1).max(1))
    }

    pub(crate) fn pace(&self) -> Option<&Pace> {
        self.pace.as_deref()
    }

    pub(crate) fn snapshot(&self) -> Option<&str> {
        self.source.snapshot.as_deref()
    }

    pub(crate) fn tls(&self) -> Option<MakeRustlsConnect> {
        self.tls.clone()
    }

    /// Everything that the driver has to know to connect, the password too.
    pub(crate) fn config(&self) -> Result<Config, PostgresqlError> {
        let mut config = Config::new();
        config
            .host(&self.source.host)
            .port(self.source.port)
            .dbname(&self.source.database)
            .user(&self.source.user)
            .application_name("bunri")
            .connect_timeout(PATIENCE)
            .tcp_user_timeout(SILENCE)
            .ssl_mode(match self.tls {
                Some(_) => SslMode::Require,
                None => SslMode::Disable,
            })
            // Where TLS ends somewhere else than at the server the password would be offered to whoever stands between; but a
            // server may have no certificate that binding knows, so it is taken where it can be had.
            .channel_binding(ChannelBinding::Prefer);
        if let Some(password) = password(&self.source)? {
            config.password(password.as_bytes());
        }
        Ok(config)
    }
}

/// Connects to servers whose certificate for the host's name is signed by one of these, and to no others.
fn verified(ca: &Path) -> Result<MakeRustlsConnect, PostgresqlError> {
    let wrong = |why: String| PostgresqlError::Certificates {
        path: ca.to_path_buf(),
        why,
    };
    let mut text = Vec::new();
    File::open(ca)
        .and_then(|file| file.take(MOST_BYTES).read_to_end(&mut text))
        .map_err(|why| wrong(why.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|why| wrong(why.to_string()))?;
        roots
            .add(certificate)
            .map_err(|why| wrong(why.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("it holds none (PEM is expected)".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| wrong(why.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

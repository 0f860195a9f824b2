//! What can be typed of hand-overs and emergencies.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct HandoverArguments {
    #[command(subcommand)]
    pub(crate) action: HandoverAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HandoverAction {
    /// Make what a request asks for, from the store of the recipient, and sign it
    Make(HandoverMakeArguments),
    /// Say whether a file may go to a recipient: made for a declared purpose, signed, and for nobody else
    Check(HandoverCheckArguments),
}

#[derive(Debug, Args)]
pub(crate) struct HandoverMakeArguments {
    /// The request (TOML); it names the register, the store, the purpose and the recipient
    pub(crate) request: PathBuf,
    /// The private key of whoever approves the purpose, mode 0600
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The environment variable with the passphrase of the key
    #[arg(long, value_name = "NAME")]
    pub(crate) passphrase_env: Option<String>,
    /// The folder of the three files, which must be there; nothing in it is overwritten
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct HandoverCheckArguments {
    /// The file that is to leave; its manifest and signature lie beside it
    pub(crate) file: PathBuf,
    /// The register of hand-overs (TOML)
    #[arg(long, value_name = "FILE")]
    pub(crate) register: PathBuf,
    /// To whom it would go, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub(crate) recipient: String,
}

#[derive(Debug, Args)]
pub(crate) struct EmergencyArguments {
    #[command(subcommand)]
    pub(crate) action: EmergencyAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EmergencyAction {
    /// Draw an age identity for a recipient, write it to a new file (mode 0600), and say its public half
    Key(EmergencyKeyArguments),
    /// Make the extract of a grant, sealed to whom it names, or sign one that was made
    Make(EmergencyMakeArguments),
    /// The custodian: release the key of a grant for one recipient, within its window; the ledger gets its line
    Release(EmergencyReleaseArguments),
    /// The recipient: open an extract with what was released and the identity of one's own
    Open(EmergencyOpenArguments),
    /// The custodian: destroy every key of a grant
    Withdraw(EmergencyWithdrawArguments),
    /// Look at every declaration, grant and opening again
    Review(EmergencyReviewArguments),
}

#[derive(Debug, Args)]
pub(crate) struct EmergencyKeyArguments {
    /// The file of the identity; never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct EmergencyMakeArguments {
    /// The register of emergencies (TOML)
    pub(crate) register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub(crate) grant: String,
    /// The private key of an approver, mode 0600
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The environment variable with the passphrase of the key
    #[arg(long, value_name = "NAME")]
    pub(crate) passphrase_env: Option<String>,
    /// The folder of the sealed files, which must be there
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct EmergencyReleaseArguments {
    /// The register of emergencies (TOML)
    pub(crate) register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub(crate) grant: String,
    /// To whom, by the name in the register
    #[arg(long, value_name = "NAME")]
    pub(crate) recipient: String,
    /// The file that is sent, a few hundred bytes of text; never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct EmergencyOpenArguments {
    /// The register of emergencies (TOML), received by another way than the extract
    pub(crate) register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub(crate) grant: String,
    /// Who opens, by the name in the register
    #[arg(long, value_name = "NAME")]
    pub(crate) recipient: String,
    /// The folder of the sealed files
    #[arg(long, value_name = "FOLDER")]
    pub(crate) sealed: PathBuf,
    /// What the custodian released
    #[arg(long, value_name = "FILE")]
    pub(crate) release: PathBuf,
    /// The file of one's own identity, mode 0600
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: PathBuf,
    /// The folder of the opened files, which must be there; nothing in it is overwritten
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct EmergencyWithdrawArguments {
    /// The register of emergencies (TOML)
    pub(crate) register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub(crate) grant: String,
}

#[derive(Debug, Args)]
pub(crate) struct EmergencyReviewArguments {
    /// The register of emergencies (TOML)
    pub(crate) register: PathBuf,
}

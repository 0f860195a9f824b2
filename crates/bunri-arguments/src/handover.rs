//! What can be typed of hand-overs and emergencies.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `bunri handover`
#[derive(Debug, Args)]
pub struct HandoverArguments {
    /// What to do
    #[command(subcommand)]
    pub action: HandoverAction,
}

/// What `bunri handover` does.
#[derive(Debug, Subcommand)]
pub enum HandoverAction {
    /// Make what a request asks for, from the store of the recipient, and sign it
    Make(HandoverMakeArguments),
    /// Say whether a file may go to a recipient: made for a declared purpose, signed, and for nobody else
    Check(HandoverCheckArguments),
}

/// `bunri handover make`
#[derive(Debug, Args)]
pub struct HandoverMakeArguments {
    /// The request (TOML); it names the register, the store, the purpose and the recipient
    pub request: PathBuf,
    /// The private key of whoever approves the purpose, mode 0600
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The environment variable with the passphrase of the key
    #[arg(long, value_name = "NAME")]
    pub passphrase_env: Option<String>,
    /// The folder of the three files, which must be there; nothing in it is overwritten
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// `bunri handover check`
#[derive(Debug, Args)]
pub struct HandoverCheckArguments {
    /// The file that is to leave; its manifest and signature lie beside it
    pub file: PathBuf,
    /// The register of hand-overs (TOML)
    #[arg(long, value_name = "FILE")]
    pub register: PathBuf,
    /// To whom it would go, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub recipient: String,
}

/// `bunri emergency`
#[derive(Debug, Args)]
pub struct EmergencyArguments {
    /// What to do
    #[command(subcommand)]
    pub action: EmergencyAction,
}

/// What `bunri emergency` does.
#[derive(Debug, Subcommand)]
pub enum EmergencyAction {
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

/// `bunri emergency key`
#[derive(Debug, Args)]
pub struct EmergencyKeyArguments {
    /// The file of the identity; never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `bunri emergency make`
#[derive(Debug, Args)]
pub struct EmergencyMakeArguments {
    /// The register of emergencies (TOML)
    pub register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub grant: String,
    /// The private key of an approver, mode 0600
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The environment variable with the passphrase of the key
    #[arg(long, value_name = "NAME")]
    pub passphrase_env: Option<String>,
    /// The folder of the sealed files, which must be there
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// `bunri emergency release`
#[derive(Debug, Args)]
pub struct EmergencyReleaseArguments {
    /// The register of emergencies (TOML)
    pub register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub grant: String,
    /// To whom, by the name in the register
    #[arg(long, value_name = "NAME")]
    pub recipient: String,
    /// The file that is sent, a few hundred bytes of text; never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `bunri emergency open`
#[derive(Debug, Args)]
pub struct EmergencyOpenArguments {
    /// The register of emergencies (TOML), received by another way than the extract
    pub register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub grant: String,
    /// Who opens, by the name in the register
    #[arg(long, value_name = "NAME")]
    pub recipient: String,
    /// The folder of the sealed files
    #[arg(long, value_name = "FOLDER")]
    pub sealed: PathBuf,
    /// What the custodian released
    #[arg(long, value_name = "FILE")]
    pub release: PathBuf,
    /// The file of one's own identity, mode 0600
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    /// The folder of the opened files, which must be there; nothing in it is overwritten
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// `bunri emergency withdraw`
#[derive(Debug, Args)]
pub struct EmergencyWithdrawArguments {
    /// The register of emergencies (TOML)
    pub register: PathBuf,
    /// The grant, by its name in the register
    #[arg(long, value_name = "NAME")]
    pub grant: String,
}

/// `bunri emergency review`
#[derive(Debug, Args)]
pub struct EmergencyReviewArguments {
    /// The register of emergencies (TOML)
    pub register: PathBuf,
}

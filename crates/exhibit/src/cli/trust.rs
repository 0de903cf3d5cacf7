//! The command line of what is to be trusted: the logs, their keys, and the care of the case.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// List entries
    Ls {
        /// From this entry on
        #[arg(long, default_value_t = 0, value_name = "N")]
        from: u64,
        /// At most so many
        #[arg(short, long, default_value_t = 50, value_name = "N")]
        limit: u64,
        /// Of the access log: who looked, searched and took out
        #[arg(long)]
        access: bool,
    },
    /// Show one entry with its proof
    Show {
        /// The entry's number
        #[arg(value_name = "N")]
        seq: u64,
    },
    /// Check the whole log; names a fork, a rollback, an altered or missing file, a swapped key; ends with 4 if anything differs
    #[command(after_help = "Examples:\n  exhibit log check\n  exhibit log check --against ~/kept/checkpoint")]
    Check {
        /// A checkpoint of this log that was kept elsewhere: the log must still begin with it
        #[arg(long, value_name = "CHECKPOINT", num_args = 1.., conflicts_with = "access")]
        against: Vec<PathBuf>,
        /// The access log instead, with what its entries keep sealed
        #[arg(long)]
        access: bool,
    },
    /// Copy the log for others to read and check: tiles, checkpoint and key, without what entries keep sealed
    #[command(after_help = "Example:\n  exhibit log export ~/log-of-today")]
    Export {
        /// The folder to make; it must not be there yet
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Copy the access log, too, to DIR-access; never its openings
        #[arg(long)]
        with_access_log: bool,
    },
    /// The keys that sign the log
    #[command(subcommand)]
    Key(KeyCommand),
    /// Have others state when the log was there: time stamps, witnesses, public logs, all as files
    #[command(subcommand)]
    Anchor(AnchorCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AnchorCommand {
    /// Write requests for a person to carry; nothing is sent
    #[command(
        after_help = "Examples:\n  exhibit log anchor request --authority first --authority second -o /media/stick/ask\n  \
                            exhibit log anchor request --witness partner=partner.vkey --sigsum public -o ask"
    )]
    Request(AnchorRequest),
    /// Take in what came back: checked against what was asked and this log, kept, and logged
    #[command(after_help = "Examples:\n  exhibit log anchor import /media/stick/first.tsr --ca first-ca.pem\n  \
                            exhibit log anchor import public.sigsum --policy sigsum.policy")]
    Import(AnchorImport),
    /// List what is covered, by whom, since when; ends with 4 if something does not hold
    Ls,
}

#[derive(Debug, Args)]
pub(crate) struct AnchorRequest {
    /// A name for a time stamping authority; once for each [default, where nothing is named: authority]
    #[arg(long, value_name = "NAME")]
    pub(crate) authority: Vec<String>,
    /// A partner's witness: a name for it, and the file with its key
    #[arg(long, value_name = "NAME=FILE")]
    pub(crate) witness: Vec<String>,
    /// A name for a public Sigsum log
    #[arg(long, value_name = "NAME")]
    pub(crate) sigsum: Vec<String>,
    /// The folder to write to; it must be new or empty
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct AnchorImport {
    /// What came back
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The certificate of the authority that you trust (PEM or DER)
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// The Sigsum policy that a proof is held against
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the keys that the log had
    Ls,
    /// Let a new key take over; finishes a change that was broken off
    #[command(
        after_help = "A key that is locked by a passphrase is followed by one locked by the same, unless another is named.\nExamples:\n  \
                            exhibit log key rotate\n  exhibit log key rotate --reason compromised --passphrase"
    )]
    Rotate {
        /// Why the old key signs no more
        #[arg(long, value_enum, default_value = "superseded", value_name = "WHY")]
        reason: KeyReason,
        /// Lock the new key by a passphrase, which is asked for, where the old one is not locked
        #[arg(long)]
        passphrase: bool,
        /// Where the new key's passphrase is read from
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Say in the log why an earlier key is not to be believed, or cannot be found
    #[command(after_help = "Example:\n  exhibit log key revoke 99df5d1d --reason compromised")]
    Revoke {
        /// The key: its eight digits, or its whole line
        #[arg(value_name = "KEY")]
        key: String,
        /// Why
        #[arg(long, value_enum, value_name = "WHY")]
        reason: KeyReason,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyReason {
    Superseded,
    Compromised,
    Lost,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// Close the case for good: nothing can be added to it or changed in it afterwards; it can still be searched and handed over
    #[command(after_help = "Example:\n  exhibit case seal --yes")]
    Seal,
    /// Say whether it is recorded who looked, and for how many days it can be read; without arguments, how it is
    #[command(after_help = "Examples:\n  exhibit case access off\n  exhibit case access on --keep-days 90")]
    Access {
        /// Whether looking is recorded
        #[arg(value_enum, value_name = "on|off")]
        record: Option<Switch>,
        /// For how many days it can be read what was looked at
        #[arg(long, value_name = "DAYS")]
        keep_days: Option<u32>,
    },
    /// Lock the signing key by a new passphrase, which is asked for
    #[command(
        after_help = "Examples:\n  exhibit case rekey\n  exhibit case rekey --key-passphrase-file old --new-passphrase-file new"
    )]
    Rekey {
        /// By none
        #[arg(long, conflicts_with = "new_passphrase_file")]
        none: bool,
        /// Where the new passphrase is read from
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Rebuild what can be rebuilt
    Repair {
        /// The search index, from the page packs
        #[arg(long, required = true)]
        index: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

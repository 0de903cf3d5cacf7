//! The command line: short verbs for the daily path, `noun verb` for what has a list.

mod trust;

pub(crate) use trust::{
    AnchorCommand, AnchorImport, AnchorRequest, CaseCommand, KeyCommand, KeyReason, LogCommand, Switch,
};

use crate::failure::Exit;
use clap::{Args, Parser, Subcommand, ValueEnum};
use exhibit_index::Cursor;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// The root help: clap cannot group commands, so this is our own text (a test holds it against the commands).
pub(crate) const ROOT_HELP: &str = "\
Turns a leaked trove of documents into evidence that holds up

Usage: exhibit [OPTIONS] COMMAND

Start
  open DIR             Take in a folder, serve it here and open the browser: all in one
  init DIR             Create a case folder
  demo DIR             Create a practice case with invented documents
  doctor               Check this machine: cage, tools, fonts, space
Material
  ingest SOURCE...     Take in files, folders, archives; goes on where it stopped
  status               Show progress, counts and problems of the case
  problem ls|show|retry    Files that failed, are encrypted, unsupported or cut short
  password import|ls   Passwords to try on encrypted files
Find
  search QUERY...      Search; same operators as in the browser
  show DOC             Show one document
  cat DOC              Write original bytes, text or a page's picture
  ls [PATH]            List what the trove holds
  similar DOC          Documents that share a document's telling words
  batch new|ls|show|run|export    Many names or queries from a file
  saved ls|show|run|rm    Saved searches, with what is new
  history ls|clear|on|off    What was searched for
  tag add|rm|ls        Words of your own on documents
Hand over
  quote new|ls|check   Passages tied to their page, and whether they still hold
  bag export|check|import  Packages that prove what they hold
Trust
  verify               Check the case against its hashes and its log
  log ls|show|check|export    Read, check and copy the custody log
  log key ls|rotate|revoke    The keys that sign it
  log anchor request|import|ls    Have others state when it was there, by files
  case seal|rekey|access|repair    Close a case for good; its key's passphrase; who looked; rebuilding
Run
  serve                Serve the browser interface on this machine
  completions SHELL    Print completions for a shell
  man DIR              Write manual pages
  version              Print the version

Options
  -C, --case DIR       The case (else EXHIBIT_CASE, else the nearest exhibit.toml upwards)
      --json           Print JSON
  -n, --dry-run        Say what would be done, and do nothing
  -y, --yes            Answer yes to questions
  -q, --quiet          Print no progress and no remarks
  -v, --verbose        Say more on stderr (twice: more still)
      --progress HOW   auto, bar, plain, json, none
      --color WHEN     auto, always, never (also NO_COLOR)
      --lang LANG      The language of messages: en
      --no-input       Never ask; fail instead
      --key-passphrase-file FILE    Where the signing key's passphrase is read from (/dev/fd/N: a descriptor)
  -h, --help           Print help; `exhibit COMMAND --help` has examples

Exit codes: 0 done, 1 nothing found, 2 wrong usage, 3 done but some items failed, 4 evidence does not match,
5 case busy, 7 needs an answer, 8 tool or space missing, 9 wrong passphrase or identity, 10 no case here,
70 internal error, 130 stopped (can go on)
";

/// Everything on the command line.
#[derive(Debug, Parser)]
#[command(name = "exhibit", version, override_help = ROOT_HELP, disable_help_subcommand = true, hide_possible_values = false)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The case (else EXHIBIT_CASE, else the nearest exhibit.toml upwards)
    #[arg(short = 'C', long = "case", value_name = "DIR", global = true, env = "EXHIBIT_CASE", hide_env_values = true)]
    pub(crate) case: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say what would be done, and do nothing
    #[arg(short = 'n', long, global = true)]
    pub(crate) dry_run: bool,
    /// Answer yes to questions
    #[arg(short = 'y', long, global = true)]
    pub(crate) yes: bool,
    /// Print no progress and no remarks
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more on stderr
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How to show progress
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "HOW")]
    pub(crate) progress: ProgressForm,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    /// The language of messages; English only so far
    #[arg(long, global = true, value_enum, default_value = "en", value_name = "LANG")]
    pub(crate) lang: Language,
    /// Never ask; fail instead
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Where the signing key's passphrase is read from: a file's first line; `/dev/fd/N` is a descriptor
    #[arg(long, global = true, value_name = "FILE", env = "EXHIBIT_KEY_PASSPHRASE_FILE", hide_env_values = true)]
    pub(crate) key_passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressForm {
    Auto,
    Bar,
    Plain,
    Json,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take in a folder, serve it here and open the browser: all in one
    #[command(
        after_help = "Examples:\n  exhibit open ~/leak            a new case in ~/Exhibit/leak, taken in and served\n  \
                            exhibit open ~/Exhibit/leak    a case that is there already: go on, and serve it"
    )]
    Open(Open),
    /// Create a case folder
    #[command(
        after_help = "Examples:\n  exhibit init my-case\n  exhibit init my-case --name 'Harbour Ledger' --prefix HL"
    )]
    Init(Init),
    /// Create a practice case with invented documents
    #[command(after_help = "Example:\n  exhibit demo practice && exhibit -C practice search 登记")]
    Demo(Demo),
    /// Check this machine: cage, tools, fonts, space
    Doctor(Doctor),
    /// Take in files, folders, archives; goes on where it stopped
    #[command(
        after_help = "Examples:\n  exhibit ingest /media/disk2 --as 'disk 2'\n  exhibit ingest             go on where it stopped\n  \
                            exhibit ingest --retry     try again what failed"
    )]
    Ingest(Ingest),
    /// Show progress, counts and problems of the case
    Status(Status),
    /// Files that failed, are encrypted, unsupported or cut short
    #[command(subcommand)]
    Problem(Problem),
    /// Passwords to try on encrypted files
    #[command(subcommand)]
    Password(Password),
    /// Search; same operators as in the browser
    #[command(
        after_help = "Operators: word word (and)  \"exact phrase\"  OR  -word  ( )  word*  field:value\nIn quotes for the shell where they begin with a hyphen or hold brackets: 'register -copy'\nExamples:\n  exhibit search 登记 销毁\n  \
                            exhibit search '登记 (销毁 OR destroy*)' -l 5\n  exhibit search --json 2017 | jq -r .document\n  \
                            exhibit search 登记 --facets\n  exhibit search 登记 --words"
    )]
    Search(Search),
    /// Show one document
    #[command(
        after_help = "DOC is a number (EXH-000127 or 127), the beginning of a SHA-256, or a path below a source.\nExample:\n  \
                            exhibit show EXH-000127 --custody"
    )]
    Show(Show),
    /// Write original bytes, text or a page's picture
    #[command(
        after_help = "Examples:\n  exhibit cat EXH-000127 -o copy.pdf\n  exhibit cat EXH-000127 --text --page 2\n  \
                            exhibit cat EXH-000127 --page 2 -o page.png"
    )]
    Cat(Cat),
    /// List what the trove holds
    #[command(
        after_help = "Examples:\n  exhibit ls\n  exhibit ls notices/2019 --tree\n  exhibit ls --state failed --json"
    )]
    Ls(Ls),
    /// Many names or queries from a file
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Saved searches, with what is new
    #[command(subcommand)]
    Saved(SavedCommand),
    /// Documents that share a document's telling words
    #[command(
        after_help = "Words are compared, and shown with each document. Of a long document 50 pages are looked at.\nExamples:\n  \
                            exhibit similar EXH-000003\n  exhibit similar EXH-000003 --page 2 -l 5"
    )]
    Similar(Similar),
    /// What was searched for
    #[command(subcommand)]
    History(HistoryCommand),
    /// Words of your own on documents
    #[command(subcommand)]
    Tag(TagCommand),
    /// Check the case against its hashes and its log
    #[command(
        after_help = "Ends with 4 if anything differs, and names every deviation.\nExample:\n  exhibit verify ~/Exhibit/leak"
    )]
    Verify(Verify),
    /// Passages tied to their page, and whether they still hold
    #[command(subcommand)]
    Quote(QuoteCommand),
    /// Packages that prove what they hold
    #[command(subcommand)]
    Bag(BagCommand),
    /// Read the custody log
    #[command(subcommand)]
    Log(LogCommand),
    /// Care of the case folder
    #[command(subcommand)]
    Case(CaseCommand),
    /// Serve the browser interface on this machine
    #[command(after_help = "Examples:\n  exhibit serve\n  exhibit serve --listen 127.0.0.1:8090")]
    Serve(Serve),
    /// Print completions for a shell
    Completions(Completions),
    /// Write manual pages
    Man(Man),
    /// Print the version
    Version,
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// A folder to take in, or a case; without it, the case that is meant
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Where to make the case [default: ~/Exhibit/NAME]
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// Do not open the browser
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// End after taking in
    #[arg(long)]
    pub(crate) no_serve: bool,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to make; it must be new or empty
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// What people call the case [default: the folder's name]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// What its documents' numbers begin with
    #[arg(long, default_value = "EXH")]
    pub(crate) prefix: String,
    /// Lock its signing key by a passphrase, which is asked for (or read from --key-passphrase-file)
    #[arg(long)]
    pub(crate) passphrase: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The folder for the practice case
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The example trove [default: the one that comes with the source]
    #[arg(long, value_name = "DIR")]
    pub(crate) trove: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Also start a worker and try to break out of it
    #[arg(long)]
    pub(crate) self_test: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// What to take in; without any, go on where it stopped
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<PathBuf>,
    /// What to call the source
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Try again what failed, is encrypted or was cut short
    #[arg(long)]
    pub(crate) retry: bool,
    /// A file of passwords to try, one a line; they are kept in the case
    #[arg(long, value_name = "FILE")]
    pub(crate) passwords: Option<PathBuf>,
    /// Leave pictures of pages unread for now
    #[arg(long)]
    pub(crate) no_ocr: bool,
    /// Workers at a time [default: one per processor]
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Print again every two seconds, until stopped
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Problem {
    /// List them, grouped by cause
    Ls,
    /// Show what is known of one
    Show {
        /// The document
        #[arg(value_name = "DOC")]
        document: String,
    },
    /// Try them again
    Retry {
        /// A file of passwords to try, one a line
        #[arg(long, value_name = "FILE")]
        passwords: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Password {
    /// Add passwords from a file, one a line, or from standard input with `-`
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Say how many there are (never which)
    Ls,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// The query
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) query: Vec<String>,
    /// Most hits
    #[arg(short, long, default_value_t = 25, value_name = "N")]
    pub(crate) limit: usize,
    /// Pass over so many hits first
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) offset: usize,
    /// Print only how many pages match
    #[arg(long, conflicts_with_all = ["ids", "files"])]
    pub(crate) count: bool,
    /// Print only documents' numbers
    #[arg(long, conflicts_with = "files")]
    pub(crate) ids: bool,
    /// Print only documents' paths
    #[arg(long)]
    pub(crate) files: bool,
    /// Find words only as they are written: no other alphabets, no readings
    #[arg(long)]
    pub(crate) exact: bool,
    /// One hit for each document: its best page
    #[arg(long)]
    pub(crate) by_document: bool,
    /// Print how the pages divide by type, language, year, month, folder, container, source, sender, tag, state and more
    #[arg(long, conflicts_with_all = ["count", "ids", "files", "by_document"])]
    pub(crate) facets: bool,
    /// Print the words that set the pages found apart from the rest of the case
    #[arg(long, conflicts_with_all = ["count", "ids", "files", "by_document", "facets"])]
    pub(crate) words: bool,
    /// Go on after this place, which the search before said
    #[arg(long, value_name = "PLACE", conflicts_with = "offset")]
    pub(crate) after: Option<Cursor>,
    /// Save the search under a name, see `exhibit saved`
    #[arg(long, value_name = "NAME")]
    pub(crate) save: Option<String>,
    /// The order of hits
    #[arg(long, value_enum, default_value = "relevance", value_name = "ORDER")]
    pub(crate) sort: SortOrder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortOrder {
    Relevance,
    Received,
    Newest,
    Oldest,
    Path,
}

#[derive(Debug, Args)]
pub(crate) struct Similar {
    /// The document
    #[arg(value_name = "DOC")]
    pub(crate) document: String,
    /// Only this page of it
    #[arg(long, value_name = "N")]
    pub(crate) page: Option<u32>,
    /// Most documents
    #[arg(short, long, default_value_t = 10, value_name = "N")]
    pub(crate) limit: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HistoryCommand {
    /// List the searches made, newest first
    Ls,
    /// Forget them
    Clear,
    /// Remember searches
    On,
    /// Remember none, and forget those made
    Off,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// Put a tag on documents
    #[command(
        after_help = "Examples:\n  exhibit tag add 'to check' EXH-000003 EXH-000007\n  exhibit search 'tag:\"to check\"'"
    )]
    Add {
        /// The tag
        #[arg(value_name = "TAG")]
        tag: String,
        /// The documents
        #[arg(value_name = "DOC", required = true)]
        documents: Vec<String>,
    },
    /// Take a tag off documents
    Rm {
        /// The tag
        #[arg(value_name = "TAG")]
        tag: String,
        /// The documents
        #[arg(value_name = "DOC", required = true)]
        documents: Vec<String>,
    },
    /// List the tags of a document, or all tags
    Ls {
        /// The document
        #[arg(value_name = "DOC")]
        document: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The document
    #[arg(value_name = "DOC")]
    pub(crate) document: String,
    /// Its text
    #[arg(long, conflicts_with_all = ["meta", "custody"])]
    pub(crate) text: bool,
    /// Its properties
    #[arg(long, conflicts_with = "custody")]
    pub(crate) meta: bool,
    /// Its log entry and proof
    #[arg(long)]
    pub(crate) custody: bool,
    /// Only this page
    #[arg(long, value_name = "N")]
    pub(crate) page: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Cat {
    /// The document
    #[arg(value_name = "DOC")]
    pub(crate) document: String,
    /// The exact text instead of the original bytes
    #[arg(long)]
    pub(crate) text: bool,
    /// Only this page: with --text its text, else its picture
    #[arg(long, value_name = "N")]
    pub(crate) page: Option<u32>,
    /// The longer side of the picture, in pixels
    #[arg(long, default_value_t = 2000, value_name = "PIXELS")]
    pub(crate) side: u32,
    /// Write into this new file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// Only what lies below this path
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// As a tree
    #[arg(long)]
    pub(crate) tree: bool,
    /// Only items in this state
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The case's folder
    #[arg(value_name = "PATH")]
    pub(crate) path: Option<PathBuf>,
    /// Do not log that it was checked
    #[arg(long)]
    pub(crate) no_log: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuoteCommand {
    /// Quote a passage of a page, character for character
    #[command(after_help = "Example:\n  exhibit quote new EXH-000003 --page 2 --text '须由值班员逐一登记'")]
    New {
        /// The document
        #[arg(value_name = "DOC")]
        document: String,
        /// The page
        #[arg(long, value_name = "N")]
        page: u32,
        /// The passage, exactly as the page has it
        #[arg(long, value_name = "TEXT")]
        text: String,
        /// Which of several equal passages on the page
        #[arg(long, value_name = "N")]
        nth: Option<usize>,
        /// Do not paint the page and keep its picture with the quote
        #[arg(long)]
        no_picture: bool,
    },
    /// List quotes
    Ls,
    /// Hold every quote against its page and the log; ends with 4 if one does not hold
    Check,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BagCommand {
    /// Write a package: originals, texts, quotes, and the proofs of what they are
    #[command(after_help = "Examples:\n  exhibit bag export ~/handover --documents EXH-000003 EXH-000007:1-3\n  \
                            exhibit bag export ~/handover --query 登记 --all-quotes\n  \
                            exhibit bag export ~/handover --all --pictures --bates DESK-\n  \
                            exhibit bag export ~/handover.age --all --to age1...\n  \
                            exhibit bag export ~/handover.age --all --passphrase")]
    Export(BagExport),
    /// Check a package; ends with 4 if anything is not as it must be
    #[command(after_help = "Examples:\n  exhibit bag check ~/handover --key 'the line you were told'\n  \
                            exhibit bag check ~/handover.age --identity ~/key.txt")]
    Check {
        #[command(flatten)]
        bag: BagRead,
        /// Check it as a BagIt bag alone, without proofs
        #[arg(long)]
        plain: bool,
    },
    /// Take a package of another case into this one, once all of it was checked and is good
    #[command(after_help = "Examples:\n  exhibit bag import ~/handover --key 'the line you were told'\n  \
                            exhibit bag import ~/handover.age --identity ~/key.txt")]
    Import {
        #[command(flatten)]
        bag: BagRead,
        /// What the source is called [default: the package's name]
        #[arg(long)]
        name: Option<String>,
        /// Leave pictures of pages unread
        #[arg(long)]
        no_ocr: bool,
        /// Files read at a time [default: the processors of this machine]
        #[arg(long, value_name = "N")]
        workers: Option<usize>,
    },
    /// List the packages that were taken in, or write one anew just as it came
    Received {
        /// The package, as the list names it
        #[arg(value_name = "ID", requires = "write")]
        id: Option<String>,
        /// The folder to write it to
        #[arg(long, value_name = "DIR", requires = "id")]
        write: Option<PathBuf>,
    },
}

/// A package to read, and what opens it.
#[derive(Debug, Args)]
pub(crate) struct BagRead {
    /// The package's folder, or the sealed file
    #[arg(value_name = "BAG")]
    pub(crate) path: PathBuf,
    /// The log's key as you know it from elsewhere: a file, or its text
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// The certificate of a time stamping authority that you trust
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// A file of age identities that opens a sealed package
    #[arg(long, value_name = "FILE", conflicts_with_all = ["passphrase", "passphrase_file"])]
    pub(crate) identity: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
}

/// Where a passphrase comes from.
#[derive(Debug, Args)]
pub(crate) struct Passphrase {
    /// Ask for a passphrase
    #[arg(long, conflicts_with = "passphrase_file")]
    pub(crate) passphrase: bool,
    /// The passphrase is the first line of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BagExport {
    /// The folder to make, or the file where the package is sealed; it must not be there yet
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Documents; `DOC:1-3,7` takes only the texts of these pages, and not the original
    #[arg(long, value_name = "DOC", num_args = 1..)]
    pub(crate) documents: Vec<String>,
    /// All documents that a query finds
    #[arg(long, value_name = "QUERY")]
    pub(crate) query: Vec<String>,
    /// Everything that was received
    #[arg(long)]
    pub(crate) all: bool,
    /// Quotes, with the pages that they quote
    #[arg(long = "quote", value_name = "QUOTE", num_args = 1..)]
    pub(crate) quotes: Vec<String>,
    /// All quotes of the case
    #[arg(long)]
    pub(crate) all_quotes: bool,
    /// Leave the names and paths under which files were found sealed
    #[arg(long)]
    pub(crate) without_names: bool,
    /// Paint the pages, and hand over their pictures too
    #[arg(long)]
    pub(crate) pictures: bool,
    /// Number every page, and write load files: a prefix, and the first number after a colon
    #[arg(long, value_name = "PREFIX[:START]")]
    pub(crate) bates: Option<String>,
    /// What kind of receiver it is for: the hand-over is logged with it
    #[arg(long = "for", value_name = "KIND")]
    pub(crate) receiver: Option<String>,
    /// Seal the package to these age recipients (age1...)
    #[arg(long, value_name = "RECIPIENT", num_args = 1.., conflicts_with_all = ["passphrase", "passphrase_file"])]
    pub(crate) to: Vec<String>,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BatchCommand {
    /// Keep a list: a name or query a line, or a column of a CSV file
    #[command(
        after_help = "Examples:\n  exhibit batch new names.txt\n  exhibit batch new staff.csv --column 3 --exact"
    )]
    New(BatchNew),
    /// List the batches
    Ls,
    /// Show what came of the last run
    Show {
        /// The batch's number
        #[arg(value_name = "N")]
        batch: u64,
    },
    /// Ask all lines; ends with 1 if nothing is found, with 3 if lines could not be used
    Run {
        /// The batch's number
        #[arg(value_name = "N")]
        batch: u64,
    },
    /// Write what came of the last run, a line for each
    Export(BatchExport),
}

#[derive(Debug, Args)]
pub(crate) struct BatchNew {
    /// The list
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What to call it (else the file's name)
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Lines are queries, with operators; else plain names
    #[arg(long)]
    pub(crate) queries: bool,
    /// Find words only as they are written: no other alphabets, no readings
    #[arg(long)]
    pub(crate) exact: bool,
    /// The column of a table that counts, from 1 (a file ending in .csv: the first)
    #[arg(long, value_name = "N")]
    pub(crate) column: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(crate) struct BatchExport {
    /// The batch's number
    #[arg(value_name = "N")]
    pub(crate) batch: u64,
    /// The form
    #[arg(long, value_enum, default_value = "csv", value_name = "FORM")]
    pub(crate) format: ListFormat,
    /// The file to write, which must not exist yet (else standard output)
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only lines that found nothing
    #[arg(long, conflicts_with_all = ["new", "bad"])]
    pub(crate) zero: bool,
    /// Only lines that found something new since the run before
    #[arg(long, conflicts_with = "bad")]
    pub(crate) new: bool,
    /// Only lines that could not be asked
    #[arg(long)]
    pub(crate) bad: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Csv,
    Ndjson,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SavedCommand {
    /// List saved searches, with what is new since each was last run
    Ls,
    /// Show one
    Show {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Search again, and say what is new since last time
    Run {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// Most hits
        #[arg(short, long, default_value_t = 25, value_name = "N")]
        limit: usize,
    },
    /// Forget one
    Rm {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; only this machine unless you say otherwise
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder to write them into
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

/// Prints what clap has to say: help and version to stdout, complaints to stderr.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { Exit::Done as u8 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_root_help_names_every_command() {
        Arguments::command().debug_assert();
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            let named = ROOT_HELP.lines().any(|line| line.trim_start().split(' ').next() == Some(name));
            assert!(named, "{name} is missing in the root help");
        }
        assert!(ROOT_HELP.lines().all(|line| line.chars().count() <= 120));
    }
}

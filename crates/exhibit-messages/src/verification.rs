//! Messages for the codes of `exhibit-proof`.

use crate::{Message, verify};
use exhibit_proof::finding::Fault;

/// What is wrong, as a predicate of the place where it is.
#[must_use]
pub fn fault(fault: Fault) -> Message {
    match fault {
        Fault::NotAFile => verify::fault_not_a_file(),
        Fault::UnsafeName => verify::fault_unsafe_name(),
        Fault::LooksAlike => verify::fault_looks_alike(),
        Fault::Unreadable => verify::fault_unreadable(),
        Fault::Declaration => verify::fault_declaration(),
        Fault::NoManifest => verify::fault_no_manifest(),
        Fault::ManifestLine => verify::fault_manifest_line(),
        Fault::ManifestPath => verify::fault_manifest_path(),
        Fault::Repeated => verify::fault_repeated(),
        Fault::Missing => verify::fault_missing(),
        Fault::Unlisted => verify::fault_unlisted(),
        Fault::Altered => verify::fault_altered(),
        Fault::Oxum => verify::fault_oxum(),
        Fault::Info => verify::fault_info(),
        Fault::Fetch => verify::fault_fetch(),
        Fault::NoCustody => verify::fault_no_custody(),
        Fault::Key => verify::fault_key(),
        Fault::Checkpoint => verify::fault_checkpoint(),
        Fault::Policy => verify::fault_policy(),
        Fault::Entry => verify::fault_entry(),
        Fault::Proof => verify::fault_proof(),
        Fault::Export => verify::fault_export(),
        Fault::Record => verify::fault_record(),
        Fault::Receipt => verify::fault_receipt(),
        Fault::Reading => verify::fault_reading(),
        Fault::Part => verify::fault_part(),
        Fault::Content => verify::fault_content(),
        Fault::Opening => verify::fault_opening(),
        Fault::Unproved => verify::fault_unproved(),
        Fault::Quote => verify::fault_quote(),
        Fault::QuoteText => verify::fault_quote_text(),
        Fault::QuoteLog => verify::fault_quote_log(),
        Fault::LoadFile => verify::fault_load_file(),
        Fault::Time => verify::fault_time(),
    }
}

//! Properties that people see in appointments, contacts, tasks and journals, by their labels ([MS-OXPROPS]).

use super::property::{Properties, Value};
use crate::charset::Scheme;

/// Sets of named properties: the same identifier but for its first bytes.
const fn set(first: u8, second: u8) -> [u8; 16] {
    [first, second, 0x06, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46]
}

const APPOINTMENT: [u8; 16] = set(0x02, 0x20);
const TASK: [u8; 16] = set(0x03, 0x20);
const ADDRESS: [u8; 16] = set(0x04, 0x20);
const COMMON: [u8; 16] = set(0x08, 0x20);
const LOG: [u8; 16] = set(0x0a, 0x20);

/// Members of distribution lists, as one-off addresses.
const LIST_MEMBERS: u32 = 0x8054;

/// What no program shows.
pub(super) const NOT_SHOWN: &str = "Flag validity";

#[derive(Clone, Copy)]
enum Place {
    Id(u16),
    Named([u8; 16], u32),
}
use Place::{Id, Named};

const FIELDS: &[(Place, &str)] = &[
    (Named(APPOINTMENT, 0x820d), "Start"),
    (Named(APPOINTMENT, 0x820e), "End"),
    (Named(APPOINTMENT, 0x8208), "Location"),
    (Named(APPOINTMENT, 0x8232), "Recurrence"),
    (Named(APPOINTMENT, 0x8234), "Time zone"),
    (Named(APPOINTMENT, 0x8238), "Attendees"),
    (Named(TASK, 0x8104), "Task start"),
    (Named(TASK, 0x8105), "Task due"),
    (Named(TASK, 0x810f), "Task completed"),
    (Named(TASK, 0x8102), "Task complete share"),
    (Named(TASK, 0x811f), "Task owner"),
    (Named(TASK, 0x8121), "Task assigner"),
    (Named(LOG, 0x8700), "Journal type"),
    (Named(LOG, 0x8706), "Journal start"),
    (Named(LOG, 0x8708), "Journal end"),
    (Named(COMMON, 0x8530), "Flag"),
    (Named(COMMON, 0x8535), "Billing"),
    (Named(COMMON, 0x8534), "Mileage"),
    (Named(COMMON, 0x853a), "Contacts"),
    (Named(COMMON, 0x85bf), NOT_SHOWN),
    (Id(0x3a45), "Name prefix"),
    (Id(0x3a06), "Given name"),
    (Id(0x3a44), "Middle name"),
    (Id(0x3a11), "Surname"),
    (Id(0x3a05), "Name suffix"),
    (Id(0x3a4f), "Nickname"),
    (Named(ADDRESS, 0x8005), "File as"),
    (Id(0x3a16), "Company"),
    (Id(0x3a18), "Department"),
    (Id(0x3a17), "Job title"),
    (Id(0x3a46), "Profession"),
    (Id(0x3a19), "Office"),
    (Id(0x3a4e), "Manager"),
    (Id(0x3a30), "Assistant"),
    (Id(0x3a47), "Referred by"),
    (Named(ADDRESS, 0x8083), "E-mail"),
    (Named(ADDRESS, 0x8084), "E-mail name"),
    (Named(ADDRESS, 0x8093), "E-mail 2"),
    (Named(ADDRESS, 0x80a3), "E-mail 3"),
    (Named(ADDRESS, 0x8062), "Instant messaging"),
    (Named(ADDRESS, 0x802b), "Web page"),
    (Id(0x3a50), "Personal home page"),
    (Id(0x3a51), "Business home page"),
    (Id(0x3a1a), "Primary telephone"),
    (Id(0x3a08), "Business telephone"),
    (Id(0x3a1b), "Business telephone 2"),
    (Id(0x3a57), "Company telephone"),
    (Id(0x3a2e), "Assistant telephone"),
    (Id(0x3a09), "Home telephone"),
    (Id(0x3a2f), "Home telephone 2"),
    (Id(0x3a1c), "Mobile telephone"),
    (Id(0x3a1e), "Car telephone"),
    (Id(0x3a1d), "Radio telephone"),
    (Id(0x3a1f), "Other telephone"),
    (Id(0x3a02), "Callback telephone"),
    (Id(0x3a21), "Pager"),
    (Id(0x3a2c), "Telex"),
    (Id(0x3a2d), "ISDN"),
    (Id(0x3a23), "Primary fax"),
    (Id(0x3a24), "Business fax"),
    (Id(0x3a25), "Home fax"),
    (Named(ADDRESS, 0x801b), "Business address"),
    (Named(ADDRESS, 0x801a), "Home address"),
    (Named(ADDRESS, 0x801c), "Other address"),
    (Id(0x3a15), "Postal address"),
    (Id(0x3a29), "Street"),
    (Id(0x3a2b), "Post office box"),
    (Id(0x3a2a), "Postal code"),
    (Id(0x3a27), "Town"),
    (Id(0x3a28), "State"),
    (Id(0x3a26), "Country"),
    (Id(0x3a42), "Birthday"),
    (Id(0x3a41), "Anniversary"),
    (Id(0x3a48), "Spouse"),
    (Id(0x3a58), "Children"),
    (Id(0x3a43), "Hobbies"),
    (Id(0x3a00), "Account"),
    (Id(0x3a4a), "Customer number"),
    (Id(0x3a4c), "FTP site"),
];

/// The labels and texts of the fields that an item has.
pub(super) fn labelled(properties: &Properties, narrow: Scheme) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (place, label) in FIELDS {
        let value = match place {
            Id(id) => properties.get(*id),
            Named(set, number) => properties.named(*set, *number),
        };
        let Some(value) = value else { continue };
        let text = value.text(narrow);
        let text = text.trim();
        let nothing = text.is_empty() || matches!(value, Value::Real(share) if *share == 0.0);
        if !nothing {
            found.push((
                (*label).to_owned(),
                text.replace("\r\n", ", ").replace(['\r', '\n'], ", "),
            ));
        }
    }
    if let Some(Value::Many(members)) = properties.named(ADDRESS, LIST_MEMBERS) {
        let members = members.iter().filter_map(|member| match member {
            Value::Binary(bytes) => one_off(bytes, narrow),
            _ => None,
        });
        found.extend(members.map(|member| ("Member".to_owned(), member)));
    }
    for (name, value) in properties.text_named() {
        let text = value.text(narrow);
        if name.eq_ignore_ascii_case("Keywords") && !text.trim().is_empty() {
            found.push(("Categories".to_owned(), text.trim().to_owned()));
        }
    }
    found
}

/// The name and address of a one-off recipient ([MS-OXCDATA] 2.2.5.1).
fn one_off(bytes: &[u8], narrow: Scheme) -> Option<String> {
    const PROVIDER: [u8; 16] =
        [0x81, 0x2b, 0x1f, 0xa4, 0xbe, 0xa3, 0x10, 0x19, 0x9d, 0x6e, 0, 0xdd, 1, 0x0f, 0x54, 2];
    if bytes.get(4..20)? != PROVIDER {
        return None;
    }
    let wide = bytes.get(23)? & 0x80 != 0;
    let mut rest = bytes.get(24..)?;
    let mut text = || {
        let text = if wide {
            let units = rest.chunks_exact(2).position(|unit| unit == [0, 0])? * 2;
            let (text, after) = rest.split_at(units);
            rest = &after[2..];
            Value::Wide(text.to_vec())
        } else {
            let end = rest.iter().position(|byte| *byte == 0)?;
            let (text, after) = rest.split_at(end);
            rest = &after[1..];
            Value::Narrow(text.to_vec())
        };
        Some(text.text(narrow))
    };
    let (name, _kind, address) = (text()?, text()?, text()?);
    Some(super::person(Some(&name), Some(&address)))
}

/// The key under which a labelled field is a property of the document.
pub(super) fn key(label: &str) -> String {
    format!("mapi:{}", label.to_ascii_lowercase().replace(' ', "-"))
}

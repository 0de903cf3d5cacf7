//! Messages of Outlook for Mac archives (`.olm`): an archive of an XML file for each message, which this reads.
//!
//! The archive itself is read as any zip; attachments are entries of it, to which the message's properties point.

use super::mapi::property::{Properties, Value};
use super::mapi::{Item, id};
use super::office::xml::{Damage, Node, Xml};
use super::ole;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Moment, Reason, Request, Verdict};

/// The namespace-free beginning of all names of elements.
const PREFIX: &str = "OPFMessageCopy";

/// Recipients beyond this number are not read.
const MOST_RECIPIENTS: usize = 100_000;

/// A message being read.
#[derive(Default)]
struct Message {
    item: Item,
    attachments: Vec<String>,
    text: String,
    begun: bool,
}

/// Reads the messages in a file.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(bytes) = ole::whole(input, most) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    };
    out.container_size(bytes.len() as u64);
    let mut xml = Xml::new(&bytes[..]);
    let mut message = Message::default();
    let mut list = 1;
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => {
                message.text.clear();
                match element.name() {
                    "email" => message.begun = true,
                    "OPFMessageCopyToAddresses" => list = 1,
                    "OPFMessageCopyCCAddresses" => list = 2,
                    "OPFMessageCopyBCCAddresses" => list = 3,
                    "OPFMessageCopyFromAddresses" => list = 10,
                    "OPFMessageCopySenderAddress" => list = 11,
                    "OPFMessageCopyReplyToAddresses" => list = 12,
                    "emailAddress" => {
                        let value = |name: &str| {
                            element
                                .value(&format!("OPFContactEmailAddress{name}"))
                                .unwrap_or_default()
                        };
                        message.person(list, &value("Name"), &value("Address"));
                    }
                    "messageAttachment" => {
                        let url = element
                            .value("OPFAttachmentURL")
                            .or_else(|| element.value("OPFAttachmentName"));
                        message.attachments.extend(url);
                    }
                    _ => {}
                }
            }
            Node::Text(text) => message.text.push_str(&text),
            Node::End(name) => {
                let name = name.to_string();
                if name == "email" {
                    std::mem::take(&mut message).emit(out)?;
                } else {
                    message.field(&name);
                }
            }
            Node::Other => {}
        }
    }
    if message.begun {
        message.emit(out)?;
    }
    match xml.damage() {
        Some(damage) => Damage::settle(damage.clone(), "message", None, 0, out),
        None => Ok(Verdict::Read),
    }
}

impl Message {
    fn person(&mut self, list: i64, name: &str, address: &str) {
        let properties = &mut self.item.properties;
        match list {
            10 => {
                properties.insert(id::REPRESENTING_NAME, wide(name));
                properties.insert(id::REPRESENTING_SMTP, wide(address));
            }
            11 => {
                properties.insert(id::SENDER_NAME, wide(name));
                properties.insert(id::SENDER_SMTP, wide(address));
            }
            1..=3 if self.item.recipients.len() < MOST_RECIPIENTS => {
                let mut person = Properties::default();
                person.insert(id::RECIPIENT_TYPE, Value::Integer(list));
                person.insert(id::DISPLAY_NAME, wide(name));
                person.insert(id::SMTP_ADDRESS, wide(address));
                self.item.recipients.push(person);
            }
            _ => {}
        }
    }

    /// Takes the text of an element that has just ended.
    fn field(&mut self, name: &str) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        let id = match name.strip_prefix(PREFIX).unwrap_or_default() {
            "Subject" => id::SUBJECT,
            "Body" => id::BODY,
            "HTMLBody" => id::HTML,
            "MessageID" => id::MESSAGE_ID,
            "InReplyTo" => id::IN_REPLY_TO,
            "References" => id::REFERENCES,
            "ThreadTopic" => id::TOPIC,
            "Source" => id::HEADERS,
            "SentTime" | "ReceivedTime" | "ModDate" => {
                let id = match name.strip_prefix(PREFIX) {
                    Some("SentTime") => id::SUBMITTED,
                    Some("ReceivedTime") => id::DELIVERED,
                    _ => id::MODIFIED,
                };
                if let Some(ticks) = ticks(text.trim()) {
                    self.item.properties.insert(id, Value::Time(ticks));
                }
                return;
            }
            _ => return,
        };
        self.item.properties.insert(id, wide(&text));
    }

    fn emit(self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.item.emit(out)?;
        self.attachments
            .iter()
            .try_for_each(|attachment| out.metadata("olm:attachment", attachment))
    }
}

fn wide(text: &str) -> Value {
    Value::Wide(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

/// A time such as `2019-03-28T10:20:30`, in UTC.
fn ticks(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let year = i64::from(number(0, 4)?);
    let Moment(micros) = Moment::from_civil(
        year,
        number(5, 7)?,
        number(8, 10)?,
        number(11, 13)?,
        number(14, 16)?,
        number(17, 19)?,
    )?;
    u64::try_from((micros + 11_644_473_600_000_000) * 10).ok()
}

#[cfg(test)]
mod tests {
    use super::read as extract;
    use crate::formats::office::testing::{read, torment};
    use exhibit_model::NoteCode;

    const MESSAGE: &str = concat!(
        r#"<?xml version="1.0" encoding="UTF-8"?><emails elementCount="1"><email>"#,
        r#"<OPFMessageCopySubject xml:space="preserve">关于登记</OPFMessageCopySubject>"#,
        "<OPFMessageCopySentTime>2019-03-28T10:20:30</OPFMessageCopySentTime>",
        "<OPFMessageCopyMessageID>1@example.org</OPFMessageCopyMessageID>",
        r#"<OPFMessageCopyFromAddresses><emailAddress OPFContactEmailAddressAddress="li@example.org" OPFContactEmailAddressName="Li"/></OPFMessageCopyFromAddresses>"#,
        r#"<OPFMessageCopyToAddresses><emailAddress OPFContactEmailAddressAddress="wu@example.org"/></OPFMessageCopyToAddresses>"#,
        "<OPFMessageCopyHTMLBody>&lt;p&gt;one &amp;amp; two&lt;/p&gt;</OPFMessageCopyHTMLBody>",
        r#"<OPFMessageCopyAttachmentList><messageAttachment OPFAttachmentURL="Local/com.microsoft.__Attachments/a.pdf"/></OPFMessageCopyAttachmentList>"#,
        "</email></emails>"
    );

    #[test]
    fn a_message_is_as_a_mail_program_shows_it() {
        let outcome = read(extract, MESSAGE.as_bytes());
        let text = "From: Li <li@example.org>\nTo: wu@example.org\nDate: 2019-03-28T10:20:30Z\nSubject: 关于登记\n\none & two\n";
        assert_eq!(outcome.texts(), [text]);
        assert_eq!(outcome.property("mail:message-id"), Some("1@example.org"));
        assert_eq!(
            outcome.property("olm:attachment"),
            Some("Local/com.microsoft.__Attachments/a.pdf")
        );
    }

    #[test]
    fn a_message_that_is_cut_short_is_kept() {
        let cut = &MESSAGE[..MESSAGE.find("<OPFMessageCopyHTMLBody").expect("there")];
        let outcome = read(extract, cut.as_bytes());
        assert_eq!(outcome.property("mail:subject"), Some("关于登记"));
        assert!(outcome.notes.iter().any(|note| matches!(note, NoteCode::PartCutShort { .. })));
        torment(extract, MESSAGE.as_bytes(), 37);
    }
}

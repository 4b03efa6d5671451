//! A mail as it goes over the wire (RFC 5322, RFC 2045 to 2047): headers, and the text with HTML as its alternative.

use crate::address::one_line;
use crate::{Address, Smtp};
use base::{Error, Micros, Result};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Message, MultiPart};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// The longest subject, in characters.
pub(crate) const SUBJECT_MAX: usize = 200;

/// What a mail says; sealed while it waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub text: String,
    pub html: String,
    /// The whole address that ends the subscription; empty where there is none.
    #[serde(default)]
    pub unsubscribe: String,
}

/// What stands around it.
#[derive(Clone, Debug)]
pub(crate) struct Around<'a> {
    pub to_name: &'a str,
    pub to: &'a str,
    pub subject: &'a str,
    pub mime_id: &'a str,
    pub queued_at: Micros,
    /// The community's name, where the settings name no sender.
    pub community: &'a str,
}

/// Puts it together.
///
/// # Errors
/// `Invalid` for an address that cannot be.
pub(crate) fn message(smtp: &Smtp, around: &Around<'_>, content: &Content) -> Result<Message> {
    let to = Address::parse(around.to)?;
    let from_name = if smtp.from_name.is_empty() { around.community } else { &smtp.from_name };
    let date = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(around.queued_at).unwrap_or(0));
    let mut builder = Message::builder()
        .from(smtp.from.mailbox(from_name))
        .to(to.mailbox(around.to_name))
        .subject(one_line(around.subject, SUBJECT_MAX))
        .date(date)
        .message_id(Some(format!("<{}>", around.mime_id)))
        // So that holiday notes do not answer (RFC 3834, 5).
        .raw_header(raw("Auto-Submitted", "auto-generated"));
    if let Some(reply_to) = &smtp.reply_to {
        builder = builder.reply_to(reply_to.mailbox(""));
    }
    if !content.unsubscribe.is_empty() {
        let address: String = content.unsubscribe.chars().filter(char::is_ascii_graphic).collect();
        builder = builder
            .raw_header(raw("List-Unsubscribe", &format!("<{address}>")))
            .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    builder
        .multipart(MultiPart::alternative_plain_html(content.text.clone(), content.html.clone()))
        .map_err(|e| Error::invalid(format!("the mail cannot be put together: {e}")))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encryption, Stored};
    use mailparse::MailHeaderMap as _;

    fn smtp(from_name: &str) -> Smtp {
        let stored = Stored {
            host: "localhost".into(),
            encryption: Encryption::None,
            from_name: from_name.into(),
            from_address: "desk@bücher.example".into(),
            reply_to: "team@example.org".into(),
            ..Stored::default()
        };
        Smtp::of_installation(stored, "", None).expect("a server")
    }

    fn around<'a>(to_name: &'a str, subject: &'a str) -> Around<'a> {
        Around {
            to_name,
            to: "bo@example.org",
            subject,
            mime_id: "eml_1@example.org",
            queued_at: 1_704_067_200_000_000,
            community: "Lathe",
        }
    }

    #[test]
    fn a_mail_is_what_parsers_expect() {
        let content = Content {
            text: "Grüße an alle\n-- \nLathe\n".into(),
            html: "<p>Grüße an alle</p>".into(),
            unsubscribe: format!("https://c.example/mail/unsubscribe/digests.dig_1.{}", "a".repeat(80)),
        };
        let bytes =
            message(&smtp(""), &around("Bø Lind", "Für dich: 3 Dinge 🌊 ".repeat(6).trim()), &content)
                .expect("a mail")
                .formatted();
        assert!(bytes.is_ascii(), "nothing needs an extension of the server");
        let whole = String::from_utf8_lossy(&bytes).into_owned();
        assert!(whole.lines().all(|l| l.len() <= 998), "RFC 5322, 2.1.1");
        let mail = mailparse::parse_mail(&bytes).expect("a mail");
        let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
        assert_eq!(header("From"), "Lathe <desk@xn--bcher-kva.example>");
        assert_eq!(header("To"), "Bø Lind <bo@example.org>");
        assert_eq!(header("Reply-To"), "team@example.org");
        assert!(header("Subject").starts_with("Für dich: 3 Dinge 🌊 Für dich"), "{}", header("Subject"));
        assert_eq!(header("Message-ID"), "<eml_1@example.org>");
        assert_eq!(header("Date"), "Mon, 01 Jan 2024 00:00:00 +0000");
        assert_eq!(header("List-Unsubscribe"), format!("<{}>", content.unsubscribe));
        assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        let bodies: Vec<String> = mail.subparts.iter().map(|p| p.get_body().expect("a body")).collect();
        assert_eq!(bodies[0].replace("\r\n", "\n"), content.text);
        assert_eq!(bodies[1].trim(), content.html);
    }

    #[test]
    fn no_name_adds_a_header_or_a_recipient() {
        for nasty in [
            "Ana\r\nBcc: eve@example.org",
            "Ana\nSubject: other",
            "\" <eve@example.org>, \"",
            "Ana <eve@example.org>",
            "a\u{2028}b\0c\u{202e}",
            "=?utf-8?q?Ana=0D=0ABcc:_eve@example.org?=",
        ] {
            let bytes = message(&smtp(nasty), &around(nasty, nasty), &Content::default()).expect("a mail");
            assert_eq!(bytes.envelope().to().len(), 1, "{nasty}");
            let bytes = bytes.formatted();
            let mail = mailparse::parse_mail(&bytes).expect("a mail");
            let names: Vec<String> = mail.headers.iter().map(|h| h.get_key().to_lowercase()).collect();
            assert!(!names.contains(&"bcc".into()), "{nasty:?}: {names:?}");
            assert_eq!(names.iter().filter(|n| *n == "subject").count(), 1);
            let to = mail.headers.get_first_header("To").expect("a recipient");
            let to = mailparse::addrparse_header(to).expect("addresses");
            assert_eq!(to.count_addrs(), 1, "{nasty:?}: {to:?}");
            assert_eq!(to.extract_single_info().expect("one").addr, "bo@example.org", "{nasty:?}");
        }
    }
}

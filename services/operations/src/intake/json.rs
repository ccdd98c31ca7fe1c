//! Reading fields of JSON from outside. Every refusal names the path of its field.

use crate::domain::facts::json_object_within;
use crate::domain::monitoring_event::BODY;
use ciclo_kernel::{Refusal, Timestamp, text};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub(super) type Fields = Map<String, Value>;

pub(super) fn object<'v>(path: &str, value: &'v Value) -> Result<&'v Fields, Refusal> {
    value.as_object().ok_or_else(|| Refusal::invalid(path, "an object is needed"))
}

pub(super) fn string<'v>(path: &str, value: Option<&'v Value>) -> Result<&'v str, Refusal> {
    value.and_then(Value::as_str).ok_or_else(|| Refusal::invalid(path, "a text is needed"))
}

/// A text that may be left out or null.
pub(super) fn optional<'v>(path: &str, value: Option<&'v Value>) -> Result<Option<&'v str>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        text => string(path, text).map(Some),
    }
}

pub(super) fn one_of<'v>(path: &str, value: Option<&'v Value>, known: &[&str]) -> Result<&'v str, Refusal> {
    let text = string(path, value)?;
    if known.contains(&text) {
        Ok(text)
    } else {
        Err(Refusal::invalid(path, format!("{} is needed", known.join(" or "))))
    }
}

/// Names with texts; none when they are left out or null.
pub(super) fn labels(path: &str, value: Option<&Value>) -> Result<BTreeMap<String, String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(BTreeMap::new()),
        Some(value) => object(path, value)?
            .iter()
            .map(|(name, value)| {
                Ok((name.clone(), string(&format!("{path}.{name}"), Some(value))?.to_owned()))
            })
            .collect(),
    }
}

/// An instant at or after 1970, to the microsecond.
pub(super) fn instant(path: &str, text: &str) -> Result<Timestamp, Refusal> {
    let bad = || Refusal::invalid(path, "an RFC 3339 instant is needed");
    let at: Timestamp = text.parse().map_err(|_| bad())?;
    since_1970(path, at)
}

/// An instant at or after 1970, cut to the microsecond.
pub(super) fn since_1970(path: &str, at: Timestamp) -> Result<Timestamp, Refusal> {
    let bad = || Refusal::invalid(path, "instants before 1970 are refused");
    if at < Timestamp::UNIX_EPOCH {
        return Err(bad());
    }
    Timestamp::from_microsecond(at.as_microsecond()).map_err(|_| bad())
}

/// A report as it came, for keeping.
pub(super) fn body(path: &str, report: &impl ToString) -> Result<String, Refusal> {
    json_object_within(path, &report.to_string(), BODY)
}

/// Whatever a text holds, as one line of the length that titles have; may be empty.
pub(super) fn line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(text::LINE).collect::<String>().trim().to_owned()
}

/// The de-duplication key of a source's own key. One that would be too long is kept by its fingerprint.
pub(super) fn key_of(source: &str, key: &str) -> String {
    let whole = format!("{source}:{key}");
    if whole.chars().count() <= text::KEY { whole } else { format!("sha256:{}", sha256(&whole)) }
}

/// The SHA-256 of a text, in hex.
pub(super) fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_key_is_kept_by_its_fingerprint() {
        assert_eq!(key_of("nagios", "disk"), "nagios:disk");
        assert_eq!(key_of("a", &"x".repeat(text::KEY - 2)).chars().count(), text::KEY);
        let long = key_of("a", &"x".repeat(text::KEY - 1));
        assert_eq!((long.len(), &long[..7]), (71, "sha256:"));
        assert_ne!(long, key_of("a", &"x".repeat(text::KEY)));
    }

    #[test]
    fn instants_are_cut_to_what_is_kept() {
        let at = instant("at", "2026-05-04T08:00:00.123456789+02:00").unwrap();
        assert_eq!(at.to_string(), "2026-05-04T06:00:00.123456Z");
        for bad in ["", "yesterday", "1969-12-31T23:59:59Z", "2026-05-04T08:00:00"] {
            assert_eq!(instant("at", bad).unwrap_err().facts["field"], "at", "{bad}");
        }
    }
}

//! Small facts that several records carry: who and when, and JSON as it came.

use ciclo_kernel::{Refusal, Timestamp};
use serde_json::Value;

/// Longest JSON text that a record keeps, in bytes.
pub const JSON: usize = 64 * 1024;

/// Who made a move, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Who did it: a subject, or `service:` and the name of a service.
    pub by: String,
    /// When it was done.
    pub at: Timestamp,
}

impl Mark {
    /// A mark of `by` at an instant.
    #[must_use]
    pub fn new(by: &str, at: Timestamp) -> Self {
        Self { by: by.to_owned(), at }
    }
}

/// A priority as it is given: 1 (highest) to 5.
pub fn priority(level: u8) -> Result<u8, Refusal> {
    if (1..=5).contains(&level) {
        Ok(level)
    } else {
        Err(Refusal::invalid("priority", "a priority is 1 (highest) to 5"))
    }
}

/// The text of a JSON object of at most [`JSON`] bytes. It is kept as it came, so that fields
/// that nobody knows yet are not lost.
pub fn json_object(field: &str, text: &str) -> Result<String, Refusal> {
    json_object_within(field, text, JSON)
}

/// [`json_object`] of at most `most` bytes.
pub fn json_object_within(field: &str, text: &str, most: usize) -> Result<String, Refusal> {
    if text.len() > most {
        return Err(Refusal::invalid(field, format!("{} bytes; at most {most} are allowed", text.len()))
            .with("limit", most));
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_)) => Ok(text.to_owned()),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(Refusal::invalid(field, "a JSON object is needed"))
        }
        Err(why) => Err(Refusal::invalid(field, format!("not JSON: {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_up_to_the_limit_is_kept() {
        let text = "{ \"later\": [1.50, null], \"é\": {} }";
        assert_eq!(json_object("body", text).unwrap(), text);
        for bad in ["", "[]", "1", "null", "{", "{} {}"] {
            assert_eq!(json_object("body", bad).unwrap_err().facts["field"], "body", "{bad}");
        }
        let sized = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        assert!(json_object("body", &sized(JSON)).is_ok());
        assert!(json_object("body", &sized(JSON + 1)).is_err());
    }
}

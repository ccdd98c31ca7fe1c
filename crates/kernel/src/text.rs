//! Texts from outside: any Unicode up to a stated length, without control
//! characters that no reader can see.

use crate::refusal::Refusal;

/// Longest title or name, in Unicode scalar values.
pub const LINE: usize = 200;
/// Longest key that a program gives, in Unicode scalar values: an index of PostgreSQL holds one however it is written.
pub const KEY: usize = 512;
/// Longest description, note or comment, in Unicode scalar values.
pub const BODY: usize = 20_000;

/// A name or title: one line, not blank, at most [`LINE`] characters.
pub fn line(field: &str, text: &str) -> Result<String, Refusal> {
    one_line(field, text, LINE)
}

/// A key that a program gives: one line, not blank, at most [`KEY`] characters.
pub fn key(field: &str, text: &str) -> Result<String, Refusal> {
    one_line(field, text, KEY)
}

fn one_line(field: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, "control characters are not allowed"));
    }
    sized(field, text, most)
}

/// A description or note: not blank, at most [`BODY`] characters, line breaks and tabs allowed.
pub fn body(field: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::invalid(
            field,
            "control characters other than line breaks and tabs are not allowed",
        ));
    }
    sized(field, text, BODY)
}

/// A description that may be left out: blank means none.
pub fn optional_body(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    text.filter(|text| !text.trim().is_empty()).map(|text| body(field, text)).transpose()
}

/// A name that may be left out: blank means none.
pub fn optional_line(field: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    text.filter(|text| !text.trim().is_empty()).map(|text| line(field, text)).transpose()
}

fn sized(field: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let length = text.chars().count();
    if length == 0 {
        return Err(Refusal::invalid(field, "a text is needed"));
    }
    if length > most {
        return Err(Refusal::invalid(field, format!("{length} characters; at most {most} are allowed"))
            .with("limit", most));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_unicode_is_kept_up_to_the_length() {
        for text in ["naïve", "日本語", "👩‍👩‍👧‍👦 family", "مرحبا", "a\u{0301}", "\u{10FFFF}", "Ω≈ç√"]
        {
            assert_eq!(line("title", text).unwrap(), text);
        }
        assert!(line("title", &"é".repeat(LINE)).is_ok());
        assert!(line("title", &"é".repeat(LINE + 1)).is_err());
        assert!(key("key", &"é".repeat(KEY)).is_ok());
        assert!(key("key", &"é".repeat(KEY + 1)).is_err());
        assert!(line("title", " \u{3000}").is_err());
        assert!(line("title", "a\0b").is_err());
        assert!(line("title", "a\nb").is_err());
        assert_eq!(body("notes", "a\nb").unwrap(), "a\nb");
        assert!(body("notes", "a\u{7}b").is_err());
    }
}

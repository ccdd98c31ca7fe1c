//! Labels of monitoring events and alerts: names with values, sorted by name.

use ciclo_kernel::{Refusal, text};
use std::collections::BTreeMap;

/// Labels, sorted by name.
pub type Labels = BTreeMap<String, String>;

/// Most labels that a record carries.
pub const MOST: usize = 100;

/// Checks labels: at most [`MOST`], each with a name; a value may be empty. A refusal names `field`, and
/// the label's name behind it when it is about a value.
pub fn checked(field: &str, labels: Labels) -> Result<Labels, Refusal> {
    if labels.len() > MOST {
        let many = format!("{} labels; at most {MOST} are allowed", labels.len());
        return Err(Refusal::invalid(field, many).with("limit", MOST));
    }
    labels
        .iter()
        .map(|(name, value)| {
            let name = text::line(field, name)?;
            let value = self::value(&format!("{field}.{name}"), value)?;
            Ok((name, value))
        })
        .collect()
}

/// Checks a label's value: at most [`text::BODY`] characters, may be empty. Monitors put whole
/// sentences into labels.
pub fn value(field: &str, value: &str) -> Result<String, Refusal> {
    Ok(text::optional_body(field, Some(value))?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_names_and_may_have_empty_values() {
        let labels =
            Labels::from([("zone".to_owned(), String::new()), ("app".to_owned(), " mail ".to_owned())]);
        let kept = checked("labels", labels).unwrap();
        assert_eq!(kept.iter().next().unwrap(), (&"app".to_owned(), &"mail".to_owned()));
        let refused = |labels| checked("labels", labels).unwrap_err().facts["field"].clone();
        assert_eq!(refused(Labels::from([(" ".to_owned(), "x".to_owned())])), "labels");
        assert_eq!(refused(Labels::from([("a".to_owned(), "x\0".to_owned())])), "labels.a");
        let many = |count: usize| (0..count).map(|n| (format!("l{n}"), String::new())).collect::<Labels>();
        assert!(checked("labels", many(MOST)).is_ok());
        assert_eq!(refused(many(MOST + 1)), "labels");
    }
}

//! Labels in the API.

use async_graphql::SimpleObject;
use std::collections::BTreeMap;

/// A label of a monitoring event or an alert.
#[derive(SimpleObject, Clone, Debug)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// Its value; may be empty.
    pub value: String,
}

impl Label {
    /// All labels of a map, sorted by name.
    #[must_use]
    pub fn all(labels: &BTreeMap<String, String>) -> Vec<Self> {
        labels.iter().map(|(name, value)| Self { name: name.clone(), value: value.clone() }).collect()
    }
}

//! What is measured, by who does it: this crate needs to know nothing of how it
//! is exported, and where nothing is, nothing is kept.

use std::sync::OnceLock;
use std::time::Duration;

/// A request that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// Whose answer it is.
    pub service: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// The route.
    pub route: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// What was asked for, when it is GraphQL.
    pub operation: Option<&'a Operation>,
    /// How long it took.
    pub took: Duration,
}

/// A GraphQL operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `query`, `mutation` or `subscription`.
    pub kind: &'static str,
    /// The fields at its root, in order.
    pub fields: Vec<String>,
    /// The code of its first error.
    pub error: Option<String>,
}

impl Operation {
    /// The field at its root, or that there are several: the schema's names, and no more of them.
    #[must_use]
    pub fn field(&self) -> &str {
        match self.fields.as_slice() {
            [only] => only,
            _ => "several",
        }
    }
}

/// A number that is asked for when it is exported.
pub struct Reading {
    /// What it is.
    pub metric: &'static Metric,
    /// What it is the number of, by names and values.
    pub of: Vec<(&'static str, String)>,
    /// Reads it; `None` when there is none now.
    pub read: Box<dyn Fn() -> Option<f64> + Send + Sync>,
}

/// A metric.
#[derive(Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit, by the Unified Code for Units of Measure.
    pub unit: &'static str,
    /// What it says.
    pub says: &'static str,
    /// Whether it only grows.
    pub grows: bool,
}

/// Who measures.
pub trait Measure: Send + Sync {
    /// A request was answered.
    fn answered(&self, request: &Answered<'_>);
    /// A number is there from now on.
    fn observe(&self, reading: Reading);
}

static MEASURE: OnceLock<Box<dyn Measure>> = OnceLock::new();

/// Says who measures from now on. Only the first word counts.
pub fn measured_by(who: Box<dyn Measure>) {
    // Somebody measures already.
    let _ = MEASURE.set(who);
}

/// Whether somebody measures.
#[must_use]
pub fn is_measured() -> bool {
    MEASURE.get().is_some()
}

/// Notes a request that was answered.
pub fn answered(request: &Answered<'_>) {
    if let Some(measure) = MEASURE.get() {
        measure.answered(request);
    }
}

/// Offers a number, which is read whenever it is exported.
pub fn observe(reading: impl FnOnce() -> Reading) {
    if let Some(measure) = MEASURE.get() {
        measure.observe(reading());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_alone_is_named() {
        let of = |fields: &[&str]| Operation {
            kind: "query",
            fields: fields.iter().map(ToString::to_string).collect(),
            error: None,
        };
        assert_eq!(of(&["incident"]).field(), "incident");
        assert_eq!(of(&["incident", "service"]).field(), "several");
        assert_eq!(of(&[]).field(), "several");
    }
}

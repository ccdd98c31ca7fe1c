//! What comes from outside over plain HTTP: the webhook of Prometheus Alertmanager.

pub mod alertmanager;
pub mod route;

/// One report of an alert, in operations' own terms, whatever tool sent it.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// What tells this alert from every other.
    pub dedup_key: String,
    /// What is wrong, in a line.
    pub title: String,
    /// How much it matters.
    pub severity: crate::domain::monitoring_event::Severity,
    /// What it is about.
    pub labels: std::collections::BTreeMap<String, String>,
    /// Whether it is over.
    pub resolved: bool,
    /// When it began.
    pub starts_at: ciclo_kernel::Timestamp,
    /// When it ended; `None` when the tool did not say.
    pub ends_at: Option<ciclo_kernel::Timestamp>,
    /// The report as it came, JSON, with fields that nobody knows.
    pub body: String,
}

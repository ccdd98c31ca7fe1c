//! Where operations' records stand: their tables, and the columns that lists
//! filter and sort by.

pub mod access_grant;
mod alert;
mod alert_rule;
mod copies;
mod entitlement;
mod incident;
pub mod integration;
pub mod known_error;
mod m0002_records;
mod m0003_calendars;
mod m0004_external_ids;
mod m0005_integrations;
mod m0006_access;
mod m0007_alert_rules;
mod m0008_silences;
mod m0009_queues;
mod monitoring_event;
mod priority_matrix;
mod problem;
pub mod queue;
pub mod separation_rule;
mod service_level_clock;
pub mod service_request;
mod silence;

use ciclo_store::MigrationTrait;
use ciclo_store::schema::{Base, Links};

/// The package of operations' contracts.
const PACKAGE: &str = "ciclo.operations.v1";

/// Operations' migrations, in order.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(Base),
        Box::new(m0002_records::Records),
        Box::new(m0003_calendars::Calendars),
        Box::new(m0004_external_ids::ExternalIds),
        Box::new(m0005_integrations::Integrations),
        Box::new(Links),
        Box::new(m0006_access::AccessGrants),
        Box::new(m0007_alert_rules::AlertRules),
        Box::new(m0008_silences::Silences),
        Box::new(m0009_queues::Queues),
    ]
}

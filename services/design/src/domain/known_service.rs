//! What design knows of the catalog's services: a projection that catalog's
//! events feed, with no machine and no id type of its own.

use ciclo_kernel::{Refusal, ids::ServiceId};

/// Design's own copy of a service of the portfolio.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownService {
    /// The service.
    pub id: ServiceId,
    /// The service's name when the newest event was read.
    pub name: String,
    /// The service's state as the catalog writes it, for example `IN_DESIGN`.
    pub state: String,
    /// Whether the service is in operation.
    pub operational: bool,
    /// Whether new agreements and design packages may be made for the service.
    pub accepts_agreements: bool,
}

impl KnownService {
    /// A service in a state, as the catalog writes it. A service that is retiring, retired or
    /// rejected accepts no new agreements and packages.
    #[must_use]
    pub fn new(id: ServiceId, name: &str, state: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            state: state.to_owned(),
            operational: state == "OPERATIONAL",
            accepts_agreements: !["RETIRING", "RETIRED", "REJECTED"].contains(&state),
        }
    }

    /// Refuses when the service takes no new `what`.
    pub fn must_accept(&self, what: &str) -> Result<(), Refusal> {
        if self.accepts_agreements {
            return Ok(());
        }
        Err(Refusal::rule(format!("the service {} is {} and takes no new {what}", self.name, self.state))
            .with("service", self.id.to_string())
            .with("serviceState", self.state.as_str()))
    }
}

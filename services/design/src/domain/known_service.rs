//! What design knows of the catalog's services: a projection that catalog's
//! events feed, with no machine and no id type of its own.

use super::written;
use ciclo_kernel::{Refusal, ids::ServiceId};
use serde::{Deserialize, Serialize};

/// States in which a service is ordered, or further, and not in operation yet.
const BEING_BUILT: &[&str] = &["CHARTERED", "IN_DESIGN", "IN_TRANSITION"];

/// Design's own copy of a service of the portfolio.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownService {
    /// The service.
    #[serde(with = "written")]
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

    /// Whether the service was ordered and is not in operation yet.
    #[must_use]
    pub fn being_built(&self) -> bool {
        BEING_BUILT.contains(&self.state.as_str())
    }

    /// Whether customers use the service, so that its agreements can be in force: it is in
    /// operation, or being phased out.
    #[must_use]
    pub fn in_use(&self) -> bool {
        self.operational || self.state == "RETIRING"
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

//! What improvement knows of its neighbours' records: projections that their
//! events feed, with no machine and no id type of their own.

use super::{facts::Target, written};
use ciclo_kernel::{
    Refusal,
    ids::{AgreementId, ServiceId},
};
use serde::{Deserialize, Serialize};

/// Improvement's own copy of a service of the portfolio.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownService {
    /// The service.
    #[serde(with = "written")]
    pub id: ServiceId,
    /// The service's name when the newest event was read.
    pub name: String,
}

/// Improvement's own copy of one version of an agreement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownAgreement {
    /// The version of the agreement.
    #[serde(with = "written")]
    pub id: AgreementId,
    /// The service that it is about.
    #[serde(with = "written")]
    pub service_id: ServiceId,
    /// What a list shows for it.
    pub name: String,
    /// Its kind as design writes it, for example `SLA`.
    pub kind: String,
    /// Its state as design writes it, for example `ACTIVE`.
    pub state: String,
    /// What it promises, at most one target a kind and priority.
    pub targets: Vec<Target>,
}

impl KnownAgreement {
    /// Refuses while the agreement has not come into force: there is nothing to measure yet.
    pub fn must_have_begun(&self) -> Result<(), Refusal> {
        if !["DRAFT", "NEGOTIATION", "AGREED"].contains(&self.state.as_str()) {
            return Ok(());
        }
        let message = format!("the agreement {} is {} and was never in force", self.name, self.state);
        Err(Refusal::rule(message)
            .with("agreement", self.id.to_string())
            .with("agreementState", self.state.as_str()))
    }
}

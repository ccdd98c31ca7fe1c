//! This service's own copies of its neighbours' records, kept up by their events.

use ciclo_kernel::ids::{AgreementId, ServiceId};
use serde::{Deserialize, Serialize};

/// Ids in copies, in their written form.
mod written {
    use ciclo_kernel::ids::RecordId;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<I: RecordId, S: Serializer>(id: &I, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, I: RecordId, D: Deserializer<'de>>(from: D) -> Result<I, D::Error> {
        I::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// A service of the portfolio, as the catalog last told of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownService {
    /// The service's id.
    #[serde(with = "written")]
    pub id: ServiceId,
    /// The service's name.
    pub name: String,
}

/// An agreement, as design last told of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownAgreement {
    /// The agreement's id.
    #[serde(with = "written")]
    pub id: AgreementId,
    /// The service that it is about.
    #[serde(with = "written")]
    pub service_id: ServiceId,
    /// Its state as design writes it, for example `ACTIVE`.
    pub state: String,
    /// Its kind as design writes it, for example `SLA`.
    pub kind: String,
}

impl KnownAgreement {
    /// Whether the agreement binds now: it is `ACTIVE`, or `UNDER_REVIEW`, in which it goes on binding.
    #[must_use]
    pub fn binds(&self) -> bool {
        matches!(self.state.as_str(), "ACTIVE" | "UNDER_REVIEW")
    }
}

/// The binding agreements of these services, in the order given.
#[must_use]
pub fn agreements_hit<'a>(services: &[ServiceId], known: &'a [KnownAgreement]) -> Vec<&'a KnownAgreement> {
    known.iter().filter(|agreement| agreement.binds() && services.contains(&agreement.service_id)).collect()
}

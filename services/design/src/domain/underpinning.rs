//! Whether the OLAs and contracts under an SLA add up to it.

use super::{
    agreement::{Agreement, AgreementKind},
    terms::{TargetKind, TicketType},
};
use ciclo_kernel::{SignedDuration, ids::AgreementId};

/// A place where an agreement under an SLA allows more time than the SLA promises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnderpinningGap {
    /// The OLA or contract that allows too much.
    pub agreement: AgreementId,
    /// Whether that is an OLA or a contract.
    pub agreement_kind: AgreementKind,
    /// What type of record the targets are for.
    pub ticket_type: TicketType,
    /// What the targets limit.
    pub kind: TargetKind,
    /// The priority of the targets.
    pub priority: u8,
    /// The time that the SLA promises.
    pub promised: SignedDuration,
    /// The longer time that the agreement under it allows.
    pub underpinned: SignedDuration,
}

/// Where the OLAs and contracts of the SLA's service do not add up to the SLA, by agreement, kind and
/// priority. Versions that ended and agreements on other services are left out; so is a priority
/// that one of the two has no target for. Empty when `sla` is no SLA.
#[must_use]
pub fn underpinning_gaps(sla: &Agreement, agreements: &[Agreement]) -> Vec<UnderpinningGap> {
    if sla.kind() != AgreementKind::Sla {
        return Vec::new();
    }
    let under = agreements.iter().filter(|agreement| {
        agreement.service == sla.service
            && agreement.kind() != AgreementKind::Sla
            && !agreement.state().ended()
    });
    under
        .flat_map(|agreement| {
            agreement.terms.targets.iter().filter_map(move |allowed| {
                let promised = sla.terms.target(allowed.ticket_type, allowed.kind, allowed.priority)?;
                (allowed.duration > promised.duration).then(|| UnderpinningGap {
                    agreement: agreement.id,
                    agreement_kind: agreement.kind(),
                    ticket_type: allowed.ticket_type,
                    kind: allowed.kind,
                    priority: allowed.priority,
                    promised: promised.duration,
                    underpinned: allowed.duration,
                })
            })
        })
        .collect()
}

//! Agreements, copied from design's events. A newer version in force retargets the open clocks of those before it.

use super::{carried, message};
use crate::commands;
use crate::domain::known::{KnownAgreement, KnownTarget};
use async_trait::async_trait;
use ciclo_contracts::convert::{from_enum, instant, optional_instant, signed_duration};
use ciclo_contracts::design::v1::{
    AgreementEvent, AgreementKind, AgreementState, PauseReason, Target, TargetKind,
};
use ciclo_kernel::Corrupt;
use ciclo_store::{LogRow, Result, Tx};
use ciclo_transport::{Handler, Topics};

pub struct FromDesign;

#[async_trait]
impl Handler for FromDesign {
    fn topics(&self) -> Topics {
        Topics { source: "design", record_types: &["Agreement"] }
    }

    async fn apply(&self, tx: &mut Tx, event: &LogRow) -> Result<()> {
        let agreement = carried("Agreement", message::<AgreementEvent>(event)?.after)?;
        let terms = carried("Agreement.terms", agreement.terms)?;
        let reasons = terms.pause_reasons.iter();
        let copy = KnownAgreement {
            id: agreement.id,
            family_id: agreement.family_id,
            service_id: agreement.service_id,
            kind: from_enum::<AgreementKind>("kind", agreement.kind)?.to_owned(),
            state: from_enum::<AgreementState>("state", agreement.state)?.to_owned(),
            customer_id: (!agreement.customer_id.is_empty()).then_some(agreement.customer_id),
            calendar: terms.calendar,
            targets: terms.targets.into_iter().map(target).collect::<Result<_, Corrupt>>()?,
            pause_reasons: reasons
                .map(|reason| from_enum::<PauseReason>("pause_reasons", *reason).map(str::to_owned))
                .collect::<Result<_, Corrupt>>()?,
            valid_from: instant("valid_from", terms.valid_from)?,
            valid_until: optional_instant("valid_until", terms.valid_until)?,
        };
        tx.put_copy(&copy).await?;
        // Design's clock may be a little ahead of the one here.
        commands::clock::renew(tx, &copy, tx.now().max(event.at)).await
    }
}

fn target(target: Target) -> Result<KnownTarget, Corrupt> {
    let small = |number: u32| u8::try_from(number).map_err(|why| Corrupt::new("target", why));
    Ok(KnownTarget {
        kind: from_enum::<TargetKind>("kind", target.kind)?.to_owned(),
        priority: small(target.priority)?,
        duration: signed_duration("duration", target.duration)?,
        warning_percents: target.warning_percent.into_iter().map(small).collect::<Result<_, _>>()?,
    })
}

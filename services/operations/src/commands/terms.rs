//! What an edited calendar or a renewed agreement brings about: the open clocks
//! that go by it are computed anew, and what they measure says when it is due now.

use super::clock::{
    CLOCKS_MOST, bring_to, by_newest_version, next_due, not_cancelled_of, open, retarget, set_timer,
};
use crate::domain::access_grant::AccessGrant;
use crate::domain::alert::Alert;
use crate::domain::due::Timed;
use crate::domain::incident::{Incident, IncidentHappened};
use crate::domain::known::{KnownAgreement, binding_agreement};
use crate::domain::measured::{ClockSubject, Measured, TicketType};
use crate::domain::problem::{Problem, ProblemHappened};
use crate::domain::service_level_clock::ServiceLevelClock;
use crate::domain::service_request::{ServiceRequest, ServiceRequestHappened};
use ciclo_kernel::Timestamp;
use ciclo_kernel::ids::{CalendarId, RecordId};
use ciclo_store::record::id_field;
use ciclo_store::{Filter, Record, Result, Test, Tx, Versioned};

/// Clocks that are read together.
const CLOCKS_AT_ONCE: usize = 500;

/// Computes the open clocks anew that go by earlier versions of a calendar. What has its result keeps it.
pub async fn edited(tx: &mut Tx, calendar: CalendarId, version: u64) -> Result<()> {
    let clocks = Filter::All(vec![
        Filter::is("calendar_id", id_field(calendar)),
        Filter::Column("calendar_version", Test::Below(version.into())),
        open(),
    ]);
    loop {
        // Each of them leaves the filter: it goes by the new version then.
        let found = tx.list::<ServiceLevelClock>(clocks.clone(), CLOCKS_AT_ONCE).await?;
        if found.is_empty() {
            return Ok(());
        }
        let subjects = subjects(&found);
        for clock in found {
            let clock = by_newest_version(tx, clock).await?;
            set_timer(tx, &clock.record).await?;
        }
        for subject in subjects {
            say_due(tx, &subject).await?;
        }
    }
}

/// Retargets the clocks that still run under earlier versions of an agreement to the version that binds at an
/// instant. What has its result keeps it.
pub async fn renew(tx: &mut Tx, agreement: &KnownAgreement, at: Timestamp) -> Result<()> {
    let versions = tx.copies::<KnownAgreement>(&agreement.service_id).await?;
    let versions: Vec<_> =
        versions.into_iter().filter(|version| version.lineage() == agreement.lineage()).collect();
    let Some(now) = binding_agreement(&versions, at) else { return Ok(()) };
    // One by one: a list by several values at once would look through all clocks, in their order.
    for before in versions.iter().filter(|version| version.id != now.id) {
        let clocks = Filter::All(vec![Filter::is("agreement_id", before.id.as_str()), open()]);
        loop {
            // Each of them leaves the filter: it is under the new version then, or cancelled.
            let found = tx.list::<ServiceLevelClock>(clocks.clone(), CLOCKS_AT_ONCE).await?;
            if found.is_empty() {
                break;
            }
            renew_all(tx, found, now).await?;
        }
    }
    Ok(())
}

/// Retargets clocks to a version of their agreement.
async fn renew_all(
    tx: &mut Tx,
    clocks: Vec<Versioned<ServiceLevelClock>>,
    agreement: &KnownAgreement,
) -> Result<()> {
    let subjects = subjects(&clocks);
    for clock in clocks {
        let measured = measured(tx, &clock.record.subject).await?;
        let priority = clock.record.promise.priority;
        let clock = retarget(tx, clock, Some(agreement), priority).await?;
        let clock = bring_to(tx, clock, &measured).await?;
        set_timer(tx, &clock.record).await?;
    }
    for subject in subjects {
        say_due(tx, &subject).await?;
    }
    Ok(())
}

/// What clocks measure, each once.
fn subjects(clocks: &[Versioned<ServiceLevelClock>]) -> Vec<ClockSubject> {
    let mut subjects: Vec<_> = clocks.iter().map(|clock| clock.record.subject.clone()).collect();
    subjects.sort_by(|one, other| one.id.cmp(&other.id));
    subjects.dedup_by(|one, other| one.id == other.id);
    subjects
}

/// What a clock measures, as it is now.
async fn measured(tx: &Tx, subject: &ClockSubject) -> Result<Measured> {
    match subject.ticket_type {
        TicketType::Incident => now::<Incident>(tx, subject).await,
        TicketType::ServiceRequest => now::<ServiceRequest>(tx, subject).await,
        TicketType::Problem => now::<Problem>(tx, subject).await,
        TicketType::Alert => now::<Alert>(tx, subject).await,
        TicketType::AccessGrant => now::<AccessGrant>(tx, subject).await,
    }
}

async fn now<R: Record>(tx: &Tx, subject: &ClockSubject) -> Result<Measured>
where
    for<'a> Measured: From<&'a R>,
{
    Ok(Measured::from(&tx.get::<R>(R::Id::parse(&subject.id)?).await?.record))
}

/// Has a record say what its clocks promise now, after they were computed anew.
async fn say_due(tx: &mut Tx, subject: &ClockSubject) -> Result<()> {
    match subject.ticket_type {
        TicketType::Incident => say::<Incident>(tx, subject, IncidentHappened::DueChanged).await,
        TicketType::ServiceRequest => {
            say::<ServiceRequest>(tx, subject, ServiceRequestHappened::DueChanged).await
        }
        TicketType::Problem => say::<Problem>(tx, subject, ProblemHappened::DueChanged).await,
        TicketType::Alert | TicketType::AccessGrant => Ok(()),
    }
}

async fn say<R: Record + Timed>(tx: &mut Tx, subject: &ClockSubject, what: R::Happened) -> Result<()> {
    let clocks = tx.list::<ServiceLevelClock>(not_cancelled_of(subject), CLOCKS_MOST).await?;
    let due = next_due(tx, &clocks).await?;
    let before = tx.get::<R>(R::Id::parse(&subject.id)?).await?;
    let mut after = before.record.clone();
    match after.due_mut() {
        Some(kept) if *kept != due => *kept = due,
        Some(_) | None => return Ok(()),
    }
    tx.change_loaded(before, None, |_, _, _| Ok((after, what))).await.map(drop)
}

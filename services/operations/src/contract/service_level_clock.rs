//! Service level clocks as messages.

use super::facts::{small, word};
use crate::domain::clock_calendar::ClockCalendar;
use crate::domain::measured::{ClockParty, ClockSubject, TicketType};
use crate::domain::service_level_clock::{
    Breach, ClockPromise, ServiceLevelClock, ServiceLevelClockHappened, TargetKind, Warning,
};
use ciclo_clocks::Pause;
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, service_level_clock_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a clock, with the clock as it is after.
#[must_use]
pub fn message(
    record: &ServiceLevelClock,
    what: Option<&ServiceLevelClockHappened>,
) -> pb::ServiceLevelClockEvent {
    pb::ServiceLevelClockEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The clock as it was after an event.
pub fn record(message: pb::ServiceLevelClockEvent) -> Result<ServiceLevelClock, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("ServiceLevelClock", "no record"))?;
    let percents = after.warning_percents.iter();
    let pauses = after.pauses.into_iter().map(|pause| {
        Ok(Pause {
            from: convert::instant("from", pause.from)?,
            to: convert::optional_instant("to", pause.to)?,
            reason: pause.reason,
        })
    });
    let warnings = after.warnings.into_iter().map(|warning| {
        Ok(Warning {
            percent: small("percent", warning.percent)?,
            due_at: convert::instant("due_at", warning.due_at)?,
            fired_at: convert::instant("fired_at", warning.fired_at)?,
        })
    });
    let breach = after.breach.map(|breach| {
        Ok(Breach {
            due_at: convert::instant("due_at", breach.due_at)?,
            fired_at: convert::instant("fired_at", breach.fired_at)?,
            retargeted: breach.retargeted,
        })
    });
    Ok(ServiceLevelClock {
        id: convert::id("id", &after.id)?,
        subject: ClockSubject {
            ticket_type: TicketType::of(&after.subject_type)
                .ok_or_else(|| Corrupt::new("subject_type", &after.subject_type))?,
            id: after.subject_id,
            title: after.subject_title,
        },
        service: convert::id("service_id", &after.service_id)?,
        kind: word::<pb::TargetKind, _>("kind", after.kind, TargetKind::parse)?,
        promise: ClockPromise {
            agreement: convert::id("agreement_id", &after.agreement_id)?,
            party: party(after.group, after.supplier),
            priority: small("priority", after.priority)?,
            target: convert::signed_duration("target", after.target)?,
            warning_percents: percents.map(|p| small("warning_percents", *p)).collect::<Result<_, _>>()?,
            pause_reasons: after.pause_reasons,
            calendar: calendar(&after.calendar, after.calendar_version)?,
        },
        started_at: convert::instant("started_at", after.started_at)?,
        pauses: pauses.collect::<Result<_, Corrupt>>()?,
        zone_data: after.zone_data,
        stopped_at: convert::optional_instant("stopped_at", after.stopped_at)?,
        warnings: warnings.collect::<Result<_, Corrupt>>()?,
        breach: breach.transpose()?,
        state: convert::state_from_proto::<pb::ServiceLevelClockState, _>("state", after.state)?,
    })
}

fn snapshot(record: &ServiceLevelClock) -> pb::ServiceLevelClock {
    let (group, supplier) = match &record.promise.party {
        ClockParty::Customer => Default::default(),
        ClockParty::Group(name) => (name.clone(), String::new()),
        ClockParty::Supplier(name) => (String::new(), name.clone()),
    };
    let (pauses, warnings) = (record.pauses.iter(), record.warnings.iter());
    pb::ServiceLevelClock {
        id: record.id.to_string(),
        subject_type: record.subject.ticket_type.record_type().to_owned(),
        subject_id: record.subject.id.clone(),
        subject_title: record.subject.title.clone(),
        service_id: record.service.to_string(),
        kind: convert::to_enum::<pb::TargetKind>(record.kind.as_str()),
        agreement_id: record.promise.agreement.to_string(),
        group,
        supplier,
        priority: record.promise.priority.into(),
        target: Some(convert::duration(record.promise.target)),
        warning_percents: record.promise.warning_percents.iter().copied().map(u32::from).collect(),
        pause_reasons: record.promise.pause_reasons.clone(),
        calendar: record.promise.calendar.to_string(),
        calendar_version: record.promise.calendar.version().unwrap_or(0),
        zone_data: record.zone_data.clone(),
        started_at: Some(convert::timestamp(record.started_at)),
        pauses: pauses
            .map(|pause| pb::ClockPause {
                from: Some(convert::timestamp(pause.from)),
                to: pause.to.map(convert::timestamp),
                reason: pause.reason.clone(),
            })
            .collect(),
        stopped_at: record.stopped_at.map(convert::timestamp),
        warnings: warnings
            .map(|warning| pb::ClockWarning {
                percent: warning.percent.into(),
                due_at: Some(convert::timestamp(warning.due_at)),
                fired_at: Some(convert::timestamp(warning.fired_at)),
            })
            .collect(),
        breach: record.breach.as_ref().map(|breach| pb::ClockBreach {
            due_at: Some(convert::timestamp(breach.due_at)),
            fired_at: Some(convert::timestamp(breach.fired_at)),
            retargeted: breach.retargeted,
        }),
        state: convert::state_to_proto::<pb::ServiceLevelClockState, _>(record.state),
    }
}

/// The party of a clock; one from before there were others is the customer's.
fn party(group: String, supplier: String) -> ClockParty {
    if !group.is_empty() {
        ClockParty::Group(group)
    } else if !supplier.is_empty() {
        ClockParty::Supplier(supplier)
    } else {
        ClockParty::Customer
    }
}

fn calendar(written: &str, version: u64) -> Result<ClockCalendar, Corrupt> {
    ClockCalendar::read(written, version).map_err(|refused| Corrupt::new("calendar", refused.message))
}

fn happened(what: &ServiceLevelClockHappened) -> What {
    match what {
        ServiceLevelClockHappened::Started => What::Started(pb::ServiceLevelClockStarted {}),
        ServiceLevelClockHappened::Paused { reason } => {
            What::Paused(pb::ServiceLevelClockPaused { reason: reason.clone() })
        }
        ServiceLevelClockHappened::Resumed => What::Resumed(pb::ServiceLevelClockResumed {}),
        ServiceLevelClockHappened::Stopped { met, used, due_at } => {
            What::Stopped(pb::ServiceLevelClockStopped {
                met: *met,
                used: Some(convert::duration(*used)),
                due_at: due_at.map(convert::timestamp),
            })
        }
        ServiceLevelClockHappened::Restarted => What::Restarted(pb::ServiceLevelClockRestarted {}),
        ServiceLevelClockHappened::Retargeted { breached, used, due_at } => {
            What::Retargeted(pb::ServiceLevelClockRetargeted {
                breached: *breached,
                due_at: due_at.map(convert::timestamp),
                used: Some(convert::duration(*used)),
            })
        }
        ServiceLevelClockHappened::Cancelled { used } => {
            What::Cancelled(pb::ServiceLevelClockCancelled { used: Some(convert::duration(*used)) })
        }
        ServiceLevelClockHappened::Warned { percent } => {
            What::Warned(pb::ServiceLevelClockWarned { percent: (*percent).into() })
        }
        ServiceLevelClockHappened::Breached { used } => {
            What::Breached(pb::ServiceLevelClockBreached { used: Some(convert::duration(*used)) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        pairs::{at, named, nth},
        service_level_clock::{
            ServiceLevelClockState,
            tests::{always, clock, clock_in, promise},
        },
    };
    use ciclo_kernel::{Machine, SignedDuration};
    use prost::Message;

    fn reads_back(before: &ServiceLevelClock) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::ServiceLevelClockEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn clocks_in_every_state_read_back() {
        for state in ServiceLevelClockState::STATES {
            reads_back(&clock_in(*state));
        }
        let calendar = ClockCalendar::Version { id: nth(7), version: 3 };
        let by_calendar = ClockPromise { calendar, ..promise(10) };
        reads_back(&ServiceLevelClock { promise: by_calendar, ..clock(0) });
        for party in [ClockParty::Group("Network".to_owned()), ClockParty::Supplier("Kabel".to_owned())] {
            reads_back(&ServiceLevelClock { promise: ClockPromise { party, ..promise(10) }, ..clock(0) });
        }
        for ticket_type in TicketType::ALL {
            let subject = ClockSubject { ticket_type: *ticket_type, ..clock(0).subject };
            reads_back(&ServiceLevelClock { subject, ..clock(0) });
        }
        for kind in TargetKind::ALL {
            reads_back(&ServiceLevelClock { kind: *kind, ..clock(0) });
        }
        let warned = clock(100).warn(50, always(), at(51)).unwrap().0.warn(75, always(), at(80)).unwrap().0;
        reads_back(&warned.clone().breach(always(), at(101)).unwrap().0);
        reads_back(&warned.clone().retarget(promise(10), (always(), always()), at(90)).unwrap().0);
        reads_back(
            &warned
                .stop(always(), at(90))
                .unwrap()
                .0
                .restart(at(95))
                .unwrap()
                .0
                .pause("CHANGE", at(96))
                .unwrap()
                .0,
        );
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        let text = || "CALLER".to_owned();
        for what in [
            ServiceLevelClockHappened::Started,
            ServiceLevelClockHappened::Paused { reason: text() },
            ServiceLevelClockHappened::Resumed,
            ServiceLevelClockHappened::Stopped { met: true, used: SignedDuration::ZERO, due_at: None },
            ServiceLevelClockHappened::Restarted,
            ServiceLevelClockHappened::Retargeted {
                breached: false,
                used: SignedDuration::ZERO,
                due_at: None,
            },
            ServiceLevelClockHappened::Cancelled { used: SignedDuration::ZERO },
            ServiceLevelClockHappened::Warned { percent: 50 },
            ServiceLevelClockHappened::Breached { used: SignedDuration::ZERO },
        ] {
            named("ServiceLevelClock", what.name());
            assert!(message(&clock(100), Some(&what)).what.is_some());
        }
    }
}

//! Incidents as messages.

use super::facts::{
    due, due_message, id_text, id_texts, ids, labels, labels_message, mark, mark_message, optional_mark,
    small, word,
};
use crate::domain::incident::{
    Closing, Comment, HoldReason, Incident, IncidentHappened, IncidentLinks, IncidentState, IncidentStatus,
    MajorState, OpenedByRule, PriorityOverride, Resolution, ResolutionCode, Wait, WaitReason,
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, incident_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to an incident, with the incident as it is after.
#[must_use]
pub fn message(record: &Incident, what: Option<&IncidentHappened>) -> pb::IncidentEvent {
    pb::IncidentEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The incident as it was after an event.
pub fn record(message: pb::IncidentEvent) -> Result<Incident, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Incident", "no record"))?;
    let status = status(&after)?;
    let priority_override = optional_mark("priority_set", after.priority_set)?
        .map(|set| PriorityOverride { reason: after.priority_reason, set });
    let comments = after.comments.into_iter().map(|comment| {
        Ok(Comment { said: mark("said", comment.said)?, text: comment.text, internal: comment.internal })
    });
    Ok(Incident {
        id: convert::id("id", &after.id)?,
        title: after.title,
        description: after.description,
        caller: after.caller,
        service: convert::id("service_id", &after.service_id)?,
        customer: convert::optional_id("customer_id", &after.customer_id)?,
        items: ids("item_ids", &after.item_ids)?,
        impact: small("impact", after.impact)?,
        urgency: small("urgency", after.urgency)?,
        priority: small("priority", after.priority)?,
        priority_override,
        group: after.group,
        person: after.person,
        alert: convert::optional_id("alert_id", &after.alert_id)?,
        rule: opened_by(&after.alert_rule_id, after.alert_rule_version, after.alert_group)?,
        follow_up_of: convert::optional_id("follow_up_of_id", &after.follow_up_of_id)?,
        links: IncidentLinks {
            caused_by_change: convert::optional_id("caused_by_change_id", &after.caused_by_change_id)?,
            problem: convert::optional_id("problem_id", &after.problem_id)?,
            known_error: convert::optional_id("known_error_id", &after.known_error_id)?,
            parent: convert::optional_id("parent_id", &after.parent_id)?,
        },
        major: word::<pb::MajorState, _>("major", after.major, MajorState::parse)?,
        comments: comments.collect::<Result<_, Corrupt>>()?,
        opened: mark("opened", after.opened)?,
        first_response_at: convert::optional_instant("first_response_at", after.first_response_at)?,
        reassignments: after.reassignments,
        reopened: after.reopened,
        waits: after.waits.map(waits).transpose()?,
        due: due(after.due)?,
        status,
    })
}

fn opened_by(id: &str, version: u64, group: Vec<pb::Label>) -> Result<Option<OpenedByRule>, Corrupt> {
    let rule = convert::optional_id("alert_rule_id", id)?;
    let group = (!group.is_empty()).then(|| labels(group));
    Ok(rule.map(|rule| OpenedByRule { rule, version, group }))
}

fn waits(message: pb::IncidentWaits) -> Result<Vec<Wait>, Corrupt> {
    let wait = |wait: pb::IncidentWait| {
        let reason = WaitReason::parse(&wait.reason).ok_or_else(|| Corrupt::new("reason", &wait.reason))?;
        Ok(Wait { reason, from: convert::instant("from", wait.from)?, to: convert::instant("to", wait.to)? })
    };
    message.all.into_iter().map(wait).collect()
}

fn waits_message(waits: &[Wait]) -> pb::IncidentWaits {
    let wait = |wait: &Wait| pb::IncidentWait {
        reason: wait.reason.as_str().to_owned(),
        from: Some(convert::timestamp(wait.from)),
        to: Some(convert::timestamp(wait.to)),
    };
    pb::IncidentWaits { all: waits.iter().map(wait).collect() }
}

fn resolution(after: &pb::Incident) -> Result<Resolution, Corrupt> {
    Ok(Resolution {
        code: word::<pb::ResolutionCode, _>("resolution_code", after.resolution_code, ResolutionCode::parse)?,
        notes: after.resolution_notes.clone(),
        resolved: mark("resolved", after.resolved.clone())?,
    })
}

fn status(after: &pb::Incident) -> Result<IncidentStatus, Corrupt> {
    Ok(match convert::state_from_proto::<pb::IncidentState, _>("state", after.state)? {
        IncidentState::New => IncidentStatus::New,
        IncidentState::Assigned => IncidentStatus::Assigned,
        IncidentState::InProgress => IncidentStatus::InProgress,
        IncidentState::OnHold => IncidentStatus::OnHold {
            reason: word::<pb::HoldReason, _>("hold_reason", after.hold_reason, HoldReason::parse)?,
            supplier: after.hold_supplier.clone(),
            note: after.hold_note.clone(),
            since: convert::instant("held_since", after.held_since)?,
        },
        IncidentState::Resolved => IncidentStatus::Resolved { resolution: resolution(after)? },
        IncidentState::Closed => IncidentStatus::Closed {
            resolution: resolution(after)?,
            closing: word::<pb::Closing, _>("closing", after.closing, Closing::parse)?,
            closed: mark("ended", after.ended.clone())?,
        },
        IncidentState::Cancelled => IncidentStatus::Cancelled {
            reason: after.cancel_reason.clone(),
            cancelled: mark("ended", after.ended.clone())?,
        },
    })
}

fn snapshot(record: &Incident) -> pb::Incident {
    let comments = record.comments.iter();
    let mut after = pb::Incident {
        id: record.id.to_string(),
        title: record.title.clone(),
        description: record.description.clone(),
        caller: record.caller.clone(),
        service_id: record.service.to_string(),
        customer_id: id_text(record.customer),
        item_ids: id_texts(&record.items),
        impact: record.impact.into(),
        urgency: record.urgency.into(),
        priority: record.priority.into(),
        priority_reason: record.priority_override.as_ref().map(|set| set.reason.clone()).unwrap_or_default(),
        priority_set: record.priority_override.as_ref().map(|set| mark_message(&set.set)),
        group: record.group.clone(),
        person: record.person.clone(),
        alert_id: id_text(record.alert),
        alert_rule_id: id_text(record.rule.as_ref().map(|by| by.rule)),
        alert_rule_version: record.rule.as_ref().map_or(0, |by| by.version),
        alert_group: record.rule.iter().flat_map(|by| &by.group).flat_map(labels_message).collect(),
        follow_up_of_id: id_text(record.follow_up_of),
        caused_by_change_id: id_text(record.links.caused_by_change),
        problem_id: id_text(record.links.problem),
        known_error_id: id_text(record.links.known_error),
        parent_id: id_text(record.links.parent),
        major: convert::to_enum::<pb::MajorState>(record.major.as_str()),
        comments: comments
            .map(|comment| pb::Comment {
                said: Some(mark_message(&comment.said)),
                text: comment.text.clone(),
                internal: comment.internal,
            })
            .collect(),
        opened: Some(mark_message(&record.opened)),
        first_response_at: record.first_response_at.map(convert::timestamp),
        reassignments: record.reassignments,
        reopened: record.reopened,
        waits: record.waits.as_deref().map(waits_message),
        due: record.due.map(due_message),
        state: convert::state_to_proto::<pb::IncidentState, _>(record.state()),
        ..pb::Incident::default()
    };
    if let Some(resolution) = record.resolution() {
        after.resolution_code = convert::to_enum::<pb::ResolutionCode>(resolution.code.as_str());
        after.resolution_notes.clone_from(&resolution.notes);
        after.resolved = Some(mark_message(&resolution.resolved));
    }
    match &record.status {
        IncidentStatus::New
        | IncidentStatus::Assigned
        | IncidentStatus::InProgress
        | IncidentStatus::Resolved { .. } => {}
        IncidentStatus::OnHold { reason, supplier, note, since } => {
            after.hold_reason = convert::to_enum::<pb::HoldReason>(reason.as_str());
            after.hold_supplier.clone_from(supplier);
            after.hold_note.clone_from(note);
            after.held_since = Some(convert::timestamp(*since));
        }
        IncidentStatus::Closed { closing, closed, .. } => {
            after.closing = convert::to_enum::<pb::Closing>(closing.as_str());
            after.ended = Some(mark_message(closed));
        }
        IncidentStatus::Cancelled { reason, cancelled } => {
            after.cancel_reason.clone_from(reason);
            after.ended = Some(mark_message(cancelled));
        }
    }
    after
}

fn happened(what: &IncidentHappened) -> What {
    match what {
        IncidentHappened::Opened => What::Opened(pb::IncidentOpened {}),
        IncidentHappened::Assigned { first_response } => {
            What::Assigned(pb::IncidentAssigned { first_response: *first_response })
        }
        IncidentHappened::Started { first_response } => {
            What::Started(pb::IncidentStarted { first_response: *first_response })
        }
        IncidentHappened::Held { reason } => {
            What::Held(pb::IncidentHeld { reason: convert::to_enum::<pb::HoldReason>(reason.as_str()) })
        }
        IncidentHappened::Resumed => What::Resumed(pb::IncidentResumed {}),
        IncidentHappened::Resolved { code } => What::Resolved(pb::IncidentResolved {
            code: convert::to_enum::<pb::ResolutionCode>(code.as_str()),
        }),
        IncidentHappened::Reopened { reason } => {
            What::Reopened(pb::IncidentReopened { reason: reason.clone() })
        }
        IncidentHappened::Closed { closing } => {
            What::Closed(pb::IncidentClosed { closing: convert::to_enum::<pb::Closing>(closing.as_str()) })
        }
        IncidentHappened::Cancelled { reason } => {
            What::Cancelled(pb::IncidentCancelled { reason: reason.clone() })
        }
        IncidentHappened::Reprioritised { from } => {
            What::Reprioritised(pb::IncidentReprioritised { from: (*from).into() })
        }
        IncidentHappened::Linked => What::Linked(pb::IncidentLinked {}),
        IncidentHappened::DueChanged => What::DueChanged(pb::IncidentDueChanged {}),
        IncidentHappened::Commented => What::Commented(pb::IncidentCommented {}),
        IncidentHappened::MajorChanged { from } => What::MajorChanged(pb::IncidentMajorChanged {
            from: convert::to_enum::<pb::MajorState>(from.as_str()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        incident_verbs::tests::{incident, incident_in},
        pairs::{at, named, nth},
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &Incident) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::IncidentEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn incidents_in_every_state_read_back() {
        let links = IncidentLinks {
            caused_by_change: Some(nth(1)),
            problem: Some(nth(2)),
            known_error: Some(nth(3)),
            parent: Some(nth(4)),
        };
        for state in IncidentState::STATES {
            let bare = incident_in(*state);
            reads_back(&bare);
            reads_back(&Incident {
                description: None,
                group: None,
                person: None,
                alert: None,
                rule: None,
                follow_up_of: None,
                customer: None,
                items: vec![],
                first_response_at: None,
                ..bare.clone()
            });
            let full = bare.link(links.clone()).unwrap().0.comment("Кто?", true, "jo", at(7)).unwrap().0;
            reads_back(&full.comment("Ann", false, "ann", at(8)).unwrap().0);
        }
        reads_back(&incident().override_priority(1, "the board", "jo", at(1)).unwrap().0);
    }

    #[test]
    fn every_word_reads_back() {
        for major in MajorState::ALL {
            reads_back(&Incident { major: *major, ..incident() });
        }
        for reason in HoldReason::ALL {
            let held = incident_in(IncidentState::InProgress).hold(*reason, None, None, at(1)).unwrap().0;
            reads_back(&held);
            reads_back(&held.resume("jo", at(2)).unwrap().0);
        }
        reads_back(&Incident { waits: None, ..incident() });
        for code in ResolutionCode::ALL {
            let worked_on = incident_in(IncidentState::InProgress);
            let resolved = worked_on.resolve(*code, "done", "jo", at(4)).unwrap().0;
            for closing in Closing::ALL {
                reads_back(&resolved.clone().close(*closing, "ann", at(5)).unwrap().0);
            }
        }
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        let text = || "x".to_owned();
        for what in [
            IncidentHappened::Opened,
            IncidentHappened::Assigned { first_response: true },
            IncidentHappened::Started { first_response: true },
            IncidentHappened::Held { reason: HoldReason::Caller },
            IncidentHappened::Resumed,
            IncidentHappened::Resolved { code: ResolutionCode::Fixed },
            IncidentHappened::Reopened { reason: text() },
            IncidentHappened::Closed { closing: Closing::Automatic },
            IncidentHappened::Cancelled { reason: text() },
            IncidentHappened::Reprioritised { from: 3 },
            IncidentHappened::Linked,
            IncidentHappened::Commented,
            IncidentHappened::MajorChanged { from: MajorState::None },
        ] {
            named("Incident", what.name());
            assert!(message(&incident(), Some(&what)).what.is_some());
        }
    }
}

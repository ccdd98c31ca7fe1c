//! Queues: the tickets that somebody has to work on, sorted by the time that is
//! left. A ticket is in the queues of the groups and persons whose turn it is.

use super::due::Due;
use super::incident::{Incident, IncidentState};
use super::measured::TicketType;
use super::problem::{Problem, ProblemState};
use super::service_level_clock::TargetKind;
use super::service_request::{ServiceRequest, ServiceRequestState};
use ciclo_kernel::{Machine, Timestamp, ids::ServiceId};

/// The place of tickets of which nothing is due: behind all others.
pub const LAST: i64 = i64::MAX;

words! {
    /// How far a ticket in a queue has come.
    TicketState {
        /// Reported, and nobody's yet.
        New = "NEW",
        /// Somebody's.
        Assigned = "ASSIGNED",
        /// Worked on.
        InProgress = "IN_PROGRESS",
        /// Waiting.
        OnHold = "ON_HOLD",
        /// A request that may be fulfilled.
        Approved = "APPROVED",
        /// A request whose tasks are being done.
        InFulfilment = "IN_FULFILMENT",
        /// A problem that is being judged.
        Assess = "ASSESS",
        /// A problem whose cause is being looked for.
        RootCauseAnalysis = "ROOT_CAUSE_ANALYSIS",
        /// A problem whose cause is being removed.
        FixInProgress = "FIX_IN_PROGRESS",
    }
}

/// A ticket in a queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queued<'a> {
    /// Its type.
    pub ticket_type: TicketType,
    /// The groups in whose queues it is.
    pub groups: Vec<&'a str>,
    /// The persons in whose queues it is.
    pub persons: Vec<&'a str>,
    /// How far it has come, as it is written.
    pub state: &'static str,
    /// Its priority: 1 (highest) to 5.
    pub priority: u8,
    /// The service that it is about.
    pub service: ServiceId,
    /// What is due next of it.
    pub due: Option<Due>,
}

impl Queued<'_> {
    /// Its place in a queue: the microsecond at which it is due, or [`LAST`].
    #[must_use]
    pub fn place(&self) -> i64 {
        self.due.map_or(LAST, |due| due.at.as_microsecond())
    }
}

/// Which tickets of a queue. What is none does not matter.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QueueWanted {
    /// Those of a group.
    pub group: Option<String>,
    /// Those of a person.
    pub person: Option<String>,
    /// Those of these types.
    pub types: Option<Vec<TicketType>>,
    /// Those in these states.
    pub states: Option<Vec<TicketState>>,
    /// Those of these priorities.
    pub priorities: Option<Vec<u8>>,
    /// Those about these services.
    pub services: Option<Vec<ServiceId>>,
    /// Those whose next clock measures one of these times.
    pub clocks: Option<Vec<TargetKind>>,
    /// Those that are due before an instant.
    pub due_before: Option<Timestamp>,
}

fn among<T: PartialEq>(wanted: Option<&Vec<T>>, value: &T) -> bool {
    wanted.is_none_or(|wanted| wanted.contains(value))
}

impl QueueWanted {
    /// Whether tickets of a type may be among them.
    #[must_use]
    pub fn has_type(&self, ticket_type: TicketType) -> bool {
        among(self.types.as_ref(), &ticket_type)
    }

    /// Whether a ticket is one of them.
    #[must_use]
    pub fn admits(&self, queued: &Queued<'_>) -> bool {
        let one_of = |wanted: &Option<String>, has: &[&str]| {
            wanted.as_deref().is_none_or(|wanted| has.contains(&wanted))
        };
        let due = queued.due;
        one_of(&self.group, &queued.groups)
            && one_of(&self.person, &queued.persons)
            && self.has_type(queued.ticket_type)
            && self
                .states
                .as_ref()
                .is_none_or(|states| states.iter().any(|state| state.as_str() == queued.state))
            && among(self.priorities.as_ref(), &queued.priority)
            && among(self.services.as_ref(), &queued.service)
            && self.clocks.as_ref().is_none_or(|kinds| due.is_some_and(|due| kinds.contains(&due.kind)))
            && self.due_before.is_none_or(|before| due.is_some_and(|due| due.at < before))
    }
}

impl Incident {
    /// As it is in a queue; none when nobody has to work on it.
    #[must_use]
    pub fn queued(&self) -> Option<Queued<'_>> {
        match self.state() {
            IncidentState::New
            | IncidentState::Assigned
            | IncidentState::InProgress
            | IncidentState::OnHold => Some(Queued {
                ticket_type: TicketType::Incident,
                groups: self.group.as_deref().into_iter().collect(),
                persons: self.person.as_deref().into_iter().collect(),
                state: self.state().as_str(),
                priority: self.priority,
                service: self.service,
                due: self.due,
            }),
            IncidentState::Resolved | IncidentState::Closed | IncidentState::Cancelled => None,
        }
    }
}

impl Problem {
    /// As it is in a queue; none when nobody has to work on it.
    #[must_use]
    pub fn queued(&self) -> Option<Queued<'_>> {
        match self.state() {
            ProblemState::New
            | ProblemState::Assess
            | ProblemState::RootCauseAnalysis
            | ProblemState::FixInProgress => Some(Queued {
                ticket_type: TicketType::Problem,
                groups: self.group.as_deref().into_iter().collect(),
                persons: self.person.as_deref().into_iter().collect(),
                state: self.state().as_str(),
                priority: self.priority,
                service: self.service,
                due: self.due,
            }),
            ProblemState::Resolved | ProblemState::Closed => None,
        }
    }
}

impl ServiceRequest {
    /// As it is in a queue: of those whose tasks can be done next. None when nobody has to work on it; who has to
    /// approve it finds it in the list of what waits for an approval.
    #[must_use]
    pub fn queued(&self) -> Option<Queued<'_>> {
        match self.state() {
            ServiceRequestState::Approved
            | ServiceRequestState::InFulfilment
            | ServiceRequestState::OnHold => {
                let ready = self.ready_tasks();
                Some(Queued {
                    ticket_type: TicketType::ServiceRequest,
                    groups: ready.iter().map(|(_, task)| task.group.as_str()).collect(),
                    persons: ready.iter().filter_map(|(_, task)| task.assignee.as_deref()).collect(),
                    state: self.state().as_str(),
                    priority: self.priority,
                    service: self.service,
                    due: self.due,
                })
            }
            ServiceRequestState::Submitted
            | ServiceRequestState::PendingApproval
            | ServiceRequestState::Fulfilled
            | ServiceRequestState::Closed
            | ServiceRequestState::Rejected
            | ServiceRequestState::Cancelled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incident_verbs::tests::incident_in;
    use crate::domain::pairs::{at, nth};
    use crate::domain::problem::tests::problem_in;
    use crate::domain::service_request::tests::request_in;

    #[test]
    fn what_is_in_a_queue_is_in_a_state_that_queues_know() {
        let incidents = IncidentState::STATES.iter().map(|state| incident_in(*state));
        let problems = ProblemState::STATES.iter().map(|state| problem_in(*state));
        let requests = ServiceRequestState::STATES.iter().map(|state| request_in(*state));
        let states: Vec<_> = incidents
            .filter_map(|incident| incident.queued().map(|queued| queued.state))
            .chain(problems.filter_map(|problem| problem.queued().map(|queued| queued.state)))
            .chain(requests.filter_map(|request| request.queued().map(|queued| queued.state)))
            .collect();
        assert_eq!(states.len(), 11);
        assert!(states.iter().all(|state| TicketState::parse(state).is_some()), "{states:?}");
        assert!(TicketState::ALL.iter().all(|state| states.contains(&state.as_str())));
    }

    #[test]
    fn every_condition_counts() {
        let mut incident = incident_in(IncidentState::Assigned);
        (incident.group, incident.person) = (Some("Desk".to_owned()), Some("kim".to_owned()));
        incident.due = Some(Due { at: at(60), kind: TargetKind::Resolution, clock: nth(1) });
        let queued = incident.queued().unwrap();
        let all = QueueWanted {
            group: Some("Desk".to_owned()),
            person: Some("kim".to_owned()),
            types: Some(vec![TicketType::Incident]),
            states: Some(vec![TicketState::Assigned]),
            priorities: Some(vec![incident.priority]),
            services: Some(vec![incident.service]),
            clocks: Some(vec![TargetKind::Resolution]),
            due_before: Some(at(61)),
        };
        assert!(all.admits(&queued) && QueueWanted::default().admits(&queued));
        for other in [
            QueueWanted { group: Some("Network".to_owned()), ..all.clone() },
            QueueWanted { person: Some("lee".to_owned()), ..all.clone() },
            QueueWanted { types: Some(vec![TicketType::Problem]), ..all.clone() },
            QueueWanted { states: Some(vec![TicketState::New]), ..all.clone() },
            QueueWanted { priorities: Some(vec![]), ..all.clone() },
            QueueWanted { services: Some(vec![nth(99)]), ..all.clone() },
            QueueWanted { clocks: Some(vec![TargetKind::Response]), ..all.clone() },
            QueueWanted { due_before: Some(at(60)), ..all.clone() },
        ] {
            assert!(!other.admits(&queued), "{other:?}");
        }
        incident.due = None;
        let queued = incident.queued().unwrap();
        assert_eq!((queued.place(), all.admits(&queued)), (LAST, false));
    }
}

//! The table of service requests.

use crate::contract;
use crate::domain::service_request::{ServiceRequest, ServiceRequestHappened};
use ciclo_contracts::operations::v1::ServiceRequestEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ServiceRequestId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

/// The role under which a request is linked to the groups in whose queues it is.
pub const QUEUE_GROUP: &str = "queue_group";
/// The role under which a request is linked to the persons in whose queues it is.
pub const QUEUE_PERSON: &str = "queue_person";

impl Record for ServiceRequest {
    type Id = ServiceRequestId;
    type Happened = ServiceRequestHappened;
    type Message = ServiceRequestEvent;
    const TABLE: &'static str = "service_request";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] = &[
        "state",
        "requester",
        "offering_id",
        "offering_name",
        "service_id",
        "submitted_at",
        "priority",
        "queue_at",
        "due_kind",
    ];

    fn id(&self) -> ServiceRequestId {
        self.id
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            self.state().as_str().into(),
            self.requester.as_str().into(),
            id_field(self.offering),
            self.offering_name.as_str().into(),
            id_field(self.service),
            self.submitted.at.into(),
            self.priority.into(),
            self.queued().map(|queued| queued.place()).into(),
            self.due.map(|due| due.kind.as_str()).into(),
        ]
    }

    /// The groups and persons in whose queues it is.
    fn links(&self) -> Vec<(&'static str, String)> {
        let Some(queued) = self.queued() else { return Vec::new() };
        let groups = queued.groups.iter().map(|group| (QUEUE_GROUP, (*group).to_owned()));
        groups.chain(queued.persons.iter().map(|person| (QUEUE_PERSON, (*person).to_owned()))).collect()
    }

    fn happened(what: &ServiceRequestHappened) -> &'static str {
        what.name()
    }

    fn message(&self, what: Option<&ServiceRequestHappened>) -> ServiceRequestEvent {
        contract::service_request::message(self, what)
    }

    fn read(message: ServiceRequestEvent) -> Result<Self, Corrupt> {
        contract::service_request::record(message)
    }
}

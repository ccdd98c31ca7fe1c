//! The table of service requests.

use crate::contract;
use crate::domain::service_request::{ServiceRequest, ServiceRequestHappened};
use ciclo_contracts::operations::v1::ServiceRequestEvent;
use ciclo_kernel::{Corrupt, Machine, ids::ServiceRequestId};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Record};

impl Record for ServiceRequest {
    type Id = ServiceRequestId;
    type Happened = ServiceRequestHappened;
    type Message = ServiceRequestEvent;
    const TABLE: &'static str = "service_request";
    const PACKAGE: &'static str = super::PACKAGE;
    const COLUMNS: &'static [&'static str] =
        &["state", "requester", "offering_id", "offering_name", "service_id", "submitted_at"];

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
        ]
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

//! The copies that design keeps of its neighbours' records.

use crate::domain::known_customer::KnownCustomer;
use crate::domain::known_service::KnownService;
use ciclo_store::Copied;

impl Copied for KnownService {
    const KIND: &'static str = "Service";

    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl Copied for KnownCustomer {
    const KIND: &'static str = "Customer";

    fn id(&self) -> String {
        self.id.to_string()
    }
}

//! The copies that improvement keeps of its neighbours' records.

use crate::domain::known::{KnownAgreement, KnownService};
use ciclo_store::Copied;

impl Copied for KnownService {
    const KIND: &'static str = "Service";

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// Looked up by its service.
impl Copied for KnownAgreement {
    const KIND: &'static str = "Agreement";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn parent(&self) -> String {
        self.service_id.to_string()
    }
}

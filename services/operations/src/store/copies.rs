//! Where the copies of neighbours' records stand.

use crate::domain::known::{
    KnownAgreement, KnownCalendar, KnownChange, KnownCustomer, KnownHours, KnownItem, KnownOffering,
    KnownService, hours_id,
};
use ciclo_store::Copied;

impl Copied for KnownService {
    const KIND: &'static str = "Service";

    fn id(&self) -> String {
        self.id.clone()
    }
}

impl Copied for KnownCustomer {
    const KIND: &'static str = "Customer";

    fn id(&self) -> String {
        self.id.clone()
    }
}

impl Copied for KnownOffering {
    const KIND: &'static str = "Offering";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn parent(&self) -> String {
        self.service_id.clone()
    }
}

impl Copied for KnownAgreement {
    const KIND: &'static str = "Agreement";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn parent(&self) -> String {
        self.service_id.clone()
    }
}

impl Copied for KnownCalendar {
    const KIND: &'static str = "Calendar";

    fn id(&self) -> String {
        self.id.clone()
    }
}

impl Copied for KnownHours {
    const KIND: &'static str = "CalendarHours";

    fn id(&self) -> String {
        hours_id(&self.calendar_id, self.version)
    }

    fn parent(&self) -> String {
        self.calendar_id.clone()
    }
}

impl Copied for KnownItem {
    const KIND: &'static str = "ConfigurationItem";

    fn id(&self) -> String {
        self.id.clone()
    }
}

impl Copied for KnownChange {
    const KIND: &'static str = "Change";

    fn id(&self) -> String {
        self.id.clone()
    }
}

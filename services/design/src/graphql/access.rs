//! Who may use which of design's fields. docs/roles.md is made from this table.

use ciclo_api::{Access, STAFF};
use ciclo_kernel::Role::{self, Admin, Approver, Designer};

/// Who designs services.
const DESIGNS: &[Role] = &[Designer, Admin];
/// Who approves what others have designed.
const APPROVES: &[Role] = &[Approver, Admin];
/// Who speaks for or against a package in review.
const REVIEWS: &[Role] = &[Designer, Approver, Admin];

/// Design's table of access.
pub static ACCESS: Access = Access {
    fields: &[
        ("requirement", STAFF),
        ("requirements", STAFF),
        ("requirementChanged", STAFF),
        ("raiseRequirement", DESIGNS),
        ("reviseRequirement", DESIGNS),
        ("agreeRequirement", DESIGNS),
        ("traceRequirement", DESIGNS),
        ("satisfyRequirement", DESIGNS),
        ("dropRequirement", DESIGNS),
        ("designPackage", STAFF),
        ("designPackages", STAFF),
        ("designPackageChanged", STAFF),
        ("openDesignPackage", DESIGNS),
        ("planDesignPackage", DESIGNS),
        ("waiveCondition", REVIEWS),
        ("submitDesignPackage", DESIGNS),
        ("returnDesignPackage", REVIEWS),
        ("approveDesignPackage", APPROVES),
        ("agreement", STAFF),
        ("agreements", STAFF),
        ("agreementChanged", STAFF),
        ("draftAgreement", DESIGNS),
        ("reviseAgreement", DESIGNS),
        ("startNegotiation", DESIGNS),
        ("agreeAgreement", DESIGNS),
        ("draftNextAgreement", DESIGNS),
        ("reviewAgreement", DESIGNS),
        ("renewAgreement", DESIGNS),
        ("terminateAgreement", DESIGNS),
        ("expireAgreement", DESIGNS),
        ("calendar", STAFF),
        ("calendars", STAFF),
        ("calendarChanged", STAFF),
        ("defineCalendar", DESIGNS),
        ("editCalendar", DESIGNS),
        ("retireCalendar", DESIGNS),
        ("designParkedEvents", &[Admin]),
        ("retryDesignParkedEvents", &[Admin]),
    ],
    records: &[("Requirement", STAFF), ("DesignPackage", STAFF), ("Agreement", STAFF), ("Calendar", STAFF)],
};

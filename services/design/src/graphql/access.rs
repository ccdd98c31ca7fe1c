//! Who may use which of design's fields. docs/roles.md is made from this table.

use ciclo_api::{Access, STAFF};
use ciclo_kernel::Role::{Admin, Designer};

/// Design's table of access.
pub static ACCESS: Access = Access {
    fields: &[
        ("requirement", STAFF),
        ("requirements", STAFF),
        ("requirementChanged", STAFF),
        ("raiseRequirement", &[Designer, Admin]),
        ("agreeRequirement", &[Designer, Admin]),
        ("designParkedEvents", &[Admin]),
        ("retryDesignParkedEvents", &[Admin]),
    ],
    records: &[("Requirement", STAFF)],
};

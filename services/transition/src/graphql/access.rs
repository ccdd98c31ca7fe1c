//! Who may use which of transition's fields. docs/roles.md is made from this table.

use ciclo_api::{Access, STAFF};
use ciclo_kernel::Role::{self, Admin, Agent, Approver, ChangeManager};

/// Who leads transitions, changes, items and deployments.
const LEADS: &[Role] = &[ChangeManager, Admin];
/// Who may propose changes: an agent who works on a ticket may, too.
const PROPOSES: &[Role] = &[ChangeManager, Agent, Admin];
/// Who votes; the change itself says who is asked.
const VOTES: &[Role] = &[Approver, ChangeManager, Admin];

/// Transition's table of access.
pub static ACCESS: Access = Access {
    fields: &[
        ("transition", STAFF),
        ("transitions", STAFF),
        ("transitionChanged", STAFF),
        ("planTransitionStep", LEADS),
        ("recordCriterion", LEADS),
        ("waiveCriterion", LEADS),
        ("addBuild", LEADS),
        ("addTest", LEADS),
        ("setPilot", LEADS),
        ("reportPilot", LEADS),
        ("completeTransitionStep", LEADS),
        ("failTransitionStep", LEADS),
        ("backOutTransition", LEADS),
        ("cancelTransition", LEADS),
        ("closeTransition", LEADS),
        ("change", STAFF),
        ("changes", STAFF),
        ("changeChanged", STAFF),
        ("draftChange", PROPOSES),
        ("reviseChange", PROPOSES),
        ("submitChangeForAssessment", PROPOSES),
        ("returnChangeToDraft", LEADS),
        ("submitChangeForApproval", LEADS),
        ("voteOnChange", VOTES),
        ("startChangeImplementation", LEADS),
        ("completeChangeImplementation", LEADS),
        ("closeChange", LEADS),
        ("cancelChange", LEADS),
        ("configurationItem", STAFF),
        ("configurationItems", STAFF),
        ("configurationItemChanged", STAFF),
        ("registerConfigurationItem", LEADS),
        ("reviseConfigurationItem", LEADS),
        ("moveConfigurationItem", LEADS),
        ("itemRelation", STAFF),
        ("itemRelations", STAFF),
        ("itemRelationChanged", STAFF),
        ("relateConfigurationItems", LEADS),
        ("removeItemRelation", LEADS),
        ("impact", STAFF),
        ("deployment", STAFF),
        ("deployments", STAFF),
        ("deploymentChanged", STAFF),
        ("planDeployment", LEADS),
        ("startDeployment", LEADS),
        ("succeedDeployment", LEADS),
        ("verifyDeployment", LEADS),
        ("failDeployment", LEADS),
        ("rollBackDeployment", LEADS),
        ("transitionParkedEvents", &[Admin]),
        ("retryTransitionParkedEvents", &[Admin]),
    ],
    records: &[
        ("Transition", STAFF),
        ("Change", STAFF),
        ("ConfigurationItem", STAFF),
        ("ItemRelation", STAFF),
        ("Deployment", STAFF),
    ],
};

//! Who may use which of improvement's fields. docs/roles.md is made from this table.

use ciclo_api::{Access, STAFF};
use ciclo_kernel::Role::{self, Admin, Agent, ChangeManager, Designer, ImprovementManager, PortfolioManager};

/// Who leads reviews, recommendations and initiatives.
const LEADS: &[Role] = &[ImprovementManager, Admin];
/// Who may propose: whoever works on services sees what could be better.
const PROPOSES: &[Role] = &[ImprovementManager, PortfolioManager, Designer, ChangeManager, Agent, Admin];

/// Improvement's table of access.
pub static ACCESS: Access = Access {
    fields: &[
        ("targetResult", STAFF),
        ("targetResults", STAFF),
        ("targetResultChanged", STAFF),
        ("serviceLevelReview", STAFF),
        ("serviceLevelReviews", STAFF),
        ("serviceLevelReviewChanged", STAFF),
        ("conductServiceLevelReview", LEADS),
        ("publishServiceLevelReview", LEADS),
        ("recommendation", STAFF),
        ("recommendations", STAFF),
        ("recommendationChanged", STAFF),
        ("recommend", PROPOSES),
        ("addEvidence", PROPOSES),
        ("acceptRecommendation", LEADS),
        ("rejectRecommendation", LEADS),
        ("initiative", STAFF),
        ("initiatives", STAFF),
        ("initiativeChanged", STAFF),
        ("identifyInitiative", PROPOSES),
        ("assessInitiative", LEADS),
        ("approveInitiative", LEADS),
        ("planInitiative", LEADS),
        ("startInitiative", LEADS),
        ("recordInitiativeStep", LEADS),
        ("implementInitiative", LEADS),
        ("reviewInitiativeBenefits", LEADS),
        ("closeInitiative", LEADS),
        ("rejectInitiative", LEADS),
        ("deferInitiative", LEADS),
        ("resumeInitiative", LEADS),
        ("improvementParkedEvents", &[Admin]),
        ("retryImprovementParkedEvents", &[Admin]),
    ],
    records: &[
        ("TargetResult", STAFF),
        ("ServiceLevelReview", STAFF),
        ("Recommendation", STAFF),
        ("Initiative", STAFF),
    ],
};

//! What the approval of a design package needs, what of it can be waived, and
//! what a version still misses.

use super::{
    agreement::Agreement,
    design_package::DesignPackage,
    facts::Mark,
    requirement::{Requirement, RequirementPriority, RequirementState},
};
use ciclo_kernel::ids::{AgreementId, RequirementId};
use std::fmt;

words! {
    /// What the approval of a design package needs.
    ApprovalCondition {
        /// Every MUST requirement is traced to a solution element.
        MustTraced = "MUST_TRACED",
        /// There is an acceptance plan.
        AcceptancePlan = "ACCEPTANCE_PLAN",
        /// There is a cost estimate.
        CostEstimate = "COST_ESTIMATE",
        /// There is at least one agreement for the service. The only one that can be waived.
        Agreement = "AGREEMENT",
    }
}

impl ApprovalCondition {
    /// Whether somebody can waive this condition by name.
    #[must_use]
    pub fn waivable(self) -> bool {
        match self {
            Self::MustTraced | Self::AcceptancePlan | Self::CostEstimate => false,
            Self::Agreement => true,
        }
    }
}

/// A condition of the approval that is not met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnmetCondition {
    /// The condition.
    pub condition: ApprovalCondition,
    /// What is missing, in a sentence.
    pub what: String,
}

impl fmt::Display for UnmetCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.condition.as_str(), self.what)
    }
}

/// A condition of the approval that somebody waived by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiver {
    /// The condition.
    pub condition: ApprovalCondition,
    /// Why it need not be met.
    pub why: String,
    /// Who waived it, and when.
    pub waived: Mark,
}

/// An approval, with what counted for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageApproval {
    /// Who approved it, and when.
    pub approved: Mark,
    /// The requirements of the package at the approval, dropped ones left out.
    pub requirements: Vec<RequirementId>,
    /// The agreements of the service at the approval, ended ones left out.
    pub agreements: Vec<AgreementId>,
}

impl DesignPackage {
    /// What the approval still misses, given the requirements and the agreements of the service.
    /// Only requirements that are traced to this version and not dropped count, and only
    /// agreements that have not ended.
    #[must_use]
    pub fn unmet(&self, requirements: &[Requirement], agreements: &[Agreement]) -> Vec<UnmetCondition> {
        let mut unmet = Vec::new();
        let mut miss = |condition, what: String| unmet.push(UnmetCondition { condition, what });
        for requirement in self.own(requirements) {
            let must = requirement.wording.priority == RequirementPriority::Must;
            if must && requirement.tracing.solution_element.is_none() {
                let (id, title) = (requirement.id, &requirement.wording.title);
                miss(
                    ApprovalCondition::MustTraced,
                    format!("{id} ({title}) is traced to no solution element"),
                );
            }
        }
        if self.plan.acceptance_plan.is_none() {
            miss(ApprovalCondition::AcceptancePlan, "there is no acceptance plan".to_owned());
        }
        if self.plan.cost_estimate.is_none() {
            miss(ApprovalCondition::CostEstimate, "there is no cost estimate".to_owned());
        }
        if self.standing(agreements).next().is_none() && self.waiver(ApprovalCondition::Agreement).is_none() {
            let what = "there is no agreement for the service, and nobody waived it";
            miss(ApprovalCondition::Agreement, what.to_owned());
        }
        unmet
    }

    pub(super) fn waiver(&self, condition: ApprovalCondition) -> Option<&Waiver> {
        self.waivers.iter().find(|waiver| waiver.condition == condition)
    }

    pub(super) fn own<'a>(
        &'a self,
        requirements: &'a [Requirement],
    ) -> impl Iterator<Item = &'a Requirement> {
        requirements.iter().filter(|requirement| {
            requirement.tracing.package == Some(self.id) && requirement.state() != RequirementState::Dropped
        })
    }

    pub(super) fn standing<'a>(&'a self, agreements: &'a [Agreement]) -> impl Iterator<Item = &'a Agreement> {
        agreements.iter().filter(|agreement| agreement.service == self.service && !agreement.state().ended())
    }
}

//! One version of a service's design package, from its draft to the version that
//! supersedes it. What its approval needs is in `approval`.

use super::{
    agreement::Agreement,
    approval::{ApprovalCondition, PackageApproval, Waiver},
    facts::{Mark, Money},
    known_service::KnownService,
    requirement::Requirement,
};
use ciclo_kernel::{
    Decision, Machine, Refusal, Timestamp,
    ids::{DesignPackageId, ServiceId},
    machine, text,
};

machine! {
    machine "design package";
    /// How far a version of a design package has come.
    states DesignPackageState {
        /// Being planned.
        Draft = "DRAFT" { Plan => Draft, Waive => Draft, Submit => InReview },
        /// Being reviewed: the plan stands still.
        InReview = "IN_REVIEW" { Waive => InReview, ReturnToDraft => Draft, Approve => Approved },
        /// Approved, and immutable from here on.
        Approved = "APPROVED" { Supersede => Superseded },
        /// A newer version is approved. Final.
        Superseded = "SUPERSEDED" {},
    }
    /// What can be done to a design package.
    verbs DesignPackageVerb {
        Plan = "plan",
        Waive = "waive",
        Submit = "submit",
        ReturnToDraft = "returnToDraft",
        Approve = "approve",
        Supersede = "supersede",
    }
}

words! {
    /// What a design package is for.
    DesignPackagePurpose {
        /// A service that is not in operation yet.
        NewService = "NEW_SERVICE",
        /// The change of a service in operation.
        Change = "CHANGE",
        /// The improvement of a service in operation.
        Improvement = "IMPROVEMENT",
    }
}

/// What a design package plans.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PackagePlan {
    /// What is designed, in short; none while nobody wrote it.
    pub summary: Option<String>,
    /// How the service is accepted; none while nobody wrote it.
    pub acceptance_plan: Option<String>,
    /// What it is thought to cost; none while nobody estimated it.
    pub cost_estimate: Option<Money>,
}

/// Where a design package stands, with the facts of its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DesignPackageStatus {
    /// Being planned.
    Draft {
        /// The last return from review; none when it was never returned.
        returned: Option<PackageReturn>,
    },
    /// Being reviewed.
    InReview {
        /// Who submitted it, and when.
        submitted: Mark,
    },
    /// Approved.
    Approved {
        /// What it was approved with.
        approval: PackageApproval,
    },
    /// A newer version is approved.
    Superseded {
        /// What it was approved with.
        approval: PackageApproval,
        /// The version that took its place.
        next: DesignPackageId,
        /// Who approved that version, and when.
        superseded: Mark,
    },
}

/// A return from review to draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageReturn {
    /// Why it was returned.
    pub reason: String,
    /// Who returned it, and when.
    pub returned: Mark,
}

/// One version of a service's design package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DesignPackage {
    /// This version.
    pub id: DesignPackageId,
    /// The service that it designs.
    pub service: ServiceId,
    /// The service's name when the version was opened.
    pub service_name: String,
    /// The version's number within the service; the first is 1.
    pub number: u32,
    /// What it is for.
    pub purpose: DesignPackagePurpose,
    /// What it plans.
    pub plan: PackagePlan,
    /// The conditions of the approval that were waived, by name.
    pub waivers: Vec<Waiver>,
    /// Who opened it, and when.
    pub opened: Mark,
    /// Where it stands.
    pub status: DesignPackageStatus,
}

/// What happened to a design package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DesignPackageHappened {
    /// A version was opened.
    Opened,
    /// Its plan was set.
    Planned,
    /// A condition of the approval was waived.
    Waived {
        /// Which, by whom and why.
        waiver: Waiver,
    },
    /// It was submitted to review.
    Submitted,
    /// It was returned to draft.
    Returned {
        /// Why.
        reason: String,
    },
    /// It was approved.
    Approved {
        /// With what.
        approval: PackageApproval,
    },
    /// A newer version took its place.
    Superseded {
        /// The newer version.
        next: DesignPackageId,
    },
}

impl DesignPackageHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened => "Opened",
            Self::Planned => "Planned",
            Self::Waived { .. } => "Waived",
            Self::Submitted => "Submitted",
            Self::Returned { .. } => "Returned",
            Self::Approved { .. } => "Approved",
            Self::Superseded { .. } => "Superseded",
        }
    }
}

impl DesignPackage {
    /// Opens the next version of a service's package; `newest` is the newest one so far, and must
    /// be approved or superseded: a service has one open version at most.
    pub fn open(
        id: DesignPackageId,
        service: &KnownService,
        purpose: DesignPackagePurpose,
        newest: Option<&Self>,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, DesignPackageHappened> {
        service.must_accept("design packages")?;
        let fits = match purpose {
            DesignPackagePurpose::NewService => service.being_built(),
            DesignPackagePurpose::Change | DesignPackagePurpose::Improvement => service.operational,
        };
        if !fits {
            let why = "a package for a new service needs one that is chartered and not in operation yet, one for a \
                       change or an improvement a service in operation";
            return Err(Refusal::rule(format!("{why}; {} is {}", service.name, service.state))
                .with("purpose", purpose.as_str())
                .with("serviceState", service.state.as_str()));
        }
        if let Some(open) = newest.filter(|newest| newest.approval().is_none()) {
            return Err(Refusal::rule(format!(
                "version {} of the package is still {}: approve it first",
                open.number,
                open.state().as_str()
            ))
            .with("package", open.id.to_string()));
        }
        let package = Self {
            id,
            service: service.id,
            service_name: service.name.clone(),
            number: newest.map_or(1, |newest| newest.number + 1),
            purpose,
            plan: PackagePlan::default(),
            waivers: Vec::new(),
            opened: Mark::new(by, at),
            status: DesignPackageStatus::Draft { returned: None },
        };
        Ok((package, DesignPackageHappened::Opened))
    }

    /// The state, without its facts.
    #[must_use]
    pub fn state(&self) -> DesignPackageState {
        match self.status {
            DesignPackageStatus::Draft { .. } => DesignPackageState::Draft,
            DesignPackageStatus::InReview { .. } => DesignPackageState::InReview,
            DesignPackageStatus::Approved { .. } => DesignPackageState::Approved,
            DesignPackageStatus::Superseded { .. } => DesignPackageState::Superseded,
        }
    }

    /// What it was approved with; none when it is not approved.
    #[must_use]
    pub fn approval(&self) -> Option<&PackageApproval> {
        match &self.status {
            DesignPackageStatus::Draft { .. } | DesignPackageStatus::InReview { .. } => None,
            DesignPackageStatus::Approved { approval } | DesignPackageStatus::Superseded { approval, .. } => {
                Some(approval)
            }
        }
    }

    /// Sets the plan as a whole: what is left out is cleared.
    pub fn plan(mut self, plan: PackagePlan) -> Decision<Self, DesignPackageHappened> {
        self.state().go(DesignPackageVerb::Plan)?;
        self.plan = PackagePlan {
            summary: text::optional_body("summary", plan.summary.as_deref())?,
            acceptance_plan: text::optional_body("acceptancePlan", plan.acceptance_plan.as_deref())?,
            cost_estimate: plan.cost_estimate.map(|cost| cost.checked("costEstimate")).transpose()?,
        };
        Ok((self, DesignPackageHappened::Planned))
    }

    /// Waives a condition of the approval; only `AGREEMENT` can be waived, and once.
    pub fn waive(
        mut self,
        condition: ApprovalCondition,
        why: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, DesignPackageHappened> {
        self.state().go(DesignPackageVerb::Waive)?;
        if !condition.waivable() {
            let waivable: Vec<&str> =
                ApprovalCondition::ALL.iter().filter(|c| c.waivable()).map(|c| c.as_str()).collect();
            return Err(Refusal::rule(format!("{} cannot be waived", condition.as_str()))
                .with("condition", condition.as_str())
                .with("waivable", waivable));
        }
        if let Some(there) = self.waiver(condition) {
            let who = &there.waived.by;
            return Err(Refusal::rule(format!("{} is waived already, by {who}", condition.as_str()))
                .with("condition", condition.as_str()));
        }
        let waiver = Waiver { condition, why: text::body("why", why)?, waived: Mark::new(by, at) };
        self.waivers.push(waiver.clone());
        Ok((self, DesignPackageHappened::Waived { waiver }))
    }

    /// Submits the plan to review.
    pub fn submit(mut self, by: &str, at: Timestamp) -> Decision<Self, DesignPackageHappened> {
        self.state().go(DesignPackageVerb::Submit)?;
        self.status = DesignPackageStatus::InReview { submitted: Mark::new(by, at) };
        Ok((self, DesignPackageHappened::Submitted))
    }

    /// Returns it from review to draft; the plan and the waivers stay.
    pub fn return_to_draft(
        mut self,
        reason: &str,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, DesignPackageHappened> {
        self.state().go(DesignPackageVerb::ReturnToDraft)?;
        let reason = text::body("reason", reason)?;
        let returned = PackageReturn { reason: reason.clone(), returned: Mark::new(by, at) };
        self.status = DesignPackageStatus::Draft { returned: Some(returned) };
        Ok((self, DesignPackageHappened::Returned { reason }))
    }

    /// Approves it when nothing is missing; keeps what counted.
    pub fn approve(
        mut self,
        requirements: &[Requirement],
        agreements: &[Agreement],
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, DesignPackageHappened> {
        self.state().go(DesignPackageVerb::Approve)?;
        let missing: Vec<String> =
            self.unmet(requirements, agreements).iter().map(ToString::to_string).collect();
        if !missing.is_empty() {
            return Err(Refusal::unmet("approve", &missing));
        }
        let approval = PackageApproval {
            approved: Mark::new(by, at),
            requirements: self.own(requirements).map(|requirement| requirement.id).collect(),
            agreements: self.standing(agreements).map(|agreement| agreement.id).collect(),
        };
        self.status = DesignPackageStatus::Approved { approval: approval.clone() };
        Ok((self, DesignPackageHappened::Approved { approval }))
    }

    /// Gives way to a newer approved version of the same service.
    pub fn supersede(
        mut self,
        next: &Self,
        by: &str,
        at: Timestamp,
    ) -> Decision<Self, DesignPackageHappened> {
        self.state().go(DesignPackageVerb::Supersede)?;
        let newer = next.service == self.service && next.number > self.number && next.approval().is_some();
        let (Some(approval), true) = (self.approval().cloned(), newer) else {
            return Err(Refusal::rule(
                "only a newer approved version of the same service supersedes a package",
            )
            .with("next", next.id.to_string()));
        };
        self.status =
            DesignPackageStatus::Superseded { approval, next: next.id, superseded: Mark::new(by, at) };
        Ok((self, DesignPackageHappened::Superseded { next: next.id }))
    }
}

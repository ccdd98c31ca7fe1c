//! Which requirements a version of a design package takes, and what may still
//! be said of them once it is approved.

use super::{
    design_package::DesignPackage,
    requirement::{Requirement, RequirementState, Tracing},
};
use ciclo_kernel::{Code, Machine, Refusal};

impl DesignPackage {
    /// The most requirements of one version.
    pub const REQUIREMENTS_MOST: usize = 1000;

    /// Refuses a tracing of `requirement` that names this version: it must be a version of the same
    /// service, and one that a requirement comes to must not be approved. With a requirement that it
    /// has, the approval keeps the solution element; the test and the target come later.
    pub fn takes(&self, requirement: &Requirement, tracing: &Tracing) -> Result<(), Refusal> {
        let refused = |why: &str| {
            Refusal::rule(why)
                .with("package", self.id.to_string())
                .with("packageState", self.state().as_str())
        };
        if self.service != requirement.service {
            return Err(refused("the design package is of another service than the requirement"));
        }
        let stays = requirement.tracing.package == Some(self.id);
        let met_as_before = requirement.tracing.solution_element == tracing.solution_element;
        if self.approval().is_some() && !(stays && met_as_before) {
            return Err(refused(
                "the design package is approved: it takes no further requirement and keeps their solution elements",
            ));
        }
        Ok(())
    }

    /// Refuses one more requirement when there are `taken` already.
    pub fn must_have_room(&self, taken: usize) -> Result<(), Refusal> {
        if taken < Self::REQUIREMENTS_MOST {
            return Ok(());
        }
        let most = Self::REQUIREMENTS_MOST;
        let why = format!("a design package has at most {most} requirements");
        Err(Refusal::new(Code::LimitExceeded, why).with("package", self.id.to_string()).with("limit", most))
    }
}

impl Requirement {
    /// Whether it waits for a design package: open, and traced to none.
    #[must_use]
    pub fn waits(&self) -> bool {
        let open = match self.state() {
            RequirementState::Draft | RequirementState::Agreed => true,
            RequirementState::Satisfied | RequirementState::Dropped => false,
        };
        open && self.tracing.package.is_none()
    }
}

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

#[cfg(test)]
mod tests {
    use super::super::{
        agreement::Agreement,
        design_package::{DesignPackagePurpose, DesignPackageState},
        samples::{at, id, package, package_in, requirement, requirement_in, service, tracing},
    };
    use super::*;

    #[test]
    fn an_approved_package_keeps_its_requirements_as_they_are() {
        let approved = package_in(DesignPackageState::Approved);
        let own = Tracing { package: Some(approved.id), ..tracing() };
        let comes = requirement();
        assert_eq!(approved.takes(&comes, &own).unwrap_err().code, Code::RuleViolated);
        let stays = requirement().trace(own.clone()).unwrap().0;
        let tested = Tracing { test: Some("T-13".to_owned()), ..own.clone() };
        assert_eq!(approved.takes(&stays, &tested), Ok(()));
        let elsewhere = Tracing { solution_element: None, ..own };
        assert_eq!(approved.takes(&stays, &elsewhere).unwrap_err().facts["packageState"], "APPROVED");
    }

    #[test]
    fn an_open_package_takes_requirements_of_its_service_up_to_a_limit() {
        let open = package();
        let own = Tracing { package: Some(open.id), ..tracing() };
        assert_eq!(open.takes(&requirement(), &own), Ok(()));
        let other = Requirement { service: id(), ..requirement() };
        assert_eq!(open.takes(&other, &own).unwrap_err().code, Code::RuleViolated);
        assert_eq!(open.must_have_room(DesignPackage::REQUIREMENTS_MOST - 1), Ok(()));
        let full = open.must_have_room(DesignPackage::REQUIREMENTS_MOST).unwrap_err();
        assert_eq!((full.code, &full.facts["limit"]), (Code::LimitExceeded, &1000.into()));
        let service = service("OPERATIONAL");
        assert_eq!(Agreement::must_have_room(&service, 999), Ok(()));
        assert_eq!(Agreement::must_have_room(&service, 1000).unwrap_err().code, Code::LimitExceeded);
    }

    #[test]
    fn open_requirements_without_a_package_wait_for_one() {
        assert!(requirement().waits());
        for state in RequirementState::STATES {
            assert!(!requirement_in(*state).waits(), "it has a package");
        }
        let dropped = requirement().drop("no", "jo", at(1)).unwrap().0;
        assert!(!dropped.waits());
    }

    #[test]
    fn packages_for_a_new_service_need_a_charter_and_agreements_a_service_in_use() {
        let opens = |state| {
            DesignPackage::open(id(), &service(state), DesignPackagePurpose::NewService, None, "eva", at(0))
                .is_ok()
        };
        assert!(["CHARTERED", "IN_DESIGN", "IN_TRANSITION"].into_iter().all(opens));
        assert!(
            !["PROPOSED", "APPROVED", "OPERATIONAL", "RETIRING", "RETIRED", "REJECTED"]
                .into_iter()
                .any(opens)
        );
        assert!(["OPERATIONAL", "RETIRING"].into_iter().all(|state| service(state).in_use()));
        assert!(!["IN_TRANSITION", "RETIRED"].into_iter().any(|state| service(state).in_use()));
    }
}

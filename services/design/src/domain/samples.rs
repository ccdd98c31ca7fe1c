//! Records in every state, for tests.

use super::{
    agreement::{Agreement, AgreementParty, AgreementState},
    design_package::{DesignPackage, DesignPackagePurpose, DesignPackageState, PackagePlan},
    facts::Money,
    known_service::KnownService,
    requirement::{
        RaiseRequirement, Requirement, RequirementKind, RequirementPriority, RequirementSource,
        RequirementState, RequirementWording, Tracing,
    },
    terms::{AgreedCalendar, PauseReason, Target, TargetKind, Terms, TicketType},
};
use ciclo_kernel::{
    SignedDuration, Timestamp,
    ids::{CustomerId, RecommendationId, RecordId, ServiceId},
};

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_780_000_000 + second, 123_456_000).unwrap()
}

pub(crate) fn id<I: RecordId>() -> I {
    I::at(at(0))
}

pub(crate) fn service(state: &str) -> KnownService {
    let id = ServiceId::parse(&format!("svc_{:032x}", 7)).unwrap();
    KnownService::new(id, "Электронная почта", state)
}

pub(crate) fn wording() -> RequirementWording {
    RequirementWording {
        title: "Answer within the hour".to_owned(),
        description: Some("Every caller,\nevery day".to_owned()),
        kind: RequirementKind::ServiceLevel,
        priority: RequirementPriority::Must,
        acceptance_criterion: Some("95 of 100 test calls are answered within the hour".to_owned()),
    }
}

pub(crate) fn requirement() -> Requirement {
    let source = RequirementSource::Recommendation {
        id: RecommendationId::at(at(0)),
        title: "Response is often late".to_owned(),
    };
    let input = RaiseRequirement { service: service("IN_DESIGN").id, wording: wording(), source };
    Requirement::raise(id(), input, "eva", at(0)).unwrap().0
}

pub(crate) fn tracing() -> Tracing {
    Tracing {
        solution_element: Some("Telephone queue".to_owned()),
        package: Some(id()),
        test: Some("T-12".to_owned()),
        target: Some("RESPONSE 1".to_owned()),
    }
}

pub(crate) fn requirement_in(state: RequirementState) -> Requirement {
    let draft = requirement().trace(tracing()).unwrap().0;
    let agreed = |draft: Requirement| draft.agree("jo", at(1)).unwrap().0;
    match state {
        RequirementState::Draft => draft,
        RequirementState::Agreed => agreed(draft),
        RequirementState::Satisfied => agreed(draft).satisfy("test T-12 passed", "jo", at(2)).unwrap().0,
        RequirementState::Dropped => agreed(draft).drop("too dear", "jo", at(2)).unwrap().0,
    }
}

pub(crate) fn plan() -> PackagePlan {
    PackagePlan {
        summary: Some("Mail, hosted".to_owned()),
        acceptance_plan: Some("Two weeks of pilot".to_owned()),
        cost_estimate: Some(Money { minor_units: 1_250_000, currency: "EUR".to_owned() }),
    }
}

pub(crate) fn package() -> DesignPackage {
    let purpose = DesignPackagePurpose::NewService;
    DesignPackage::open(id(), &service("CHARTERED"), purpose, None, "eva", at(0)).unwrap().0
}

/// A version that the sample package in APPROVED gives way to.
pub(crate) fn newer_package() -> DesignPackage {
    DesignPackage { number: 2, ..package_in(DesignPackageState::Approved) }
}

pub(crate) fn package_in(state: DesignPackageState) -> DesignPackage {
    let draft = package().plan(plan()).unwrap().0;
    let review = |draft: DesignPackage| draft.submit("eva", at(1)).unwrap().0;
    let approved = |draft: DesignPackage| {
        let own = Tracing { package: Some(draft.id), ..tracing() };
        let requirements = [requirement().trace(own).unwrap().0];
        review(draft).approve(&requirements, &[agreement()], "max", at(3)).unwrap().0
    };
    match state {
        DesignPackageState::Draft => draft,
        DesignPackageState::InReview => review(draft),
        DesignPackageState::Approved => approved(draft),
        DesignPackageState::Superseded => {
            let next = DesignPackage { number: 2, ..approved(draft.clone()) };
            approved(draft).supersede(&next, "max", at(4)).unwrap().0
        }
    }
}

pub(crate) fn target(kind: TargetKind, priority: u8, minutes: i64) -> Target {
    let warning_percent = vec![50, 80];
    let ticket_type = TicketType::Incident;
    Target { ticket_type, kind, priority, duration: SignedDuration::from_mins(minutes), warning_percent }
}

pub(crate) fn terms() -> Terms {
    Terms {
        valid_from: at(0),
        valid_until: Some(at(86_400)),
        calendar: AgreedCalendar::Always,
        targets: vec![
            target(TargetKind::Resolution, 2, 480),
            target(TargetKind::Resolution, 1, 240),
            target(TargetKind::Response, 1, 15),
        ],
        availability_basis_points: Some(9_950),
        pause_reasons: [PauseReason::Supplier, PauseReason::Caller].into(),
    }
}

pub(crate) fn agreement_with(party: AgreementParty, terms: Terms) -> Agreement {
    Agreement::draft(id(), &service("IN_DESIGN"), party, terms, "eva", at(0)).unwrap().0
}

pub(crate) fn agreement() -> Agreement {
    agreement_with(AgreementParty::Customer(CustomerId::at(at(0))), terms())
}

pub(crate) fn later_terms() -> Terms {
    Terms { valid_from: at(3_600), ..terms() }
}

/// The agreed version after `agreement`.
pub(crate) fn next_of(agreement: &Agreement) -> Agreement {
    let agreed = agreement_in(AgreementState::Agreed);
    let (next, _) =
        agreed.draft_next(id(), &service("OPERATIONAL"), &[], later_terms(), "eva", at(9)).unwrap();
    let next = Agreement { family: agreement.family, ..next };
    next.negotiate("eva", at(10)).unwrap().0.agree("jo", at(11)).unwrap().0
}

pub(crate) fn agreement_in(state: AgreementState) -> Agreement {
    let negotiation = |draft: Agreement| draft.negotiate("eva", at(1)).unwrap().0;
    let agreed = |draft: Agreement| negotiation(draft).agree("jo", at(2)).unwrap().0;
    let active = |draft: Agreement| agreed(draft).activate("service:catalog", at(3)).unwrap().0;
    let review = |draft: Agreement| active(draft).review("a year is over", "eva", at(4)).unwrap().0;
    let draft = agreement();
    match state {
        AgreementState::Draft => draft,
        AgreementState::Negotiation => negotiation(draft),
        AgreementState::Agreed => agreed(draft),
        AgreementState::Active => active(draft),
        AgreementState::UnderReview => review(draft),
        AgreementState::Superseded => {
            let active = active(draft);
            let next = next_of(&active);
            active.supersede(&next, "jo", at(12)).unwrap().0
        }
        AgreementState::Expired => active(draft).expire("service:design", at(86_400)).unwrap().0,
        AgreementState::Terminated => review(draft).terminate("the customer left", "jo", at(5)).unwrap().0,
    }
}

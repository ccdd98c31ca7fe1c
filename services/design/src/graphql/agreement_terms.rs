//! What an agreement says, in the API: targets and pause reasons, read and written.

use crate::domain::terms::{self, AgreedCalendar, PauseReason, Terms};
use async_graphql::{Enum, InputObject, SimpleObject};
use ciclo_api::{Duration, Instant, TargetKind, TicketType};
use ciclo_kernel::Refusal;

/// Why a ticket waits, when waiting pauses the clocks.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "PauseReason")]
pub enum AgreementPauseReason {
    /// The caller has to answer.
    Caller,
    /// A change has to be done.
    Change,
    /// A problem has to be solved.
    Problem,
    /// A supplier has to deliver.
    Supplier,
}

/// A target of an agreement: how long something may take at a priority.
#[derive(SimpleObject, Clone, Debug)]
pub struct AgreementTarget {
    /// What type of record it is for.
    pub ticket_type: TicketType,
    /// Which time is promised.
    pub kind: TargetKind,
    /// The priority of the tickets that it holds for: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take, in hours of the agreement's calendar.
    pub duration: Duration,
    /// The percentages of the duration at which to warn, ascending; empty for no warning.
    pub warning_percent: Vec<u8>,
}

impl From<&terms::Target> for AgreementTarget {
    fn from(target: &terms::Target) -> Self {
        Self {
            ticket_type: ticket_type(target.ticket_type),
            kind: kind(target.kind),
            priority: target.priority,
            duration: Duration(target.duration),
            warning_percent: target.warning_percent.clone(),
        }
    }
}

/// A ticket type as all subgraphs write it.
pub(super) fn ticket_type(ticket_type: terms::TicketType) -> TicketType {
    match ticket_type {
        terms::TicketType::Incident => TicketType::Incident,
        terms::TicketType::ServiceRequest => TicketType::ServiceRequest,
        terms::TicketType::Problem => TicketType::Problem,
        terms::TicketType::Alert => TicketType::Alert,
        terms::TicketType::AccessGrant => TicketType::AccessGrant,
    }
}

/// The kind of a target as all subgraphs write it.
pub(super) fn kind(kind: terms::TargetKind) -> TargetKind {
    match kind {
        terms::TargetKind::Response => TargetKind::Response,
        terms::TargetKind::Resolution => TargetKind::Resolution,
    }
}

/// A target of an agreement.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementTargetInput {
    /// What type of record it is for; INCIDENT when left out.
    pub ticket_type: Option<TicketType>,
    /// Which time is promised.
    pub kind: TargetKind,
    /// The priority of the tickets that it holds for: 1 (highest) to 5.
    pub priority: i32,
    /// How long it may take, more than nothing and at most 366 days.
    pub duration: Duration,
    /// The percentages of the duration, 1 to 99 and ascending, at which to warn; none when left out.
    pub warning_percent: Option<Vec<i32>>,
}

/// What an agreement says, as a whole.
#[derive(InputObject, Clone, Debug)]
pub struct AgreementTermsInput {
    /// The first instant that the terms hold for; that of a next version lies after that of the one before.
    pub valid_from: Instant,
    /// The first instant that the terms no longer hold for; until further notice when left out.
    pub valid_until: Option<Instant>,
    /// The calendar whose hours count: the id of one, or `24x7` for all of them, which it is when left out.
    pub calendar: Option<String>,
    /// The targets, at most one a ticket type, kind and priority; an SLA needs a RESOLUTION target to be agreed.
    pub targets: Vec<AgreementTargetInput>,
    /// The promised availability in basis points, 1 to 10000 (9950 is 99.5 %); none when left out.
    pub availability_basis_points: Option<i32>,
    /// The reasons for waiting that pause the clocks; none when left out.
    pub pause_reasons: Option<Vec<AgreementPauseReason>>,
}

impl AgreementTermsInput {
    /// The terms; whether they make sense is for the domain to say.
    pub(super) fn terms(self) -> Result<Terms, Refusal> {
        let targets = self.targets.into_iter().enumerate();
        let calendar = self.calendar.as_deref().map(AgreedCalendar::parse).transpose()?;
        Ok(Terms {
            valid_from: self.valid_from.0,
            valid_until: self.valid_until.map(|until| until.0),
            calendar: calendar.unwrap_or(AgreedCalendar::Always),
            targets: targets.map(|(place, target)| target.target(place)).collect::<Result<_, _>>()?,
            availability_basis_points: self
                .availability_basis_points
                .map(|points| {
                    u32::try_from(points).map_err(|_| {
                        Refusal::invalid(
                            "availabilityBasisPoints",
                            "an availability is 1 to 10000 basis points",
                        )
                    })
                })
                .transpose()?,
            pause_reasons: self
                .pause_reasons
                .unwrap_or_default()
                .into_iter()
                .map(PauseReason::from)
                .collect(),
        })
    }
}

impl AgreementTargetInput {
    fn target(self, place: usize) -> Result<terms::Target, Refusal> {
        let small = |field: &str, value: i32| {
            u8::try_from(value).map_err(|_| {
                Refusal::invalid(&format!("targets.{place}.{field}"), format!("{value} is out of range"))
            })
        };
        let warnings = self.warning_percent.unwrap_or_default().into_iter();
        Ok(terms::Target {
            ticket_type: match self.ticket_type.unwrap_or(TicketType::Incident) {
                TicketType::Incident => terms::TicketType::Incident,
                TicketType::ServiceRequest => terms::TicketType::ServiceRequest,
                TicketType::Problem => terms::TicketType::Problem,
                TicketType::Alert => terms::TicketType::Alert,
                TicketType::AccessGrant => terms::TicketType::AccessGrant,
            },
            kind: match self.kind {
                TargetKind::Response => terms::TargetKind::Response,
                TargetKind::Resolution => terms::TargetKind::Resolution,
            },
            priority: small("priority", self.priority)?,
            duration: self.duration.0,
            warning_percent: warnings
                .map(|percent| small("warningPercent", percent))
                .collect::<Result<_, _>>()?,
        })
    }
}

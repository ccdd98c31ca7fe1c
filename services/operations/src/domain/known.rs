//! What operations knows of its neighbours' records: projections that their
//! events feed, with no machine and no contract of their own. Ids are kept as text.

use super::measured::{ClockParty, Measured, TicketType};
use super::service_level_clock::TargetKind;
use ciclo_clocks::Editions;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Operations' own copy of a service of the catalog.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownService {
    /// The service's id.
    pub id: String,
    /// The service's name when the newest event was read.
    pub name: String,
    /// The service's state as the catalog writes it, for example `IN_TRANSITION`.
    pub state: String,
    /// Whether the service is in operation.
    pub operational: bool,
    /// How much the business depends on it, as the catalog writes it.
    pub criticality: String,
}

/// Operations' own copy of a customer of the catalog.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownCustomer {
    /// The customer's id.
    pub id: String,
    /// The organisation's name when the newest event was read.
    pub name: String,
}

/// A step of the plan by which requests on an offering are fulfilled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownPlanStep {
    /// What is done.
    pub name: String,
    /// The group that does it.
    pub group: String,
}

/// Operations' own copy of an offering of the catalog.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownOffering {
    /// The offering's id.
    pub id: String,
    /// The id of the service that it belongs to.
    pub service_id: String,
    /// The offering's name when the newest event was read.
    pub name: String,
    /// Whether it can be asked for.
    pub visible: bool,
    /// Whether a request on it needs an approval.
    pub approval_needed: bool,
    /// The form of a request: JSON text, as the catalog writes it.
    pub form: String,
    /// How a request is fulfilled: each step after the one before.
    pub plan: Vec<KnownPlanStep>,
}

/// A target of an agreement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownTarget {
    /// What type of record it is for, as design writes it; `INCIDENT` in a copy from before there were others.
    #[serde(default = "incidents")]
    pub ticket_type: String,
    /// What it limits, as design writes it: `RESPONSE` or `RESOLUTION`.
    pub kind: String,
    /// The priority of the tickets that it holds for: 1 (highest) to 5.
    pub priority: u8,
    /// How long it may take.
    pub duration: SignedDuration,
    /// The percentages of the duration at which to warn, ascending; empty for no warning.
    pub warning_percents: Vec<u8>,
}

fn incidents() -> String {
    TicketType::Incident.as_str().to_owned()
}

/// Operations' own copy of a calendar of design: which of its versions counts now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownCalendar {
    /// The calendar's id.
    pub id: String,
    /// The calendar's name when the newest event was read.
    pub name: String,
    /// The version of its record that last changed its hours.
    pub version: u64,
}

/// What a calendar said in one of its versions: kept for as long as a clock may go by it, which is always.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownHours {
    /// The calendar's id.
    pub calendar_id: String,
    /// The version of its record.
    pub version: u64,
    /// What counted from when.
    pub editions: Editions,
}

/// What the hours of a version of a calendar are found by.
#[must_use]
pub fn hours_id(calendar: impl std::fmt::Display, version: u64) -> String {
    format!("{calendar}@{version}")
}

/// Operations' own copy of a version of an agreement of design.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownAgreement {
    /// The agreement's id.
    pub id: String,
    /// The id of the first version of its lineage; empty in a copy from before lineages were kept.
    #[serde(default)]
    pub family_id: String,
    /// The id of the service that it is about.
    pub service_id: String,
    /// `SLA`, `OLA` or `CONTRACT`.
    pub kind: String,
    /// The agreement's state as design writes it, for example `ACTIVE`.
    pub state: String,
    /// The id of the customer that it is made with; none unless it is an SLA.
    pub customer_id: Option<String>,
    /// The group of an OLA; none otherwise.
    #[serde(default)]
    pub group: Option<String>,
    /// The supplier of a contract; none otherwise.
    #[serde(default)]
    pub supplier: Option<String>,
    /// The calendar whose hours count: the id of one of design's, or `24x7` for all of them.
    pub calendar: String,
    /// The targets.
    pub targets: Vec<KnownTarget>,
    /// The reasons for waiting that pause the clocks, as design writes them.
    pub pause_reasons: Vec<String>,
    /// The first instant that it holds for.
    pub valid_from: Timestamp,
    /// The first instant that it no longer holds for; none when it holds until further notice.
    pub valid_until: Option<Timestamp>,
}

/// Operations' own copy of a configuration item of transition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownItem {
    /// The item's id.
    pub id: String,
    /// The item's name when the newest event was read.
    pub name: String,
    /// The ids of the services that it supports.
    pub service_ids: Vec<String>,
}

/// Operations' own copy of a change of transition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KnownChange {
    /// The change's id.
    pub id: String,
    /// The change's title when the newest event was read.
    pub title: String,
    /// The change's state as transition writes it.
    pub state: String,
    /// The ids of the items that it changes.
    pub item_ids: Vec<String>,
}

impl KnownAgreement {
    /// The target of a kind for a type and priority of tickets; none when the agreement promises nothing there.
    #[must_use]
    pub fn target(&self, ticket_type: TicketType, kind: TargetKind, priority: u8) -> Option<&KnownTarget> {
        self.targets.iter().find(|target| {
            target.ticket_type == ticket_type.as_str()
                && target.kind == kind.as_str()
                && target.priority == priority
        })
    }

    /// With whom it is made; none in a copy of an OLA or a contract from before that was kept.
    #[must_use]
    pub fn party(&self) -> Option<ClockParty> {
        match self.kind.as_str() {
            "SLA" => Some(ClockParty::Customer),
            "OLA" => self.group.clone().map(ClockParty::Group),
            _ => self.supplier.clone().map(ClockParty::Supplier),
        }
    }

    /// Whether it binds at an instant: it is in force, active or under review, inside its term
    /// `[valid_from, valid_until)`.
    #[must_use]
    pub fn binds(&self, at: Timestamp) -> bool {
        ["ACTIVE", "UNDER_REVIEW"].contains(&self.state.as_str()) && self.holds(at)
    }

    /// Whether an instant is inside its term `[valid_from, valid_until)`.
    fn holds(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_until.is_none_or(|until| at < until)
    }

    /// What all versions of the agreement have in common.
    #[must_use]
    pub fn lineage(&self) -> &str {
        if self.family_id.is_empty() { &self.id } else { &self.family_id }
    }

    /// Whether it came into force at some time, though it may have ended since.
    fn was_in_force(&self) -> bool {
        !["DRAFT", "NEGOTIATION", "AGREED"].contains(&self.state.as_str())
    }
}

/// The agreements that a record may be under now, by whom they are made with: those of the parties whose turn it is.
/// Of the customers' only those of the record's customer, if somebody said who that is.
/// Of several suppliers none while nobody said which one is waited for.
#[must_use]
pub fn by_party<'a>(
    agreements: &'a [KnownAgreement],
    measured: &Measured,
) -> BTreeMap<ClockParty, Vec<&'a KnownAgreement>> {
    let mut parties: BTreeMap<ClockParty, Vec<&KnownAgreement>> = BTreeMap::new();
    for agreement in agreements {
        let another = match (&measured.customer, &agreement.customer_id) {
            (Some(customer), Some(other)) => customer.to_string() != *other,
            (None, _) | (_, None) => false,
        };
        if let Some(party) = agreement.party().filter(|party| !another && party.has_turn(measured)) {
            parties.entry(party).or_default().push(agreement);
        }
    }
    let supplier = |party: &ClockParty| matches!(party, ClockParty::Supplier(_));
    if parties.keys().filter(|party| supplier(party)).count() > 1 {
        parties.retain(|party, _| !supplier(party));
    }
    parties
}

/// The agreement that binds at an instant: the one in force that is valid then. Of several the one
/// that is valid the latest, then the one with the smallest id.
#[must_use]
pub fn binding_agreement<'a>(
    agreements: impl IntoIterator<Item = &'a KnownAgreement>,
    at: Timestamp,
) -> Option<&'a KnownAgreement> {
    latest(agreements.into_iter().filter(|agreement| agreement.binds(at)))
}

/// The version that binds at `now` of the agreement that a record is under since `since`.
#[must_use]
pub fn binding_since<'a>(
    agreements: &[&'a KnownAgreement],
    since: Timestamp,
    now: Timestamp,
) -> Option<&'a KnownAgreement> {
    let all = || agreements.iter().copied();
    if since >= now {
        return binding_agreement(all(), now);
    }
    let lineage =
        latest(all().filter(|agreement| agreement.was_in_force() && agreement.holds(since)))?.lineage();
    binding_agreement(all().filter(|agreement| agreement.lineage() == lineage), now)
}

fn latest<'a>(agreements: impl Iterator<Item = &'a KnownAgreement>) -> Option<&'a KnownAgreement> {
    agreements.min_by(|one, other| other.valid_from.cmp(&one.valid_from).then_with(|| one.id.cmp(&other.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pairs::at;

    fn agreement(id: &str, valid_from: i64, valid_until: Option<i64>) -> KnownAgreement {
        KnownAgreement {
            id: id.to_owned(),
            family_id: String::new(),
            service_id: "svc_1".to_owned(),
            kind: "SLA".to_owned(),
            state: "ACTIVE".to_owned(),
            customer_id: Some("cus_1".to_owned()),
            group: None,
            supplier: None,
            calendar: "24x7".to_owned(),
            targets: vec![KnownTarget {
                ticket_type: "INCIDENT".to_owned(),
                kind: "RESOLUTION".to_owned(),
                priority: 1,
                duration: SignedDuration::from_hours(4),
                warning_percents: vec![50, 80],
            }],
            pause_reasons: vec!["CALLER".to_owned()],
            valid_from: at(valid_from),
            valid_until: valid_until.map(at),
        }
    }

    #[test]
    fn an_agreement_under_review_is_in_force() {
        let in_state = |state: &str| KnownAgreement { state: state.to_owned(), ..agreement("a", 0, None) };
        for (state, binds) in [
            ("DRAFT", false),
            ("AGREED", false),
            ("ACTIVE", true),
            ("UNDER_REVIEW", true),
            ("SUPERSEDED", false),
            ("EXPIRED", false),
        ] {
            assert_eq!(in_state(state).binds(at(5)), binds, "{state}");
        }
    }

    #[test]
    fn the_agreement_in_force_at_the_instant_binds() {
        let expired = KnownAgreement { state: "EXPIRED".to_owned(), ..agreement("b", 5, None) };
        let term = agreement("c", 0, Some(10));
        let all = [expired, term];
        let bound = |second| binding_agreement(&all, at(second)).map(|found| found.id.as_str());
        assert_eq!([bound(-1), bound(0), bound(9), bound(10)], [None, Some("c"), Some("c"), None]);
    }

    #[test]
    fn of_several_the_latest_then_the_smallest_binds() {
        let mut all = vec![
            agreement("d", 0, None),
            agreement("z", 3, None),
            agreement("y", 3, None),
            agreement("a", 9, None),
        ];
        for _ in 0..2 {
            assert_eq!(binding_agreement(&all, at(5)).unwrap().id, "y");
            all.reverse();
        }
    }

    #[test]
    fn a_ticket_stays_under_the_lineage_that_held_when_it_was_opened() {
        let of = |family: &str, id: &str, state: &str, from, until| KnownAgreement {
            family_id: family.to_owned(),
            state: state.to_owned(),
            ..agreement(id, from, until)
        };
        let all = [
            of("a", "a", "SUPERSEDED", 0, Some(50)),
            of("a", "b", "ACTIVE", 10, None),
            of("c", "c", "ACTIVE", 20, None),
            of("d", "d", "AGREED", 1, None),
        ];
        let since =
            |opened, now| binding_since(&all.each_ref(), at(opened), at(now)).map(|found| found.id.as_str());
        assert_eq!(since(5, 30), Some("b"), "renewed since; another agreement is none of its business");
        assert_eq!(since(25, 30), Some("c"));
        assert_eq!(since(-1, 30), None, "nothing was in force");
        assert_eq!(since(5, 8), None, "what was renewed does not hold yet");
        assert_eq!(agreement("x", 0, None).lineage(), "x");
    }

    #[test]
    fn a_target_is_found_by_kind_and_priority() {
        let agreement = agreement("a", 0, None);
        let found = |ticket_type, kind, priority| agreement.target(ticket_type, kind, priority).is_some();
        assert!(found(TicketType::Incident, TargetKind::Resolution, 1));
        assert!(!found(TicketType::Incident, TargetKind::Resolution, 2));
        assert!(!found(TicketType::Incident, TargetKind::Response, 1));
        assert!(!found(TicketType::Problem, TargetKind::Resolution, 1));
    }

    #[test]
    fn the_agreement_of_the_customer_binds_who_is_named() {
        use crate::domain::incident::IncidentState;
        use crate::domain::incident_verbs::tests::incident_in;
        use crate::domain::pairs::nth;
        use ciclo_kernel::ids::CustomerId;
        let with = |id: &str, customer: CustomerId, from| KnownAgreement {
            customer_id: Some(customer.to_string()),
            ..agreement(id, from, None)
        };
        let all = [with("a", nth(1), 0), with("b", nth(2), 5)];
        let bound = |customer| {
            let measured = Measured { customer, ..Measured::from(&incident_in(IncidentState::New)) };
            let bound = by_party(&all, &measured).remove(&ClockParty::Customer);
            bound.and_then(|versions| binding_since(&versions, at(9), at(9))).map(|found| found.id.clone())
        };
        assert_eq!(bound(Some(nth(1))).as_deref(), Some("a"));
        assert_eq!(bound(Some(nth(2))).as_deref(), Some("b"));
        assert_eq!(bound(Some(nth(3))), None, "nothing is agreed with this one");
        assert_eq!(bound(None).as_deref(), Some("b"), "nobody said who: the newest");
    }

    #[test]
    fn of_several_suppliers_none_binds_until_one_is_named() {
        use crate::domain::incident::{HoldReason, IncidentState};
        use crate::domain::incident_verbs::tests::incident_in;
        let contract = |id: &str, supplier: &str| KnownAgreement {
            kind: "CONTRACT".to_owned(),
            supplier: Some(supplier.to_owned()),
            ..agreement(id, 0, None)
        };
        let ola = KnownAgreement {
            kind: "OLA".to_owned(),
            group: Some("Network".to_owned()),
            ..agreement("o", 0, None)
        };
        let all = [agreement("s", 0, None), ola, contract("a", "Kabel"), contract("b", "Strom")];
        let parties = |supplier: Option<&str>| {
            let held = incident_in(IncidentState::InProgress);
            let held = held.hold(HoldReason::Supplier, supplier, None, at(9)).unwrap().0;
            let measured = Measured { group: Some("Network".to_owned()), ..Measured::from(&held) };
            let measured = Measured { customer: None, ..measured };
            by_party(&all, &measured).into_values().map(|them| them[0].id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(parties(None), ["s", "o"]);
        assert_eq!(parties(Some("Strom")), ["s", "o", "b"]);
    }

    #[test]
    fn a_projection_reads_back() {
        let before = agreement("a", 0, Some(9));
        let text = serde_json::to_string(&before).unwrap();
        assert_eq!(serde_json::from_str::<KnownAgreement>(&text).unwrap(), before);
    }
}

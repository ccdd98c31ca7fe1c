//! Incidents in every state, and the guards of their verbs.

use super::*;
use crate::domain::pairs::{at, every_pair, nth};
use crate::domain::priority_matrix::DEFAULT;
use ciclo_kernel::Code;

pub(crate) fn input() -> OpenIncident {
    OpenIncident {
        title: "Mail does not arrive – 郵便".to_owned(),
        description: Some("Since nine,\nfor everybody".to_owned()),
        caller: "ann".to_owned(),
        customer: Some(nth(6)),
        service: nth(1),
        items: vec![nth(3), nth(2), nth(3)],
        impact: 2,
        urgency: 2,
        group: Some("desk".to_owned()),
        alert: Some(nth(4)),
        rule: Some(OpenedByRule {
            rule: nth(8),
            version: 3,
            group: Some([("zone".to_owned(), String::new())].into()),
        }),
        follow_up_of: Some(nth(5)),
    }
}

pub(crate) fn incident() -> Incident {
    Incident::open(nth(9), input(), &DEFAULT, "ann", at(0)).unwrap().0
}

pub(crate) fn incident_in(state: IncidentState) -> Incident {
    match state {
        IncidentState::New => incident(),
        IncidentState::Assigned => incident().assign(Some("mail"), Some("jo"), at(1)).unwrap().0,
        IncidentState::InProgress => incident_in(IncidentState::Assigned).start("jo", at(2)).unwrap().0,
        IncidentState::OnHold => {
            let worked_on = incident_in(IncidentState::InProgress);
            worked_on.hold(HoldReason::Caller, None, Some("which device?"), at(3)).unwrap().0
        }
        IncidentState::Resolved => {
            let worked_on = incident_in(IncidentState::InProgress);
            worked_on.resolve(ResolutionCode::Fixed, "Restarted the queue", "jo", at(4)).unwrap().0
        }
        IncidentState::Closed => {
            incident_in(IncidentState::Resolved).close(Closing::Confirmed, "ann", at(5)).unwrap().0
        }
        IncidentState::Cancelled => incident().cancel("it was a drill", "jo", at(6)).unwrap().0,
    }
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("incident", IncidentState::table());
    every_pair(incident_in, Incident::state, |record, verb| {
        Ok(match verb {
            IncidentVerb::Assign => record.assign(Some("net"), None, at(8))?.0,
            IncidentVerb::Start => record.start("jo", at(8))?.0,
            IncidentVerb::Hold => record.hold(HoldReason::Supplier, Some("Kabel"), None, at(8))?.0,
            IncidentVerb::Resume => record.resume("jo", at(8))?.0,
            IncidentVerb::Resolve => record.resolve(ResolutionCode::Workaround, "done", "jo", at(8))?.0,
            IncidentVerb::Reopen => record.reopen("again", DAY, at(8))?.0,
            IncidentVerb::Close => record.close(Closing::Automatic, "jo", at(8))?.0,
            IncidentVerb::Cancel => record.cancel("none", "jo", at(8))?.0,
        })
    });
}

#[test]
fn opening_takes_the_priority_of_the_matrix_and_checks_what_it_is_given() {
    let (opened, happened) = Incident::open(nth(9), input(), &DEFAULT, "ann", at(0)).unwrap();
    assert_eq!(happened, IncidentHappened::Opened);
    assert_eq!((opened.priority, opened.priority_override.clone()), (3, None));
    assert_eq!(opened.items, vec![nth(2), nth(3)]);
    assert_eq!((opened.first_response_at, opened.reassignments, opened.reopened), (None, 0, 0));

    let refused = |change: fn(&mut OpenIncident)| {
        let mut bad = input();
        change(&mut bad);
        let refused = Incident::open(nth(9), bad, &DEFAULT, "ann", at(0)).unwrap_err();
        assert_eq!(refused.code, Code::Invalid);
        refused.facts["field"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused(|bad| bad.title = " ".to_owned()), "title");
    assert_eq!(refused(|bad| bad.caller = String::new()), "caller");
    assert_eq!(refused(|bad| bad.impact = 0), "impact");
    assert_eq!(refused(|bad| bad.urgency = 4), "urgency");
    assert_eq!(refused(|bad| bad.items = (0..=100).map(nth).collect()), "items");
    assert_eq!(refused(|bad| bad.description = Some("a\u{7}".to_owned())), "description");
}

#[test]
fn the_first_assignment_to_a_person_is_the_response_and_later_ones_are_counted() {
    let (to_group, happened) = incident().assign(Some("mail"), None, at(1)).unwrap();
    assert_eq!(happened, IncidentHappened::Assigned { first_response: false });
    assert_eq!((to_group.first_response_at, to_group.reassignments), (None, 0));

    let (to_person, happened) = to_group.assign(None, Some("jo"), at(2)).unwrap();
    assert_eq!(happened, IncidentHappened::Assigned { first_response: true });
    assert_eq!(to_person.group.as_deref(), Some("mail"));
    assert_eq!((to_person.first_response_at, to_person.reassignments), (Some(at(2)), 1));

    let (to_other, happened) = to_person.assign(None, Some("kim"), at(3)).unwrap();
    assert_eq!(happened, IncidentHappened::Assigned { first_response: false });
    assert_eq!((to_other.first_response_at, to_other.reassignments), (Some(at(2)), 2));

    let nobody = incident().assign(Some(" "), None, at(1)).unwrap_err();
    assert_eq!(nobody.code, Code::Invalid);
}

#[test]
fn who_begins_an_incident_that_is_nobodys_takes_it() {
    let (taken, happened) = incident().start("jo", at(7)).unwrap();
    assert_eq!((taken.person.as_deref(), taken.first_response_at), (Some("jo"), Some(at(7))));
    assert_eq!(happened, IncidentHappened::Started { first_response: true });

    let (kept, happened) = incident_in(IncidentState::Assigned).start("kim", at(7)).unwrap();
    assert_eq!((kept.person.as_deref(), kept.first_response_at), (Some("jo"), Some(at(1))));
    assert_eq!(happened, IncidentHappened::Started { first_response: false });

    let waiting = incident().hold(HoldReason::Change, None, None, at(1)).unwrap().0;
    let went_on = waiting.resume("jo", at(2)).unwrap().0;
    assert_eq!((went_on.person.as_deref(), went_on.first_response_at), (Some("jo"), Some(at(2))));
}

#[test]
fn it_is_reopened_inside_the_window_only_and_counted() {
    let resolved = || incident_in(IncidentState::Resolved);
    let (again, happened) = resolved().reopen("it came back", DAY, at(4) + DAY).unwrap();
    assert_eq!((again.reopened, again.state()), (1, IncidentState::InProgress));
    assert_eq!(happened, IncidentHappened::Reopened { reason: "it came back".to_owned() });
    assert_eq!(again.resolution(), None);

    let late = resolved().reopen("it came back", DAY, at(5) + DAY).unwrap_err();
    assert_eq!(late.code, Code::CriteriaUnmet);
    assert!(late.facts["missing"][0].as_str().unwrap().starts_with("REOPEN_WINDOW"));
    assert_eq!(resolved().reopen("", DAY, at(5)).unwrap_err().facts["field"], "reason");
}

#[test]
fn resolution_closing_and_cancelling_keep_their_reasons() {
    let closed = incident_in(IncidentState::Closed);
    let resolution = closed.resolution().unwrap();
    assert_eq!((resolution.code, resolution.resolved.at), (ResolutionCode::Fixed, at(4)));
    let without = incident_in(IncidentState::InProgress).resolve(ResolutionCode::Fixed, "\n", "jo", at(4));
    assert_eq!(without.unwrap_err().facts["field"], "notes");
    assert_eq!(incident().cancel("", "jo", at(4)).unwrap_err().facts["field"], "reason");
}

#[test]
fn an_override_needs_a_reason_and_ends_with_new_levels() {
    let refused = |priority, reason| incident().override_priority(priority, reason, "jo", at(1)).unwrap_err();
    assert_eq!(refused(1, " ").facts["field"], "reason");
    assert_eq!(refused(0, "the board").facts["field"], "priority");
    assert_eq!(refused(6, "the board").facts["field"], "priority");

    let (raised, happened) = incident().override_priority(1, "the board", "jo", at(1)).unwrap();
    assert_eq!((raised.priority, happened), (1, IncidentHappened::Reprioritised { from: 3 }));
    assert_eq!(raised.priority_override.as_ref().unwrap().reason, "the board");

    let (by_matrix, happened) = raised.reprioritise(3, 3, &DEFAULT).unwrap();
    assert_eq!((by_matrix.priority, happened), (5, IncidentHappened::Reprioritised { from: 1 }));
    assert_eq!((by_matrix.impact, by_matrix.urgency, by_matrix.priority_override), (3, 3, None));
    assert_eq!(incident().reprioritise(4, 1, &DEFAULT).unwrap_err().facts["field"], "impact");
}

#[test]
fn the_priority_of_an_incident_that_is_over_stays() {
    for state in IncidentState::STATES {
        let (by_levels, by_hand) = (
            incident_in(*state).reprioritise(1, 1, &DEFAULT),
            incident_in(*state).override_priority(1, "the board", "jo", at(9)),
        );
        match state {
            IncidentState::New
            | IncidentState::Assigned
            | IncidentState::InProgress
            | IncidentState::OnHold => {
                assert!(by_levels.is_ok() && by_hand.is_ok(), "{state:?}");
            }
            IncidentState::Resolved | IncidentState::Closed | IncidentState::Cancelled => {
                assert_eq!(by_levels.unwrap_err().code, Code::WrongState, "{state:?}");
                assert_eq!(by_hand.unwrap_err().code, Code::WrongState, "{state:?}");
            }
        }
    }
}

#[test]
fn a_link_adds_to_those_there_and_none_leads_to_itself() {
    let own = IncidentLinks { parent: Some(nth(9)), ..IncidentLinks::default() };
    assert_eq!(incident().link(own).unwrap_err().code, Code::RuleViolated);
    assert_eq!(incident().link(IncidentLinks::default()).unwrap_err().facts["field"], "links");

    let problem = IncidentLinks { problem: Some(nth(1)), ..IncidentLinks::default() };
    let change = IncidentLinks { caused_by_change: Some(nth(2)), ..IncidentLinks::default() };
    let linked = incident().link(problem.clone()).unwrap().0.link(change).unwrap().0;
    assert_eq!((linked.links.problem, linked.links.caused_by_change), (Some(nth(1)), Some(nth(2))));
    assert_eq!(linked.link(problem).unwrap_err().code, Code::Invalid);
}

#[test]
fn comments_are_kept_in_order_up_to_the_limit() {
    let mut said = incident();
    for number in 0..MOST_COMMENTS {
        said = said.comment(&format!("{number}"), number % 2 == 0, "jo", at(1)).unwrap().0;
    }
    assert_eq!((said.comments[0].text.as_str(), said.comments[0].internal), ("0", true));
    assert_eq!(said.comments.last().unwrap().text, "999");
    assert_eq!(said.comment("one more", false, "jo", at(2)).unwrap_err().facts["field"], "text");
    assert_eq!(incident().comment("", false, "jo", at(2)).unwrap_err().facts["field"], "text");
}

#[test]
fn a_major_incident_goes_its_own_way() {
    use MajorState::{Accepted, None, Proposed, Rejected, Reviewed};
    let allowed = [
        (None, Proposed),
        (Rejected, Proposed),
        (Proposed, Accepted),
        (Proposed, Rejected),
        (Accepted, Reviewed),
    ];
    for from in MajorState::ALL {
        for to in MajorState::ALL {
            let moved = Incident { major: *from, ..incident() }.set_major(*to);
            if allowed.contains(&(*from, *to)) {
                let (after, happened) = moved.unwrap();
                assert_eq!((after.major, happened), (*to, IncidentHappened::MajorChanged { from: *from }));
            } else {
                let refused = moved.unwrap_err();
                assert_eq!(
                    (refused.code, &refused.facts["state"]),
                    (Code::WrongState, &from.as_str().into())
                );
            }
        }
    }
}

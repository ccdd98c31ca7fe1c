//! Problems in every state, and the guards of their verbs.

use super::*;
use crate::domain::pairs::{at, every_pair, id, nth};
use ciclo_kernel::{Code, Machine};

pub(crate) fn problem() -> Problem {
    let input = OpenProblem {
        title: "Почта stops on Mondays".to_owned(),
        description: Some("Since the move,\nevery week".to_owned()),
        priority: 3,
        service: nth(1),
        incidents: vec![nth(2), nth(1), nth(2)],
        items: vec![nth(4)],
    };
    Problem::open(nth(9), input, "jo", at(0)).unwrap().0
}

pub(crate) fn findings() -> ProblemFindings {
    ProblemFindings {
        root_cause: Some("The queue's disk is full".to_owned()),
        workaround: Some("Empty it on Sundays".to_owned()),
    }
}

pub(crate) fn problem_in(state: ProblemState) -> Problem {
    match state {
        ProblemState::New => problem(),
        ProblemState::Assess => problem().assess(2, "jo", at(1)).unwrap().0,
        ProblemState::RootCauseAnalysis => {
            problem_in(ProblemState::Assess).start_analysis("jo", at(2)).unwrap().0
        }
        ProblemState::FixInProgress => {
            let before = problem_in(ProblemState::RootCauseAnalysis);
            before.start_fix(findings(), Some(nth(5)), "jo", at(3)).unwrap().0
        }
        ProblemState::Resolved => {
            problem_in(ProblemState::FixInProgress).resolve("A larger disk", "jo", at(4)).unwrap().0
        }
        ProblemState::Closed => problem_in(ProblemState::Resolved).close("jo", at(5)).unwrap().0,
    }
}

/// Closed, with its risk accepted by ann until a review.
fn risky() -> Problem {
    let analysed = problem_in(ProblemState::RootCauseAnalysis);
    analysed.accept_risk("dear", "ann", at(9), "jo", at(3)).unwrap().0
}

fn links() -> ProblemLinks {
    ProblemLinks { incidents: vec![nth(3)], items: vec![nth(6), nth(4)], change: Some(nth(7)) }
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("problem", ProblemState::table());
    // What is closed with its risk accepted can do what others cannot.
    let record = |state| if state == ProblemState::Closed { risky() } else { problem_in(state) };
    every_pair(record, Problem::state, |record, verb| {
        Ok(match verb {
            ProblemVerb::Assess => record.assess(1, "jo", at(8))?.0,
            ProblemVerb::ReviewRisk => record.review_risk("jo", at(99))?.0,
            ProblemVerb::Assign => record.assign(Some("Network"), None)?.0,
            ProblemVerb::StartAnalysis => record.start_analysis("jo", at(8))?.0,
            ProblemVerb::StartFix => record.start_fix(findings(), None, "jo", at(8))?.0,
            ProblemVerb::Resolve => record.resolve("done", "jo", at(8))?.0,
            ProblemVerb::Close => record.close("jo", at(8))?.0,
            ProblemVerb::Reopen => record.reopen("again", "jo", at(8))?.0,
            ProblemVerb::CloseAsDuplicate => record.close_as_duplicate(nth(8), "jo", at(8))?.0,
            ProblemVerb::Cancel => record.cancel("none", "jo", at(8))?.0,
            ProblemVerb::AcceptRisk => record.accept_risk("dear", "ann", at(99), "jo", at(8))?.0,
            ProblemVerb::Note => record.note(findings())?.0,
            ProblemVerb::Link => record.link(links())?.0,
        })
    });
}

#[test]
fn a_fix_needs_the_cause() {
    let analysed = problem_in(ProblemState::RootCauseAnalysis);
    let refused = analysed.clone().start_fix(ProblemFindings::default(), None, "jo", at(3)).unwrap_err();
    assert_eq!(refused.code, Code::CriteriaUnmet);
    let noted = analysed.note(findings()).unwrap().0;
    let (fixing, happened) = noted.start_fix(ProblemFindings::default(), Some(nth(5)), "jo", at(3)).unwrap();
    assert_eq!(fixing.root_cause, findings().root_cause);
    let ProblemHappened::FixStarted { change, .. } = happened else { panic!("{happened:?}") };
    assert_eq!(change, Some(nth(5)));
    let nothing = problem_in(ProblemState::Assess).note(ProblemFindings::default());
    assert_eq!(nothing.unwrap_err().facts["field"], "rootCause");
}

#[test]
fn a_risk_is_accepted_by_somebody_until_a_review_to_come() {
    let analysed = problem_in(ProblemState::RootCauseAnalysis);
    for (by, review, field) in [("ann", at(8), "reviewAt"), (" ", at(9), "acceptedBy")] {
        let refused = analysed.clone().accept_risk("dear", by, review, "jo", at(8)).unwrap_err();
        assert_eq!(refused.facts["field"], field);
    }
    let closed = analysed.accept_risk("dear", "ann", at(9), "jo", at(8)).unwrap().0;
    let why = ProblemClosure::RiskAccepted {
        reason: "dear".to_owned(),
        accepted_by: "ann".to_owned(),
        review_at: at(9),
    };
    assert_eq!(closed.status, ProblemStatus::Closed { why, closed: Mark::new("jo", at(8)) });
}

#[test]
fn only_an_accepted_risk_comes_back_and_when_it_is_time() {
    let early = risky().review_risk("service:operations", at(8)).unwrap_err();
    assert_eq!((early.code, &early.facts["reviewAt"]), (Code::RuleViolated, &at(9).to_string().into()));
    let fixed = problem_in(ProblemState::Closed).review_risk("service:operations", at(10)).unwrap_err();
    assert_eq!(fixed.code, Code::RuleViolated);
    let (back, happened) = risky().review_risk("service:operations", at(10)).unwrap();
    assert_eq!((back.state(), back.entered().at), (ProblemState::Assess, at(10)));
    let due = ProblemHappened::RiskReviewDue { accepted_by: "ann".to_owned(), due_at: at(9) };
    assert_eq!(happened, due);
}

#[test]
fn a_problem_is_no_duplicate_of_itself() {
    let refused = problem().close_as_duplicate(nth(9), "jo", at(1)).unwrap_err();
    assert_eq!(refused.code, Code::RuleViolated);
}

#[test]
fn links_are_added_once() {
    assert_eq!(problem().incidents, [nth(1), nth(2)]);
    let (linked, happened) = problem().link(links()).unwrap();
    assert_eq!(linked.incidents, [nth(1), nth(2), nth(3)]);
    assert_eq!((linked.items.as_slice(), linked.change), ([nth(4), nth(6)].as_slice(), Some(nth(7))));
    let new = ProblemLinks { items: vec![nth(6)], ..links() };
    assert_eq!(happened, ProblemHappened::Linked { links: new });
    assert_eq!(linked.link(links()).unwrap_err().code, Code::RuleViolated);
}

#[test]
fn reopening_is_counted_and_priorities_are_checked() {
    let again = problem_in(ProblemState::Resolved).reopen("back", "jo", at(6)).unwrap().0;
    assert_eq!(again.reopened, 1);
    for bad in [0, 6] {
        assert_eq!(problem().assess(bad, "jo", at(1)).unwrap_err().facts["field"], "priority");
    }
    let other: ProblemId = id();
    assert!(problem().close_as_duplicate(other, "jo", at(1)).is_ok());
}

//! Known errors in every state, and to which incidents they are offered.

use super::*;
use crate::domain::pairs::{at, every_pair, nth};
use ciclo_kernel::Code;

pub(crate) fn says() -> KnownErrorText {
    KnownErrorText {
        title: "Почта stops on Mondays".to_owned(),
        cause: Some("The queue's disk is full".to_owned()),
        workaround: Some("Empty it on Sundays".to_owned()),
        items: vec![nth(4), nth(2), nth(4)],
    }
}

fn draft(number: u32, service: u32, items: &[u32]) -> KnownError {
    let text = KnownErrorText { items: items.iter().map(|item| nth(*item)).collect(), ..says() };
    let input = DraftKnownError { problem: nth(9), service: nth(service), text };
    KnownError::draft(nth(number), input, "jo", at(0)).unwrap().0
}

pub(crate) fn known_error_in(state: KnownErrorState) -> KnownError {
    match state {
        KnownErrorState::Draft => draft(1, 1, &[4, 2, 4]),
        KnownErrorState::Published => known_error_in(KnownErrorState::Draft).publish("jo", at(1)).unwrap().0,
        KnownErrorState::Retired => {
            known_error_in(KnownErrorState::Published).retire(Some("fixed"), "jo", at(2)).unwrap().0
        }
    }
}

#[test]
fn the_table_is_that_of_the_rules() {
    insta::assert_snapshot!("known_error", KnownErrorState::table());
    every_pair(known_error_in, KnownError::state, |record, verb| {
        Ok(match verb {
            KnownErrorVerb::Revise => record.revise(says())?.0,
            KnownErrorVerb::Publish => record.publish("jo", at(5))?.0,
            KnownErrorVerb::Retire => record.retire(None, "jo", at(5))?.0,
        })
    });
}

#[test]
fn publishing_needs_a_cause_and_a_workaround() {
    let bare = KnownErrorText { cause: None, workaround: Some(" ".to_owned()), ..says() };
    let draft = known_error_in(KnownErrorState::Draft).revise(bare.clone()).unwrap().0;
    assert_eq!(draft.text.items, [nth(2), nth(4)]);
    for refused in [
        draft.publish("jo", at(1)).unwrap_err(),
        known_error_in(KnownErrorState::Published).revise(bare).unwrap_err(),
    ] {
        assert_eq!(refused.code, Code::CriteriaUnmet);
        assert_eq!(refused.facts["missing"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn published_known_errors_are_offered_by_item_then_by_service() {
    let published = |number, service, items: &[u32], second| {
        draft(number, service, items).publish("jo", at(second)).unwrap().0
    };
    let all = [
        published(1, 1, &[], 1),
        published(2, 1, &[5], 2),
        published(3, 2, &[4], 3),
        published(4, 1, &[4], 9),
        published(5, 2, &[], 4),
        draft(6, 1, &[4]),
        published(7, 1, &[4], 5).retire(None, "jo", at(6)).unwrap().0,
        published(8, 1, &[], 7),
    ];
    let offered = |items: &[ConfigurationItemId]| -> Vec<KnownErrorId> {
        offered_for(&all, nth(1), items).iter().map(|known| known.id).collect()
    };
    assert_eq!(offered(&[nth(4)]), [nth(4), nth(3), nth(8), nth(1)]);
    assert_eq!(offered(&[]), [nth(4), nth(8), nth(2), nth(1)], "an incident that names no item");
    assert_eq!(offered(&[nth(6)]), [nth(8), nth(1)]);
}

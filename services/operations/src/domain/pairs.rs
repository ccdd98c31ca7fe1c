//! For tests: every (state, verb) pair of a machine through the real verbs.

use ciclo_kernel::{Code, Machine, Refusal, Timestamp, ids::RecordId};
use std::fmt::Debug;

/// An instant some seconds from a fixed one, to the microsecond.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_780_000_000 + second, 123_456_000).unwrap()
}

/// A fresh id.
pub(crate) fn id<I: RecordId>() -> I {
    I::at(at(0))
}

/// An id with a known order.
pub(crate) fn nth<I: RecordId>(number: u32) -> I {
    I::parse(&format!("{}_{number:032x}", I::PREFIX)).unwrap()
}

/// Every pair leads where the table says, or is refused with the state and the verb.
pub(crate) fn every_pair<R, M: Machine + Debug>(
    record: impl Fn(M) -> R,
    state_of: impl Fn(&R) -> M,
    act: impl Fn(R, M::Verb) -> Result<R, Refusal>,
) {
    for state in M::STATES {
        assert_eq!(state_of(&record(*state)), *state);
        for verb in M::VERBS {
            let name = M::verb_str(*verb);
            match (state.next(*verb), act(record(*state), *verb)) {
                (Some(to), Ok(after)) => assert_eq!(state_of(&after), to, "{state:?} {name}"),
                (Some(_), Err(refused)) => panic!("{state:?} {name}: {refused}"),
                (None, Ok(_)) => panic!("{state:?} {name} is allowed"),
                (None, Err(refused)) => {
                    assert_eq!(refused.code, Code::WrongState, "{state:?} {name}");
                    assert_eq!(refused.facts["state"], state.as_str());
                    assert_eq!(refused.facts["verb"], name);
                }
            }
        }
    }
}

/// The name of what happened names its message, and the message is a field of the event's oneof.
pub(crate) fn named(record: &str, name: &str) {
    let package = "ciclo.operations.v1";
    let event = ciclo_contracts::pool().get_message_by_name(&format!("{package}.{record}Event")).unwrap();
    let message = format!("{package}.{record}{name}");
    assert!(
        event.fields().any(|field| field.kind().as_message().is_some_and(|m| m.full_name() == message)),
        "{message}"
    );
}

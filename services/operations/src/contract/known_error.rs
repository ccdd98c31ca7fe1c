//! Known errors as messages.

use super::facts::{id_texts, ids, mark, mark_message};
use crate::domain::known_error::{
    KnownError, KnownErrorHappened, KnownErrorState, KnownErrorStatus, KnownErrorText,
};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, known_error_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a known error, with the known error as it is after.
#[must_use]
pub fn message(record: &KnownError, what: Option<&KnownErrorHappened>) -> pb::KnownErrorEvent {
    pb::KnownErrorEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The known error as it was after an event.
pub fn record(message: pb::KnownErrorEvent) -> Result<KnownError, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("KnownError", "no record"))?;
    let status = match convert::state_from_proto::<pb::KnownErrorState, _>("state", after.state)? {
        KnownErrorState::Draft => KnownErrorStatus::Draft,
        KnownErrorState::Published => {
            KnownErrorStatus::Published { published: mark("published", after.published)? }
        }
        KnownErrorState::Retired => KnownErrorStatus::Retired {
            published: mark("published", after.published)?,
            reason: after.retire_reason,
            retired: mark("retired", after.retired)?,
        },
    };
    Ok(KnownError {
        id: convert::id("id", &after.id)?,
        problem: convert::id("problem_id", &after.problem_id)?,
        service: convert::id("service_id", &after.service_id)?,
        text: KnownErrorText {
            title: after.title,
            cause: after.cause,
            workaround: after.workaround,
            items: ids("item_ids", &after.item_ids)?,
        },
        drafted: mark("drafted", after.drafted)?,
        status,
    })
}

fn snapshot(record: &KnownError) -> pb::KnownError {
    let (published, retired, retire_reason) = match &record.status {
        KnownErrorStatus::Draft => (None, None, None),
        KnownErrorStatus::Published { published } => (Some(published), None, None),
        KnownErrorStatus::Retired { published, reason, retired } => {
            (Some(published), Some(retired), reason.clone())
        }
    };
    pb::KnownError {
        id: record.id.to_string(),
        problem_id: record.problem.to_string(),
        service_id: record.service.to_string(),
        title: record.text.title.clone(),
        cause: record.text.cause.clone(),
        workaround: record.text.workaround.clone(),
        item_ids: id_texts(&record.text.items),
        state: convert::state_to_proto::<pb::KnownErrorState, _>(record.state()),
        drafted: Some(mark_message(&record.drafted)),
        published: published.map(mark_message),
        retired: retired.map(mark_message),
        retire_reason,
    }
}

fn happened(what: &KnownErrorHappened) -> What {
    match what {
        KnownErrorHappened::Drafted => What::Drafted(pb::KnownErrorDrafted {}),
        KnownErrorHappened::Revised => What::Revised(pb::KnownErrorRevised {}),
        KnownErrorHappened::Published => What::Published(pb::KnownErrorPublished {}),
        KnownErrorHappened::Retired { reason } => {
            What::Retired(pb::KnownErrorRetired { reason: reason.clone() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        known_error::tests::{known_error_in, says},
        pairs::{at, named},
    };
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &KnownError) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::KnownErrorEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn known_errors_in_every_state_read_back() {
        for state in KnownErrorState::STATES {
            reads_back(&known_error_in(*state));
        }
        let bare = KnownErrorText { cause: None, workaround: None, items: vec![], ..says() };
        reads_back(&known_error_in(KnownErrorState::Draft).revise(bare).unwrap().0);
        reads_back(&known_error_in(KnownErrorState::Published).retire(None, "jo", at(3)).unwrap().0);
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        for what in [
            KnownErrorHappened::Drafted,
            KnownErrorHappened::Revised,
            KnownErrorHappened::Published,
            KnownErrorHappened::Retired { reason: None },
        ] {
            named("KnownError", what.name());
        }
    }
}

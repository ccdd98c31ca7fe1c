//! Silences as messages.

use super::facts::{id_text, mark, mark_message, word};
use crate::domain::alert::SuppressionCause;
use crate::domain::alert_rule::LabelMatch;
use crate::domain::silence::{Silence, SilenceHappened, SilenceState, SilenceTerms, written};
use ciclo_clocks::Calendar;
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, silence_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a silence, with the silence as it is after.
#[must_use]
pub fn message(record: &Silence, what: Option<&SilenceHappened>) -> pb::SilenceEvent {
    pb::SilenceEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

/// The silence as it was after an event.
pub fn record(message: pb::SilenceEvent) -> Result<Silence, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("Silence", "no record"))?;
    let ended = match convert::state_from_proto::<pb::SilenceState, _>("state", after.state)? {
        SilenceState::Active => None,
        SilenceState::Ended => Some(mark("ended", after.ended)?),
    };
    let hours = |text: String| Calendar::parse(&text).map_err(|why| Corrupt::new("hours", why));
    let matches = after.matches.into_iter();
    Ok(Silence {
        id: convert::id("id", &after.id)?,
        terms: SilenceTerms {
            cause: word::<pb::SuppressionCause, _>("cause", after.cause, SuppressionCause::parse)?,
            reason: after.reason,
            matches: matches.map(|label| LabelMatch { label: label.name, value: label.value }).collect(),
            service: convert::optional_id("service_id", &after.service_id)?,
            condition: after.condition,
            starts_at: convert::instant("starts_at", after.starts_at)?,
            ends_at: convert::optional_instant("ends_at", after.ends_at)?,
            hours: after.hours.map(hours).transpose()?,
        },
        created: mark("created", after.created)?,
        ended,
    })
}

fn snapshot(record: &Silence) -> pb::Silence {
    let terms = &record.terms;
    let label = |wanted: &LabelMatch| pb::Label { name: wanted.label.clone(), value: wanted.value.clone() };
    pb::Silence {
        id: record.id.to_string(),
        cause: convert::to_enum::<pb::SuppressionCause>(terms.cause.as_str()),
        reason: terms.reason.clone(),
        matches: terms.matches.iter().map(label).collect(),
        service_id: id_text(terms.service),
        condition: terms.condition.clone(),
        starts_at: Some(convert::timestamp(terms.starts_at)),
        ends_at: terms.ends_at.map(convert::timestamp),
        hours: terms.hours.as_ref().map(written),
        state: convert::state_to_proto::<pb::SilenceState, _>(record.state()),
        created: Some(mark_message(&record.created)),
        ended: record.ended.as_ref().map(mark_message),
    }
}

fn happened(what: &SilenceHappened) -> What {
    match what {
        SilenceHappened::Created => What::Created(pb::SilenceCreated {}),
        SilenceHappened::Revised => What::Revised(pb::SilenceRevised {}),
        SilenceHappened::Ended { due_at } => {
            What::Ended(pb::SilenceEnded { due_at: due_at.map(convert::timestamp) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pairs::{at, named};
    use crate::domain::silence::tests::{in_hours, silence, silence_in};
    use ciclo_kernel::Machine;
    use prost::Message;

    fn reads_back(before: &Silence) {
        let bytes = message(before, None).encode_to_vec();
        assert_eq!(record(pb::SilenceEvent::decode(&*bytes).unwrap()).as_ref(), Ok(before));
    }

    #[test]
    fn silences_read_back() {
        for state in SilenceState::STATES {
            reads_back(&silence_in(*state));
        }
        reads_back(&in_hours());
        let terms = SilenceTerms { service: None, condition: None, ..silence().terms };
        reads_back(&Silence { terms, ..silence() });
    }

    #[test]
    fn what_happened_is_named_as_its_message() {
        for what in [
            SilenceHappened::Created,
            SilenceHappened::Revised,
            SilenceHappened::Ended { due_at: Some(at(1)) },
        ] {
            named("Silence", what.name());
        }
    }
}

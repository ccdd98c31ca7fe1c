//! A log row as it travels.

use ciclo_contracts::{convert, suite::v1};
use ciclo_kernel::Corrupt;
use ciclo_store::LogRow;
use prost::Message;

fn message(source: &str, row: &LogRow) -> v1::Envelope {
    v1::Envelope {
        sequence: row.sequence,
        event_id: row.event_id.clone(),
        source: source.to_owned(),
        tenant: row.tenant.clone(),
        record_type: row.record_type.clone(),
        record_id: row.record_id.clone(),
        record_version: row.record_version,
        event_type: row.event_type.clone(),
        at: Some(convert::timestamp(row.at)),
        actor: row.actor.clone(),
        traceparent: row.traceparent.clone(),
        payload: row.payload.clone(),
    }
}

fn row(envelope: v1::Envelope) -> Result<LogRow, Corrupt> {
    Ok(LogRow {
        sequence: envelope.sequence,
        event_id: envelope.event_id,
        tenant: envelope.tenant,
        record_type: envelope.record_type,
        record_id: envelope.record_id,
        record_version: envelope.record_version,
        event_type: envelope.event_type,
        at: convert::instant("envelope.at", envelope.at)?,
        actor: envelope.actor,
        traceparent: envelope.traceparent,
        payload: envelope.payload,
    })
}

/// One row as bytes.
#[must_use]
pub fn encode(source: &str, row: &LogRow) -> Vec<u8> {
    message(source, row).encode_to_vec()
}

/// One row from bytes.
pub fn decode(bytes: &[u8]) -> Result<LogRow, Corrupt> {
    row(v1::Envelope::decode(bytes).map_err(|why| Corrupt::new("envelope", why))?)
}

/// A batch of rows as bytes.
#[must_use]
pub fn encode_batch(source: &str, rows: &[LogRow]) -> Vec<u8> {
    v1::EnvelopeBatch { envelopes: rows.iter().map(|row| message(source, row)).collect() }.encode_to_vec()
}

/// A batch of rows from bytes.
pub fn decode_batch(bytes: &[u8]) -> Result<Vec<LogRow>, Corrupt> {
    let batch = v1::EnvelopeBatch::decode(bytes).map_err(|why| Corrupt::new("envelope batch", why))?;
    batch.envelopes.into_iter().map(row).collect()
}

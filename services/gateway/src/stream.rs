//! Masks the errors inside the events of a subscription that goes out over HTTP.
//!
//! The router calls no plugin for events, but each goes out as one piece of the
//! body: a line of JSON, alone (multipart) or after `data: ` (server-sent events).

use crate::mask::Mask;
use crate::plugin::AtWork;
use futures::StreamExt;
use hive_router::ntex::http::body::{Body, BoxedBodyStream, ResponseBody};
use hive_router::ntex::http::{HeaderMap, header};
use hive_router::ntex::util::Bytes;
use serde_json::Value;

/// Whether an answer is a stream of events.
pub fn is_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/event-stream") || kind.starts_with("multipart/")
}

/// The same body with its errors judged; the request is at work until it ends.
pub fn masked(body: ResponseBody<Body>, mask: Mask, trace_id: String, at_work: AtWork) -> ResponseBody<Body> {
    let events = body.map(move |piece| {
        let _until_dropped = &at_work;
        piece.map(|piece| rewrite(&piece, &mask, &trace_id).unwrap_or(piece))
    });
    ResponseBody::Other(Body::from_message(BoxedBodyStream::new(events)))
}

/// The piece with other errors; `None` when it has none or is no event.
fn rewrite(piece: &[u8], mask: &Mask, trace_id: &str) -> Option<Bytes> {
    let text = std::str::from_utf8(piece).ok()?;
    if !text.contains("\"errors\"") {
        return None;
    }
    let start = text.find('{')?;
    let end = text.rfind('}')? + 1;
    let mut event: Value = serde_json::from_str(text.get(start..end)?).ok()?;
    let answer = if event.get("payload").is_some() { &mut event["payload"] } else { &mut event };
    for error in answer.get_mut("errors")?.as_array_mut()? {
        mask.apply_json(error, trace_id);
    }
    Some(Bytes::from(format!("{}{event}{}", &text[..start], &text[end..])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;

    #[test]
    fn an_event_keeps_its_frame_and_loses_its_secret() {
        let mask = Mask::new(vec!["NOT_FOUND".to_owned()], Limits::default());
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let piece = "event: next\ndata: {\"data\":null,\"errors\":[{\"message\":\"password is x\"}]}\n\n";
        let out = rewrite(piece.as_bytes(), &mask, trace).unwrap();
        let out = std::str::from_utf8(&out).unwrap();
        assert!(out.starts_with("event: next\ndata: {") && out.ends_with("}\n\n"), "{out}");
        assert!(out.contains("INTERNAL") && out.contains(trace) && !out.contains("password"), "{out}");
        assert_eq!(rewrite(b"event: next\ndata: {\"data\":1}\n\n", &mask, trace), None);
    }
}

//! The W3C trace context (`traceparent`) of the work at hand. It is carried in
//! a task-local: from the HTTP request to the log row, and from the log row to
//! the consumer that acts on it.

use std::fmt;
use uuid::Uuid;

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// A place in a trace: the trace's id, the id of the span at work and the flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceContext {
    trace: u128,
    span: u64,
    flags: u8,
}

impl TraceContext {
    /// Reads a `traceparent` of version 00; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let lower_hex = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let well_formed =
            lower_hex(version, 2) && lower_hex(trace, 32) && lower_hex(span, 16) && lower_hex(flags, 2);
        // A later version may have more parts; version 00 has exactly four, and ff is forbidden.
        if !well_formed || version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        let context = Self {
            trace: u128::from_str_radix(trace, 16).ok()?,
            span: u64::from_str_radix(span, 16).ok()?,
            flags: u8::from_str_radix(flags, 16).ok()?,
        };
        (context.trace != 0 && context.span != 0).then_some(context)
    }

    /// A new trace.
    #[must_use]
    pub fn fresh() -> Self {
        Self { trace: Uuid::new_v4().as_u128(), span: new_span(), flags: 1 }
    }

    /// A span under this one.
    #[must_use]
    pub fn child(self) -> Self {
        Self { span: new_span(), ..self }
    }

    /// The trace's id: 32 hex digits.
    #[must_use]
    pub fn trace_id(self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The span's id: 16 hex digits.
    #[must_use]
    pub fn span_id(self) -> String {
        format!("{:016x}", self.span)
    }
}

fn new_span() -> u64 {
    (Uuid::new_v4().as_u128() as u64).max(1)
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, self.flags)
    }
}

/// Runs work inside a trace context.
pub async fn within<F: Future>(context: TraceContext, work: F) -> F::Output {
    CURRENT.scope(context, work).await
}

/// The context of the work at hand, if any.
#[must_use]
pub fn context() -> Option<TraceContext> {
    CURRENT.try_with(|context| *context).ok()
}

/// The `traceparent` of the work at hand; empty outside a trace.
#[must_use]
pub fn current() -> String {
    context().map(|context| context.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_reads_back_and_a_bad_one_is_none() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(TraceContext::parse(text).unwrap().to_string(), text);
        for bad in [
            "",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert_eq!(TraceContext::parse(bad), None, "{bad}");
        }
    }
}

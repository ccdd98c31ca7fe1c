//! The W3C trace context (`traceparent`) of the work at hand: from the HTTP
//! request to the log row, and from the log row to the consumer that acts on it.
//!
//! It is carried in a task-local. Where spans are exported the context is that
//! of the `tracing` span at work: who exports them says which that is
//! ([`exported_by`]), and this crate needs to know nothing of how.

use std::fmt;
use std::sync::OnceLock;
use tracing::{Instrument, Span};
use uuid::Uuid;

/// The target of the spans that are exported; logs take no notice of it.
#[macro_export]
macro_rules! trace_target {
    () => {
        "ciclo::trace"
    };
}

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
        Self::of(
            u128::from_str_radix(trace, 16).ok()?,
            u64::from_str_radix(span, 16).ok()?,
            u8::from_str_radix(flags, 16).ok()?,
        )
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

    /// A place by its numbers; `None` when one of them is zero, which means none.
    #[must_use]
    pub fn of(trace: u128, span: u64, flags: u8) -> Option<Self> {
        (trace != 0 && span != 0).then_some(Self { trace, span, flags })
    }

    /// The trace's id, the span's id and the flags.
    #[must_use]
    pub fn numbers(self) -> (u128, u64, u8) {
        (self.trace, self.span, self.flags)
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

/// What gives exported spans their places in traces.
#[derive(Clone, Copy)]
pub struct Places {
    /// The place of a span; `None` when it is not exported.
    pub of: fn(&Span) -> Option<TraceContext>,
    /// Puts a span that has just been made under a place.
    pub under: fn(&Span, TraceContext),
}

static PLACES: OnceLock<Places> = OnceLock::new();

/// Says that spans are exported from now on, and who knows their places. Only the first word counts.
pub fn exported_by(places: Places) {
    // Somebody exports already: both would know the same places.
    let _ = PLACES.set(places);
}

/// Runs work inside a trace context.
pub async fn within<F: Future>(context: TraceContext, work: F) -> F::Output {
    CURRENT.scope(context, work).await
}

/// Runs work inside a span: under `cause`, a place that came from elsewhere, or under the work at
/// hand. Without either it begins a trace.
pub async fn spanned<F: Future>(span: Span, cause: Option<TraceContext>, work: F) -> F::Output {
    let place = enter(&span, cause);
    CURRENT.scope(place, work.instrument(span)).await
}

/// As [`spanned`], for work that is no trace of its own: outside of one, and where spans are not
/// exported, it just runs.
pub async fn spanned_inside<F: Future>(span: impl FnOnce() -> Span, work: F) -> F::Output {
    if is_exported() && context().is_some() { spanned(span(), None, work).await } else { work.await }
}

/// The place of a span that has just been made, under its cause.
fn enter(span: &Span, cause: Option<TraceContext>) -> TraceContext {
    let exported = PLACES.get().and_then(|places| {
        // Work that a place was given to by hand has no span that the new one would find by itself.
        let above = || if (places.of)(&Span::current()).is_none() { local() } else { None };
        if let Some(cause) = cause.or_else(above) {
            (places.under)(span, cause);
        }
        (places.of)(span)
    });
    exported.unwrap_or_else(|| cause.or_else(context).map_or_else(TraceContext::fresh, TraceContext::child))
}

/// Work that goes on in a task of its own, at the place of the work at hand.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let (place, span) = (context(), Span::current());
    async move {
        let work = work.instrument(span);
        match place {
            Some(place) => within(place, work).await,
            None => work.await,
        }
    }
}

/// A span that nothing runs in, as that of a message on its way, with its place: under `cause`, or at
/// the root of a trace. It ends when it is dropped. Without export there is none.
#[must_use]
pub fn begin(cause: Option<TraceContext>, span: impl FnOnce() -> Span) -> Option<(Span, TraceContext)> {
    let places = PLACES.get()?;
    let span = span();
    if let Some(cause) = cause {
        (places.under)(&span, cause);
    }
    // To be asked for its place is what makes it begin.
    let place = (places.of)(&span)?;
    Some((span, place))
}

/// Whether spans are exported.
#[must_use]
pub fn is_exported() -> bool {
    PLACES.get().is_some()
}

fn local() -> Option<TraceContext> {
    CURRENT.try_with(|context| *context).ok()
}

/// The context of the work at hand, if any.
#[must_use]
pub fn context() -> Option<TraceContext> {
    PLACES.get().and_then(|places| (places.of)(&Span::current())).or_else(local)
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

    #[tokio::test]
    async fn a_span_is_under_its_cause_or_under_the_work_at_hand() {
        let cause = TraceContext::fresh();
        let place = spanned(Span::none(), Some(cause), async { context() }).await.unwrap();
        assert_eq!(place.trace_id(), cause.trace_id());
        assert_ne!(place.span_id(), cause.span_id());
        let below = within(cause, spanned(Span::none(), None, async { context() })).await.unwrap();
        assert_eq!(below.trace_id(), cause.trace_id());
        assert_eq!(spanned_inside(Span::none, async { context() }).await, None);
        let mut kept = None;
        within(cause, async { kept = Some(carried(async { context() })) }).await;
        assert_eq!(kept.unwrap().await, Some(cause));
    }
}

//! What is ours inside the router: the supergraph of a request, its trace, its
//! caller, and the errors of its answer.

use crate::mask::Mask;
use crate::spans;
use crate::{GRAPHQL_PATH, auth, explorer, stream};
use ciclo_identity::Verifier;
use ciclo_kernel::measure::{self, Answered, Operation};
use ciclo_kernel::trace::{self, TraceContext};
use hive_router::async_trait;
use hive_router::executor::hooks::on_execute::{OnExecuteStartHookPayload, OnExecuteStartHookResult};
use hive_router::executor::hooks::on_graphql_error::{OnGraphQLErrorHookPayload, OnGraphQLErrorHookResult};
use hive_router::executor::hooks::on_graphql_params::{
    OnGraphQLParamsStartHookPayload, OnGraphQLParamsStartHookResult,
};
use hive_router::executor::hooks::on_http_request::{OnHttpRequestHookFuture, OnHttpRequestHookPayload};
use hive_router::executor::hooks::on_plugin_init::{OnPluginInitPayload, OnPluginInitResult};
use hive_router::executor::hooks::on_subgraph_execute::{
    OnSubgraphExecuteStartHookPayload, OnSubgraphExecuteStartHookResult,
};
use hive_router::executor::hooks::on_supergraph_load::Supergraph;
use hive_router::executor::plugin_context::PluginContext;
use hive_router::executor::plugin_trait::{EndHookPayload, RouterPlugin, StartHookPayload};
use hive_router::http::{HeaderName, HeaderValue, header};
use hive_router::ntex::http::HeaderMap;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

/// The plugin's name in the router's configuration.
pub const NAME: &str = "ciclo";
const TRACEPARENT: &str = "traceparent";

/// What the plugin works with.
pub struct Parts {
    verifier: Verifier,
    mask: Mask,
    explorer: bool,
    /// Gone once the gateway stops, which ends the subscriptions.
    supergraph: Mutex<Option<Arc<Supergraph>>>,
    /// Requests and streams that are not answered to the end.
    at_work: watch::Sender<usize>,
}

/// A request at work, for as long as it lives.
pub struct AtWork(Arc<Parts>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.at_work.send_modify(|count| *count -= 1);
    }
}

thread_local! {
    // The router makes its plugins from a type and JSON; the parts are neither, so they are
    // handed over on the thread that makes both.
    static HANDED: RefCell<Option<Arc<Parts>>> = const { RefCell::new(None) };
}

impl Parts {
    /// The parts of one gateway.
    pub fn new(verifier: Verifier, mask: Mask, explorer: bool, supergraph: Supergraph) -> Arc<Self> {
        let supergraph = Mutex::new(Some(Arc::new(supergraph)));
        Arc::new(Self { verifier, mask, explorer, supergraph, at_work: watch::Sender::new(0) })
    }

    fn begin(self: &Arc<Self>) -> AtWork {
        self.at_work.send_modify(|count| *count += 1);
        AtWork(Arc::clone(self))
    }

    /// Returns once no request is at work.
    pub async fn idle(&self) {
        // The sender is ours: it cannot be gone.
        let _ = self.at_work.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Makes these the parts of the plugin that this thread makes next.
    pub fn hand_over(self: &Arc<Self>) {
        HANDED.with_borrow_mut(|handed| *handed = Some(Arc::clone(self)));
    }

    /// The supergraph, as long as the gateway runs.
    pub fn supergraph(&self) -> Option<Arc<Supergraph>> {
        self.supergraph.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets the supergraph go: subscriptions end, new requests find the gateway unavailable.
    pub fn retire(&self) {
        self.supergraph.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Where a request is in its trace; that of the upgrade for the operations of a WebSocket without their own.
#[derive(Clone, Copy)]
struct Trace(TraceContext);

fn trace_in(headers: &HeaderMap) -> Option<TraceContext> {
    headers.get(TRACEPARENT)?.to_str().ok().and_then(TraceContext::parse)
}

fn trace_of(context: &PluginContext) -> Option<TraceContext> {
    context.get_ref::<Trace>().map(|trace| trace.0)
}

fn trace_id(context: &PluginContext) -> String {
    trace_of(context).map(TraceContext::trace_id).unwrap_or_default()
}

/// The plugin.
pub struct CicloPlugin {
    parts: Arc<Parts>,
}

#[async_trait]
impl RouterPlugin for CicloPlugin {
    type Config = ();

    fn plugin_name() -> &'static str {
        NAME
    }

    fn on_plugin_init(payload: OnPluginInitPayload<Self>) -> OnPluginInitResult<Self> {
        let parts = HANDED.take().ok_or("the gateway's parts were not handed over")?;
        payload.initialize_plugin(Self { parts })
    }

    /// Every HTTP request and every upgrade to a WebSocket.
    fn on_http_request<'req>(
        &'req self,
        mut payload: OnHttpRequestHookPayload<'req>,
    ) -> OnHttpRequestHookFuture<'req> {
        Box::pin(async move {
            let at_work = self.parts.begin();
            let request = &mut payload.router_http_request;
            if self.parts.explorer && request.path() == GRAPHQL_PATH && explorer::asked_for(request) {
                return payload.end_with_response(explorer::page());
            }
            let (began, method) = (Instant::now(), request.method().to_string());
            let cause = trace_in(request.headers());
            let begun = (request.path() == GRAPHQL_PATH)
                .then(|| spans::request(cause, request.method().as_str(), GRAPHQL_PATH))
                .flatten();
            let (span, place) = begun.unzip();
            let trace = place.or(cause).unwrap_or_else(TraceContext::fresh);
            if cause != Some(trace)
                && let Ok(value) = HeaderValue::try_from(trace.to_string())
            {
                request.headers_mut().insert(HeaderName::from_static(TRACEPARENT), value.into());
            }
            payload.context.insert(Trace(trace));
            if let Some(supergraph) = self.parts.supergraph() {
                payload.set_supergraph(supergraph);
            }
            let mask = self.parts.mask.clone();
            payload.on_end(move |end| {
                let operation = end.context.get_ref::<Operation>().map(|operation| operation.clone());
                end.map_response(|response| {
                    if let Some(span) = span {
                        let status = response.status();
                        spans::answered(&span, status.as_u16(), status.is_server_error());
                        measure::answered(&Answered {
                            service: crate::NAME,
                            method: &method,
                            route: GRAPHQL_PATH,
                            status: status.as_u16(),
                            operation: operation.as_ref(),
                            took: began.elapsed(),
                        });
                    }
                    if stream::is_stream(response.headers()) {
                        response.map_body(|_, body| stream::masked(body, mask, trace.trace_id(), at_work))
                    } else {
                        response
                    }
                })
                .proceed()
            })
        })
    }

    /// Every operation, before it is read: by GET, POST or as a message of a WebSocket.
    async fn on_graphql_params<'exec>(
        &'exec self,
        payload: OnGraphQLParamsStartHookPayload<'exec>,
    ) -> OnGraphQLParamsStartHookResult<'exec> {
        let headers = payload.router_http_request.headers;
        if let Some(trace) = trace_in(headers) {
            payload.context.insert(Trace(trace));
        }
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match self.parts.verifier.header(token).await {
            Ok(_) => payload.proceed(),
            Err(refusal) => payload.end_with_response(auth::unauthenticated(&refusal)),
        }
    }

    /// Every operation, once it is planned.
    async fn on_execute<'exec>(
        &'exec self,
        payload: OnExecuteStartHookPayload<'exec>,
    ) -> OnExecuteStartHookResult<'exec> {
        let planned = payload.operation_for_plan;
        if !trace::is_exported() {
            return payload.proceed();
        }
        let mut operation = spans::operation(planned);
        let begun = spans::operated(trace_of(payload.context), &operation, planned.name.as_deref());
        let Some((span, place)) = begun else { return payload.proceed() };
        let context = payload.context;
        context.insert(Trace(place));
        payload.on_end(move |end| {
            operation.error = spans::ended(&span, &end.errors);
            context.insert(operation);
            end.proceed()
        })
    }

    /// Every query to a subgraph: it is told its place in the trace.
    async fn on_subgraph_execute<'exec>(
        &'exec self,
        mut payload: OnSubgraphExecuteStartHookPayload<'exec>,
    ) -> OnSubgraphExecuteStartHookResult<'exec> {
        let cause = trace_of(payload.context);
        let (span, place) = spans::subgraph(cause, payload.subgraph_name).unzip();
        let headers = &mut payload.execution_request.headers;
        // Those of a WebSocket have no trace in their headers yet.
        let missing = if headers.contains_key(TRACEPARENT) { None } else { cause };
        if let Some(trace) = place.or(missing)
            && let Ok(value) = HeaderValue::try_from(trace.to_string())
        {
            headers.insert(TRACEPARENT, value);
        }
        let Some(span) = span else { return payload.proceed() };
        payload.on_end(move |end| {
            // Without a status there was no answer.
            let status = end.execution_result.status.map_or(0, |status| status.as_u16());
            spans::answered(&span, status, !(100..400).contains(&status));
            end.proceed()
        })
    }

    /// Every error of an answer that is not a stream.
    fn on_graphql_error<'req>(
        &'req self,
        mut payload: OnGraphQLErrorHookPayload<'req>,
    ) -> OnGraphQLErrorHookResult<'req> {
        self.parts.mask.apply(&mut payload.error, &trace_id(payload.context));
        payload.proceed()
    }
}

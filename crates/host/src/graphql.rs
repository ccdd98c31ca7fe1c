//! A service's schema behind one object type, so that the host runs any of them.

use async_graphql::{Data, Executor, ObjectType, Request, Response, Schema, SubscriptionType};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use std::sync::Arc;

/// A schema that can be executed.
pub trait Execute: Send + Sync + 'static {
    /// Answers a query or mutation.
    fn run(&self, request: Request) -> BoxFuture<'_, Response>;
    /// Answers a subscription.
    fn stream(&self, request: Request, data: Option<Arc<Data>>) -> BoxStream<'static, Response>;
}

impl<Q, M, S> Execute for Schema<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    fn run(&self, request: Request) -> BoxFuture<'_, Response> {
        Box::pin(self.execute(request))
    }
    fn stream(&self, request: Request, data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        Executor::execute_stream(self, request, data)
    }
}

/// Any service's schema.
#[derive(Clone)]
pub struct GraphQl(pub Arc<dyn Execute>);

impl Executor for GraphQl {
    async fn execute(&self, request: Request) -> Response {
        self.0.run(request).await
    }
    fn execute_stream(&self, request: Request, data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        self.0.stream(request, data)
    }
}

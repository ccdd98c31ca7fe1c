//! Who may use which field. Each service has one table; a root field that is
//! not in it is refused, so that none can be forgotten.

use crate::error::refused;
use crate::session::Session;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{ServerError, ServerResult, Variables};
use async_trait::async_trait;
use ciclo_kernel::{Code, Principal, Refusal, Role};
use std::collections::HashSet;
use std::sync::Arc;

/// A service's table of access.
#[derive(Debug)]
pub struct Access {
    /// Root fields of queries, mutations and subscriptions, with the roles that may use each.
    pub fields: &'static [(&'static str, &'static [Role])],
    /// Record types, with the roles that may read each, wherever it is reached from.
    pub records: &'static [(&'static str, &'static [Role])],
}

/// Everybody who reads a tenant's records, requesters aside.
pub const STAFF: &[Role] = &[
    Role::Admin,
    Role::PortfolioManager,
    Role::Designer,
    Role::ChangeManager,
    Role::Approver,
    Role::Agent,
    Role::ImprovementManager,
    Role::Viewer,
];

/// Staff, and the people who ask for services.
pub const EVERYBODY: &[Role] = &[
    Role::Admin,
    Role::PortfolioManager,
    Role::Designer,
    Role::ChangeManager,
    Role::Approver,
    Role::Agent,
    Role::ImprovementManager,
    Role::Viewer,
    Role::Requester,
];

/// Root fields that federation itself needs: they reach records, and those have their own check.
const FEDERATION: [&str; 3] = ["_service", "_entities", "__typename"];
/// Introspection: needs a caller, no role.
const INTROSPECTION: [&str; 2] = ["__schema", "__type"];

impl Access {
    fn roles(table: &'static [(&'static str, &'static [Role])], name: &str) -> &'static [Role] {
        table.iter().find(|(field, _)| *field == name).map_or(&[], |(_, roles)| roles)
    }

    /// Refuses a caller who may not use a root field.
    pub fn field(&self, principal: &Principal, field: &str) -> Result<(), Refusal> {
        if FEDERATION.contains(&field) || INTROSPECTION.contains(&field) {
            return Ok(());
        }
        allow(principal, field, Self::roles(self.fields, field))
    }

    /// Refuses a caller who may not read a record type.
    pub fn record(&self, principal: &Principal, record_type: &str) -> Result<(), Refusal> {
        allow(principal, record_type, Self::roles(self.records, record_type))
    }
}

fn allow(principal: &Principal, what: &str, roles: &[Role]) -> Result<(), Refusal> {
    if principal.has_any(roles) {
        return Ok(());
    }
    let allowed: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    Err(Refusal::new(Code::Forbidden, format!("{what} needs one of the roles: {}", allowed.join(", ")))
        .with("field", what)
        .with("allowed", allowed))
}

/// Checks the root fields of every operation before anything runs.
pub struct AccessCheck;

impl ExtensionFactory for AccessCheck {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for AccessCheck {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let Some(session) = ctx.data_opt::<Session>() else {
            return Err(server_error(&Refusal::new(Code::Unauthenticated, "a token is needed")));
        };
        let mut fields = HashSet::new();
        for (_, operation) in document.operations.iter() {
            let set = &operation.node.selection_set.node;
            root_fields(&document, set, &mut fields, 0);
            if operation.node.ty == OperationType::Subscription {
                tracing::debug!(subject = session.principal().subject, "subscribed");
            }
        }
        for field in fields {
            session.access().field(session.principal(), field).map_err(|refusal| server_error(&refusal))?;
        }
        Ok(document)
    }
}

fn server_error(refusal: &Refusal) -> ServerError {
    let error = refused(refusal);
    let mut server = ServerError::new(error.message, None);
    server.extensions = error.extensions;
    server
}

/// Collects the names of root fields, through fragments (a cycle of those is for validation to refuse).
fn root_fields<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
    found: &mut HashSet<&'d str>,
    depth: u8,
) {
    if depth > 32 {
        return;
    }
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                found.insert(field.node.name.node.as_str());
            }
            Selection::InlineFragment(fragment) => {
                root_fields(document, &fragment.node.selection_set.node, found, depth + 1);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    root_fields(document, &fragment.node.selection_set.node, found, depth + 1);
                }
            }
        }
    }
}

//! The documents that are made from the code: error codes, roles, events. They
//! are committed, and a test fails when they are stale.

mod events;
mod example;

use ciclo_api::Access;
use ciclo_kernel::{Code, Role};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const MADE: &str = "<!-- Made by `ciclo docs`; a test compares it with the code. -->\n\n";

/// All generated documents: path under docs/ and text.
#[must_use]
pub fn all() -> BTreeMap<String, String> {
    let mut pages = errors();
    pages.insert("roles.md".to_owned(), roles());
    pages.extend(events::pages());
    pages
}

fn errors() -> BTreeMap<String, String> {
    let mut index = format!(
        "{MADE}# Errors\n\nA refusal comes as `errors[].extensions.code`, of this closed list, with its facts beside it. \
         Nothing was changed. A fault comes as `INTERNAL` (or `UNAVAILABLE`) with a `traceId` and nothing else.\n\n\
         | Code | Meaning |\n|---|---|\n"
    );
    let mut pages = BTreeMap::new();
    for code in Code::ALL {
        let (name, meaning) = (code.as_str(), code.meaning().trim());
        let _ = writeln!(index, "| [{name}]({name}.md) | {meaning} |");
        let page = format!("{MADE}# {name}\n\n{meaning}\n\n## What to do\n\n{}\n", code.advice());
        pages.insert(format!("errors/{name}.md"), page);
    }
    index.push_str("\nWhat the gateway itself says of a malformed request keeps the names that GraphQL servers use: `GRAPHQL_PARSE_FAILED`, \
                    `GRAPHQL_VALIDATION_FAILED` (an unknown field or argument), `BAD_REQUEST`, `BAD_USER_INPUT` (a variable of the wrong type), \
                    `INTROSPECTION_DISABLED`.\n");
    pages.insert("errors/README.md".to_owned(), index);
    pages
}

/// The services with their tables of access.
#[must_use]
pub fn access() -> [(&'static str, &'static Access); 5] {
    [
        (ciclo_catalog::NAME, &ciclo_catalog::graphql::access::ACCESS),
        (ciclo_design::NAME, &ciclo_design::graphql::access::ACCESS),
        (ciclo_transition::NAME, &ciclo_transition::graphql::access::ACCESS),
        (ciclo_operations::NAME, &ciclo_operations::graphql::access::ACCESS),
        (ciclo_improvement::NAME, &ciclo_improvement::graphql::access::ACCESS),
    ]
}

fn roles() -> String {
    let mut text = format!(
        "{MADE}# Roles\n\nA token's `roles` claim lists them; unknown ones mean nothing.\n\n| Role | What for |\n|---|---|\n"
    );
    for role in Role::ALL {
        let _ = writeln!(text, "| `{}` | {} |", role.as_str(), role.about().trim());
    }
    for (service, access) in access() {
        let _ = write!(text, "\n## {service}\n\n| Field | Roles |\n|---|---|\n");
        for (field, roles) in access.fields {
            let _ = writeln!(text, "| `{field}` | {} |", names(roles));
        }
        let _ = write!(text, "\n| Record | Read by |\n|---|---|\n");
        for (record, roles) in access.records {
            let _ = writeln!(text, "| `{record}` | {} |", names(roles));
        }
    }
    text
}

fn names(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

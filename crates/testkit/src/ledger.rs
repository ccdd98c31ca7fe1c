//! Ledgers: what the tests of a service must not forget, read from its schema.

use crate::service::{Answer, caller};
use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use ciclo_api::Access;
use ciclo_kernel::{Principal, Role};
use std::collections::BTreeSet;

/// The roots of a schema.
const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// A schema, as it is committed.
pub struct Schema(ServiceDocument);

type Description = Option<Positioned<String>>;

impl Schema {
    /// Reads a schema.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn parse(sdl: &str) -> Self {
        Self(parse_schema(sdl).expect("a schema"))
    }

    /// The types of the service itself, federation's own aside.
    fn types(&self) -> impl Iterator<Item = &TypeDefinition> {
        self.0.definitions.iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(found) if !found.node.name.node.starts_with('_') => Some(&found.node),
            TypeSystemDefinition::Type(_)
            | TypeSystemDefinition::Schema(_)
            | TypeSystemDefinition::Directive(_) => None,
        })
    }

    fn find(&self, name: &str) -> Option<&TypeDefinition> {
        self.types().find(|found| found.name.node == name)
    }

    fn fields(&self, name: &str) -> &[Positioned<FieldDefinition>] {
        self.find(name).map_or(&[], fields)
    }

    /// The fields of a root type.
    fn root(&self, root: &str) -> impl Iterator<Item = &FieldDefinition> {
        let own = self.fields(root).iter().map(|field| &field.node);
        own.filter(|field| !field.name.node.starts_with('_'))
    }

    /// What has no description: types, fields, arguments, values and input fields.
    #[must_use]
    pub fn undescribed(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut look = |description: &Description, at: String| {
            if description.as_ref().is_none_or(|text| text.node.trim().is_empty()) {
                found.push(at);
            }
        };
        for one in self.types() {
            let name = &one.name.node;
            look(&one.description, name.to_string());
            for field in fields(one).iter().map(|field| &field.node) {
                if field.name.node.starts_with('_') {
                    continue;
                }
                let at = format!("{name}.{}", field.name.node);
                look(&field.description, at.clone());
                for argument in field.arguments.iter().map(|argument| &argument.node) {
                    look(&argument.description, format!("{at}({})", argument.name.node));
                }
            }
            match &one.kind {
                TypeKind::Enum(values) => {
                    for value in values.values.iter().map(|value| &value.node) {
                        look(&value.description, format!("{name}.{}", value.value.node));
                    }
                }
                TypeKind::InputObject(input) => {
                    for field in input.fields.iter().map(|field| &field.node) {
                        look(&field.description, format!("{name}.{}", field.name.node));
                    }
                }
                TypeKind::Scalar | TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_) => {}
            }
        }
        found
    }

    /// The names of the mutations.
    #[must_use]
    pub fn mutations(&self) -> Vec<String> {
        self.root("Mutation").map(|field| field.name.node.to_string()).collect()
    }

    /// A call of a mutation, with dummies for what it needs.
    ///
    /// # Panics
    /// When there is no such mutation.
    #[must_use]
    pub fn call(&self, mutation: &str) -> String {
        let mut all = self.root("Mutation");
        let field = all.find(|field| field.name.node == mutation).expect("a mutation of the schema");
        let arguments = self.needed(&field.arguments);
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let selection = match self.find(base(&field.ty.node)).map(|found| &found.kind) {
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => " { __typename }",
            Some(TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_)) | None => "",
        };
        format!("mutation {{ {mutation}{arguments}{selection} }}")
    }

    fn needed(&self, values: &[Positioned<InputValueDefinition>]) -> String {
        let needed = values.iter().map(|value| &value.node).filter(|value| !value.ty.node.nullable);
        let written = needed.map(|value| format!("{}: {}", value.name.node, self.dummy(&value.ty.node)));
        written.collect::<Vec<_>>().join(", ")
    }

    fn dummy(&self, ty: &Type) -> String {
        let name = match &ty.base {
            BaseType::List(_) => return "[]".to_owned(),
            BaseType::Named(name) => name.as_str(),
        };
        match (self.find(name).map(|found| &found.kind), name) {
            (Some(TypeKind::Enum(values)), _) => values.values[0].node.value.node.to_string(),
            (Some(TypeKind::InputObject(input)), _) => format!("{{ {} }}", self.needed(&input.fields)),
            (_, "Int" | "Long" | "Float") => "1".to_owned(),
            (_, "Boolean") => "true".to_owned(),
            (_, "Instant") => "\"2026-05-01T00:00:00Z\"".to_owned(),
            (_, "Duration") => "\"PT1H\"".to_owned(),
            (_, "JSON") => "{}".to_owned(),
            _ => "\"dummy\"".to_owned(),
        }
    }
}

fn fields(of: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &of.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => &[],
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(of) => base(of),
    }
}

/// The committed schema is the one of the code; with `CICLO_BLESS=1` it is written.
///
/// # Panics
/// When it is not, or lacks a description.
pub fn schema_is_fresh(file: &str, sdl: &str) {
    if std::env::var_os("CICLO_BLESS").is_some() {
        std::fs::write(file, sdl).expect("writes the schema");
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(committed == sdl, "{file} is stale: run its test with CICLO_BLESS=1 and commit it");
    let undescribed = Schema::parse(sdl).undescribed();
    assert!(undescribed.is_empty(), "without a description: {undescribed:#?}");
}

/// Every root field and every record type is in the table of access, and nothing else is.
///
/// # Panics
/// When one is missing, or one too many.
pub fn access_is_complete(sdl: &str, access: &Access) {
    let schema = Schema::parse(sdl);
    let names = |table: &'static [(&'static str, &'static [Role])]| -> BTreeSet<String> {
        table.iter().map(|(name, _)| (*name).to_owned()).collect()
    };
    let fields = ROOTS.iter().flat_map(|root| schema.root(root)).map(|field| field.name.node.to_string());
    assert_eq!(fields.collect::<BTreeSet<_>>(), names(access.fields), "root fields");
    // What has a history is a record.
    let record = |one: &&TypeDefinition| fields_have(one, "history");
    let records = schema.types().filter(record).map(|one| one.name.node.to_string());
    assert_eq!(records.collect::<BTreeSet<_>>(), names(access.records), "record types");
}

fn fields_have(of: &TypeDefinition, name: &str) -> bool {
    fields(of).iter().any(|field| field.node.name.node == name)
}

/// Every mutation is `FORBIDDEN` to a caller who has all roles but those that it is for, and not to a caller
/// with one of those.
///
/// # Panics
/// When one is not.
pub async fn mutations_need_their_roles<F, A>(sdl: &str, access: &Access, execute: F)
where
    F: Fn(Principal, String) -> A,
    A: Future<Output = Answer>,
{
    let schema = Schema::parse(sdl);
    for mutation in schema.mutations() {
        let row = access.fields.iter().find(|(field, _)| *field == mutation);
        let allowed = row.unwrap_or_else(|| panic!("{mutation} is not in the table of access")).1;
        let others: Vec<Role> = Role::ALL.iter().copied().filter(|role| !allowed.contains(role)).collect();
        let call = schema.call(&mutation);
        for roles in [others, Vec::new()] {
            let refused = execute(caller(&roles), call.clone()).await;
            assert_eq!(refused.code(), "FORBIDDEN", "{mutation} as {roles:?}");
        }
        for role in allowed {
            let answer = execute(caller(&[*role]), call.clone()).await;
            assert_ne!(answer.facts()["code"], "FORBIDDEN", "{mutation} as {role:?}");
        }
    }
}

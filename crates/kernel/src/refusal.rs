//! Refusals: what the client did that cannot be done, with a code of a closed
//! list and the facts. Safe to show; faults are something else and stay inside.

use serde_json::{Map, Value, json};
use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $wire:literal, do $advice:literal;)*) => {
        /// The closed list of refusal codes. docs/errors has a page for each.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code { $($(#[doc = $doc])* $name),* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The code as the client reads it.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $wire),* } }
            /// What the code means.
            #[must_use]
            pub fn meaning(self) -> &'static str { match self { $(Self::$name => concat!($($doc),*)),* } }
            /// What to do about it.
            #[must_use]
            pub fn advice(self) -> &'static str { match self { $(Self::$name => $advice),* } }
        }
    };
}

codes! {
    /// The request carries no valid token.
    Unauthenticated = "UNAUTHENTICATED", do "Send `Authorization: Bearer …` with a token that is signed by the configured provider, not expired, and names a tenant.";
    /// The caller's roles do not allow this field.
    Forbidden = "FORBIDDEN", do "Use a token with one of the roles in `allowed`, or ask an administrator for the role.";
    /// No such record, or not one of yours: the two look the same.
    NotFound = "NOT_FOUND", do "Check the id; a record of another tenant cannot be reached at all. One that was made seconds ago in another service may not have arrived yet: a mutation waits five seconds for it, so repeat it only if services are behind.";
    /// The id is not of the type that the argument takes.
    BadId = "BAD_ID", do "Send an id with the prefix in `prefix`, as the API gave it.";
    /// A value is outside what the field takes.
    Invalid = "INVALID", do "Correct the field that `field` names; the message says what it takes.";
    /// An instant is not RFC 3339 with an offset, or lies before 1970.
    BadInstant = "BAD_INSTANT", do "Send RFC 3339 with `Z` or an offset, at or after 1970-01-01T00:00:00Z.";
    /// The record's state does not allow the verb.
    WrongState = "WRONG_STATE", do "Read `state` and `allowed`: use a verb that is allowed from there.";
    /// A guard of the move is not met; `missing` lists every unmet condition.
    CriteriaUnmet = "CRITERIA_UNMET", do "Meet each condition in `missing`, or waive by name those that can be waived.";
    /// The record was changed since the version that the caller saw.
    Conflict = "CONFLICT", do "Read the record again, look at its history, and repeat with the `actualVersion`.";
    /// The idempotency key was used before with other arguments.
    IdempotencyConflict = "IDEMPOTENCY_CONFLICT", do "Use a fresh key for a new intention; repeat a key only with the same arguments.";
    /// The move would break a rule between records: a cycle, a duplicate, a second active version.
    RuleViolated = "RULE_VIOLATED", do "The message names the rule and the facts name the records that stand against it.";
    /// The cursor was not given by this list or subscription.
    BadCursor = "BAD_CURSOR", do "Send a cursor exactly as the API gave it, with the same sorting.";
    /// A list, page, query or body is larger than its limit.
    LimitExceeded = "LIMIT_EXCEEDED", do "Ask for less at once; `limit` tells how much is allowed.";
    /// The service cannot answer for now; nothing was changed.
    Unavailable = "UNAVAILABLE", do "Repeat the request, with the same idempotency key, after a moment.";
}

/// A refusal: a code, a sentence for people, and the facts for programs.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    /// The code, of the closed list.
    pub code: Code,
    /// What was wrong, in a sentence.
    pub message: String,
    /// The facts, as they appear beside the code.
    pub facts: Map<String, Value>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// A refusal without facts.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), facts: Map::new() }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// A value outside what its field takes.
    #[must_use]
    pub fn invalid(field: &str, why: impl fmt::Display) -> Self {
        Self::new(Code::Invalid, format!("{field}: {why}")).with("field", field)
    }

    /// An id of another type, or none at all.
    #[must_use]
    pub fn bad_id(type_name: &str, prefix: &str, got: &str) -> Self {
        let got: String = got.chars().take(80).collect();
        Self::new(
            Code::BadId,
            format!("`{got}` is not the id of a {type_name}: it takes {prefix}_ and 32 hex digits"),
        )
        .with("type", type_name)
        .with("prefix", prefix)
    }

    /// A record that is not there, or not the caller's.
    #[must_use]
    pub fn not_found(type_name: &str, id: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("no {type_name} {id}"))
            .with("type", type_name)
            .with("id", id.to_string())
    }

    /// A verb that the state does not allow.
    #[must_use]
    pub fn wrong_state(record: &str, state: &str, verb: &str, allowed: Vec<&'static str>) -> Self {
        let message = if allowed.is_empty() {
            format!("cannot {verb} the {record}: it is {state}, which is final")
        } else {
            format!("cannot {verb} the {record}: it is {state}; allowed: {}", allowed.join(", "))
        };
        Self::new(Code::WrongState, message)
            .with("state", state)
            .with("verb", verb)
            .with("allowed", json!(allowed))
    }

    /// Conditions that are not met, all of them.
    #[must_use]
    pub fn unmet(verb: &str, missing: &[String]) -> Self {
        Self::new(Code::CriteriaUnmet, format!("cannot {verb}: {}", missing.join("; ")))
            .with("verb", verb)
            .with("missing", json!(missing))
    }

    /// A stale version.
    #[must_use]
    pub fn conflict(id: impl fmt::Display, expected: u64, actual: u64) -> Self {
        Self::new(Code::Conflict, format!("{id} is at version {actual}, not {expected}"))
            .with("expectedVersion", expected)
            .with("actualVersion", actual)
    }

    /// A rule between records that the move would break.
    #[must_use]
    pub fn rule(message: impl Into<String>) -> Self {
        Self::new(Code::RuleViolated, message)
    }
}

/// A stored record or a received event that cannot be read: a fault, never shown to a client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Corrupt(String);

impl Corrupt {
    /// Where it was and what was wrong there.
    #[must_use]
    pub fn new(place: &str, why: impl fmt::Display) -> Self {
        Self(format!("{place}: {why}"))
    }
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unreadable record: {}", self.0)
    }
}

impl std::error::Error for Corrupt {}

//! The rules of operations. Pure: instants and ids are passed in.

/// Declares a closed list of words: an enum whose values are written as in the API.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$word_doc:meta])* $word:ident = $written:literal),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$word_doc])* $word),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// The value as it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $written),* }
            }

            /// Reads a written value.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    };
}

pub mod access_grant;
pub mod access_grant_verbs;
pub mod alert;
pub mod alert_decision;
pub mod alert_replay;
pub mod alert_rule;
pub mod clock_calendar;
pub mod clock_moves;
pub mod condition;
pub mod due;
pub mod entitlement;
pub mod facts;
pub mod form;
pub mod fulfilment;
pub mod incident;
pub mod incident_verbs;
pub mod integration;
pub mod known;
pub mod known_error;
pub mod labels;
pub mod measured;
pub mod monitoring_event;
pub mod priority_matrix;
pub mod problem;
pub mod problem_verbs;
pub mod queue;
pub mod recurrence;
pub mod separation_rule;
pub mod service_level_clock;
pub mod service_request;
pub mod service_request_verbs;
pub mod silence;
pub mod what_if;

#[cfg(test)]
pub(crate) mod pairs;

//! The rules of design: requirements, design packages, agreements with their
//! targets, and what underpins them. Pure: instants and ids are passed in.

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

pub mod agreement;
pub mod agreement_verbs;
pub mod approval;
pub mod belonging;
pub mod calendar;
pub mod design_package;
pub mod facts;
pub mod known_customer;
pub mod known_service;
pub mod requirement;
pub mod terms;
pub mod underpinning;
mod written;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

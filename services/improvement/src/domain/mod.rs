//! The rules of improvement: results of service level targets, reviews over a
//! period, recommendations and the register of initiatives. Pure: instants and
//! ids are passed in.

/// Declares a closed list of words: an enum whose values are written as in the API.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$word_doc:meta])* $word:ident = $written:literal),* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name { $($(#[$word_doc])* #[serde(rename = $written)] $word),* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            /// The value as it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $written),* }
            }

            /// Reads a written value; none when there is no such value.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    };
}

pub mod evidence;
pub mod facts;
pub mod initiative;
pub mod initiative_verbs;
pub mod known;
pub mod measures;
pub mod proposals;
pub mod recommendation;
pub mod recommendation_verbs;
pub mod review_lines;
pub mod service_level_review;
pub mod seven_steps;
pub mod target_result;
mod written;

#[cfg(test)]
mod review_tests;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

//! Closed lists of written words (`WITH_ISSUES`) and the checks that several nouns share.

use ciclo_kernel::{Code, Refusal};

/// Declares an enum whose values are written words: `ALL`, `as_str` and `parse`.
macro_rules! words {
    ($(#[$doc:meta])* $Name:ident { $($(#[$vdoc:meta])* $v:ident = $wire:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $Name { $($(#[$vdoc])* $v),* }

        impl $Name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$v),*];
            /// The value as it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Self::$v => $wire),* } }
            /// Reads a written value; `None` when there is no such value.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }
    };
}
pub(crate) use words;

/// Refuses one more entry in a list that already holds `most`.
pub(crate) fn room(field: &str, held: usize, most: usize) -> Result<(), Refusal> {
    if held < most {
        return Ok(());
    }
    Err(Refusal::new(Code::LimitExceeded, format!("{field}: at most {most} are kept"))
        .with("field", field)
        .with("limit", most))
}

/// A list without repetitions, in the order given, of at most `most` entries.
pub(crate) fn distinct<T: PartialEq>(field: &str, given: Vec<T>, most: usize) -> Result<Vec<T>, Refusal> {
    let mut kept: Vec<T> = Vec::with_capacity(given.len().min(most));
    for entry in given {
        if kept.contains(&entry) {
            continue;
        }
        room(field, kept.len(), most)?;
        kept.push(entry);
    }
    Ok(kept)
}

//! What is wrong with a calendar: every mistake with its place in the JSON.

use std::fmt;

/// How many mistakes are told; more are counted.
const TOLD: usize = 20;

/// One mistake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Where it is, as `weekly.monday[0]`; empty when it is the text as a whole.
    pub path: String,
    /// What is wrong and what would be right.
    pub why: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.why) } else { write!(f, "{}: {}", self.path, self.why) }
    }
}

/// The mistakes of a calendar, in the order of the text: at least one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mistakes {
    told: Vec<Mistake>,
    more: usize,
}

impl Mistakes {
    /// A single mistake.
    #[must_use]
    pub fn one(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { told: vec![Mistake { path: path.into(), why: why.into() }], more: 0 }
    }

    /// The mistakes, the first 20 of them.
    #[must_use]
    pub fn told(&self) -> &[Mistake] {
        &self.told
    }

    /// Notes a mistake.
    pub(crate) fn note(&mut self, path: impl Into<String>, why: impl Into<String>) {
        if self.told.len() < TOLD {
            self.told.push(Mistake { path: path.into(), why: why.into() });
        } else {
            self.more += 1;
        }
    }

    /// Notes the mistakes of a part, below its path.
    pub(crate) fn note_within(&mut self, place: &str, part: Self) {
        for Mistake { path, why } in part.told {
            let dot = if path.is_empty() { "" } else { "." };
            self.note(format!("{place}{dot}{path}"), why);
        }
        self.more += part.more;
    }

    /// The value when there is no mistake.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.told.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, mistake) in self.told.iter().enumerate() {
            write!(f, "{}{mistake}", if n == 0 { "" } else { "; " })?;
        }
        if self.more > 0 { write!(f, "; and {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for Mistakes {}

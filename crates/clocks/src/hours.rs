//! The hours that count, compiled: intervals of UTC with running sums, in blocks
//! that are made when they are first asked for and kept. Every question is a few
//! binary searches and a walk over the blocks between.

use crate::calendar::Calendar;
use crate::editions::{Edition, Editions};
use jiff::{SignedDuration, Span, Timestamp};
use std::sync::OnceLock;

/// The first instant whose hours are known, 1970-01-01T00:00:00Z: nothing is open before.
pub const FIRST: Timestamp = Timestamp::UNIX_EPOCH;
/// The end of the hours that are known, 2200-01-01T00:00:00Z: nothing is open from then on.
pub const HORIZON: Timestamp = Timestamp::constant(7_258_118_400, 0);

/// How long a block is, in seconds: 64 days.
const BLOCK: i64 = 64 * 86_400;

/// Hours that count, `[from, to)`, of one edition.
#[derive(Clone, Copy, Debug)]
struct Open {
    from: Timestamp,
    to: Timestamp,
    /// How much of the block is open before them.
    before: SignedDuration,
}

/// The hours of a block.
#[derive(Debug, Default)]
struct Block {
    open: Vec<Open>,
    whole: SignedDuration,
}

impl Block {
    /// How much of it is open before an instant.
    fn before(&self, at: Timestamp) -> SignedDuration {
        let next = self.open.partition_point(|open| open.from < at);
        let last = next.checked_sub(1).and_then(|index| self.open.get(index));
        last.map_or(SignedDuration::ZERO, |open| open.before + at.min(open.to).duration_since(open.from))
    }

    /// The earliest instant before which so much of it is open; more than nothing, and no more than there is.
    fn reach(&self, amount: SignedDuration) -> Option<Timestamp> {
        let next = self.open.partition_point(|open| open.before < amount);
        let last = next.checked_sub(1).and_then(|index| self.open.get(index))?;
        last.from.checked_add(amount - last.before).ok()
    }
}

/// A part of a period: open or closed throughout, under one edition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Part {
    pub from: Timestamp,
    pub to: Timestamp,
    pub open: bool,
    /// The place of the edition; none where no calendar counts.
    pub edition: Option<usize>,
}

/// What is kept of a block: its sum once somebody looked beyond it, its hours once somebody looked into it. So a
/// far target leaves numbers behind and no hours.
#[derive(Debug, Default)]
struct Kept {
    whole: OnceLock<SignedDuration>,
    block: OnceLock<Block>,
}

/// The hours that count, from [`FIRST`] to [`HORIZON`].
#[derive(Debug)]
pub struct Hours {
    editions: Editions,
    kept: Box<[Kept]>,
    /// Nothing is open from here on.
    end: Timestamp,
}

impl Hours {
    /// The hours of a calendar, or of a history of its editions. They are computed when they are asked for.
    #[must_use]
    pub fn new(calendar: impl Into<Editions>) -> Self {
        let editions = calendar.into();
        let end = editions.all().last().map_or(FIRST, end);
        let count = usize::try_from((end.as_second() + BLOCK - 1) / BLOCK).unwrap_or(0);
        Self { editions, kept: (0..count).map(|_| Kept::default()).collect(), end }
    }

    /// The hours of `24x7`: all of them.
    #[must_use]
    pub fn always() -> Self {
        Self::new(Calendar::always())
    }

    /// The editions that they are of.
    #[must_use]
    pub fn editions(&self) -> &Editions {
        &self.editions
    }

    /// How much is open from one instant to another; nothing when the second is not after the first.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let (from, to) = (self.known(from), self.known(to));
        if from >= to {
            return SignedDuration::ZERO;
        }
        let (first, last) = (index(from), index(to));
        let whole: SignedDuration = (first..last).map(|block| self.whole(block)).sum();
        whole + self.block(last).before(to) - self.block(first).before(from)
    }

    /// The earliest instant at or after another by which so much more is open; the instant itself when
    /// nothing is wanted. None when the calendar does not have so much left before the horizon.
    #[must_use]
    pub fn reach(&self, from: Timestamp, amount: SignedDuration) -> Option<Timestamp> {
        if amount <= SignedDuration::ZERO {
            return Some(from);
        }
        let from = self.known(from);
        let first = index(from);
        let mut left = amount.checked_add(self.block(first).before(from))?;
        for number in first..self.kept.len() {
            let whole = self.whole(number);
            if left <= whole {
                return self.block(number).reach(left);
            }
            left -= whole;
        }
        None
    }

    /// The earliest instant at or after another at which it is open; none when it never opens again.
    #[must_use]
    pub fn opening(&self, at: Timestamp) -> Option<Timestamp> {
        let at = self.known(at);
        let next = (index(at)..self.kept.len()).find_map(|number| {
            let open = &self.block(number).open;
            open.get(open.partition_point(|open| open.to <= at))
        });
        next.map(|open| open.from.max(at))
    }

    /// The earliest instant at or after another at which it is not open; none when it stays open to the horizon.
    #[must_use]
    pub fn closing(&self, at: Timestamp) -> Option<Timestamp> {
        let mut at = self.known(at);
        // Hours that meet are one: at midnight, and where blocks do.
        while self.opening(at) == Some(at) {
            let open = &self.block(index(at)).open;
            at = open.get(open.partition_point(|open| open.to <= at))?.to;
        }
        (at < HORIZON).then_some(at)
    }

    /// A period in parts that meet: what is open, what is closed, each under one edition.
    pub(crate) fn parts(&self, from: Timestamp, to: Timestamp) -> Vec<Part> {
        let mut parts = Vec::new();
        if from >= to {
            return parts;
        }
        let mut here = from;
        let (first, last) = (index(self.known(from)), index(self.known(to)));
        for number in first..=last {
            for open in self.block(number).open.iter().filter(|open| open.to > from && open.from < to) {
                self.closed(here, open.from, &mut parts);
                let (from, to) = (open.from.max(from), open.to.min(to));
                join(Part { from, to, open: true, edition: self.editions.index_at(from) }, &mut parts);
                here = to;
            }
        }
        self.closed(here, to, &mut parts);
        parts
    }

    /// Adds what is closed, edition by edition.
    fn closed(&self, from: Timestamp, to: Timestamp, parts: &mut Vec<Part>) {
        let mut here = from;
        while here < to {
            let edition = self.editions.index_at(here);
            let next = self.editions.all().get(edition.map_or(0, |index| index + 1));
            let until = next.map_or(to, |next| next.valid_from.min(to));
            join(Part { from: here, to: until, open: false, edition }, parts);
            here = until;
        }
    }

    /// An instant within what is known.
    fn known(&self, at: Timestamp) -> Timestamp {
        at.clamp(FIRST, self.end)
    }

    /// A block; an empty one beyond the end.
    fn block(&self, number: usize) -> &Block {
        static NONE: Block = Block { open: Vec::new(), whole: SignedDuration::ZERO };
        self.kept.get(number).map_or(&NONE, |kept| kept.block.get_or_init(|| self.compile(number)))
    }

    /// How much of a block is open.
    fn whole(&self, number: usize) -> SignedDuration {
        let Some(kept) = self.kept.get(number) else { return SignedDuration::ZERO };
        match kept.block.get() {
            Some(block) => block.whole,
            None => *kept.whole.get_or_init(|| self.compile(number).whole),
        }
    }

    /// Computes a block.
    fn compile(&self, number: usize) -> Block {
        let second = |blocks: usize| i64::try_from(blocks).unwrap_or(i64::MAX).saturating_mul(BLOCK);
        let instant = |blocks| Timestamp::from_second(second(blocks)).unwrap_or(self.end).min(self.end);
        let (begin, end) = (instant(number), instant(number + 1));
        let mut block = Block::default();
        let all = self.editions.all();
        for (n, edition) in all.iter().enumerate() {
            let from = edition.valid_from.max(begin);
            let to = all.get(n + 1).map_or(end, |next| next.valid_from.min(end));
            if from >= to {
                continue;
            }
            for (from, to) in edition.calendar.open(from, to) {
                block.open.push(Open { from, to, before: block.whole });
                block.whole += to.duration_since(from);
            }
        }
        block
    }
}

/// The number of the block that an instant is in.
fn index(at: Timestamp) -> usize {
    usize::try_from(at.as_second() / BLOCK).unwrap_or(0)
}

/// When the hours of the last edition end: at the horizon, or some days after the last date that has any.
fn end(edition: &Edition) -> Timestamp {
    let after = |date: jiff::civil::Date| {
        let day = date.saturating_add(Span::new().days(4));
        edition.calendar.zone().to_timestamp(day.at(0, 0, 0, 0)).ok()
    };
    let last = edition.calendar.last_date().and_then(after);
    last.map_or(HORIZON, |last| last.clamp(FIRST, HORIZON).max(edition.valid_from.min(HORIZON)))
}

/// Adds a part, to the one before it where both are the same.
fn join(part: Part, parts: &mut Vec<Part>) {
    match parts.last_mut() {
        Some(last) if (last.open, last.edition, last.to) == (part.open, part.edition, part.from) => {
            last.to = part.to;
        }
        _ => parts.push(part),
    }
}

//! `ciclo clock`: when a target is due, how much of it is used, and why. Works
//! on a file and asks no service.

use anyhow::{Context, Result, bail};
use ciclo_clocks::{ALWAYS, Calendar, Clock, Editions, Hours, Pause, Pauses, Segment, zone_data_version};
use ciclo_kernel::{SignedDuration, Timestamp};
use clap::Args;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::fs;

/// The facts of a clock.
#[derive(Args, Clone, Debug)]
pub struct ClockArgs {
    /// A file with a calendar as JSON, or with a list of its editions, as docs/calendars.md says; or `24x7`.
    #[arg(long)]
    pub calendar: String,
    /// When the clock was started: an instant as `2026-06-01T09:00+02:00`.
    #[arg(long)]
    pub start: String,
    /// The target: a duration as `PT8H` or `7h 30m`. A day has no fixed length and is none.
    #[arg(long)]
    pub target: String,
    /// A pause from one instant to another, as `2026-06-01T12:00Z/2026-06-02T09:00Z`; with nothing behind the
    /// slash it has not ended. Repeat it for more, in any order.
    #[arg(long = "pause")]
    pub pauses: Vec<String>,
    /// The instant to look at; now when it is left out.
    #[arg(long)]
    pub at: Option<String>,
    /// Print JSON: instants in UTC, durations in ISO 8601.
    #[arg(long)]
    pub json: bool,
}

/// What is asked, read.
struct Question {
    hours: Hours,
    clock: Clock,
    at: Timestamp,
}

impl ClockArgs {
    /// The answer, for people or as JSON.
    pub fn run(&self) -> Result<String> {
        let question = self.read()?;
        if self.json { Ok(serde_json::to_string_pretty(&question.json())?) } else { Ok(question.text()?) }
    }

    fn read(&self) -> Result<Question> {
        let calendar: Editions = if self.calendar == ALWAYS {
            Calendar::always().into()
        } else {
            let place = || format!("--calendar {}", self.calendar);
            Editions::parse(&fs::read_to_string(&self.calendar).with_context(place)?).with_context(place)?
        };
        let start = instant("--start", &self.start)?;
        let Ok(target) = self.target.parse::<SignedDuration>() else {
            bail!("--target {}: hours, minutes and seconds are needed, as PT8H or 7h 30m", self.target);
        };
        if target.is_negative() {
            bail!("--target {}: a target is not negative", self.target);
        }
        let pauses = self.pauses.iter().map(|text| pause(text)).collect::<Result<Pauses>>()?;
        let at = match &self.at {
            Some(text) => instant("--at", text)?,
            None => Timestamp::from_second(Timestamp::now().as_second())?,
        };
        if at < start {
            bail!("--at {at} is before --start {start}");
        }
        Ok(Question { hours: Hours::new(calendar), clock: Clock { pauses, ..Clock::new(start, target) }, at })
    }
}

fn instant(option: &str, text: &str) -> Result<Timestamp> {
    text.parse().with_context(|| format!("{option} {text}: an instant with an offset is needed"))
}

fn pause(text: &str) -> Result<Pause> {
    let Some((from, to)) = text.split_once('/') else {
        bail!("--pause {text}: two instants with a slash between are needed");
    };
    let from = instant("--pause", from)?;
    let to = if to.is_empty() { None } else { Some(instant("--pause", to)?) };
    if to.is_some_and(|to| to < from) {
        bail!("--pause {text}: it ends before it begins");
    }
    Ok(Pause { from, to, reason: "by --pause".to_owned() })
}

/// How long a segment lasts.
fn lasts(segment: &Segment) -> SignedDuration {
    segment.to.duration_since(segment.from)
}

/// A duration in seconds, whole unless it is not.
fn seconds(duration: SignedDuration) -> Value {
    if duration.subsec_nanos() == 0 { json!(duration.as_secs()) } else { json!(duration.as_secs_f64()) }
}

impl Question {
    /// When it would be due if an open pause ended now; none when none holds it.
    fn due_if_resumed(&self) -> Option<Timestamp> {
        let held = matches!(self.clock.due(&self.hours), Err(ciclo_clocks::Never::Held { .. }));
        held.then(|| self.clock.due_if_resumed(&self.hours, self.at).ok()).flatten()
    }

    fn zone(&self) -> (String, TimeZone) {
        let edition = self.hours.editions().at(self.at).or(self.hours.editions().all().first());
        let zone =
            edition.map(|edition| (edition.calendar.zone_name().to_owned(), edition.calendar.zone().clone()));
        zone.unwrap_or_else(|| ("UTC".to_owned(), TimeZone::UTC))
    }

    fn json(&self) -> Value {
        let Self { hours, clock, at } = self;
        let mut answer = Map::new();
        let mut say = |name: &str, value: Value| answer.insert(name.to_owned(), value);
        say("zone", json!(self.zone().0));
        say("zoneData", json!(zone_data_version()));
        say("start", json!(clock.start));
        say("target", json!(clock.target));
        say("at", json!(at));
        say("opensAt", json!(clock.opens_at(hours)));
        match clock.due(hours) {
            Ok(due) => say("due", json!(due)),
            Err(never) => {
                say("due", Value::Null);
                say("never", json!(never.to_string()))
            }
        };
        say("dueIfResumed", json!(self.due_if_resumed()));
        let (used, left) = (clock.used(hours, *at), clock.left(hours, *at));
        say("used", json!(used));
        say("usedSeconds", seconds(used));
        say("left", json!(left));
        say("leftSeconds", seconds(left));
        say("breached", json!(clock.breach(hours, *at).is_some()));
        let segments = clock.segments(hours, *at);
        let segments = segments.iter().map(|segment| {
            json!({
                "kind": segment.kind().as_str(),
                "from": segment.from,
                "to": segment.to,
                "seconds": seconds(lasts(segment)),
                "because": segment.because.to_string(),
            })
        });
        say("segments", segments.collect());
        Value::Object(answer)
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let Self { hours, clock, at } = self;
        let (name, zone) = self.zone();
        let local =
            |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %:z").to_string();
        let due = match clock.due(hours) {
            Ok(due) => local(due),
            Err(never) => format!("not by these facts: {never}"),
        };
        let mut text = String::new();
        writeln!(text, "{:<9}{name}, time zones of {}", "calendar", zone_data_version())?;
        writeln!(text, "{:<9}{}", "start", local(clock.start))?;
        writeln!(text, "{:<9}{:#}", "target", clock.target)?;
        writeln!(text, "{:<9}{due}", "due")?;
        if let Some(due) = self.due_if_resumed() {
            writeln!(text, "{:<9}{} if the pause ended then", "", local(due))?;
        }
        writeln!(text, "{:<9}{}", "at", local(*at))?;
        writeln!(text, "{:<9}{:#}", "used", clock.used(hours, *at))?;
        let left = clock.left(hours, *at);
        let sign = if left.is_negative() { "-" } else { "" };
        writeln!(text, "{:<9}{sign}{:#}", "left", left.abs())?;
        let breached = if clock.breach(hours, *at).is_some() { "yes" } else { "no" };
        writeln!(text, "{:<9}{breached}", "breached")?;
        let segments = clock.segments(hours, *at);
        if !segments.is_empty() {
            writeln!(text, "\n{:<31}{:<31}{:<14}{:<14}because", "from", "to", "lasts", "what")?;
        }
        for segment in &segments {
            let (lasts, kind) = (format!("{:#}", lasts(segment)), segment.kind().as_str());
            let (from, to) = (local(segment.from), local(segment.to));
            writeln!(text, "{from:<31}{to:<31}{lasts:<14}{kind:<14}{}", segment.because)?;
        }
        // The caller ends the last line.
        text.truncate(text.trim_end().len());
        Ok(text)
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;

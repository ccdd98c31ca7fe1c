//! The vectors of the field's rules.

use crate::support::{at, clock, hours, nights, office, paris, pause};
use ciclo_clocks::SegmentKind;
use jiff::SignedDuration;

#[test]
fn every_vector_is_due_when_the_rules_say() {
    let paused = [pause("2026-06-01T12:00+02:00", Some("2026-06-02T11:00+02:00"))];
    for (case, calendar, start, pauses, target, due) in [
        (
            "weekend with the spring change",
            paris(),
            "2026-03-27T16:00+01:00",
            &[][..],
            "4h",
            "2026-03-30T12:00+02:00",
        ),
        ("opened on a Saturday", paris(), "2026-03-28T12:00+01:00", &[], "1h", "2026-03-30T10:00+02:00"),
        ("public holiday", paris(), "2026-04-30T16:00+02:00", &[], "2h", "2026-05-04T10:00+02:00"),
        ("at closing time", paris(), "2026-06-01T17:00+02:00", &[], "1h", "2026-06-02T10:00+02:00"),
        ("target equals the day", paris(), "2026-06-01T09:00+02:00", &[], "8h", "2026-06-01T17:00+02:00"),
        ("paused over night", paris(), "2026-06-01T09:00+02:00", &paused, "8h", "2026-06-02T16:00+02:00"),
        ("a night of 7 hours", nights(), "2026-03-28T22:00+01:00", &[], "7h 30m", "2026-03-29T22:30+02:00"),
        ("Kolkata", office("Asia/Kolkata"), "2026-06-05T16:45+05:30", &[], "1h", "2026-06-08T09:45+05:30"),
    ] {
        let (hours, clock, due) = (hours(calendar), clock(start, target, pauses), at(due));
        assert_eq!(clock.due(&hours), Ok(due), "{case}");
        assert_eq!(clock.used(&hours, due), clock.target, "{case}");
        assert_eq!(clock.left(&hours, due), SignedDuration::ZERO, "{case}");
        assert_eq!(clock.breach(&hours, due), None, "{case}: the end counts");
        let late = due + SignedDuration::from_micros(1);
        assert_eq!(clock.breach(&hours, late).map(|breach| breach.due), Some(due), "{case}");
        let segments = clock.segments(&hours, due);
        let ran = segments.iter().filter(|segment| segment.kind() == SegmentKind::Running);
        let ran: SignedDuration = ran.map(|segment| segment.to.duration_since(segment.from)).sum();
        assert_eq!(ran, clock.target, "{case}: {segments:?}");
    }
}

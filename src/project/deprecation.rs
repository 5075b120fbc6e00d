//! When a model ends: the text of its `deprecation_date` in, a moment out. Behaviour:
//! `ModelNode.is_past_deprecation_date`.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::node::Node;

/// The moment that was written; without a zone it is one of `zone`.
pub fn moment(written: &str, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = || written.parse::<Timestamp>().ok();
    let local = |at: DateTime| zone.to_timestamp(at).ok();
    let with_time = || written.parse::<DateTime>().ok().and_then(local);
    let day = || written.parse::<Date>().ok().and_then(|day| local(day.to_datetime(jiff::civil::Time::midnight())));
    zoned().or_else(with_time).or_else(day)
}

/// Whether the model has ended by `now`.
pub fn is_over(node: &Node, now: &Zoned) -> bool {
    let written = node.model.deprecation_date.as_deref();
    written.and_then(|written| moment(written, now.time_zone())).is_some_and(|ends| ends < now.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_the_zone_and_a_zone_of_its_own_wins() {
        let hours = |hours: i8| TimeZone::fixed(jiff::tz::offset(hours));
        let text = |written: &str, zone: i8| moment(written, &hours(zone)).map(|moment| moment.to_string());
        assert_eq!(text("2024-07-01", 0).as_deref(), Some("2024-07-01T00:00:00Z"));
        assert_eq!(text("2024-07-01", 2).as_deref(), Some("2024-06-30T22:00:00Z"));
        assert_eq!(text("2024-07-01 12:00:00", 0).as_deref(), Some("2024-07-01T12:00:00Z"));
        assert_eq!(text("2024-07-01T12:00:00+02:00", 5).as_deref(), Some("2024-07-01T10:00:00Z"));
        assert_eq!(text("soon", 0), None);
    }
}

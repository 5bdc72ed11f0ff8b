//! What the owner paid: a subscription every month, and gifts, in two currencies.

use dumpus_ports::domain::analysis::observation::Payment;
use dumpus_ports::domain::time::Day;

use super::calendar::Calendar;
use super::ids::{Kind, id};
use super::recorder::Recorder;

/// The month in which the subscription began, counted from the first.
const SUBSCRIBED: i64 = 13;
/// The month in which its price went up.
const DEARER: i64 = 44;

/// Month, day of month, cents, cents that were given back, currency and description.
type Purchase = (i64, i64, i64, i64, &'static str, &'static str);

const PURCHASES: [Purchase; 11] = [
    (5, 11, 499, 0, "eur", "Nitro Basic Gift"),
    (12, 20, 999, 0, "eur", "Nitro Monthly Gift"),
    (19, 8, 499, 0, "usd", "Server Boost"),
    (24, 20, 4_999, 0, "usd", "Nitro Yearly Gift"),
    (31, 3, 799, 799, "usd", "Avatar Decoration"),
    (36, 21, 999, 0, "eur", "Nitro Monthly Gift"),
    (41, 15, 1_499, 500, "usd", "Profile Effect"),
    (48, 20, 4_999, 0, "usd", "Nitro Yearly Gift"),
    (57, 27, 499, 0, "usd", "Server Boost"),
    (66, 9, 799, 0, "usd", "Avatar Decoration"),
    (71, 14, 499, 0, "usd", "Server Boost"),
];

/// Tells the analysis all payments up to the last day.
pub(super) fn write(recorder: &mut Recorder, calendar: Calendar) {
    // About two weeks before the end, so that the client's shortest range has a payment.
    let (_, _, last) = calendar.last.civil();
    let due = (last + 15) % 28 + 1;
    let subscription = (SUBSCRIBED..=MONTHS).map(|month| {
        let price = if month < DEARER { 999 } else { 1_099 };
        (month, due, price, 0, "eur", "Nitro Monthly")
    });
    let dated = subscription.chain(PURCHASES).filter_map(|purchase| {
        let (month, day, ..) = purchase;
        let day = day_of_month(calendar.first, month, day)?;
        (calendar.first..=calendar.last)
            .contains(&day)
            .then_some((day, purchase))
    });
    for (number, (day, (.., amount, refunded, currency, description))) in (1..).zip(dated) {
        recorder.analysis.payment(&Payment {
            id: Some(&id(Kind::Payment, number)),
            time: Some(day.start()),
            amount: Some(amount),
            amount_refunded: Some(refunded),
            currency: Some(currency),
            description: Some(description),
            ..Payment::default()
        });
    }
}

/// The last month that may have begun before the last day.
const MONTHS: i64 = 72;

/// A day of the month that is so many months after the one of the first day.
fn day_of_month(first: Day, months: i64, day: i64) -> Option<Day> {
    let (year, month, _) = first.civil();
    let month = month - 1 + months;
    Day::from_civil(year + month / 12, month % 12 + 1, day)
}

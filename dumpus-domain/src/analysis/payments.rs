//! Which payments count, and how much.

use std::collections::BTreeMap;

use super::kept;
use super::observation::Payment;
use crate::report::{PaymentRow, Text};

/// Payments by id; of two with one id the first is kept.
#[derive(Debug, Default)]
pub(super) struct Payments {
    /// `None`: seen, and left out.
    by_id: BTreeMap<Text, Option<PaymentRow>>,
    pub(super) unreadable: u64,
}

impl Payments {
    pub(super) fn observe(&mut self, payment: &Payment<'_>) {
        let Some(id) = payment.id.and_then(kept::bounded_id) else {
            self.unreadable += 1;
            return;
        };
        if self.by_id.contains_key(id) {
            return;
        }
        let Ok(row) = row(id, payment) else {
            self.unreadable += 1;
            return;
        };
        self.by_id.insert(id.into(), row);
    }

    /// The payments that count, and how many do not.
    pub(super) fn into_rows(self) -> (Vec<PaymentRow>, usize) {
        let seen = self.by_id.len();
        let rows: Vec<_> = self.by_id.into_values().flatten().collect();
        let left_out = seen - rows.len();
        (rows, left_out)
    }
}

struct Unreadable;

fn row(id: &str, payment: &Payment<'_>) -> Result<Option<PaymentRow>, Unreadable> {
    if payment.is_incomplete {
        return Ok(None);
    }
    let currency = payment.currency.and_then(kept::currency).ok_or(Unreadable)?;
    if payment.is_virtual {
        return Ok(None);
    }
    let paid = payment.amount.ok_or(Unreadable)?;
    let amount = paid
        .checked_sub(payment.amount_refunded.ok_or(Unreadable)?)
        .ok_or(Unreadable)?;
    let time = payment.time.ok_or(Unreadable)?;
    if amount == 0 {
        return Ok(None);
    }
    Ok(Some(PaymentRow {
        payment_id: id.into(),
        day: time.day(),
        amount,
        currency,
        description: kept::description(payment.description.unwrap_or_default()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    fn payment(id: &'static str) -> Payment<'static> {
        Payment {
            id: Some(id),
            time: Some(Millis(1_755_282_615_123)),
            amount: Some(999),
            amount_refunded: Some(0),
            currency: Some("USD"),
            ..Payment::default()
        }
    }

    #[test]
    fn only_completed_payments_of_money_that_stayed_paid_are_kept() {
        let mut payments = Payments::default();
        payments.observe(&payment("1"));
        payments.observe(&Payment {
            amount: Some(1),
            ..payment("1")
        });
        payments.observe(&Payment {
            is_incomplete: true,
            ..payment("2")
        });
        payments.observe(&Payment {
            currency: Some("discord_orb"),
            is_virtual: true,
            ..payment("3")
        });
        payments.observe(&Payment {
            amount_refunded: Some(999),
            ..payment("4")
        });
        payments.observe(&Payment {
            amount_refunded: Some(99),
            ..payment("5")
        });
        payments.observe(&Payment {
            amount: None,
            ..payment("6")
        });
        payments.observe(&Payment {
            amount_refunded: None,
            ..payment("7")
        });
        assert_eq!(payments.unreadable, 2);
        let (rows, left_out) = payments.into_rows();
        assert_eq!(left_out, 3);
        let kept: Vec<_> = rows
            .iter()
            .map(|row| (&*row.payment_id, row.amount, &*row.currency))
            .collect();
        assert_eq!(kept, [("1", 999, "usd"), ("5", 900, "usd")]);
        assert_eq!(rows[0].day.to_string(), "2025-08-15");
        assert_eq!(&*rows[0].description, "");
    }
}

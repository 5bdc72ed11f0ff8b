//! Payments: records in the old location, the new one or both, and the resulting rows.

use serde_json::{Value, json};

use crate::{
    calendar::{self, DAY},
    quirk::Quirk,
    rng::Rng,
    spec::{Generation, PackageSpec, Section},
    truth::PaymentRow,
};

/// The records of both locations, and the rows of both together.
#[derive(Clone, Debug, Default)]
pub(crate) struct PaymentPlan {
    /// `payments` of `user.json`; `None` if the key is absent.
    pub(crate) old: Option<Vec<Value>>,
    /// The records of `payments.json`; `None` if the file is absent.
    pub(crate) new: Option<Vec<Value>>,
    pub(crate) rows: Vec<PaymentRow>,
}

impl PaymentPlan {
    pub(crate) fn new(spec: &PackageSpec, span: (i64, i64)) -> Self {
        if !spec.holds(Section::Payments) || !spec.holds(Section::Account) {
            return Self::default();
        }
        let mut maker = Maker {
            spec,
            rng: Rng::new(spec.seed).fork("payments"),
            span,
            serial: 1_180_000_000_000_000_000,
            rows: Vec::new(),
        };
        let mut records: Vec<_> = (0..spec.payments).map(|_| maker.kept()).collect();
        if spec.has(Quirk::UnkeptPayments) {
            records.extend(maker.unkept());
        }
        if spec.has(Quirk::IncompletePayments) {
            records.extend(maker.incomplete());
        }
        maker.rng.shuffle(&mut records);
        let is_new = spec.generation == Generation::Y2025;
        let (mut old, mut new) = (None, None);
        if spec.has(Quirk::PaymentsTwice) {
            let (mut first, mut second) = (Vec::new(), Vec::new());
            for record in records {
                match maker.rng.below(3) {
                    0 => first.push(record),
                    1 => second.push(record),
                    _ => {
                        second.push(other_copy(&record));
                        first.push(record.clone());
                        first.push(record);
                    }
                }
            }
            new = Some(first);
            old = Some(second);
        } else if is_new {
            new = Some(records);
        } else {
            old = Some(records);
        }
        Self {
            old,
            new,
            rows: maker.rows,
        }
    }

    /// `payments.json`.
    pub(crate) fn file(&self) -> Option<String> {
        let records = self.new.as_ref()?;
        let file = json!({
            "section": "payments",
            "generated_at": "2026-02-01T10:00:00.000Z",
            "record_count": records.len(),
            "records": records,
            "metadata": {},
        });
        Some(file.to_string())
    }
}

/// The old location's record of a payment that is also in the new one: it is counted and kept likewise, but differs.
fn other_copy(record: &Value) -> Value {
    let mut copy = record.clone();
    if let Some(fields) = copy.as_object_mut() {
        fields.insert("description".to_owned(), json!("an older text"));
    }
    copy
}

struct Maker<'a> {
    spec: &'a PackageSpec,
    rng: Rng,
    span: (i64, i64),
    serial: u64,
    rows: Vec<PaymentRow>,
}

impl Maker<'_> {
    fn record(&mut self, amount: i64, refunded: i64, currency: &str, status: i64) -> (Value, i64) {
        self.serial += 1 + self.rng.below(1_000_000_000);
        let at = self.rng.between(self.span.0, self.span.1);
        let mut created = Vec::new();
        calendar::push_seconds(&mut created, at, b'T');
        created.extend_from_slice(
            self.rng
                .pick::<&[u8]>(&[b".123456+00:00".as_slice(), b"+00:00", b"Z", b".500Z"]),
        );
        let is_text = self.spec.has(Quirk::StringAmounts) && self.rng.chance(50);
        let number = |value: i64| {
            if is_text {
                json!(value.to_string())
            } else {
                json!(value)
            }
        };
        let record = json!({
            "id": self.serial.to_string(),
            "created_at": String::from_utf8_lossy(&created),
            "currency": currency,
            "tax": 0,
            "tax_inclusive": false,
            "amount": number(amount),
            "amount_refunded": number(refunded),
            "status": status,
            "description": "Nitro Monthly",
            "flags": 0,
            "payment_gateway": 1,
            "sku_id": "1180000000000000002",
            "sku_price": 999,
        });
        (record, at)
    }

    fn kept(&mut self) -> Value {
        let amount = self.rng.between(99, 12_000);
        let refunded = if self.rng.chance(20) {
            self.rng.between(1, amount - 1)
        } else {
            0
        };
        let currency = *self.rng.pick(&["usd", "eur", "jpy", "EUR", "pln"]);
        let (mut record, at) = self.record(amount, refunded, currency, 1);
        let id = self.serial.to_string();
        let mut text = self
            .rng
            .pick(&["Nitro Monthly", "Nitro Basic (année)", "Server Boost \"×2\""])
            .to_string();
        record["description"] = json!(text);
        if let Some(fields) = record.as_object_mut() {
            if refunded == 0 && self.rng.chance(30) {
                fields.remove("amount_refunded");
            }
            if self.spec.has(Quirk::IncompletePayments) && self.rng.chance(40) {
                text.clear();
                if self.rng.chance(50) {
                    fields.remove("description");
                } else {
                    fields.insert("description".to_owned(), Value::Null);
                }
            }
            if self.rng.chance(20) {
                fields.remove("status");
            }
        }
        self.rows.push(PaymentRow {
            payment_id: id,
            payment_date: calendar::day_text(at.div_euclid(DAY)),
            payment_amount: amount - refunded,
            payment_currency: currency.to_lowercase(),
            payment_description: text,
        });
        record
    }

    fn unkept(&mut self) -> Vec<Value> {
        let mut records: Vec<_> = [0, 2, 3, 4, 5, 6]
            .map(|status| self.record(999, 0, "usd", status).0)
            .into();
        records.push(self.record(1000, 0, "discord_orb", 1).0);
        records.push(self.record(1000, 0, "DISCORD_ORB", 1).0);
        records.push(self.record(499, 499, "eur", 1).0);
        records.push(self.record(0, 0, "usd", 1).0);
        records
    }

    fn incomplete(&mut self) -> Vec<Value> {
        let mut records = Vec::new();
        for key in ["id", "created_at", "currency", "amount"] {
            let mut record = self.record(700, 0, "usd", 1).0;
            if let Some(fields) = record.as_object_mut() {
                fields.remove(key);
            }
            records.push(record);
        }
        for key in ["created_at", "amount"] {
            let mut record = self.record(700, 0, "usd", 1).0;
            record[key] = json!("never");
            records.push(record);
        }
        records
    }
}

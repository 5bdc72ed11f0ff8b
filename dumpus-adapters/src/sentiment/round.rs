//! Rounding as Python does it.

/// How many units one is.
const UNITS: f64 = 10_000.0;

/// A number from -1 to 1 in units of 1e-4, rounded as `round(number, 4)` is in Python: to the nearest, of two equally
/// near to the even one, and by the number's exact value. That of 0.00005 is a little above one half of a unit, while its
/// product with 10,000 is one half.
pub(crate) fn ten_thousandths(number: f64) -> i32 {
    let product = number * UNITS;
    let nearest = product.round_ties_even();
    let rounded = if (product - nearest).abs() < 0.5 {
        // The exact product is on the same side of each half: halves are numbers themselves.
        nearest
    } else {
        let error = number.mul_add(UNITS, -product);
        if error == 0.0 {
            nearest
        } else {
            product + error.signum() * 0.5
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "the number is between -1 and 1")]
    let units = rounded as i32;
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rust's formatting rounds by the exact value, ties to even.
    fn formatted(number: f64) -> i32 {
        let digits: String = format!("{number:.4}")
            .chars()
            .filter(|character| *character != '.')
            .collect();
        digits.parse().unwrap()
    }

    #[test]
    fn exact_halves_go_to_the_even_unit() {
        assert_eq!(ten_thousandths(0.03125), 312);
        assert_eq!(ten_thousandths(0.09375), 938);
        assert_eq!(ten_thousandths(-0.03125), -312);
        assert_eq!(ten_thousandths(-0.09375), -938);
    }

    #[test]
    fn numbers_next_to_a_half_are_rounded_by_their_exact_value() {
        for unit in 0..10_000 {
            let half = (f64::from(unit) + 0.5) / UNITS;
            for number in [half.next_down(), half, half.next_up()] {
                assert_eq!(ten_thousandths(number), formatted(number), "{number:e}");
                assert_eq!(ten_thousandths(-number), formatted(-number), "{number:e}");
            }
        }
    }

    #[test]
    fn other_numbers_are_rounded_to_the_nearest_unit() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..100_000 {
            let number = random.f64() * 2.0 - 1.0;
            assert_eq!(ten_thousandths(number), formatted(number), "{number:e}");
        }
        assert_eq!([0.0, -0.0, 1.0, -1.0].map(ten_thousandths), [0, 0, 10_000, -10_000]);
    }
}

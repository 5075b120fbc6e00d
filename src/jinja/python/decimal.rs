//! Python's `Decimal`: what a query answers where its numbers have a fraction. It keeps its zeros, and computes exactly.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr};
use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use super::{Done, fail};

/// Digits that a computed value keeps, as in Python's default context.
const DIGITS: usize = 28;

/// A value with more zeros is not written out or computed with.
const FARTHEST: i64 = 1_000;

/// `coefficient` times ten to the power of `exponent`.
#[derive(Debug, Clone)]
pub(crate) struct Decimal {
    coefficient: BigInt,
    exponent: i64,
}

impl Decimal {
    /// Reads `12`, `1.50` or `1e20`.
    pub(crate) fn parsed(text: &str) -> Option<Self> {
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let coefficient = BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10)?;
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        (exponent.abs() <= FARTHEST).then_some(Self { coefficient, exponent })
    }

    pub(crate) fn of_whole(coefficient: BigInt) -> Self {
        Self { coefficient, exponent: 0 }
    }

    /// The value that a float really has.
    fn of_float(float: f64) -> Option<Self> {
        let mut exponent = 0;
        let mut scaled = float;
        while scaled.is_finite() && scaled.fract() != 0.0 {
            scaled *= 2.0;
            exponent += 1;
        }
        let coefficient = BigInt::from_f64(scaled)? * BigInt::from(5).pow(exponent);
        Some(Self { coefficient, exponent: -i64::from(exponent) })
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.coefficient.is_zero()
    }

    pub(crate) fn float(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Python's `int(x)`.
    pub(crate) fn truncated(&self) -> BigInt {
        match u32::try_from(-self.exponent) {
            Ok(places) => &self.coefficient / power_of_ten(places),
            Err(_) => self.at(0),
        }
    }

    pub(crate) fn negated(&self) -> Self {
        Self { coefficient: -&self.coefficient, exponent: self.exponent }
    }

    /// The coefficient for a smaller exponent.
    fn at(&self, exponent: i64) -> BigInt {
        let places = u32::try_from(self.exponent.saturating_sub(exponent)).unwrap_or(0);
        &self.coefficient * power_of_ten(places)
    }

    /// With so many digits after the point, half to even.
    pub(crate) fn rounded(&self, places: i64) -> Self {
        let exponent = -places.clamp(-FARTHEST, FARTHEST);
        if exponent <= self.exponent {
            return Self { coefficient: self.at(exponent), exponent };
        }
        let unit = power_of_ten(u32::try_from(exponent - self.exponent).unwrap_or(0));
        Self { coefficient: divided_to_even(&self.coefficient, &unit), exponent }
    }

    /// With no more digits than a computed value keeps.
    fn kept(self) -> Self {
        let digits = count(&self.coefficient);
        match digits.checked_sub(DIGITS) {
            None | Some(0) => self,
            Some(more) => {
                let rounded = self.rounded(-(self.exponent + i64::try_from(more).unwrap_or(0)));
                // 9.99… may have become one digit longer.
                if count(&rounded.coefficient) > DIGITS { rounded.kept() } else { rounded }
            }
        }
    }

    fn divided(&self, by: &Self) -> Self {
        let ideal = self.exponent - by.exponent;
        let longer = DIGITS + 1 + count(&by.coefficient);
        let shift = u32::try_from(longer.saturating_sub(count(&self.coefficient))).unwrap_or(0);
        let scaled = &self.coefficient * power_of_ten(shift);
        let (mut coefficient, rest) = (&scaled / &by.coefficient, &scaled % &by.coefficient);
        let mut exponent = ideal - i64::from(shift);
        if !rest.is_zero() {
            // A digit more says that there is something behind, so that nothing is taken for a half that is none.
            coefficient = coefficient * 10 + if scaled.is_negative() == by.coefficient.is_negative() { 1 } else { -1 };
            return Self { coefficient, exponent: exponent - 1 }.kept();
        }
        while exponent < ideal && BigInt::is_zero(&(&coefficient % 10u8)) {
            coefficient /= 10;
            exponent += 1;
        }
        Self { coefficient, exponent }.kept()
    }
}

fn power_of_ten(places: u32) -> BigInt {
    BigInt::from(10).pow(places)
}

fn count(coefficient: &BigInt) -> usize {
    coefficient.magnitude().to_string().len()
}

fn divided_to_even(value: &BigInt, unit: &BigInt) -> BigInt {
    let (quotient, rest) = (value / unit, value % unit);
    let is_up = match BigInt::cmp(&(rest.abs() * 2u8), unit) {
        Ordering::Less => false,
        Ordering::Equal => !BigInt::is_zero(&(&quotient % 2u8)),
        Ordering::Greater => true,
    };
    match is_up {
        false => quotient,
        true if value.is_negative() => quotient - 1,
        true => quotient + 1,
    }
}

/// `left <operator> right` of two decimals, of which Python keeps 28 digits.
pub(crate) fn apply(operator: &str, left: &Decimal, right: &Decimal) -> Done<Decimal> {
    let lower = left.exponent.min(right.exponent);
    let computed = match operator {
        "+" => Decimal { coefficient: left.at(lower) + right.at(lower), exponent: lower },
        "-" => Decimal { coefficient: left.at(lower) - right.at(lower), exponent: lower },
        "*" => {
            Decimal { coefficient: &left.coefficient * &right.coefficient, exponent: left.exponent + right.exponent }
        }
        "**" => return power(left, right),
        _ if right.is_zero() => return Err(fail("a number cannot be divided by zero")),
        "/" => left.divided(right),
        "//" => Decimal::of_whole(left.at(lower) / right.at(lower)),
        _ => Decimal { coefficient: left.at(lower) % right.at(lower), exponent: lower },
    };
    match computed.exponent.abs() > FARTHEST {
        true => Err(fail("this number is too long to be computed")),
        false => Ok(computed.kept()),
    }
}

fn power(base: &Decimal, exponent: &Decimal) -> Done<Decimal> {
    let whole = exponent.truncated();
    let times = whole.to_u32().filter(|times| *times <= 100 && order(exponent, &Decimal::of_whole(whole)).is_eq());
    let times = times.ok_or_else(|| fail("a decimal to this power is not computed here; write `| float` before it"))?;
    let power = Decimal { coefficient: base.coefficient.pow(times), exponent: base.exponent * i64::from(times) };
    Ok(power.kept())
}

/// The order of two decimals.
pub(crate) fn order(left: &Decimal, right: &Decimal) -> Ordering {
    let lower = left.exponent.min(right.exponent);
    left.at(lower).cmp(&right.at(lower))
}

/// The order of a decimal and a float; nothing for what is not a number at all.
pub(crate) fn against(left: &Decimal, right: f64) -> Option<Ordering> {
    match Decimal::of_float(right) {
        Some(right) => Some(order(left, &right)),
        None if right.is_nan() => None,
        None => Some(if right > 0.0 { Ordering::Less } else { Ordering::Greater }),
    }
}

impl fmt::Display for Decimal {
    /// Behaviour: `decimal.Decimal.__str__`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.coefficient.magnitude().to_string();
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let left = self.exponent + length;
        let point = if self.exponent <= 0 && left > -6 { left } else { 1 };
        f.write_str(if self.coefficient.is_negative() { "-" } else { "" })?;
        match usize::try_from(point) {
            Ok(point) if point > 0 && point < digits.len() => write!(f, "{}.{}", &digits[..point], &digits[point..])?,
            Ok(point) if point > 0 => f.write_str(&digits)?,
            _ => write!(f, "0.{}{digits}", "0".repeat(usize::try_from(-point).unwrap_or(0)))?,
        }
        if left == point { Ok(()) } else { write!(f, "E{:+}", left - point) }
    }
}

impl Object for Decimal {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.is_zero()
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(order(self, other.downcast_ref::<Self>()?))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Decimal {
        Decimal::parsed(text).unwrap()
    }

    // Each answer is Python's own.
    #[test]
    fn decimals_are_written_as_in_python() {
        for (text, written) in [
            ("1.50", "1.50"),
            ("1e20", "1E+20"),
            ("1e+16", "1E+16"),
            ("0.00", "0.00"),
            ("1e-7", "1E-7"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1E-7"),
            ("-12.30", "-12.30"),
            ("0", "0"),
            ("1.5e3", "1.5E+3"),
        ] {
            assert_eq!(of(text).to_string(), written);
        }
    }

    #[test]
    fn decimals_are_computed_as_in_python() {
        for (left, operator, right, answer) in [
            ("1.50", "+", "2", "3.50"),
            ("1.50", "*", "2", "3.00"),
            ("1", "/", "3", "0.3333333333333333333333333333"),
            ("2", "/", "3", "0.6666666666666666666666666667"),
            ("3.00", "/", "2", "1.50"),
            ("10", "/", "4", "2.5"),
            ("-7.5", "//", "2", "-3"),
            ("-7.5", "%", "2", "-1.5"),
            ("1.10", "**", "2", "1.2100"),
            ("0.1", "-", "0.10", "0.00"),
            ("12345678901234567890", "*", "9876543210987654321", "1.219326311370217952237463801E+38"),
        ] {
            let found = apply(operator, &of(left), &of(right)).unwrap();
            assert_eq!(found.to_string(), answer, "{left} {operator} {right}");
        }
        assert_eq!(of("2.345").rounded(2).to_string(), "2.34");
        assert_eq!(of("2.5").rounded(0).to_string(), "2");
        assert_eq!(against(&of("0.1"), 0.1), Some(Ordering::Less));
    }
}

//! Python's numbers: integers of any size and floats, with the operators on them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Object, ObjectRepr, ValueKind};
use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use super::decimal::{self, Decimal};
use super::{Done, fail, float};

/// An integer of more bits is not computed.
const MOST_BITS: u64 = 1 << 20;

/// Python writes and reads no integer with more digits.
const MOST_DIGITS: usize = 4300;

/// A number: bools count as integers.
#[derive(Debug, Clone)]
pub(crate) enum Number {
    Whole(i128),
    Big(BigInt),
    Float(f64),
    Decimal(Decimal),
}

/// An integer that minijinja cannot hold.
#[derive(Debug)]
struct Big(BigInt);

impl Object for Big {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Number {
    /// The number that a value is; nothing for what is none.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value.kind() {
            ValueKind::Bool => Some(Self::Whole(i128::from(value.is_true()))),
            ValueKind::Number if value.is_integer() => match value.as_i64() {
                Some(small) => Some(Self::Whole(small.into())),
                None => match i128::try_from(value.clone()) {
                    Ok(whole) => Some(Self::Whole(whole)),
                    Err(_) => value.to_string().parse().ok().map(Self::Big),
                },
            },
            ValueKind::Number => f64::try_from(value.clone()).ok().map(Self::Float),
            ValueKind::Plain => {
                let big = value.downcast_object_ref::<Big>().map(|big| Self::Big(big.0.clone()));
                big.or_else(|| value.downcast_object_ref::<Decimal>().cloned().map(Self::Decimal))
            }
            _ => None,
        }
    }

    pub(crate) fn is_float(&self) -> bool {
        matches!(self, Self::Float(_))
    }

    /// Python's `float(x)`.
    pub(crate) fn float(&self) -> Done<f64> {
        let float = match self {
            Self::Whole(whole) => whole.to_f64(),
            Self::Big(big) => big.to_f64(),
            Self::Float(float) => return Ok(*float),
            Self::Decimal(decimal) => Some(decimal.float()),
        };
        float.filter(|float| float.is_finite()).ok_or_else(|| fail("this integer is too large for a float"))
    }

    /// As a decimal, which Python makes of no float.
    fn decimal(&self) -> Done<Decimal> {
        match self {
            Self::Decimal(decimal) => Ok(decimal.clone()),
            Self::Float(_) => {
                Err(fail("Python computes nothing of a decimal and a float; write `| float` after the decimal"))
            }
            whole => Ok(Decimal::of_whole(whole.big())),
        }
    }

    fn big(&self) -> BigInt {
        match self {
            Self::Whole(whole) => BigInt::from(*whole),
            Self::Big(big) => big.clone(),
            Self::Float(float) => BigInt::from_f64(*float).unwrap_or_default(),
            Self::Decimal(decimal) => decimal.truncated(),
        }
    }

    /// Python's `int(x)`; nothing for what is infinite or no number.
    pub(crate) fn truncated(&self) -> Option<Self> {
        match self {
            Self::Float(float) => BigInt::from_f64(float.trunc()).map(Self::of_big),
            Self::Decimal(decimal) => Some(Self::of_big(decimal.truncated())),
            whole => Some(whole.clone()),
        }
    }

    fn of_big(big: BigInt) -> Self {
        big.to_i128().map_or_else(|| Self::Big(big), Self::Whole)
    }

    pub(crate) fn value(self) -> Value {
        match self {
            Self::Whole(whole) => i64::try_from(whole).map_or_else(|_| Value::from(whole), Value::from),
            Self::Big(big) => match big.to_i128() {
                Some(whole) => Self::Whole(whole).value(),
                None => Value::from_object(Big(big)),
            },
            Self::Float(float) => Value::from(float),
            Self::Decimal(decimal) => Value::from_object(decimal),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Whole(whole) => *whole == 0,
            Self::Big(_) => false,
            Self::Float(float) => *float == 0.0,
            Self::Decimal(decimal) => decimal.is_zero(),
        }
    }

    /// As Python's `str` writes it.
    ///
    /// # Errors
    /// An integer of more than 4300 digits is not written.
    pub(crate) fn text(&self) -> Done<String> {
        match self {
            Self::Whole(whole) => Ok(whole.to_string()),
            Self::Float(value) => Ok(float::repr(*value)),
            Self::Big(big) if big.bits() as usize > MOST_DIGITS * 10 / 3 + 1 => {
                Err(fail(format!("an integer of more than {MOST_DIGITS} digits is not written out")))
            }
            Self::Big(big) => Ok(big.to_string()),
            Self::Decimal(decimal) => Ok(decimal.to_string()),
        }
    }

    /// Reads digits of this base, as Python's `int(text, base)`: signs, underscores and `0x` may be there.
    pub(crate) fn parsed(text: &str, base: u32) -> Option<Self> {
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let lower = digits.get(..2).map(str::to_ascii_lowercase);
        let prefix = match lower.as_deref() {
            Some("0x") => 16,
            Some("0o") => 8,
            Some("0b") => 2,
            _ => 0,
        };
        let (base, digits) = match (base, prefix) {
            (0, 0) => (10, digits),
            (base, prefix) if prefix != 0 && (base == 0 || base == prefix) => (prefix, &digits[2..]),
            (base, _) => (base, digits),
        };
        let is_odd = digits.starts_with(['_', '+', '-']) || digits.ends_with('_') || digits.contains("__");
        if is_odd || digits.len() > MOST_DIGITS || !(2..=36).contains(&base) {
            return None;
        }
        let plain: String = digits.chars().filter(|c| *c != '_').collect();
        BigInt::parse_bytes(format!("{sign}{plain}").as_bytes(), base).map(Self::of_big)
    }
}

/// A whole number that fits an index; bools count.
pub(crate) fn index(value: &Value) -> Option<i64> {
    match Number::of(value)? {
        Number::Whole(whole) => Some(i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })),
        Number::Big(big) => Some(if big.is_negative() { i64::MIN } else { i64::MAX }),
        Number::Float(_) | Number::Decimal(_) => None,
    }
}

fn by_zero() -> minijinja::Error {
    fail("a number cannot be divided by zero")
}

/// `left <operator> right` for `+ - * / // % **`.
pub(crate) fn apply(operator: &str, left: &Number, right: &Number) -> Done<Number> {
    match (operator, left, right) {
        (_, Number::Decimal(_), _) | (_, _, Number::Decimal(_)) => {
            decimal::apply(operator, &left.decimal()?, &right.decimal()?).map(Number::Decimal)
        }
        ("/", _, _) if right.is_zero() => Err(by_zero()),
        ("/", _, _) => Ok(Number::Float(left.float()? / right.float()?)),
        ("**", _, _) => power(left, right),
        (_, Number::Float(_), _) | (_, _, Number::Float(_)) => {
            floats(operator, left.float()?, right.float()?).map(Number::Float)
        }
        (_, Number::Whole(a), Number::Whole(b)) => {
            let small = match operator {
                "+" => a.checked_add(*b),
                "-" => a.checked_sub(*b),
                "*" => a.checked_mul(*b),
                _ if *b == 0 => return Err(by_zero()),
                "//" => {
                    a.checked_div_euclid(*b).map(|_| a.div_euclid(*b) - i128::from(*b < 0 && a.rem_euclid(*b) != 0))
                }
                _ => a.checked_rem_euclid(*b).map(|rest| if rest != 0 && *b < 0 { rest + b } else { rest }),
            };
            match small {
                Some(small) => Ok(Number::Whole(small)),
                None => bigs(operator, &left.big(), &right.big()),
            }
        }
        _ => bigs(operator, &left.big(), &right.big()),
    }
}

fn bigs(operator: &str, a: &BigInt, b: &BigInt) -> Done<Number> {
    if a.bits() + b.bits() > MOST_BITS {
        return Err(fail("this integer is too long to be computed"));
    }
    crate::jinja::budget::charge(((a.bits() * b.bits()) / 512) as usize)?;
    let floor = |a: &BigInt, b: &BigInt| {
        let (quotient, rest) = (a / b, a % b);
        if !rest.is_zero() && rest.is_negative() != b.is_negative() {
            (quotient - 1, rest + b)
        } else {
            (quotient, rest)
        }
    };
    Ok(Number::of_big(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        _ if b.is_zero() => return Err(by_zero()),
        "//" => floor(a, b).0,
        _ => floor(a, b).1,
    }))
}

fn floats(operator: &str, a: f64, b: f64) -> Done<f64> {
    match operator {
        "+" => Ok(a + b),
        "-" => Ok(a - b),
        "*" => Ok(a * b),
        _ if b == 0.0 => Err(by_zero()),
        _ => {
            let mut rest = a % b;
            let mut quotient = (a - rest) / b;
            if rest != 0.0 && (b < 0.0) != (rest < 0.0) {
                rest += b;
                quotient -= 1.0;
            } else if rest == 0.0 {
                rest = 0.0f64.copysign(b);
            }
            let floor = quotient.floor();
            let floor = if quotient - floor > 0.5 { floor + 1.0 } else { floor };
            Ok(if operator == "//" { floor } else { rest })
        }
    }
}

fn power(base: &Number, exponent: &Number) -> Done<Number> {
    let is_negative = match exponent {
        Number::Whole(whole) => *whole < 0,
        Number::Big(big) => big.is_negative(),
        Number::Float(float) => *float < 0.0,
        Number::Decimal(_) => false,
    };
    if is_negative && base.is_zero() {
        return Err(by_zero());
    }
    if base.is_float() || exponent.is_float() || is_negative {
        let (base, exponent) = (base.float()?, exponent.float()?);
        let result = base.powf(exponent);
        if result.is_nan() && !base.is_nan() && !exponent.is_nan() {
            return Err(fail("a negative number to the power of a fraction is not a real number"));
        }
        let is_too_large = result.is_infinite() && base.is_finite() && exponent.is_finite();
        return if is_too_large {
            Err(fail("this number is too large for a float"))
        } else {
            Ok(Number::Float(result))
        };
    }
    let base = base.big();
    let is_trivial = base.bits() < 2;
    let exponent = match exponent {
        Number::Whole(whole) => u64::try_from(*whole).ok(),
        _ => None,
    };
    let too_long = || fail("this integer is too long to be computed");
    let exponent = match exponent {
        None if is_trivial => return Err(too_long()),
        other => other.ok_or_else(too_long)?,
    };
    if is_trivial {
        let is_positive = !base.is_negative() || exponent % 2 == 0;
        return Ok(Number::of_big(if is_positive && exponent > 0 {
            base.abs()
        } else if exponent == 0 {
            1.into()
        } else {
            base
        }));
    }
    let bits = base.bits().checked_mul(exponent).filter(|bits| *bits <= MOST_BITS).ok_or_else(too_long)?;
    crate::jinja::budget::charge(bits as usize * 4)?;
    Ok(Number::of_big(base.pow(u32::try_from(exponent).map_err(|_| too_long())?)))
}

/// `-x`
pub(crate) fn negated(number: &Number) -> Number {
    match number {
        Number::Whole(whole) => whole.checked_neg().map_or_else(|| Number::Big(-number.big()), Number::Whole),
        Number::Big(big) => Number::of_big(-big),
        Number::Float(float) => Number::Float(-float),
        Number::Decimal(decimal) => Number::Decimal(decimal.negated()),
    }
}

/// The order of two numbers; nothing when one of them is not a number at all.
pub(crate) fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(b),
        (Number::Decimal(a), Number::Float(b)) => decimal::against(a, *b),
        (Number::Float(a), Number::Decimal(b)) => decimal::against(b, *a).map(Ordering::reverse),
        (Number::Decimal(a), Number::Decimal(b)) => Some(decimal::order(a, b)),
        (Number::Decimal(a), b) => Some(decimal::order(a, &Decimal::of_whole(b.big()))),
        (a, Number::Decimal(b)) => Some(decimal::order(&Decimal::of_whole(a.big()), b)),
        (Number::Float(a), _) => against(*a, &right.big()),
        (_, Number::Float(b)) => against(*b, &left.big()).map(Ordering::reverse),
        _ => Some(left.big().cmp(&right.big())),
    }
}

/// The exact order of a float and an integer.
fn against(float: f64, whole: &BigInt) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    match BigInt::from_f64(float.trunc()) {
        None => Some(if float > 0.0 { Ordering::Greater } else { Ordering::Less }),
        Some(truncated) => Some(truncated.cmp(whole).then(float.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal))),
    }
}

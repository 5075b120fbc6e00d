//! Literals: numbers, texts, dates, moments and intervals.

use sqlparser::ast::{DateTimeField, Expr, Interval, TypedString, Value, ValueWithSpan};

use super::data_type::Type;
use super::place::Placed;
use super::{Answer, Translator, Typed, not_here, text};

impl Translator<'_> {
    pub(super) fn literal(&self, value: &ValueWithSpan) -> Answer<Typed> {
        Ok(match &value.value {
            Value::Null => Typed::new("NULL", Type::Unknown),
            Value::Boolean(value) => Typed::new(value.to_string(), Type::Boolean),
            Value::SingleQuotedString(written) | Value::UnicodeStringLiteral(written) => text_literal(written),
            Value::Number(written, false) => match number(written) {
                Some(number) => number,
                None => {
                    return self.wrong(
                        value,
                        format!("`{written}` is no number that Athena can hold"),
                        "write it as text and cast it",
                    );
                }
            },
            Value::HexStringLiteral(_) if self.begins_with_digit(value) => return not_here("a number written `0x…`"),
            Value::HexStringLiteral(hex) => {
                let hex: String = hex.split_whitespace().collect();
                Typed::new(format!("unhex('{hex}')"), Type::Varbinary)
            }
            _ => return self.no_such_syntax(value, "Athena knows no such literal"),
        })
    }

    fn begins_with_digit(&self, at: &impl Placed) -> bool {
        let begins = self.offset(at.place()).and_then(|at| self.query.as_bytes().get(at));
        begins.is_some_and(u8::is_ascii_digit)
    }

    /// `date '2024-01-01'`, `timestamp '…'`, `decimal '1.0'`.
    pub(super) fn typed_literal(&self, typed: &TypedString) -> Answer<Typed> {
        let Value::SingleQuotedString(written) = &typed.value.value else {
            return self.no_such_syntax(&typed.value, "a literal's text stands in single quotes");
        };
        let data_type = match &typed.data_type {
            sqlparser::ast::DataType::Timestamp(None, _) => timestamp_type(written),
            sqlparser::ast::DataType::Time(None, _) => Type::Time(digits_of(written)),
            sqlparser::ast::DataType::Decimal(sqlparser::ast::ExactNumberInfo::None) => {
                return decimal(written).map_or_else(
                    || self.wrong(&typed.value, format!("`{written}` is no decimal"), "write digits, with one point"),
                    Ok,
                );
            }
            other => self.written_type(other, typed.value.place())?,
        };
        if data_type == Type::Json {
            return Ok(Typed::new(format!("__json_parse({})", text(written)), Type::Json));
        }
        let literal = text_literal(written);
        let mut value = self.converted(&literal, &data_type, &typed.value)?;
        value.literal = None;
        Ok(value)
    }

    /// `interval '1' month`.
    pub(super) fn interval(&self, interval: &Interval) -> Answer<Typed> {
        let (negative, value) = match &*interval.value {
            Expr::UnaryOp { op: sqlparser::ast::UnaryOperator::Minus, expr } => ("-", &**expr),
            value => ("", value),
        };
        let Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(written), .. }) = value else {
            return self.no_such_syntax(&*interval.value, "an interval's number stands in quotes: `interval '1' day`");
        };
        let Some(field) = &interval.leading_field else {
            return self.no_such_syntax(&*interval.value, "an interval has one unit after it: `interval '1' day`");
        };
        if interval.last_field.is_some() {
            return not_here("interval … to …");
        }
        let written = written.trim();
        let (function, data_type) = match field {
            DateTimeField::Year => ("to_years", Type::Months),
            DateTimeField::Month => ("to_months", Type::Months),
            DateTimeField::Day => ("to_days", Type::Days),
            DateTimeField::Hour => ("to_hours", Type::Days),
            DateTimeField::Minute => ("to_minutes", Type::Days),
            DateTimeField::Second => ("to_seconds", Type::Days),
            _ => {
                return self.no_such_syntax(
                    &*interval.value,
                    "an interval's unit is year, month, day, hour, minute or second",
                );
            }
        };
        let digits = written.strip_prefix(['-', '+']).unwrap_or(written);
        let is_second = function == "to_seconds";
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || (is_second && c == '.'));
        if !is_number {
            return self.wrong(
                &*interval.value,
                format!("`{written}` is no whole number"),
                "write the interval as `interval '1' day`",
            );
        }
        let written = written.trim_start_matches('+');
        let sql = match is_second {
            true => {
                format!("to_microseconds(CAST({negative}1 * CAST({written} AS DECIMAL(18,6)) * 1000000 AS BIGINT))")
            }
            false => format!("{function}({negative}({written}))"),
        };
        Ok(Typed::new(sql, data_type))
    }
}

/// The smallest whole number, whose digits are too many without the sign before them.
pub(super) fn smallest(digits: &Expr) -> Option<Typed> {
    let Expr::Value(ValueWithSpan { value: Value::Number(written, false), .. }) = digits else { return None };
    (*written == "9223372036854775808").then(|| Typed::new("CAST('-9223372036854775808' AS BIGINT)", Type::Bigint))
}

/// A text of just the length that it has.
pub(super) fn text_literal(written: &str) -> Typed {
    let length = u32::try_from(written.chars().count()).ok();
    Typed { sql: text(written), data_type: Type::Varchar(length), literal: Some(written.to_owned()) }
}

/// `1` is an integer, `1.0` a decimal and `1e0` a double.
fn number(written: &str) -> Option<Typed> {
    if written.contains(['e', 'E']) {
        let value: f64 = written.parse().ok()?;
        return Some(Typed::new(format!("CAST('{value:e}' AS DOUBLE)"), Type::Double));
    }
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written.strip_prefix('+').unwrap_or(written)),
    };
    if !digits.chars().all(|c| c.is_ascii_digit() || c == '.') || digits.is_empty() {
        return None;
    }
    if let Some((whole, fraction)) = digits.split_once('.') {
        let whole = whole.trim_start_matches('0');
        let scale = u8::try_from(fraction.len()).ok()?;
        let precision = u8::try_from(whole.len()).ok()?.checked_add(scale)?.max(1);
        let sql = format!("CAST('{sign}{whole}.{fraction}' AS DECIMAL({precision},{scale}))");
        return (precision <= 38).then(|| Typed::new(sql, Type::Decimal(precision, scale)));
    }
    let value: i64 = format!("{sign}{digits}").parse().ok()?;
    Some(match i32::try_from(value) {
        Ok(value) => Typed::new(format!("CAST({value} AS INTEGER)"), Type::Integer),
        Err(_) => Typed::new(format!("CAST({value} AS BIGINT)"), Type::Bigint),
    })
}

/// `decimal '1'` is a decimal even without a point.
fn decimal(written: &str) -> Option<Typed> {
    let with_point = if written.contains('.') { written.to_owned() } else { format!("{written}.") };
    number(&with_point).filter(|number| number.data_type != Type::Double)
}

/// A timestamp has as many digits as are written, and a zone when there is one.
fn timestamp_type(written: &str) -> Type {
    let (date, time) = written.trim().split_once([' ', 'T']).unwrap_or((written.trim(), ""));
    let end = time.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(time.len());
    let (clock, zone) = time.split_at(end);
    let digits = digits_of(clock);
    let has_zone = !zone.trim().is_empty() && !date.is_empty();
    if has_zone { Type::Zoned(digits) } else { Type::Timestamp(digits) }
}

/// How many digits a clock has after its seconds.
fn digits_of(clock: &str) -> u8 {
    let digits = clock.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end().len());
    u8::try_from(digits).unwrap_or(u8::MAX)
}

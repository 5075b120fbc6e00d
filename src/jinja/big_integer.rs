//! Integers that only Python can hold, as text: an address such as `0xa020…` is written into SQL, and nobody adds to it.

/// A longer number is left to minijinja, which refuses it.
const LONGEST: usize = 1000;

/// The decimal digits of an integer that has more than 128 bits; nothing for any other number.
pub(super) fn digits(written: &str) -> Option<String> {
    let plain: String = written.chars().filter(|c| *c != '_').collect();
    let (radix, digits) = match plain.get(..2) {
        Some("0x" | "0X") => (16, &plain[2..]),
        Some("0o" | "0O") => (8, &plain[2..]),
        Some("0b" | "0B") => (2, &plain[2..]),
        _ => (10, plain.as_str()),
    };
    let is_big = !digits.is_empty() && digits.len() <= LONGEST && u128::from_str_radix(digits, radix).is_err();
    if !is_big {
        return None;
    }
    let mut decimal = vec![0u32];
    for digit in digits.chars() {
        let mut carry = digit.to_digit(radix)?;
        for place in &mut decimal {
            let value = *place * radix + carry;
            (*place, carry) = (value % 10, value / 10);
        }
        while carry > 0 {
            decimal.push(carry % 10);
            carry /= 10;
        }
    }
    decimal.iter().rev().map(|digit| char::from_digit(*digit, 10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_more_than_128_bits_are_written_out() {
        let known = [
            ("0xa020d57ab0448ef74115c112d18a9c231cc86000", Some("914170743843819636241048683169470459684082704384")),
            ("340282366920938463463374607431768211456", Some("340282366920938463463374607431768211456")),
            ("340282366920938463463374607431768211455", None),
            ("0xff", None),
            ("1.5", None),
            ("1e400", None),
        ];
        for (written, decimal) in known {
            assert_eq!(digits(written).as_deref(), decimal, "{written}");
        }
    }
}

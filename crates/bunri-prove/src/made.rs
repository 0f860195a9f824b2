//! Values from nowhere: extremes, other lengths, and fresh keys. None of them is a value of a record, but for a fresh
//! text key, which begins as a neighbour's so that the row comes to stand beside it.

use bunri_types::ValueType;

use crate::draw::Draw;
use crate::plain::Plain;

const MICROS_A_DAY: i64 = 86_400_000_000;
/// 2010-01-01, and as many days as ordinary made days are spread over.
const ORDINARY_DAYS: (i32, u64) = (14_610, 5_000);

/// How far a made value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extreme {
    /// Like others.
    None,
    /// More than two hundred letters or bytes.
    Longer,
    /// Nothing, or one letter.
    Shorter,
    /// The least value of the type.
    Lowest,
    /// The greatest.
    Highest,
}

/// A value of a type.
pub(crate) fn made(value_type: ValueType, extreme: Extreme, draw: Draw) -> Plain {
    match value_type {
        ValueType::Text => Plain::Text(text(extreme, draw)),
        ValueType::Bytes => Plain::Bytes(text(extreme, draw).into_bytes()),
        ValueType::Bool => Plain::Bool(draw.below(2) == 1),
        ValueType::Int => Plain::Int(match extreme {
            Extreme::Lowest => i64::MIN,
            Extreme::Highest => i64::MAX,
            Extreme::Longer | Extreme::Shorter | Extreme::None => small(draw, 100_000).into(),
        }),
        ValueType::Decimal { precision, .. } => Plain::Decimal(decimal(precision, extreme, draw)),
        ValueType::Real => Plain::Real(real(extreme, draw).to_bits()),
        ValueType::Date(_) => Plain::Date(day(extreme, draw)),
        ValueType::Timestamp => {
            Plain::Timestamp(i64::from(day(extreme, draw)) * MICROS_A_DAY + micros(draw))
        }
    }
}

fn real(extreme: Extreme, draw: Draw) -> f64 {
    match extreme {
        Extreme::Lowest => f64::MIN,
        Extreme::Highest => f64::MAX,
        Extreme::Longer | Extreme::Shorter | Extreme::None => {
            f64::from(small(draw, 1_000_000)) / 7.0
        }
    }
}

/// A time within a day.
pub(crate) fn micros(draw: Draw) -> i64 {
    let micros = draw.at(1).below(MICROS_A_DAY.unsigned_abs());
    i64::try_from(micros).unwrap_or(0)
}

/// A number below `bound`, as every integer type can hold it.
fn small(draw: Draw, bound: u32) -> u32 {
    u32::try_from(draw.below(u64::from(bound))).unwrap_or(0)
}

fn text(extreme: Extreme, draw: Draw) -> String {
    match extreme {
        Extreme::Longer => {
            let signs = ["乙", "カ", "0", " ", "-", "x", "髙"];
            let length = 200 + draw.below(800);
            (0..length)
                .filter_map(|at| draw.at(at).pick(&signs).copied())
                .collect()
        }
        Extreme::Shorter if draw.below(2) == 0 => String::new(),
        Extreme::Shorter => "丙".to_owned(),
        Extreme::Lowest => String::new(),
        Extreme::Highest => "\u{10FFFF}".repeat(8),
        Extreme::None => format!("{:012x}", draw.number() >> 16),
    }
}

fn decimal(precision: u8, extreme: Extreme, draw: Draw) -> i128 {
    let greatest = 10_i128.pow(u32::from(precision)) - 1;
    match extreme {
        Extreme::Lowest => -greatest,
        Extreme::Highest => greatest,
        Extreme::Longer | Extreme::Shorter | Extreme::None => {
            i128::from(small(draw, 1_000_000)) % (greatest + 1)
        }
    }
}

/// Extremes stay within years that every calendar library can print.
fn day(extreme: Extreme, draw: Draw) -> i32 {
    match extreme {
        Extreme::Lowest => -700_000,
        Extreme::Highest => 2_900_000,
        Extreme::Longer | Extreme::Shorter | Extreme::None => {
            ORDINARY_DAYS.0 + i32::try_from(draw.below(ORDINARY_DAYS.1)).unwrap_or(0)
        }
    }
}

/// A key that is very likely nobody's. `neighbour` is a key of the same column.
pub(crate) fn fresh_key(value_type: ValueType, neighbour: Option<&Plain>, draw: Draw) -> Plain {
    match (value_type, neighbour) {
        (ValueType::Text, neighbour) => {
            let made = format!("{:08x}", draw.number() >> 32);
            Plain::Text(match (neighbour, draw.below(4)) {
                (Some(Plain::Text(near)), 1..) => format!("{near}{made}"),
                _ => format!("!{made}"),
            })
        }
        (ValueType::Int, Some(Plain::Int(near))) => {
            let distance = i64::from(small(draw, 2_000)) - 1_000;
            match draw.below(4) {
                0 => Plain::Int(i64::MIN + i64::from(small(draw, u32::MAX))),
                1 => Plain::Int(i64::MAX - i64::from(small(draw, u32::MAX))),
                _ => Plain::Int(near.saturating_add(distance)),
            }
        }
        (ValueType::Date(_), Some(Plain::Date(near))) => {
            Plain::Date(near.saturating_add(i32::try_from(draw.below(4_000)).unwrap_or(0) - 2_000))
        }
        (ValueType::Int | ValueType::Date(_), _)
        | (
            ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes,
            _,
        ) => made(value_type, Extreme::None, draw),
    }
}

/// A key that no rule knows: a text that is longer than its neighbour, a number far off, a day before every ledger.
pub(crate) fn nobodys_key(value_type: ValueType, neighbour: Option<&Plain>, draw: Draw) -> Plain {
    match value_type {
        ValueType::Int => Plain::Int(i64::MIN + i64::from(small(draw, u32::MAX))),
        ValueType::Date(_) => Plain::Date(long_ago(draw)),
        ValueType::Timestamp => {
            Plain::Timestamp(i64::from(long_ago(draw)) * MICROS_A_DAY + micros(draw))
        }
        ValueType::Text
        | ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Bool
        | ValueType::Bytes => fresh_key(value_type, neighbour, draw),
    }
}

/// Between 1750 and 1860.
fn long_ago(draw: Draw) -> i32 {
    -80_000 + i32::try_from(draw.below(40_000)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    #[test]
    fn extremes_fit_their_type() {
        let narrow = ValueType::Decimal {
            precision: 3,
            scale: 1,
        };
        let widest = ValueType::Decimal {
            precision: 38,
            scale: 0,
        };
        for (value_type, greatest) in [(narrow, 999), (widest, 10_i128.pow(38) - 1)] {
            for extreme in [Extreme::Lowest, Extreme::Highest, Extreme::None] {
                let Plain::Decimal(value) = made(value_type, extreme, Draw::new(3)) else {
                    panic!("a decimal is a decimal");
                };
                assert!(value.abs() <= greatest);
            }
        }
    }

    #[test]
    fn lengths_are_other_lengths() {
        let length = |extreme| match made(ValueType::Text, extreme, Draw::new(1)) {
            Plain::Text(text) => text.chars().count(),
            _ => usize::MAX,
        };
        assert!(length(Extreme::Longer) >= 200);
        assert!(length(Extreme::Shorter) <= 1);
    }
}

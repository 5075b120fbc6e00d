//! What the variables of a signature stand for, and lambdas.

use std::collections::HashMap;

use sqlparser::ast::{LambdaFunction, OneOrManyWithParens};

use super::call::cast_cost;
use super::coerce;
use super::data_type::Type;
use super::scope::{Column, Scope};
use super::type_words::{Over, Pattern};
use super::{Answer, Translator};

/// The types that a signature's variables stand for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Bindings {
    variables: HashMap<char, Type>,
    decimal: Option<(u8, u8)>,
    /// The digits after the seconds of the first moment.
    digits: Option<u8>,
}

impl Bindings {
    /// Takes a type for a pattern, and says how much has to be cast; none if it does not fit.
    pub(super) fn bind(&mut self, pattern: &Pattern, actual: &Type) -> Option<u32> {
        match pattern {
            Pattern::Any => Some(0),
            Pattern::Exactly(wanted) => {
                if let Type::Timestamp(digits) | Type::Zoned(digits) | Type::Time(digits) = actual {
                    self.digits.get_or_insert(*digits);
                } else if *actual == Type::Date {
                    self.digits.get_or_insert(0);
                }
                cast_cost(actual, wanted)
            }
            Pattern::Variable(name) => {
                let known = self.variables.get(name).cloned();
                let bound = match &known {
                    Some(known) => coerce::common(known, actual)?,
                    None => actual.clone(),
                };
                let cost = u32::from(known.is_some_and(|known| known != bound));
                self.variables.insert(*name, bound);
                Some(cost)
            }
            Pattern::Decimal => {
                let Type::Decimal(precision, scale) = actual else { return None };
                self.decimal.get_or_insert((*precision, *scale));
                Some(0)
            }
            Pattern::Array(element) => match actual {
                Type::Array(actual) => self.bind(element, actual),
                Type::Unknown => self.bind(element, &Type::Unknown).map(|cost| cost + 1),
                _ => None,
            },
            Pattern::Map(key, value) => match actual {
                Type::Map(actual_key, actual_value) => {
                    Some(self.bind(key, actual_key)? + self.bind(value, actual_value)?)
                }
                Type::Unknown => Some(self.bind(key, actual)? + self.bind(value, actual)? + 1),
                _ => None,
            },
            Pattern::Row(patterns) => match actual {
                Type::Row(fields) if fields.len() == patterns.len() => patterns
                    .iter()
                    .zip(fields)
                    .try_fold(0, |cost, (pattern, field)| Some(cost + self.bind(pattern, &field.data_type)?)),
                _ => None,
            },
            Pattern::WidestDecimal | Pattern::Function(..) => None,
        }
    }

    /// How many digits the first moment has after its seconds.
    pub(super) fn digits(&self) -> u8 {
        self.digits.unwrap_or(3)
    }

    /// The pattern with its variables' types.
    pub(super) fn substituted(&self, pattern: &Pattern) -> Type {
        match pattern {
            Pattern::Exactly(Type::Timestamp(_)) => Type::Timestamp(self.digits.unwrap_or(3)),
            Pattern::Exactly(Type::Zoned(_)) => Type::Zoned(self.digits.unwrap_or(3)),
            Pattern::Exactly(Type::Time(_)) => Type::Time(self.digits.unwrap_or(3)),
            Pattern::Exactly(exactly) => exactly.clone(),
            Pattern::Variable(name) => self.variables.get(name).cloned().unwrap_or(Type::Unknown),
            Pattern::Decimal => {
                let (precision, scale) = self.decimal.unwrap_or((38, 0));
                Type::Decimal(precision, scale)
            }
            Pattern::WidestDecimal => Type::Decimal(38, self.decimal.map_or(0, |(_, scale)| scale)),
            Pattern::Array(element) => Type::array(self.substituted(element)),
            Pattern::Map(key, value) => Type::map(self.substituted(key), self.substituted(value)),
            Pattern::Row(fields) => Type::row(fields.iter().map(|field| self.substituted(field))),
            Pattern::Any | Pattern::Function(..) => Type::Unknown,
        }
    }
}

impl Bindings {
    /// Whether a variable stands for something else than it did.
    pub(super) fn differ(&self, before: &Self) -> bool {
        before.variables.iter().any(|(name, known)| self.variables.get(name) != Some(known))
    }
}

impl Translator<'_> {
    /// A lambda in DuckDB's words. What it returns binds the variables that are free till then.
    pub(super) fn lambda_words(
        &self,
        scope: &Scope<'_>,
        lambda: &LambdaFunction,
        (types, result, over): (&[Pattern], &Pattern, Over),
        bindings: &mut Bindings,
    ) -> Answer<String> {
        let written = match &lambda.params {
            OneOrManyWithParens::One(one) => std::slice::from_ref(one),
            OneOrManyWithParens::Many(many) => many.as_slice(),
        };
        let value = self.fresh('p');
        let mut names = Vec::new();
        let mut columns = Vec::new();
        for (at, (parameter, pattern)) in written.iter().zip(types).enumerate() {
            let sql = match over {
                Over::Values => self.fresh('p'),
                Over::Entries => format!("struct_extract({value}, '{}')", if at == 0 { "key" } else { "value" }),
                Over::Pairs => format!("{value}[{}]", at + 1),
            };
            names.push(sql.clone());
            let name = Some(self.given_name(&parameter.name)?);
            let data_type = bindings.substituted(pattern);
            columns.push(Column { name, relation: Vec::new(), sql, data_type, is_merged: false });
        }
        let own = Scope::with_parameters(scope, columns);
        let body = self.expr(&own, &lambda.body)?;
        // What is free takes the lambda's type; what a reduction begins with grows to what its lambda gives.
        if let Pattern::Variable(_) = result {
            bindings.bind(result, &body.data_type);
        }
        let wanted = bindings.substituted(result);
        if !coerce::fits(&body.data_type, &wanted) {
            let message = format!("the lambda gives a {}, and a {wanted} is wanted", body.data_type);
            return self.wrong(&*lambda.body, message, "cast what it gives, or what it begins with");
        }
        let sql = self.coerced(&body, &wanted)?;
        let parameters = if over == Over::Values { names.join(", ") } else { value };
        Ok(format!("lambda {parameters}: {sql}"))
    }
}

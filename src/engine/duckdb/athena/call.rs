//! Calls: which of a function's signatures is meant, and its words with the arguments in them.
//!
//! Behaviour: Trino takes the signature that fits without casts, else the one whose casts change least.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, LambdaFunction};

use super::coerce;
use super::data_type::Type;
use super::functions::{self, Signature};
use super::lambda::Bindings;
use super::place::Placed;
use super::scope::Scope;
use super::type_words::Pattern;
use super::{Answer, Translator, Typed};
use crate::engine::EngineError;
use crate::project::problem::did_you_mean;

/// What stands between a call's brackets.
pub(super) enum Argument<'e> {
    Value(Typed),
    Lambda(&'e LambdaFunction),
}

/// A signature with its variables bound, and the arguments in DuckDB's words.
pub(super) struct Resolved {
    pub(super) signature: &'static Signature,
    pub(super) arguments: Vec<String>,
    pub(super) result: Type,
    /// How many digits the first moment has after its seconds.
    digits: u8,
}

/// As often as a type can grow: a decimal by a digit.
const MOST_WIDENINGS: usize = 40;

impl Translator<'_> {
    /// A call as it is written.
    pub(super) fn function(&self, scope: &Scope<'_>, call: &Function) -> Answer<Typed> {
        let name = call.name.to_string().to_lowercase();
        let name = name.trim_matches('"').to_owned();
        if call.name.0.len() > 1 || call.uses_odbc_syntax || !matches!(call.parameters, FunctionArguments::None) {
            return self.no_such_syntax(call, &format!("Athena knows no function `{name}`"));
        }
        if call.over.is_some() && functions::aggregate(&name).is_none() {
            return self.window_function(scope, call, &name);
        }
        let is_bare = matches!(name.as_str(), "current_date" | "current_timestamp" | "localtimestamp");
        if is_bare && !matches!(call.args, FunctionArguments::None) {
            return self.no_such_syntax(call, &format!("`{name}` stands without brackets"));
        }
        let arguments = self.written_arguments(call)?;
        if functions::aggregate(&name).is_some() {
            return self.aggregate(scope, call, &name, &arguments);
        }
        self.takes_no_clauses(call, &name)?;
        if let Some(special) = self.special(scope, &name, &arguments, call) {
            return special;
        }
        let arguments = self.arguments(scope, &arguments)?;
        self.call(scope, &name, arguments, call)
    }

    /// The expressions between the brackets.
    pub(super) fn written_arguments<'c>(&self, call: &'c Function) -> Answer<Vec<&'c Expr>> {
        let FunctionArguments::List(list) = &call.args else {
            return match &call.args {
                FunctionArguments::None => Ok(Vec::new()),
                _ => self.no_such_syntax(call, "a query between a function's brackets needs brackets of its own"),
            };
        };
        let expression = |argument: &'c FunctionArg| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(Some(expr)),
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => Ok(None),
            _ => self.no_such_syntax(call, "arguments have no names in Athena"),
        };
        let found = list.args.iter().map(expression).collect::<Answer<Vec<_>>>()?;
        if found.contains(&None) && !(call.name.to_string().eq_ignore_ascii_case("count") && found.len() == 1) {
            return self.no_such_syntax(call, "only `count` takes `*`");
        }
        Ok(found.into_iter().flatten().collect())
    }

    fn takes_no_clauses(&self, call: &Function, name: &str) -> Answer<()> {
        let has_clauses = match &call.args {
            FunctionArguments::List(list) => list.duplicate_treatment.is_some() || !list.clauses.is_empty(),
            _ => false,
        };
        if has_clauses && name.starts_with("json_") {
            return super::not_here(format!("{name} with clauses"));
        }
        if has_clauses || call.filter.is_some() || call.null_treatment.is_some() || !call.within_group.is_empty() {
            let message = format!("`{name}` is no aggregate: it takes no `distinct`, `order by` or `filter`");
            return self.wrong(call, message, "take the clause away");
        }
        Ok(())
    }

    pub(super) fn arguments<'e>(&self, scope: &Scope<'_>, written: &[&'e Expr]) -> Answer<Vec<Argument<'e>>> {
        let argument = |expr: &&'e Expr| match expr {
            Expr::Lambda(lambda) => Ok(Argument::Lambda(lambda)),
            expr => Ok(Argument::Value(self.expr(scope, expr)?)),
        };
        written.iter().map(argument).collect()
    }

    /// A call that the grammar writes in another way.
    pub(super) fn call_by_name(&self, scope: &Scope<'_>, name: &str, written: &[&Expr], at: &Expr) -> Answer<Typed> {
        let arguments = self.arguments(scope, written)?;
        if let [Argument::Value(value), ..] = arguments.as_slice()
            && matches!(value.data_type, Type::Decimal(..))
            && let Some(found) = self.of_decimals(name, &arguments)
        {
            return found;
        }
        self.call(scope, name, arguments, at)
    }

    /// A scalar function of this name, with these arguments.
    pub(super) fn call(
        &self,
        scope: &Scope<'_>,
        name: &str,
        arguments: Vec<Argument<'_>>,
        at: &impl Placed,
    ) -> Answer<Typed> {
        let Some(known) = functions::scalar(name) else { return self.unknown_function(name, at) };
        let resolved = self.resolved(scope, (name, known), &arguments, at)?;
        let words = resolved.signature.words.replace("{digits}", &resolved.digits.to_string());
        let words = filled(&words, &resolved.arguments);
        Ok(Typed::new(cast_if(resolved.signature, words, &resolved.result), resolved.result))
    }

    pub(super) fn unknown_function<T>(&self, name: &str, at: &impl Placed) -> Answer<T> {
        if functions::is_of_athena(name) {
            return Err(EngineError::NotHere(name.to_owned()));
        }
        let help = match did_you_mean(name, functions::names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "see the functions in Athena's manual, which are those of Trino".to_owned(),
        };
        self.wrong(at, format!("Athena has no function `{name}`"), &help)
    }

    /// The signature that is meant.
    pub(super) fn resolved(
        &self,
        scope: &Scope<'_>,
        (name, known): (&str, &'static [Signature]),
        arguments: &[Argument<'_>],
        at: &impl Placed,
    ) -> Answer<Resolved> {
        let mut best: Option<(u32, &'static Signature, Bindings)> = None;
        for signature in known {
            if let Some((cost, bindings)) = fitting(signature, arguments)
                && best.as_ref().is_none_or(|(known, ..)| cost < *known)
            {
                best = Some((cost, signature, bindings));
            }
        }
        let Some((_, signature, mut bindings)) = best else {
            if functions::is_longer_in_athena(name, arguments.len()) {
                return super::not_here(format!("{name} with {} arguments", arguments.len()));
            }
            let type_of = |argument: &Argument<'_>| match argument {
                Argument::Value(value) => value.data_type.to_string(),
                Argument::Lambda(_) => "a lambda".to_owned(),
            };
            let types: Vec<String> = arguments.iter().map(type_of).collect();
            let message = format!("`{name}` takes no ({})", types.join(", "));
            return self.wrong(at, message, "see the function in Athena's manual; cast the arguments to what it takes");
        };
        // A variable that a lambda widens changes the other arguments, and the lambda with them.
        let mut words = Vec::new();
        for _ in 0..MOST_WIDENINGS {
            let before = bindings.clone();
            words = self.argument_words(scope, signature, arguments, &mut bindings)?;
            if !bindings.differ(&before) {
                break;
            }
        }
        let result = bindings.substituted(&signature.result);
        Ok(Resolved { signature, arguments: words, result, digits: bindings.digits() })
    }

    fn argument_words(
        &self,
        scope: &Scope<'_>,
        signature: &'static Signature,
        arguments: &[Argument<'_>],
        bindings: &mut Bindings,
    ) -> Answer<Vec<String>> {
        let mut words = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            words.push(match (argument, parameter(signature, at)) {
                (Argument::Value(value), pattern) => self.as_parameter(value, pattern, bindings)?,
                (Argument::Lambda(lambda), Pattern::Function(types, result, over)) => {
                    self.lambda_words(scope, lambda, (types, result, *over), bindings)?
                }
                (Argument::Lambda(_), _) => String::new(),
            });
        }
        Ok(words)
    }

    fn as_parameter(&self, value: &Typed, pattern: &Pattern, bindings: &Bindings) -> Answer<String> {
        let wanted = match pattern {
            Pattern::Any | Pattern::Decimal => value.data_type.clone(),
            pattern => bindings.substituted(pattern),
        };
        match (&value.data_type, &wanted) {
            // A moment keeps its digits.
            (Type::Timestamp(_), Type::Timestamp(_))
            | (Type::Zoned(_), Type::Zoned(_))
            | (Type::Time(_), Type::Time(_)) => Ok(value.sql.clone()),
            _ => self.coerced(value, &wanted),
        }
    }
}

/// The pattern of an argument; a variadic signature repeats its last one.
fn parameter(signature: &Signature, at: usize) -> &Pattern {
    signature.parameters.get(at).or(signature.parameters.last()).unwrap_or(&Pattern::Any)
}

/// Whether the arguments fit a signature, how much has to be cast, and what its variables are.
fn fitting(signature: &Signature, arguments: &[Argument<'_>]) -> Option<(u32, Bindings)> {
    let count = signature.parameters.len();
    let has_count = arguments.len() == count || signature.is_variadic && arguments.len() + 1 >= count;
    if !has_count {
        return None;
    }
    let mut bindings = Bindings::default();
    let mut cost = 0;
    for (at, argument) in arguments.iter().enumerate() {
        match (argument, parameter(signature, at)) {
            (Argument::Lambda(lambda), Pattern::Function(types, ..)) => {
                let has_count = match &lambda.params {
                    sqlparser::ast::OneOrManyWithParens::One(_) => types.len() == 1,
                    sqlparser::ast::OneOrManyWithParens::Many(parameters) => types.len() == parameters.len(),
                };
                has_count.then_some(())?;
            }
            (Argument::Value(_), Pattern::Function(..)) | (Argument::Lambda(_), _) => return None,
            (Argument::Value(value), pattern) => cost += bindings.bind(pattern, &value.data_type)?,
        }
    }
    Some((cost, bindings))
}

/// How much a cast changes: nothing, the size, or the kind.
pub(super) fn cast_cost(from: &Type, to: &Type) -> Option<u32> {
    if from == to {
        return Some(0);
    }
    coerce::fits(from, to).then_some(())?;
    Some(match (from, to) {
        (Type::Unknown, _) => 1,
        (Type::Varchar(_), Type::Varchar(_))
        | (Type::Timestamp(_), Type::Timestamp(_))
        | (Type::Zoned(_), Type::Zoned(_))
        | (Type::Time(_), Type::Time(_)) => 0,
        (Type::Char(_), _) => 1,
        (Type::Date, Type::Timestamp(_)) => 1,
        (_, Type::Zoned(_)) => 3,
        (from, to) if from.is_integer() && to.is_integer() => 1,
        (_, Type::Decimal(..)) => 2,
        (_, Type::Real) => 4,
        (_, Type::Double) => 5,
        _ => 1,
    })
}

/// The words with the arguments in their places.
pub(super) fn filled(words: &str, arguments: &[String]) -> String {
    let mut out = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some(("*", after)) => {
                out.push_str(&arguments.join(", "));
                rest = after;
            }
            Some((number, after)) => {
                let value = number.parse::<usize>().ok().and_then(|number| arguments.get(number));
                out.push_str(value.map_or("NULL", String::as_str));
                rest = after;
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

pub(super) fn cast_if(signature: &Signature, words: String, result: &Type) -> String {
    if signature.is_cast { format!("CAST({words} AS {})", result.in_duckdb()) } else { words }
}

//! A contract, held against the table that was built.

use aws_sdk_glue::types::Table;

use super::{catalogue, results};
use crate::engine::{EngineError, TypedColumn};

/// Compares the columns that were built with those that the contract promises.
pub(super) fn is_kept(table: &Table, contract: Option<&[TypedColumn]>) -> Result<(), EngineError> {
    let Some(contract) = contract else { return Ok(()) };
    let built = catalogue::columns(table);
    let mut wrong = Vec::new();
    for promised in contract {
        let column = built.iter().find(|column| column.name().eq_ignore_ascii_case(&promised.name));
        let Some(column) = column else {
            wrong.push(format!("the column `{}` is missing", promised.name));
            continue;
        };
        let data_type = column.r#type().unwrap_or_default();
        if !results::same_kind(&promised.data_type, data_type) {
            let is = results::athena_type(data_type);
            wrong.push(format!("the column `{}` is {is}, not {}", promised.name, promised.data_type));
        }
    }
    let is_promised = |name: &str| contract.iter().any(|promised| promised.name.eq_ignore_ascii_case(name));
    let more = built.iter().filter(|column| !is_promised(column.name()));
    wrong.extend(more.map(|column| format!("the column `{}` is not in the contract", column.name())));
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(EngineError::Contract(format!("the contract is broken: {}", wrong.join("; ")))),
    }
}

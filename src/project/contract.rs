//! Two states of a model with an enforced contract in, what breaks the older one's promise out. Behaviour:
//! `ModelNode.same_contract`.

use super::node::Node;

/// One way in which a model no longer keeps what its contract promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// The contract is no longer enforced.
    SwitchedOff,
    ColumnGone {
        column: String,
    },
    /// The column has another type, not only another size.
    TypeChanged {
        column: String,
        before: String,
        after: Option<String>,
    },
    /// It has constraints, and is no longer built as a table.
    Materialized {
        before: String,
        after: String,
    },
}

/// What of `old`'s promise `new` breaks; nothing when `old` promised nothing.
///
/// dbt also looks for constraints that went and that the warehouse enforced. Athena enforces none.
pub fn breaks(old: &Node, new: &Node) -> Vec<Break> {
    let mut found = Vec::new();
    if !old.has_contract() {
        return found;
    }
    if !new.has_contract() {
        found.push(Break::SwitchedOff);
    }
    for (name, column) in &old.columns {
        let column_name = || column.name.clone();
        let before = column.data_type.as_deref();
        match new.columns.get(name).map(|column| column.data_type.as_deref()) {
            None => found.push(Break::ColumnGone { column: column_name() }),
            Some(after) if before.map(base_type) != after.map(base_type) => found.push(Break::TypeChanged {
                column: column_name(),
                before: before.unwrap_or_default().to_owned(),
                after: after.map(str::to_owned),
            }),
            Some(_) => {}
        }
    }
    let has_constraints =
        !old.model.constraints.is_empty() || old.columns.values().any(|column| !column.more().constraints.is_empty());
    if has_constraints && enforces_constraints(old) && !enforces_constraints(new) {
        let (before, after) = (old.materialized().to_owned(), new.materialized().to_owned());
        found.push(Break::Materialized { before, after });
    }
    found
}

/// Whether dbt counts constraints on what is built this way.
pub fn enforces_constraints(node: &Node) -> bool {
    matches!(node.materialized(), "table" | "incremental")
}

/// A type without its size, precision and scale, in lower case.
fn base_type(written: &str) -> String {
    written.split('(').next().unwrap_or_default().trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::base_type;

    #[test]
    fn size_precision_scale_and_case_do_not_make_another_type() {
        assert_eq!(base_type("VARCHAR (10)"), base_type("varchar(20)"));
        assert_eq!(base_type("decimal(10,2)"), base_type("decimal"));
        assert_ne!(base_type("varchar"), base_type("character varying"));
    }
}

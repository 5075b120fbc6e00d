//! The macros that come with dbt, in cadet's own words.

use std::sync::LazyLock;

use super::universe::{ATHENA, INTERNAL};

/// The files of the macros that come with dbt: package, path, text.
pub(super) static MACROS: LazyLock<Vec<(&str, &str, String)>> = LazyLock::new(|| {
    let file = |package, path, text: &str| (package, path, text.to_owned());
    vec![
        (INTERNAL, "macros/dispatched.sql", dispatched(include_str!("dbt/dispatched.txt"))),
        file(INTERNAL, "macros/defaults.sql", include_str!("dbt/defaults.sql")),
        file(INTERNAL, "macros/names.sql", include_str!("dbt/names.sql")),
        file(INTERNAL, "macros/tests.sql", include_str!("dbt/tests.sql")),
        file(INTERNAL, "macros/utils.sql", include_str!("dbt/utils.sql")),
        file(INTERNAL, "macros/warehouse.sql", include_str!("dbt/warehouse.sql")),
        file(ATHENA, "macros/athena.sql", include_str!("dbt/athena.sql")),
    ]
});

/// The macros that only hand their arguments on to the adapter's form of them, one for each signature.
fn dispatched(signatures: &str) -> String {
    let macros = signatures.lines().filter_map(|signature| {
        let (name, parameters) = signature.strip_suffix(')')?.split_once('(')?;
        let names: Vec<&str> =
            parameters.split(", ").map(|parameter| parameter.split('=').next().unwrap_or_default()).collect();
        let names = names.join(", ");
        Some(format!(
            "{{% macro {signature} %}}{{{{ return(adapter.dispatch('{name}', 'dbt')({names})) }}}}{{% endmacro %}}\n"
        ))
    });
    macros.collect()
}

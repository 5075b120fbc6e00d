//! The token is where it is needed, and nowhere else.

use crate::request::{Request, TOKEN, good, model};

#[test]
fn no_template_reads_the_token_even_where_the_base_allows_it() {
    let sandbox = good().checkout("main").file(
        "cadet.yaml",
        "rules:\n  testing/primary-key: off\n  docs/columns-described: off\nenv_vars: [GITHUB_TOKEN, GH_TOKEN]\n",
    );
    let sandbox = sandbox.commit("allowed by mistake").branch("other");
    let sandbox =
        model(sandbox, "visits_fct", "select '{{ env_var('GITHUB_TOKEN', 'none') }}' as token\n").commit("a look");
    let request = Request::new(sandbox);
    request.ci(&[]);
    let compiled = "target/compiled/mojap_derived_tables/models/prison/prison_safety/prison_safety__visits_fct.sql";
    assert_eq!(request.sandbox.read(compiled).trim(), "select 'none' as token");
}

#[test]
fn the_working_process_has_no_token_in_its_environment() {
    let request = Request::new(good());
    let ran = request.ci(&[]);
    let sent =
        request.double.state(|state| state.calls.iter().all(|call| call.token == Some(format!("Bearer {TOKEN}"))));
    assert!(sent && !ran.shown().contains(TOKEN));
}

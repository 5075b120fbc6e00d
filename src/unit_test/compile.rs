//! A unit test in, its model's SQL out with the inputs' rows as CTEs, and a map back to the files.
//!
//! Behaviour: `dbt.parser.unit_tests.UnitTestManifestLoader` and `dbt.compilation`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use minijinja::Value;

use super::rows::Checked;
use super::stop::Stop;
use super::text;
use super::{Bench, Form};
use crate::compile::map::{self, SourceMap};
use crate::compile::{self, Compiled, ephemeral};
use crate::finding::Place;
use crate::jinja::overrides;
use crate::jinja::relation::Relation;
use crate::jinja::render::{self, RenderProblem};
use crate::jinja::rewrite::{Marks, rewrite};
use crate::jinja::scope::{Captured, Scope};
use crate::project::fixture_place::Places;
use crate::project::given::{self, Side};
use crate::project::{Node, ResourceType, resolve, scopes};

/// An input: the side that it stands on, its node, and the name of its CTE.
struct Input<'p> {
    side: Side,
    node: &'p Arc<Node>,
    cte: String,
}

/// Compiles the model of a unit test.
///
/// # Errors
/// What keeps the test from being run: something that is wrong in it or in its model, or a type that is not known.
pub(super) fn compile(bench: &Bench<'_>, test: &Arc<Node>, places: &Places<'_>) -> Result<Compiled, Stop> {
    let project = bench.project;
    let Some(tested) = given::tested(project, test) else { return Err(Stop::unread()) };
    if tested.is_python {
        let message = "cadet runs no models in Python, and dbt no unit tests of them".to_owned();
        return Err(Stop::NotHere { message, finding: None });
    }
    let inputs = inputs(bench, test, places)?;
    let scope = scope(bench, (test, tested), &inputs)?;
    let template = compile::template(project, tested).map_err(Stop::render)?;
    let rendered = render::render(&scope, &template, &tested.file);
    let text = rendered.map_err(|problem| not_given(&scope, &inputs, (bench, test, places), problem))?;
    let (sql, map) = map::strip_marks(&text, &tested.file);
    let ctes = used(&inputs, (bench, tested), &scope.captured(), &sql)
        .into_iter()
        .map(|input| Ok((input.cte.clone(), fixture(bench, test, places, input)?)))
        .collect::<Result<Vec<_>, Stop>>()?;
    Ok(ephemeral::with_ctes(Compiled { sql, map, ..Compiled::default() }, &ctes))
}

/// The inputs; of two for one node the last counts.
fn inputs<'p>(bench: &Bench<'p>, test: &Node, places: &Places<'_>) -> Result<Vec<Input<'p>>, Stop> {
    let mut inputs: Vec<Input<'p>> = Vec::new();
    for at in 0..given::count(test) {
        let side = Side::Given(at);
        let written = given::side(test, side);
        let Some(node) = given::node(bench.project, test, written) else {
            let message = format!(
                "the input `{}` of the unit test `{}` names nothing",
                written["input"].as_str().unwrap_or_default(),
                test.name
            );
            return Err(Stop::wrong(message, places.side(side), "name a model, seed or source that there is"));
        };
        inputs.retain(|known| known.node.unique_id != node.unique_id);
        inputs.push(Input { side, node, cte: given::cte(bench.project, node) });
    }
    Ok(inputs)
}

/// What the model sees: its inputs in the place of what it reads, and what the test overrides.
fn scope(
    bench: &Bench<'_>,
    (test, tested): (&Arc<Node>, &Arc<Node>),
    inputs: &[Input<'_>],
) -> Result<Arc<Scope>, Stop> {
    let project = bench.project;
    let cte = |id: &str| {
        let input = inputs.iter().find(|input| input.node.unique_id == id)?;
        Some(Relation::cte(&input.cte))
    };
    let refs = tested.refs.iter().filter_map(|asked| {
        let found = resolve::find_ref(project, &tested.package, &asked.what)?;
        Some((asked.what.clone(), cte(&found.unique_id)?))
    });
    let sources = tested.sources.iter().filter_map(|asked| {
        let found = resolve::find_source(project, &tested.package, &asked.what)?;
        Some((asked.what.clone(), cte(&found.unique_id)?))
    });
    let known: (HashMap<_, _>, HashMap<_, _>) = (refs.collect(), sources.collect());
    let mut scope = scopes::unit_testing(project, &Arc::new(seen(test, tested)), known, &test.body["overrides"]);
    // dbt gives a unit test the name of the CTE as text.
    let this = cte(&tested.unique_id).map_or_else(|| Value::from(()), |relation| Value::from(relation.to_string()));
    scope = scope.with("this", this);
    if let Some(macros) = test.body["overrides"]["macros"].as_object() {
        let (found, unknown) = overrides::overrides(&scope, macros);
        if let Some(name) = unknown.first() {
            let message = format!("the unit test `{}` overrides `{name}`, and there is no such macro", test.name);
            let help = "write the macro's name, with its package before it if it comes from one: `dbt_utils.star`";
            return Err(Stop::wrong(message, Places::new(project, test).test(), help));
        }
        scope.overrides = found;
    }
    Ok(Arc::new(scope))
}

/// The model as it is seen in a unit test: under the test's name, and with the test's configs.
fn seen(test: &Node, tested: &Node) -> Node {
    let expect = given::side(test, Side::Expect);
    let is_sql = expect["format"] == "sql";
    let rows = |wanted: bool, none: serde_json::Value| if wanted { expect["rows"].clone() } else { none };
    let mut node = tested.clone();
    node.name = super::versioned_name(test);
    node.alias.clone_from(&node.name);
    node.unique_id.clone_from(&test.unique_id);
    node.resource_type = ResourceType::UnitTest;
    node.package.clone_from(&test.package);
    node.original_file_path.clone_from(&test.original_file_path);
    let config = serde_json::json!({
        "enabled": true, "materialized": "unit", "expected_rows": rows(!is_sql, serde_json::json!([])),
        "expected_sql": rows(is_sql, serde_json::Value::Null),
    });
    if let serde_json::Value::Object(config) = config {
        node.config = Arc::new(config.into());
    }
    node
}

/// The inputs that the SQL reads, in the order in which the template asks for them; `this` is there in any case.
fn used<'i, 'p>(
    inputs: &'i [Input<'p>],
    (bench, tested): (&Bench<'_>, &Node),
    asked: &Captured,
    sql: &str,
) -> Vec<&'i Input<'p>> {
    let input = |id: &str| inputs.iter().find(|input| input.node.unique_id == id);
    let refs = asked.refs.iter().filter_map(|asked| {
        let found = resolve::find_ref(bench.project, &tested.package, &asked.what)?;
        Some((input(&found.unique_id)?, asked.at))
    });
    let sources = asked.sources.iter().filter_map(|asked| {
        let found = resolve::find_source(bench.project, &tested.package, &asked.what)?;
        Some((input(&found.unique_id)?, asked.at))
    });
    let (mut refs, mut sources) = (refs.peekable(), sources.peekable());
    let mut used: Vec<&Input<'_>> = input(&tested.unique_id).into_iter().collect();
    // The order among refs is known, and that among sources: between the two their places tell.
    loop {
        let is_ref_first = match (refs.peek(), sources.peek()) {
            (None, None) => return used,
            (Some((_, Some(a))), Some((_, Some(b)))) => a <= b,
            (Some((a, _)), Some((b, _))) => place(a, sql) <= place(b, sql),
            (a, _) => a.is_some(),
        };
        let next = if is_ref_first { refs.next() } else { sources.next() };
        let next = next.map(|(input, _)| input).filter(|next| used.iter().all(|known| known.cte != next.cte));
        used.extend(next);
    }
}

/// Where an input's CTE is read first.
fn place(input: &Input<'_>, sql: &str) -> usize {
    let name = Relation::cte(&input.cte).to_string();
    let ends = |at: usize| !sql[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    sql.match_indices(&name).map(|(at, _)| at).find(|at| ends(*at)).unwrap_or(sql.len())
}

/// The query that stands for an input.
fn fixture(bench: &Bench<'_>, test: &Node, places: &Places<'_>, input: &Input<'_>) -> Result<Compiled, Stop> {
    let written = given::side(test, input.side);
    let whole = |place: Place| SourceMap::whole(&place.path, place.span);
    if written["format"] == "sql" {
        let sql = written["rows"].as_str().ok_or_else(Stop::unread)?;
        let place = places.rows(input.side);
        super::one_query(sql, &place)?;
        return Ok(Compiled { sql: rendered(bench, input, sql, &place)?, map: whole(place), ..Compiled::default() });
    }
    let columns = bench.relations.columns(input.node).map_err(|untyped| Stop::untyped(&untyped, test, places))?;
    let checked = Checked::new(bench, places, (test, input.side), &columns)?;
    let sql = text::given(&input.node.name, &checked.rows, &columns, Form::of(&bench.project.target.kind));
    Ok(Compiled { sql, map: whole(places.side(input.side)), ..Compiled::default() })
}

/// Rows that are SQL may hold Jinja.
fn rendered(bench: &Bench<'_>, input: &Input<'_>, sql: &str, place: &Place) -> Result<String, Stop> {
    if !render::has_jinja(sql) {
        return Ok(sql.to_owned());
    }
    let at = |mut problem: RenderProblem| {
        problem.place = place.clone();
        Stop::render(problem)
    };
    let template = rewrite(sql, 0..sql.len(), Marks::None);
    let template = template.map_err(|problem| at(RenderProblem::unread(problem, &place.path)))?;
    let scope = Arc::new(scopes::compiling(bench.project, input.node, false));
    render::render(&scope, &template, &place.path).map_err(at)
}

/// A model may read only what the test gives it: anything else would be read from the warehouse.
fn not_given(
    scope: &Scope,
    inputs: &[Input<'_>],
    (bench, test, places): (&Bench<'_>, &Node, &Places<'_>),
    problem: RenderProblem,
) -> Stop {
    let project = bench.project;
    let captured = scope.captured();
    let is_given = |id: &str| inputs.iter().any(|input| input.node.unique_id == id);
    let refs = captured.refs.iter().filter_map(|asked| {
        let found = resolve::find_ref(project, &test.package, &asked.what)?;
        Some((found.unique_id.clone(), format!("ref('{}')", asked.what.name)))
    });
    let sources = captured.sources.iter().filter_map(|asked| {
        let found = resolve::find_source(project, &test.package, &asked.what)?;
        Some((found.unique_id.clone(), format!("source('{}', '{}')", asked.what.0, asked.what.1)))
    });
    match refs.chain(sources).find(|(id, _)| !is_given(id)) {
        Some((_, call)) => {
            let message =
                format!("the model reads `{call}`, and the unit test `{}` gives it no rows for that", test.name);
            let help =
                format!("add `- input: {call}` with its `rows:` to `given:`; `rows: []` gives it an empty table");
            Stop::wrong(message, places.given(), help)
        }
        None if captured.asked_warehouse => Stop::render(unanswered(problem)),
        None => Stop::render(problem),
    }
}

/// A unit test asks no warehouse: what a query would have answered is empty, and a model may not go on with that.
fn unanswered(problem: RenderProblem) -> RenderProblem {
    let message =
        format!("{}; in a unit test the model's queries, such as `run_query`, answer nothing", problem.message);
    let help = "put the query into a macro of its own, and give its answer in the unit test: `overrides:` with \
                `macros:` and the macro's name";
    RenderProblem { message, help: help.to_owned(), ..problem }
}

/// The range of a text in another that holds it.
pub(super) fn within(offset: usize, range: Range<usize>) -> Option<usize> {
    range.contains(&offset).then(|| offset - range.start)
}

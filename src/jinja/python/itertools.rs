//! `modules.itertools`, as far as it ends: `count` and `cycle` go on for ever, and are not there.

use std::sync::Arc;

use minijinja::value::Object;
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::Args;
use super::containers::Tuple;
use super::lazy::{Iterator, items};
use super::operators;
use super::{Done, fail};
use crate::jinja::budget;

/// `modules.itertools`
#[derive(Debug)]
pub(crate) struct Itertools;

impl Object for Itertools {
    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        values: &[Value],
    ) -> Result<Value, Error> {
        let args = Args::new(method, values)?;
        match method {
            "product" => product(&args),
            "permutations" => chosen(&args, method, |picked, at| !picked.contains(&at)),
            "combinations" => chosen(&args, method, |picked, at| picked.last().is_none_or(|last| *last < at)),
            "combinations_with_replacement" => {
                chosen(&args, method, |picked, at| picked.last().is_none_or(|last| *last <= at))
            }
            "chain" => {
                let mut all = Vec::new();
                for one in args.positional {
                    all.extend(items(one)?);
                    budget::list(all.len())?;
                }
                Iterator::value("itertools.chain", all)
            }
            "zip_longest" => zip_longest(&args),
            "islice" => islice(&args),
            "accumulate" => accumulate(state, &args),
            "compress" => {
                let (data, selectors) = (items(&args.must(0, "data")?)?, items(&args.must(1, "selectors")?)?);
                let kept = data.into_iter().zip(selectors).filter(|(_, keeps)| keeps.is_true()).map(|(item, _)| item);
                Iterator::value("itertools.compress", kept.collect())
            }
            "repeat" => {
                args.must(1, "times")?;
                let times = usize::try_from(args.int(1, "times", 0)?).unwrap_or(0);
                budget::list(times)?;
                Iterator::value("itertools.repeat", vec![args.must(0, "object")?; times])
            }
            "starmap" => {
                let function = args.must(0, "function")?;
                let mut found = Vec::new();
                for given in items(&args.must(1, "iterable")?)? {
                    found.push(function.call(state, &items(&given)?)?);
                }
                Iterator::value("itertools.starmap", found)
            }
            "tee" => {
                let (found, count) = (items(&args.must(0, "iterable")?)?, args.int(1, "n", 2)?);
                budget::list(usize::try_from(count).unwrap_or(0).saturating_mul(found.len() + 1))?;
                Tuple::value((0..count).map(|_| Iterator::value("itertools._tee", found.clone())).collect::<Done<_>>()?)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

fn product(args: &Args<'_>) -> Done<Value> {
    let mut pools: Vec<Vec<Value>> = args.positional.iter().map(items).collect::<Done<_>>()?;
    let repeat =
        usize::try_from(args.int(usize::MAX, "repeat", 1)?).map_err(|_| fail("`repeat` cannot be negative"))?;
    budget::list(repeat.saturating_mul(pools.len()))?;
    pools = pools.iter().cycle().take(pools.len() * repeat).cloned().collect();
    let count = pools.iter().fold(1usize, |count, pool| count.saturating_mul(pool.len()));
    budget::list(count.saturating_mul(pools.len() + 1))?;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for pool in &pools {
        let longer = |row: &Vec<Value>, item: &Value| row.iter().chain([item]).cloned().collect::<Vec<_>>();
        rows = rows.iter().flat_map(|row| pool.iter().map(move |item| longer(row, item))).collect();
    }
    Iterator::value("itertools.product", rows.into_iter().map(Tuple::value).collect::<Done<_>>()?)
}

/// Rows of `r` items, each of which may follow those before it.
fn chosen(args: &Args<'_>, method: &str, may_follow: fn(&[usize], usize) -> bool) -> Done<Value> {
    let pool = items(&args.must(0, "iterable")?)?;
    let length = match args.some_int(1, "r")? {
        Some(length) => {
            usize::try_from(length).map_err(|_| fail(format!("`{method}` needs a length of at least 0")))?
        }
        None if method == "permutations" => pool.len(),
        None => return Err(fail(format!("`{method}` needs the length of its rows"))),
    };
    let mut rows = Vec::new();
    let mut picked: Vec<usize> = Vec::new();
    let mut next = 0;
    if length > pool.len() && method != "combinations_with_replacement" || length > budget::LONGEST_LIST {
        return Iterator::value("itertools", rows);
    }
    loop {
        budget::charge(budget::ITEM)?;
        if picked.len() == length {
            rows.push(Tuple::value(picked.iter().map(|at| pool[*at].clone()).collect())?);
            budget::charge(budget::ITEM * (length + 1))?;
        } else if let Some(at) = (next..pool.len()).find(|at| may_follow(&picked, *at)) {
            budget::charge(pool.len() + picked.len())?;
            picked.push(at);
            next = 0;
            continue;
        }
        match picked.pop() {
            Some(last) => next = last + 1,
            None => break,
        }
        if rows.len() > budget::LONGEST_LIST {
            budget::list(rows.len())?;
        }
    }
    Iterator::value("itertools", rows)
}

fn zip_longest(args: &Args<'_>) -> Done<Value> {
    let columns: Vec<Vec<Value>> = args.positional.iter().map(items).collect::<Done<_>>()?;
    let fill = args.value(usize::MAX, "fillvalue").unwrap_or_else(|| Value::from(()));
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    budget::list(rows.saturating_mul(columns.len() + 1))?;
    let row = |at: usize| Tuple::value(columns.iter().map(|column| column.get(at).unwrap_or(&fill).clone()).collect());
    Iterator::value("itertools.zip_longest", (0..rows).map(row).collect::<Done<_>>()?)
}

fn islice(args: &Args<'_>) -> Done<Value> {
    let found = items(&args.must(0, "iterable")?)?;
    let bound = |at: usize, default: usize| -> Done<usize> {
        let given = args.positional.get(at).filter(|value| !value.is_none());
        let Some(given) = given else { return Ok(default) };
        let number = super::number::index(given).and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| fail("`islice` needs whole numbers from 0 on"))
    };
    let (start, stop, step) = match args.positional.len() {
        0..=2 => (0, bound(1, usize::MAX)?, 1),
        _ => (bound(1, 0)?, bound(2, usize::MAX)?, bound(3, 1)?),
    };
    let part = found.into_iter().take(stop).skip(start).step_by(step.max(1));
    Iterator::value("itertools.islice", part.collect())
}

fn accumulate(state: &mut State<'_, '_>, args: &Args<'_>) -> Done<Value> {
    let (function, initial) = (args.some(1, "func"), args.some(usize::MAX, "initial"));
    let mut total = initial.clone();
    let mut sums: Vec<Value> = initial.into_iter().collect();
    for item in items(&args.must(0, "iterable")?)? {
        let next = match (total.take(), &function) {
            (None, _) => item,
            (Some(total), Some(function)) => function.call(state, &[total, item])?,
            (Some(total), None) => operators::chain(&[total, Value::from("+"), item])?,
        };
        total = Some(next.clone());
        sums.push(next);
    }
    Iterator::value("itertools.accumulate", sums)
}

//! What can be typed after `report`.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str =
    "It reads what the last build, deploy, ci, run, seed or test left in target/, and needs no warehouse.
Examples:
  cadet report                        how the last run ended
  cadet report --html                 the same as a page: target/report.html
  cadet report --html report.html --artefacts run_artefacts/target
                                      of another run: artefacts that were copied or downloaded, cadet's or dbt's
It ends with 0 whatever the run found.";

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Write one HTML file, with the graph, findings, tests, timings and SQL [default: report.html beside the artefacts]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub html: Option<Option<PathBuf>>,
    /// The folder with manifest.json and run_results.json [default: target in the project's folder]
    #[arg(long, value_name = "DIR")]
    pub artefacts: Option<PathBuf>,
}

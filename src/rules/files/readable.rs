//! Every file of the project is a plain text file in UTF-8.
//!
//! ## Why
//!
//! dbt stops at the first file that it cannot read, and a symbolic link can point at anything on the machine that
//! checks the project, so cadet does not follow links.
//!
//! ## Fails
//!
//! A link under `models/`, or a file that a spreadsheet saved in another encoding.
//!
//! ```csv-latin1 seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,Châtelet
//! ```
//!
//! ## Passes
//!
//! ```csv seeds/prison/prison_safety/prison_safety__sites.csv
//! code,name
//! 1,Châtelet
//! ```
//!
//! What dbt does not read may be in any encoding.
//!
//! ```csv-latin1 docs/prison_safety/sites.csv
//! code,name
//! 1,Châtelet
//! ```

use crate::finding::Level;
use crate::project::ProblemKind;
use crate::rules::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    level: Level::Error,
    summary: "a file that cannot be read",
    check: Check::Problems(ProblemKind::UnreadableFile),
};

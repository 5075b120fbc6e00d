"""dbt's choice of versions. Run by the Python of the parity tests' virtual environment.

    semver.py COUNT   so many cases as JSON: the versions on the hub, what is asked for, whether prereleases are wanted,
                      and the version that dbt takes, or null
"""

import json
import random
import sys

from dbt_common import semver
from dbt_common.exceptions import VersionsNotCompatibleError

VERSIONS = ["0.9.0", "1.0.0", "1.0.0-rc1", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0b1", "1.2.0", "1.2.0-alpha", "1.10.0",
            "2.0.0", "2.0.0-rc1", "2.0.0+b5", "2.0.1-1", "2.0.1-1.2", "2.0.1"]


def chosen(available, wanted, prereleases):
    bounds = [semver.VersionSpecifier.from_version_string(text) for text in wanted]
    prereleases = prereleases or any(bound.prerelease for bound in bounds)
    try:
        span = semver.reduce_versions(*bounds)
    except VersionsNotCompatibleError:
        return None
    return semver.resolve_to_specific_version(span, semver.filter_installable(available, prereleases))


def main():
    chance = random.Random(7)
    cases = []
    for _ in range(int(sys.argv[1])):
        available = chance.sample(VERSIONS, chance.randint(3, len(VERSIONS)))
        bounds = ["", "=", ">", ">=", ">=", "<", "<", "<="]
        wanted = [chance.choice(bounds) + chance.choice(VERSIONS) for _ in range(chance.randint(1, 3))]
        prereleases = chance.random() < 0.5
        cases.append([available, wanted, prereleases, chosen(available, wanted, prereleases)])
    print(json.dumps(cases))


main()

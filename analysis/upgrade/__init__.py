"""What moving from one version to another means for users: the facts of all commits in between, netted and checked.

`netting` follows each name through the range, so that what came and went is nothing; `checking` holds what is left against both
revisions; `upgrade` sorts it into the parts that people read.
"""

from analysis.upgrade.checking import paths_of
from analysis.upgrade.netting import Change, Netted, netted
from analysis.upgrade.upgrade import Hit, Item, Part, Upgrade, standing, touched, upgrade

__all__ = ["Change", "Hit", "Item", "Netted", "Part", "Upgrade", "netted", "paths_of", "standing", "touched", "upgrade"]

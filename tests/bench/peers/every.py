"""Every peer by its name. Apart from the package, since it needs the extra `bench`, which the tests do without."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.bench.peers.common import Labelled, Outcome, Task
from tests.bench.peers.fulltext import match_by_full_text
from tests.bench.peers.recordlinkage import match_by_recordlinkage
from tests.bench.peers.splink import match_by_splink

PEERS: Mapping[str, Callable[[Task, Labelled | None], Outcome]] = MappingProxyType(
    {"splink": match_by_splink, "recordlinkage": match_by_recordlinkage, "fulltext": match_by_full_text}
)
"""Each peer by its name on the command line; it may learn from labelled lists, or from none."""

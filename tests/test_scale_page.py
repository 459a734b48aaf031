"""What docs/scale.md tells readers to type does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

PAGE = Path(__file__).parents[1] / "docs" / "scale.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
ADDRESS = "tcp://10.0.0.5:8786"  # which stands in the page for that of the reader's scheduler

pytestmark = pytest.mark.xdist_group("cluster")


def test_the_examples_give_the_same_numbers_on_a_cluster_as_here() -> None:
    first, second = EXAMPLES
    names: dict[str, Any] = {}
    exec(first, names)
    assert names["same"]
    assert len(names["trials"].table) == 8
    assert names["trials"].difference("profit")["difference"].ne(0).all()
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster:
        assert ADDRESS in second
        exec(second.replace(ADDRESS, cluster.scheduler_address), names)
    assert names["trials"].table.equals(names["alone"].table)

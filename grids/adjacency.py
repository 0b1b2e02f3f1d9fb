"""Which units share a border, and how much of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from grids.metres import lengths_m


def adjacency(codes: Sequence[str], shapes: NDArray[Any]) -> nx.Graph[str]:
    """The neighbours of each unit of one level: nodes are codes, an edge's `metres` the length of the
    shared border.

    Shapes are lon/lat outlines in degrees (WGS-84). Units that touch at single points only are no
    neighbours. Outlines must share their border's vertices or run along one another exactly: across a gap
    or an overlap nothing is shared.
    """
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    borders = shapely.boundary(shapes)
    metres = lengths_m(shapely.intersection(borders[one], borders[other]))
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(codes)
    for at in np.flatnonzero(metres > 0):
        graph.add_edge(codes[one[at]], codes[other[at]], metres=float(metres[at]))
    return graph

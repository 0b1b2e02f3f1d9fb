"""Which units share a border, and how much of one."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from grids.codes import code_range, within
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


def neighbours(unit: str, codes: Sequence[str], cells: NDArray[Any], tree: shapely.STRtree) -> dict[str, float]:
    """The units of the same level that a unit borders on, with the metres of border, the longest first.

    `codes` are those of all cells in order, `cells` their outlines, `tree` the index over these.
    """
    low, high = code_range(unit)
    inside = np.arange(bisect_left(codes, low), bisect_left(codes, high))
    _, found = tree.query(cells[inside], predicate="intersects")
    beyond = np.setdiff1d(found, inside)
    near = np.union1d(tree.query(shapely.union_all(cells[beyond]), predicate="intersects"), beyond)
    graph = adjacency([codes[at] for at in near], cells[near])
    shared: dict[str, float] = defaultdict(float)
    for one, other in graph.edges:
        if within(one, unit) != within(other, unit):
            shared[(other if within(one, unit) else one)[:len(unit)]] += graph.edges[one, other]["metres"]
    return dict(sorted(shared.items(), key=lambda item: -item[1]))

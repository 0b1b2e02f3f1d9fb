"""The lists: what an incident can be."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import MayReadReference
from api.documented import ALWAYS, SIGNED_IN, unchanged
from api.etags import fresh_or, tag_of
from api.schemas.taxonomy import CategoryOut, GroupOut, ListQuery, StandardOut, SubcategoryOut, TaxonomyOut
from taxonomy.category import Category
from taxonomy.pinyin import spellings
from taxonomy.standard import Standard
from taxonomy.tree import Tree

router = APIRouter(prefix="/api/v1", tags=["taxonomy"], responses={**ALWAYS, **SIGNED_IN})
#: Part of the tag: a browser that kept an answer of another shape is sent the new one.
SHAPE = "taxonomy with pinyin"


@router.get("/taxonomy", response_model=TaxonomyOut, responses=unchanged(),
            summary="事项清单 The list of categories, subcategories and standards")
def read_taxonomy(request: Request, caller: MayReadReference, wanted: Annotated[ListQuery, Query()]) -> Response:
    """The version in force. Ask with If-None-Match; it changes only when a new version is loaded."""
    tree = caller.city.tree(wanted.list)
    return fresh_or(request, tag_of(SHAPE, tree.taxonomy, tree.version), lambda: body_of(tree), "application/json")


@lru_cache(maxsize=4)
def body_of(tree: Tree) -> bytes:
    """A tree never changes, so it is written once."""
    return document(tree).model_dump_json().encode()


def document(tree: Tree) -> TaxonomyOut:
    return TaxonomyOut(list=tree.taxonomy, version=tree.version,
                       categories=[category(tree, top) for top in tree.children.get(None, ())])


def category(tree: Tree, top: Category) -> CategoryOut:
    below = [c for c in tree.categories.values() if c.parent and tree.top(c.code) == top.code]
    return CategoryOut(
        code=top.code, name=top.name, name_en=top.name_en, definition=top.definition, definition_en=top.definition_en,
        groups=[GroupOut(code=c.code, parent=c.parent or "", name=c.name, name_en=c.name_en)
                for c in below if not c.leaf],
        subcategories=[subcategory(tree, c) for c in below if c.leaf])


def subcategory(tree: Tree, leaf: Category) -> SubcategoryOut:
    names = SubcategoryOut.model_fields.keys() - {"standards", "pinyin"}
    return SubcategoryOut(**{name: getattr(leaf, name) for name in names}, pinyin=spellings(leaf),
                          standards=[standard(s) for s in tree.standards.get(leaf.code, ())])


def standard(row: Standard) -> StandardOut:
    return StandardOut(**{name: getattr(row, name) for name in StandardOut.model_fields})

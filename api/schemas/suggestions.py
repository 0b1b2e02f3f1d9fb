"""A text, and the subcategories that it may mean."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.common import Code, In, NoControl, Out

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000), NoControl]


class SuggestIn(In):
    text: Text = Field(description="事件描述 (what happened, in words)", examples=["楼下垃圾桶满得都溢出来了没人管"])
    limit: int = Field(default=3, ge=1, le=20, description="最多几个 (at most so many)")
    list: Code = Field(default="grid", description="清单名 (name of the list)")


class SuggestionOut(Out):
    subcategory: str
    name: str
    name_en: str
    category: str = Field(description="大类编码 (code of the category, the first level)")
    confidence: float = Field(ge=0, le=1, description="把握, 0 至 1 (how sure; all subcategories together make 1)")
    reasons: list[str] = Field(description="支持和不支持的词 (the words that speak for it, and against)")


class CategoryShareOut(Out):
    category: str
    name: str
    confidence: float = Field(ge=0, le=1)


Suggestions = list[SuggestionOut]
CategoryShares = list[CategoryShareOut]


class SuggestionsOut(Out):
    list: str
    version: int
    suggestions: Suggestions = Field(description="最可能的在前 (the best first)")
    categories: CategoryShares = Field(description="按大类合计 (the same by category, the best first)")
    knows_too_little: bool = Field(description="把握不足或没有认识的词 (not sure enough, or no word is known)")
    note: str | None = Field(description="把握不足的原因 (why it knows too little)")

"""From the words of a report to the subcategories that it may mean."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from api.dependencies import MayReadReference
from api.documented import ALWAYS, SIGNED_IN
from api.language import Language, language_of
from api.schemas.suggestions import CategoryShareOut, SuggestIn, SuggestionOut, SuggestionsOut
from data.engine import reading
from governance import learning
from taxonomy.classify import Suggestion

router = APIRouter(prefix="/api/v1", tags=["taxonomy"], responses={**ALWAYS, **SIGNED_IN})


@router.post("/taxonomy/suggestions", response_model=SuggestionsOut,
             summary="小类建议 Subcategories that a text may mean, ranked, with reasons")
def suggest(request: Request, caller: MayReadReference, sent: SuggestIn) -> SuggestionsOut:
    """Nothing is stored. It knows what was learned until now; where it knows too little, it says so."""
    with reading(caller.engine) as session:
        ranker = learning.ranker(session, caller.city, sent.list)
    ranking, language, tree = ranker.rank(sent.text, sent.limit), language_of(request), ranker.tree
    return SuggestionsOut(
        list=tree.taxonomy, version=tree.version, suggestions=[_shown(one, language) for one in ranking.suggestions],
        categories=[CategoryShareOut(category=code, name=tree.name(code), confidence=round(share, 4))
                    for code, share in ranking.categories[:sent.limit]],
        knows_too_little=ranking.little is not None, note=getattr(ranking.little, language, None))


def _shown(one: Suggestion, language: Language) -> SuggestionOut:
    return SuggestionOut(
        subcategory=one.subcategory, name=one.name, name_en=one.name_en, category=one.category,
        confidence=one.confidence, reasons=[getattr(reason, language) for reason in one.reasons])

from datetime import timedelta
from governance.figures import *
from governance.figures import closure, trend
from tests.town import NOW
def test_try(session, city, people):
    for by in get_args(By):
        rows, total = closure(session, city, people["leader"], by, FigureFilter(since=NOW-timedelta(days=1), until=NOW), NOW)
        print(by, len(rows), rows[:1])
    print(trend(session, city, people["leader"], FigureFilter(since=NOW-timedelta(days=1), until=NOW), "day"))

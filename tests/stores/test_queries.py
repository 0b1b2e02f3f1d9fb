from sqlalchemy import text
import pytest
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_c(session):
    print(session.execute(text("select '120101' < '12:' as a, (select count(*) from unit where code >= '12' and code < '13') b, (select count(*) from unit where code >= '12' and code < '12:')")).all())

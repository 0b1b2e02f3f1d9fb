"""Everything that is stored or shipped: the engine, column types, sheets, migrations and the seed."""

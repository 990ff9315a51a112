"""The ledger in DuckDB: versions, as-at, chain, migrations. The only room that imports duckdb."""

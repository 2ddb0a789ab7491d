"""The database: engine, transactions, locks, records and their migrations."""

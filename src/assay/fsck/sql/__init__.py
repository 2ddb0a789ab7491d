"""The invariants, as queries for the records that break them.

Raw: each puts together its reason out of the columns of several tables, and each repair is an update from a set. So
somebody who looks into a database by hand may take them as they stand.
"""

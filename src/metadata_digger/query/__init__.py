"""The query language of the search page and its REST interface: text to a tree, a tree to an engine's query.

No engine is imported here before one is asked: a tree knows neither tantivy nor Solr.
"""

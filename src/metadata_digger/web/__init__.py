"""The search page and its REST interface, over a Collection (query.asking) and its marks: neither tantivy nor Solr.

`application.application` makes the whole of it; `serving.serve` runs it.
"""

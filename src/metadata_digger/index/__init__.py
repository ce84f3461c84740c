"""The embedded search index: written once, by pieces, asked by many. Nothing to start, no HTTP, no pages.

OUTPUT/index.json      what it is: form, version, rows (about)
OUTPUT/search/         a tantivy index: what is searched, counted and sorted (schema)
OUTPUT/photos.sqlite   what is shown: a summary, a detail and thumbnails of each row (rows)
"""

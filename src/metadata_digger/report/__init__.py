"""A report for a case file: pages that need no server and no network, and the proof of what they were made of.

FOLDER/index.html      contact sheet, counts, timeline, map
FOLDER/photos/ID.html  one page a picture, with all of its tags
FOLDER/pictures/       previews, made anew
FOLDER/photos.csv, photos.kml, photos.jsonl
FOLDER/manifest.json   sha256 of every input file, as it is now and as the index has it, and of the report's own files
"""

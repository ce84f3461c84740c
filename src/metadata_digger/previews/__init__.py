"""Pictures for pages: made anew in worker processes, with the limits of a run, kept on disk for the next time.

Nothing of a file's own bytes goes out as it is, a thumbnail that lies in a row neither: what comes out is a JPEG or PNG
that was encoded here. Browsers show no HEIC, TIFF or raw file anyhow.
"""

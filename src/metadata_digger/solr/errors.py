"""What Solr can answer; each text is one sentence that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metadata_digger.errors import OutputError

if TYPE_CHECKING:
    from metadata_digger.solr.connection import Connection


class SolrError(OutputError):
    """Solr cannot be reached, lets nobody in, or fails."""


class Refused(SolrError):
    """Solr will not have this request, however often it comes: a document, a field or a query is wrong.

    `reason` is Solr's own; it may quote the documents, so it is hostile text.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, reason)  # both: from these it is made again in the process that gets it
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])


class Faulty(Refused):
    """Solr makes a mistake of its own (500) whenever this request comes: a document meets a bug, or Solr is ill."""


class Missing(SolrError):
    """There is no such collection."""


class Passing(SolrError):
    """A node does not answer, or cannot just now: another one may, or the same one a little later."""


class Failed(Passing):
    """Solr says that it has made a mistake (500). `final`: what to say if it says so again and again."""

    def __init__(self, final: SolrError) -> None:
        super().__init__(str(final))
        self.final = final


def missing(connection: Connection) -> Missing:
    """For whoever finds no collection of that name."""
    return Missing(
        f"output.collection={connection.collection}: there is no such collection ({connection.place}): "
        "`metadata-digger solr-init CONFIG` makes it"
    )

"""What Solr's answers mean."""

from __future__ import annotations

import re
from typing import Any

import requests

from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import Failed, Faulty, Passing, Refused, SolrError, missing
from metadata_digger.solr.session import base

MOST = 600  # characters of a reason; Solr quotes whole values
BUSY = (429, 502, 503, 504, 510)  # 510: a node that does not know the newest state of the cloud

# What a 500 says when the trouble is a node and not the request: nodes do not find each other, or one has no room on
# its disk or in memory, or closes. Java's names for that, and Solr's words (9.10, SolrDispatchFilter and SolrCore).
_PASSING = re.compile(
    r"java\.(?:io|net|nio)\.|java\.util\.concurrent\.(?:Timeout|Cancellation|RejectedExecution)Exception|"
    r"org\.apache\.(?:zookeeper|http)\.|org\.eclipse\.jetty\.|"
    r"\.(?:SolrServer|NotInClusterState|AlreadyClosed)Exception|OutOfMemoryError|"
    r"distributed update:(?!\s*Error from server)|[Ss]hut(?:ting)? down|Core Container Unavailable|on closed core"
)
# The exceptions of a stack trace. Not its frames: they name Jetty in every trace, and Solr sends one with every 500.
_THROWN = re.compile(r"^(?:Caused by: )?([\w.$]+(?:Exception|Error))\b", re.M)
# What a node puts before the words of the one that it asked.
_FORWARDED = re.compile(
    r"^(?:Async exception during distributed update: )?Error from server at .*?Remote error message: "
)


def body(answer: requests.Response) -> dict[str, Any]:
    """The object that Solr sent; an empty one when what came is none."""
    try:
        found = answer.json()
    except requests.exceptions.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def fault(answer: requests.Response, connection: Connection) -> SolrError:
    """The error to raise for an answer that is none."""
    place, status, words = base(answer.url), answer.status_code, reason(answer)
    if status in (401, 403):
        return SolrError(f"{place}: {_denied(answer, connection)}")
    if status == 404:
        if connection.url is not None and not answer.url.startswith(f"{connection.url}/{connection.collection}/"):
            return SolrError(f"{connection.place}: there is no Solr at this address (404)")
        return missing(connection)
    if answer.ok:
        return SolrError(f"{place}: does not answer as Solr does ({connection.place})")
    if status in BUSY or (status == 500 and _PASSING.search(_clues(answer))):
        return Passing(f"{place}: {words}")
    if status >= 500:
        return Failed(Faulty(f"{place}: fails with a request: {words}", words))
    return Refused(f"{place}: refuses a request: {words}", words)


def _clues(answer: requests.Response) -> str:
    """What an error tells of its cause: its words, and the classes of what was thrown."""
    error = body(answer).get("error")
    if not isinstance(error, dict):
        return ""
    return "\n".join((str(error.get("msg")), str(error.get("metadata")), *_THROWN.findall(str(error.get("trace")))))


def reason(answer: requests.Response) -> str:
    """Solr's own words. Hostile text: it quotes what it was sent."""
    error = body(answer).get("error")
    if isinstance(error, dict):
        text = str(error.get("msg") or error.get("trace") or "")
    else:
        title = re.search(r"<title>(.*?)</title>", answer.text[:10_000], re.S | re.I)
        text = title[1] if title else ""
    text = _FORWARDED.sub("", " ".join(text[: 20 * MOST].split())) or f"{answer.status_code} {answer.reason}"
    return text if len(text) <= MOST else f"{text[:MOST]}..."


def _denied(answer: requests.Response, connection: Connection) -> str:
    login, kerberos = connection.login, connection.kerberos
    if kerberos is not None:
        return f"does not let output.solr.security.principal={kerberos.principal} in ({answer.status_code})"
    if login is not None and answer.status_code == 401:
        return f"does not know the user {login.user} with this password: see {login.source}"
    if login is not None:
        return (
            f"does not allow this to the user {login.user} of {login.source}: give it the right in Solr's security.json"
        )
    if answer.headers.get("WWW-Authenticate", "").lower().startswith("negotiate"):
        return "wants Kerberos: set output.solr.security.principal and output.solr.security.keytabPath"
    return (
        "wants a user and a password: put them into a file and name it by output.solr.credentialsFile, or set "
        "METADATA_DIGGER_SOLR_USER and METADATA_DIGGER_SOLR_PASSWORD"
    )

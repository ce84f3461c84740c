"""HTTP to Solr's nodes: who we are, whom we believe, and what an answer that is none means."""

from __future__ import annotations

import re
import ssl
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth
from requests.utils import get_environ_proxies

from metadata_digger.errors import ConfigError
from metadata_digger.solr.connection import Connection
from metadata_digger.solr.errors import SolrError

CONNECT = 5.0  # seconds
LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|::1")


class Session:
    """One per process and thread. Raises what requests raises, SolrError and ConfigError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._proxies: dict[str, dict[str, str]] = {}
        self._session = requests.Session()
        # Otherwise requests looks into the environment and ~/.netrc at every request, lets REQUESTS_CA_BUNDLE replace
        # our caFile, and sends what is for localhost to a proxy.
        self._session.trust_env = False
        if connection.kerberos is not None:
            from metadata_digger.solr.kerberos import Negotiate

            self._session.auth = Negotiate(connection.kerberos)
        elif connection.login is not None:
            user, password = connection.login.user.encode(), connection.login.password.encode()
            self._session.auth = HTTPBasicAuth(user, password)  # bytes: text would be sent as Latin-1, without a "ł"

    def request(self, method: str, url: str, seconds: float, **content: Any) -> requests.Response:
        """`seconds` of silence are the most; `content` is what requests.request takes."""
        try:
            answer = self._session.request(
                method,
                url,
                timeout=(CONNECT, seconds),
                allow_redirects=False,  # the password is for this server, not for one that it names
                verify=self._connection.ca_file or True,
                proxies=self._proxies_for(url),
                **content,
            )
        except requests.exceptions.SSLError as error:
            if words := self._untrusted(url, error):
                raise SolrError(words) from error
            raise
        except OSError as error:
            if isinstance(error, requests.RequestException):
                raise
            # requests looks for the file before it connects
            raise ConfigError(f"output.solr.caFile={self._connection.ca_file}: {error}") from error
        if answer.is_redirect:
            target = answer.headers.get("Location", "")
            raise SolrError(f"{base(url)}: answers with a redirect to {target[:200]}: put the place itself there")
        return answer

    def close(self) -> None:
        self._session.close()

    def _untrusted(self, url: str, error: requests.exceptions.SSLError) -> str | None:
        """What to say where trying again is of no use; None for the rest, such as the end of a node in mid-sentence."""
        bottom, words = _bottom(error), cause(error)
        if "WRONG_VERSION_NUMBER" in words:  # OpenSSL's way to say that what came was no TLS
            return f"{base(url)}: does not speak https ({self._connection.place})"
        certificate = not isinstance(bottom, ssl.SSLError) or isinstance(bottom, ssl.SSLCertVerificationError)
        # OpenSSL's other libraries, X509 and PEM, have only the caFile to complain of
        if not certificate and getattr(bottom, "library", None) in (None, "SSL"):
            return None
        file = self._connection.ca_file
        advice = (
            f"output.solr.caFile={file} does not hold the authority that signed its certificate"
            if file
            else "output.solr.caFile must name a PEM file of the authority that signed its certificate"
        )
        return f"{base(url)}: is not trusted, {advice} ({words})"

    def _proxies_for(self, url: str) -> dict[str, str]:
        """What the environment says; never for this machine."""
        place = base(url)
        if place not in self._proxies:
            own = LOOPBACK.fullmatch(urlsplit(place).hostname or "") is not None
            self._proxies[place] = {} if own else dict(get_environ_proxies(place))
        return self._proxies[place]


def base(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def cause(error: BaseException) -> str:
    """The words at the bottom of what requests wraps three times."""
    return re.sub(r"^\w+\(host=.*?\): ", "", str(_bottom(error)))[:200]


def _bottom(error: BaseException) -> BaseException:
    while isinstance(reason := getattr(error, "reason", None) or (error.args[0] if error.args else None), Exception):
        error = reason
    return error

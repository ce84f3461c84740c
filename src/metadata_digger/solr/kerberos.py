"""Kerberos for requests: SPNEGO (RFC 4559) with a ticket from a keytab. Needs the extra `kerberos`.

With gssapi directly: requests-gssapi keeps the reason why there is no ticket to itself and shows the server's 401.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

from metadata_digger.errors import ConfigError
from metadata_digger.solr.connection import Kerberos
from metadata_digger.solr.errors import SolrError

PRINCIPAL = "output.solr.security.principal"
SPNEGO = "1.3.6.1.5.5.2"
AGAIN = 60.0  # seconds until a KDC that gave no new ticket is asked again, while the old one is good


class Negotiate(AuthBase):
    """Brings a ticket with every request, without waiting to be asked: one request in place of two.

    Raises ConfigError when the extra is not installed, SolrError when the KDC gives no ticket.
    """

    def __init__(self, kerberos: Kerberos) -> None:
        try:
            import gssapi  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra
        except ImportError as error:
            raise ConfigError(
                f"{PRINCIPAL}={kerberos.principal}: Kerberos needs the extra kerberos, which is compiled against "
                f"libkrb5: python -m pip install 'metadata-digger[kerberos]' ({error})"
            ) from error
        self._kerberos = kerberos
        self._gssapi: Any = gssapi
        self._credentials: Any = None
        self._renewal = self._end = 0.0  # of the credentials; time.monotonic()
        if kerberos.debug:
            os.environ.setdefault("KRB5_TRACE", "/dev/stderr")  # MIT's library says all it does

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        host = urlsplit(str(request.url)).hostname
        try:
            if (now := time.monotonic()) >= self._renewal:
                self._renew(now)
            service = self._gssapi.Name(f"HTTP@{host}", self._gssapi.NameType.hostbased_service)
            context = self._gssapi.SecurityContext(
                name=service,
                creds=self._credentials,
                mech=self._gssapi.OID.from_int_seq(SPNEGO),
                usage="initiate",
            )
            token = context.step()
        except self._gssapi.exceptions.GSSError as error:
            raise SolrError(
                f"{PRINCIPAL}={self._kerberos.principal} gets no ticket for HTTP/{host} with "
                f"output.solr.security.keytabPath={self._kerberos.keytab}: {' '.join(str(error).split())}"
            ) from error
        request.headers["Authorization"] = f"Negotiate {b64encode(token).decode()}"
        return request

    def _renew(self, now: float) -> None:
        """Before the credentials end, so that a KDC may be away for as long again."""
        try:
            credentials = self._log_in()
        except self._gssapi.exceptions.GSSError as error:
            if now >= self._end:
                raise
            self._renewal = min(now + AGAIN, self._end)
            self._tell(f"no new ticket, the old one is good for {self._end - now:.0f} s more: {error}")
            return
        seconds = int(credentials.lifetime or 0)
        self._credentials, self._renewal, self._end = credentials, now + seconds / 2, now + seconds
        self._tell(f"a ticket for {self._kerberos.principal} from {self._kerberos.keytab}, good for {seconds} s")

    def _log_in(self) -> Any:
        """Credentials in a cache of their own in memory: kinit's, which is the user's, is neither read nor written."""
        name = self._gssapi.Name(self._kerberos.principal, self._gssapi.NameType.kerberos_principal)
        store = {"client_keytab": self._kerberos.keytab, "ccache": f"MEMORY:metadata-digger-{secrets.token_hex(8)}"}
        return self._gssapi.Credentials(name=name, usage="initiate", store=store)

    def _tell(self, words: str) -> None:
        if self._kerberos.debug:
            print(f"metadata-digger: kerberos: {words}", file=sys.stderr, flush=True)

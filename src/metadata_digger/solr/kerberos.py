"""Kerberos for requests: a ticket from a keytab, kept in this process alone. Needs the extra `kerberos`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from metadata_digger.errors import ConfigError
from metadata_digger.solr.connection import Kerberos
from metadata_digger.solr.errors import SolrError

if TYPE_CHECKING:
    from requests.auth import AuthBase

PRINCIPAL = "output.solr.security.principal"


def negotiate(kerberos: Kerberos) -> AuthBase:
    """Brings the principal's ticket to every request (SPNEGO, RFC 4559).

    Raises ConfigError when the extra is not installed, SolrError when the KDC or the keytab gives no ticket.
    """
    try:
        import gssapi  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of an extra
        from requests_gssapi import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            DISABLED,
            HTTPSPNEGOAuth,
        )
    except ImportError as error:
        raise ConfigError(
            f"{PRINCIPAL}={kerberos.principal}: Kerberos needs the extra kerberos, which is compiled against libkrb5: "
            f"python -m pip install 'metadata-digger[kerberos]' ({error})"
        ) from error
    try:
        name = gssapi.Name(kerberos.principal, gssapi.NameType.kerberos_principal)
        # A cache of its own: kinit's, which belongs to the user, is neither used nor changed.
        store = {"client_keytab": kerberos.keytab, "ccache": "MEMORY:metadata-digger"}
        credentials: Any = gssapi.Credentials(name=name, usage="initiate", store=store)
        seconds = credentials.lifetime
    except gssapi.exceptions.GSSError as error:
        _say(kerberos, str(error))
        raise SolrError(
            f"{PRINCIPAL}={kerberos.principal} gets no ticket with output.solr.security.keytabPath={kerberos.keytab}: "
            f"{' '.join(str(error).split())}"
        ) from error
    _say(kerberos, f"a ticket for {kerberos.principal} from {kerberos.keytab}, good for {seconds} s")
    # Opportunistic: one request instead of one that is refused and one more. The servers are not asked to prove
    # themselves in turn: Solr's own plugin does so not on every answer, and https is what tells who they are.
    return HTTPSPNEGOAuth(creds=credentials, opportunistic_auth=True, mutual_authentication=DISABLED)  # type: ignore[no-any-return]


def _say(kerberos: Kerberos, text: str) -> None:
    if kerberos.debug:
        print(f"metadata-digger: kerberos: {text}", file=sys.stderr)
